"""A race: ways to do the same thing, timed by turns, and the table of how they did."""

from __future__ import annotations

import argparse
import multiprocessing
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

#: Does the thing once; returns the seconds that count, those of preparing not among them.
Run: TypeAlias = Callable[[], float]
#: The seconds of each round, by the name of the way.
Times: TypeAlias = Mapping[str, Sequence[float]]


def race(ways: Mapping[str, Run], rounds: int) -> Times:
    """Time each of *ways* once in each round, a different one first each time."""
    names = list(ways)
    times: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            times[name].append(ways[name]())
    return times


def spread(seconds: Sequence[float]) -> float:
    """Return half of what lies between the quartiles, as a part of the median: the noise."""
    if len(seconds) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(seconds, n=4, method="inclusive")
    return (high - low) / 2 / middle


def faster(times: Times, name: str, other: str) -> float:
    """Return how many times as fast as *other* the way called *name* is, by their medians."""
    return statistics.median(times[other]) / statistics.median(times[name])


def table(
    title: str,
    times: Times,
    fixed: Sequence[str],
    beside: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Print the median of each way, its noise, and its speed as a multiple of each *fixed* one's.

    :param beside: more columns by their titles, each with a text for some of the ways.
    """
    more = dict(beside or {})
    width = max(len(title), *map(len, times))
    heads = [f"x {name}" for name in fixed] + list(more)
    print(f"\n{title:{width}}      median  noise" + "".join(f"  {head:>16}" for head in heads))
    for name, seconds in times.items():
        ratios = [f"{faster(times, name, other):.2f}" for other in fixed]
        texts = ratios + [column.get(name, "") for column in more.values()]
        print(
            f"{name:{width}}  {statistics.median(seconds) * 1000:7.1f} ms  {spread(seconds):5.0%}"
            + "".join(f"  {text:>16}" for text in texts),
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
