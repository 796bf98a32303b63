"""Many mailboxes at once in one process: connections a second, and memory for each.

Run it as ``python -m tests.benchmarks.many_mailboxes``. Each session connects, logs in and lists;
then all are held open, the memory is looked at, and all are closed. The server has its answers
ready in a process of its own; it has a thread for each connection, and bounds the rate.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
from collections.abc import Iterable
from contextlib import AsyncExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter

from tests.benchmarks.race import options, resident
from tests.benchmarks.serving import served
from tests.benchmarks.sessions import LOOPS, Place, by_async_client

COUNTS = (1, 10, 100, 500)


async def hold(place: Place, count: int) -> tuple[float, int]:
    """Open *count* sessions; return the seconds it took, and by how much the memory grew."""
    await visit(place, 1)  # what is loaded once does not count
    gc.collect()
    before = resident()
    began = perf_counter()
    grown, taken = await visit(place, count, began)
    return taken, grown - before


async def visit(place: Place, count: int, began: float = 0.0) -> tuple[int, float]:
    """Have *count* sessions at once; return the memory meanwhile, and the seconds since *began*."""
    async with AsyncExitStack() as stack:

        async def open_one() -> None:
            pop = await stack.enter_async_context(by_async_client(place))
            await pop.list()

        await asyncio.gather(*(open_one() for _ in range(count)))
        return resident(), perf_counter() - began


def alone(name: str, place: Place, count: int) -> tuple[float, int]:
    """Do it in a process of its own: memory that was freed before is not used again there."""
    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_tell, args=(name, place, count, theirs))
    process.start()
    theirs.close()
    told: tuple[float, int] = ours.recv()
    process.join()
    return told


def _tell(name: str, place: Place, count: int, pipe: Connection) -> None:
    with asyncio.Runner(loop_factory=LOOPS[name]) as runner:
        pipe.send(runner.run(hold(place, count)))


def row(name: str, count: int, told: Iterable[tuple[float, int]]) -> str:
    """Return a line of the table."""
    seconds, octets = (statistics.median(values) for values in zip(*told, strict=True))
    each = octets / count / 1024
    return f"{name:22} {count:6} {count / seconds:14.0f} {seconds * 1000:10.1f} {each:14.0f}"


def main() -> None:
    """Print a table for each kind of line."""
    given = options(__doc__, rounds=5, most=max(COUNTS))
    with served("canned", "listing", 20) as server:
        for line, place in {"in clear": server.plain, "TLS": server.tls}.items():
            print(
                f"\n{line:22} {'number':>6} {'connections/s':>14} {'ms':>10} {'KiB for each':>14}"
            )
            for count in (count for count in COUNTS if count <= given.most):
                # By turns, so that what else the machine does meets both.
                told: dict[str, list[tuple[float, int]]] = {name: [] for name in LOOPS}
                for name in list(LOOPS) * given.rounds:
                    told[name].append(alone(name, place, count))
                for name, values in told.items():
                    print(row(name, count, values), flush=True)


if __name__ == "__main__":
    main()
