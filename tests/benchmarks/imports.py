"""What importing the package costs beside what it needs, in one interleaved run.

Run it as ``python -m tests.benchmarks.imports``. Times are those of a whole interpreter, the least
of many, in milliseconds, with bytecode at hand, as it is wherever a program runs a second time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from tempfile import TemporaryDirectory
from time import perf_counter

ROUNDS = 30
PROGRAMS = (
    "pass",
    "import socket, ssl",
    "import poplib",
    "import asyncio",
    "import pop3lib",
    "import pop3lib; pop3lib.AsyncClient",
)


def milliseconds(program: str, environment: dict[str, str]) -> float:
    """Return how long Python takes to run *program*, start and end included."""
    began = perf_counter()
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    return (perf_counter() - began) * 1000


def measured() -> list[list[float]]:
    """Return the times of each program, round by round.

    The first round, which is not among them, writes the bytecode: into a directory of its own,
    for PYTHONDONTWRITEBYTECODE or a tree that cannot be written would have each run compile anew.
    """
    with TemporaryDirectory() as bytecode:
        kept = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        rounds = [[milliseconds(program, kept) for program in PROGRAMS] for _ in range(ROUNDS + 1)]
    return rounds[1:]


def main() -> None:
    """Print the least time of each program."""
    rounds = measured()
    for program, times in zip(PROGRAMS, zip(*rounds, strict=True), strict=True):
        print(f"{min(times):7.1f} ms  {program}")


if __name__ == "__main__":
    main()
