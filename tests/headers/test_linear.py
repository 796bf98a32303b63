"""Time is linear in the length, whatever the field holds; ``doubling.py`` shows it at full size."""

from __future__ import annotations

import math

import pytest

from tests.headers.doubling import seconds
from tests.headers.shapes import block, runs, starts

_SMALL = 600
#: A quadratic shape takes 256 times as long; the rest of the room is for a busy machine.
_TIMES_LARGER, _TIMES_SLOWER, _ATTEMPTS = 16, 80, 6
#: Shorter times than this, in seconds, are not told apart.
_SHORTEST = 0.0001


@pytest.mark.parametrize("start", list(starts()))
def test_sixteen_times_the_octets_do_not_take_quadratic_time(start: str) -> None:
    for piece, tail in runs():
        small = block(start, piece, _SMALL, tail)
        large = block(start, piece, _SMALL * _TIMES_LARGER, tail)
        best_small = best_large = math.inf
        for _ in range(_ATTEMPTS):
            best_small = min(best_small, seconds(small))
            best_large = min(best_large, seconds(large))
            if best_large < _TIMES_SLOWER * max(best_small, _SHORTEST):
                break
        else:
            pytest.fail(f"{piece!r} repeated, then {tail!r}, takes more than linear time")
