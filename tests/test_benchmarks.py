"""The benchmarks run: with so little to do that what they measure means nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = " ".join(
    (ROOT / "docs" / "explanation" / "performance.rst").read_text("utf-8").split()
)  # a line may end in the midst of a command
FOLDER = ROOT / "tests" / "benchmarks"

#: The arguments of each benchmark, and what its tables must have.
LITTLE = {
    "big_message": ("--rounds 1 --megabytes 1", ["dotted, TLS, to memory", "bare loop", "MiB"]),
    "headers": ("", ["everything typed", "policy.default"]),
    "listings": ("--rounds 1 --messages 100", ["UIDL of 100", "poplib, split, int"]),
    "many_mailboxes": ("--rounds 1 --most 10", ["KiB for each", "TLS", "uvloop"]),
    "slow_line": (
        "--rounds 1 --messages 9 --poplib 1 --longest 20",
        ["20 ms, 10 Mbit/s", "ideal"],
    ),
    "small_messages": ("--rounds 1 --messages 9", ["9 header blocks, embedded", "loop by hand"]),
}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("name", sorted(LITTLE))
def test_a_benchmark_prints_its_tables(name: str) -> None:
    arguments, parts = LITTLE[name]
    done = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{name}", *arguments.split()],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert [part for part in parts if part not in done.stdout] == []


def test_the_page_has_the_command_of_every_benchmark() -> None:
    programs = {
        path.stem for path in FOLDER.glob("*.py") if "rounds" in path.read_text("utf-8").lower()
    }
    benchmarks = {name for name in programs if f"python -m tests.benchmarks.{name}" in source(name)}
    assert benchmarks >= {*LITTLE, "imports"}
    assert [name for name in benchmarks if f"python -m tests.benchmarks.{name}" not in PAGE] == []


def source(name: str) -> str:
    """Return the text of a benchmark."""
    return (FOLDER / f"{name}.py").read_text("utf-8")
