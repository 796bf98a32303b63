"""What importing the package costs beside what it needs, in one interleaved run.

Run it as ``python -m tests.benchmarks.imports``. Times are those of a whole interpreter, the least
of many, in milliseconds.
"""

from __future__ import annotations

import subprocess
import sys
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


def milliseconds(program: str) -> float:
    """Return how long Python takes to run *program*, start and end included."""
    began = perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return (perf_counter() - began) * 1000


def main() -> None:
    """Print the least time of each program."""
    rounds = [[milliseconds(program) for program in PROGRAMS] for _ in range(ROUNDS)]
    for program, times in zip(PROGRAMS, zip(*rounds, strict=True), strict=True):
        print(f"{min(times):7.1f} ms  {program}")


if __name__ == "__main__":
    main()
