"""Time is linear in the length, whatever the field holds; ``doubling.py`` shows it at full size."""

from __future__ import annotations

import pytest

from tests.headers.doubling import seconds
from tests.headers.shapes import PIECES, block, starts

_SMALL = 4_000
#: Sixteen times the time is what a quadratic shape would take; noise on a busy machine is allowed
#: for by trying again.
_TIMES_LARGER, _TIMES_SLOWER, _ATTEMPTS = 4, 8, 6


@pytest.mark.parametrize("start", list(starts()))
def test_four_times_the_octets_take_about_four_times_as_long(start: str) -> None:
    for piece in PIECES:
        small = block(start, piece, _SMALL)
        large = block(start, piece, _SMALL * _TIMES_LARGER)
        for _ in range(_ATTEMPTS):
            if seconds(large) < _TIMES_SLOWER * max(seconds(small), 0.0008):
                break
        else:
            pytest.fail(f"{piece!r} repeated takes more than linear time")
