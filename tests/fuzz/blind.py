"""Inputs without a guide: seeds with a few changes at random, as many as time allows.

It needs no atheris, and tries several times as many inputs a second. Begun from a corpus that
atheris has grown it looks around in places that chance alone would never have come to.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from tests.headers.shapes import PIECES

_DICTIONARY = [piece.encode("latin-1") for piece in PIECES]
_DICTIONARY += [b"+OK\r\n", b"-ERR ", b"+ ", b"\r\n.\r\n", b"..", b"\xff", b"1 2\r\n", b"9" * 11]


def inputs(seeds: Sequence[bytes], longest: int, chance: random.Random) -> Iterator[bytes]:
    """Yield inputs of at most *longest* octets without end."""
    while True:
        octets = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(octets) + 1)
            end = place + chance.randrange(1, 9)
            chance.choice(_CHANGES)(octets, slice(place, end), seeds, chance)
        yield bytes(octets[:longest])


def _other_octet(
    octets: bytearray, part: slice, seeds: Sequence[bytes], chance: random.Random
) -> None:
    if part.start < len(octets):
        octets[part.start] = chance.randrange(256)


def _gap(octets: bytearray, part: slice, seeds: Sequence[bytes], chance: random.Random) -> None:
    del octets[part]


def _again(octets: bytearray, part: slice, seeds: Sequence[bytes], chance: random.Random) -> None:
    octets[part] = octets[part] * chance.randrange(2, 6)


def _word(octets: bytearray, part: slice, seeds: Sequence[bytes], chance: random.Random) -> None:
    octets[part.start : part.start] = chance.choice(_DICTIONARY)


def _splice(octets: bytearray, part: slice, seeds: Sequence[bytes], chance: random.Random) -> None:
    other = chance.choice(seeds)
    octets[part.start :] = other[chance.randrange(len(other) + 1) :]


_CHANGES = (_other_octet, _gap, _again, _word, _splice)


def run(
    harness: Callable[[bytes], object],
    seeds: Iterable[bytes],
    *,
    runs: int,
    seconds: float,
    longest: int,
    failed: Path,
) -> int:
    """Try so many inputs, or for so long; return how many. What escapes is written to *failed*."""
    chance = random.Random()
    began, count = time.monotonic(), 0
    for count, octets in enumerate(inputs(list(seeds), longest, chance), 1):
        try:
            harness(octets)
        except BaseException:
            failed.write_bytes(octets)
            print(f"input {count} escaped; it is in {failed}", flush=True)
            raise
        if count % 10_000 == 0:
            print(count, flush=True)
        if count == runs or 0 < seconds < time.monotonic() - began:
            break
    return count
