"""Runs a harness under atheris: coverage-guided, from the seeds, until something escapes.

An input that makes the harness raise is written to a file in the corpus' folder, and its name
printed; ``--input FILE`` runs it again. Nothing else is kept, unless ``--corpus`` names a folder.
``--blind`` does without atheris.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.fuzz import blind

Harness = Callable[[bytes], None]


def main(module: str, seeds: Callable[[], Iterable[bytes]]) -> None:
    """Run ``harness`` of *module*, as the command line says."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("--runs", type=int, default=100_000, help="inputs to try; -1: no end")
    parser.add_argument("--seconds", type=int, default=0, help="to stop after; 0: no end")
    parser.add_argument("--octets", type=int, default=1024, help="of the longest input")
    parser.add_argument("--corpus", type=Path, help="a folder for the inputs worth keeping")
    parser.add_argument("--blind", action="store_true", help="do without atheris")
    parser.add_argument("--input", type=Path, help="a file to run once, without atheris")
    asked = parser.parse_args()
    if asked.input is not None:
        _harness(module)(asked.input.read_bytes())
        return
    if asked.blind:
        _blind(module, asked, seeds)
        return
    with tempfile.TemporaryDirectory() as scratch:
        corpus = asked.corpus or Path(scratch) / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds()):
            (corpus / f"seed-{number:04}").write_bytes(seed)
        _fuzz(module, asked, corpus)


def _blind(module: str, asked: argparse.Namespace, seeds: Callable[[], Iterable[bytes]]) -> None:
    grown = sorted(asked.corpus.iterdir()) if asked.corpus else []
    count = blind.run(
        _harness(module),
        [*seeds(), *(path.read_bytes() for path in grown)],
        runs=asked.runs,
        seconds=asked.seconds,
        longest=asked.octets,
        failed=(asked.corpus or Path()) / f"escaped-{module.rpartition('.')[2]}",
    )
    print(f"{count} inputs, nothing escaped")


def _harness(module: str) -> Harness:
    found: Harness = importlib.import_module(module).harness
    return found


def _fuzz(module: str, asked: argparse.Namespace, corpus: Path) -> None:
    atheris = importlib.import_module("atheris")  # it comes without types

    # Loaded anew, so that atheris sees which way an input takes through the package.
    for name in list(sys.modules):
        if name.partition(".")[0] in ("pop3lib", "tests"):
            del sys.modules[name]
    with atheris.instrument_imports(include=["pop3lib"]):
        harness = _harness(module)
    options = [
        f"-runs={asked.runs}",
        f"-max_total_time={asked.seconds}",
        f"-max_len={asked.octets}",
        "-timeout=10",  # seconds for one input: far more than a linear reading takes
        "-rss_limit_mb=1024",
        f"-artifact_prefix={asked.corpus or '.'}/",
        "-print_final_stats=1",
        str(corpus),
    ]
    atheris.Setup([module, *options], harness)
    atheris.Fuzz()
