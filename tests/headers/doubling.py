"""Shows that time is linear: each nasty shape from 10 kB to 1.3 MB, doubled each time.

Run it as ``python -m tests.headers.doubling [largest size in octets [every how many]]``; all shapes
at full size take more than an hour, so that of each so many one may be taken, at random. A shape is
printed where one doubling costs more than three times as much; a quadratic one costs four.
"""

from __future__ import annotations

import gc
import random
import sys
from collections import deque
from itertools import product
from time import process_time

from tests.headers.readings import texts
from tests.headers.shapes import block, runs, starts

SMALLEST = 10_000
LARGEST = 1_300_000
#: Times below this are noise, in seconds.
_NOISE = 0.05


def seconds(raw: bytes) -> float:
    """Return the processor's time it takes to ask everything about *raw*.

    What else the machine does meanwhile does not count, nor does the cyclic collector, which looks
    at all objects of the process.
    """
    gc.disable()
    begin = process_time()
    deque(texts(raw), maxlen=0)
    taken = process_time() - begin
    gc.enable()
    return taken


def best(raw: bytes, times: int) -> float:
    """Return the best of some times."""
    return min(seconds(raw) for _ in range(times))


def double(shape: tuple[str, str, str], largest: int) -> tuple[float, str]:
    """Return the time for the largest size, and the last doubling that was not linear, in words."""
    octets, before, suspect = SMALLEST, _NOISE, ""
    while octets <= largest:
        raw = block(shape[0], shape[1], octets, shape[2])
        now = seconds(raw)
        if now > 3 * before:
            now = best(raw, 3)
        if now > 3 * before:
            suspect = f"{octets} octets: {before:.3f} s, then {now:.3f} s"
        before = max(now, _NOISE)
        octets *= 2
    return before, suspect


def main(largest: int = LARGEST, every: int = 1) -> None:
    """Print each shape's slowest doubling that is not linear, and the slowest shape of all."""
    shapes = [(start, *run) for start, run in product(starts(), runs())]
    shapes = random.Random(every).sample(shapes, len(shapes) // every)
    slowest = (0.0, shapes[0])
    for shape in shapes:
        taken, suspect = double(shape, largest)
        slowest = max(slowest, (taken, shape))
        if suspect:
            print(f"{shape}: {suspect}", flush=True)
    print(f"{len(shapes)} shapes; the slowest took {slowest[0]:.2f} s: {slowest[1]}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
