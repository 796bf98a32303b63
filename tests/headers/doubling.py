"""Shows that time is linear: each nasty shape from 10 kB to 1.3 MB, doubled each time.

Run it as ``python -m tests.headers.doubling [largest size in octets]``; it takes minutes. A shape
is printed where one doubling costs more than three times as much; a quadratic one costs four.
"""

from __future__ import annotations

import gc
import sys
from collections import deque
from time import process_time

from tests.headers.readings import texts
from tests.headers.shapes import PIECES, block, starts

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


def main(largest: int) -> None:
    """Print each shape's slowest doubling that is not linear, and the slowest shape of all."""
    slowest = (0.0, "")
    for start in starts():
        for piece in PIECES:
            octets, before, suspect = SMALLEST, _NOISE, ""
            while octets <= largest:
                now = seconds(block(start, piece, octets))
                if now > 3 * before:
                    now = best(block(start, piece, octets), 3)
                if now > 3 * before:
                    suspect = f"{octets} octets: {before:.3f} s, then {now:.3f} s"
                before = max(now, _NOISE)
                octets *= 2
            slowest = max(slowest, (before, f"{start}{piece!r}"))
            if suspect:
                print(f"{start}{piece!r} {suspect}", flush=True)
    print(f"slowest: {slowest[0]:.2f} s for {octets // 2} octets of {slowest[1]}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LARGEST)
