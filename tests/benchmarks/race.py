"""A race: ways to do the same thing, timed by turns, and the table of how they did."""

from __future__ import annotations

import argparse
import multiprocessing
import re
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from time import process_time
from typing import NamedTuple, TypeAlias

#: Does the thing once; returns the seconds that count, those of preparing not among them.
Run: TypeAlias = Callable[[], float]


class Lap(NamedTuple):
    """What it took once."""

    #: seconds by the clock
    seconds: float
    #: seconds of the processor, those of preparing included; the server's are not
    processor: float


#: The laps of each way, by its name.
Laps: TypeAlias = Mapping[str, Sequence[Lap]]


def race(ways: Mapping[str, Run], rounds: int) -> Laps:
    """Have each of *ways* do it once in each round, a different one first each time."""
    names = list(ways)
    laps: dict[str, list[Lap]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            began = process_time()
            seconds = ways[name]()
            laps[name].append(Lap(seconds, process_time() - began))
    return laps


def median(laps: Iterable[Lap]) -> Lap:
    """Return the median of the seconds, and that of the processor's."""
    return Lap(*map(statistics.median, zip(*laps, strict=True)))


def noise(laps: Sequence[Lap]) -> float:
    """Return half of what lies between the quartiles, as a part of the median."""
    if len(laps) < 2:
        return 0.0
    seconds = [lap.seconds for lap in laps]
    low, middle, high = statistics.quantiles(seconds, n=4, method="inclusive")
    return (high - low) / 2 / middle


def table(
    title: str,
    laps: Laps,
    fixed: Sequence[str],
    beside: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Print the median of each way, its noise, and how many times as fast as each *fixed* it is.

    :param beside: more columns by their titles, each with a text for some of the ways.
    """
    more = dict(beside or {})
    width = max(len(title), *map(len, laps))
    heads = [f"x {name}" for name in fixed] + list(more)
    columns = "".join(f"  {head:>14}" for head in heads)
    print(f"\n{title:{width}}      median  noise       least   processor{columns}")
    for name, own in laps.items():
        middle = median(own)
        ratios = [f"{median(laps[other]).seconds / middle.seconds:.2f}" for other in fixed]
        texts = ratios + [column.get(name, "") for column in more.values()]
        print(
            f"{name:{width}}  {middle.seconds * 1000:7.1f} ms  {noise(own):5.0%}"
            f"  {min(own).seconds * 1000:7.1f} ms  {middle.processor * 1000:7.1f} ms"
            + "".join(f"  {text:>14}" for text in texts),
            flush=True,
        )


def peak(run: Run) -> int:
    """Return by how many octets *run* makes the memory of a process of its own grow at most."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_tell_peak, args=(run, theirs))
    process.start()
    theirs.close()  # or a child that fails would keep us waiting
    octets: int = ours.recv()
    process.join()
    return octets


def resident(what: str = "VmRSS") -> int:
    """Return the octets of memory that this process has (Linux); ``VmHWM``: had at most."""
    found = re.search(rf"{what}:\s+([0-9]+) kB", Path("/proc/self/status").read_text())
    assert found is not None, "proc(5) has the field"
    return int(found[1]) * 1024


def _tell_peak(run: Run, pipe: Connection) -> None:
    run()  # once before: what is loaded or kept for good does not count
    Path("/proc/self/clear_refs").write_text("5")  # proc(5): forget the peak there was
    before = resident()
    run()
    pipe.send(resident("VmHWM") - before)


def mib(octets: float) -> str:
    """Return *octets* in MiB, for a table."""
    return f"{octets / 2**20:.1f} MiB"


def options(doc: str | None, rounds: int, **others: int) -> argparse.Namespace:
    """Read the command line: ``--rounds`` and *others*, each a whole number with its default."""
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    for name, default in {"rounds": rounds, **others}.items():
        help = f"by default {default}"
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N", help=help)
    return parser.parse_args()
