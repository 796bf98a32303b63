"""How the tests run an example: as a user does, in a folder of its own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"

#: Dates are shown in local time.
_ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "TZ": "UTC", "COLUMNS": "80"}

Done = subprocess.CompletedProcess[str]


def run(folder: Path, name: str, *arguments: str, said: str = "", **environment: str) -> Done:
    """Run the example *name* in *folder*, with *said* typed in."""
    return _done([sys.executable, str(EXAMPLES / name), *arguments], folder, said, environment)


def run_limited(folder: Path, kilobytes: int, name: str, *arguments: str, **more: str) -> Done:
    """Run an example that may have *kilobytes* of data in memory, and no more."""
    words = shlex.join([sys.executable, str(EXAMPLES / name), *arguments])
    return _done(["sh", "-c", f"ulimit -d {kilobytes}; exec {words}"], folder, "", more)


def run_line(folder: Path, line: str) -> Done:
    """Run a line of the shell in *folder*; ``python`` is this one."""
    python = f'python() {{ "{sys.executable}" "$@"; }}'
    return _done(["sh", "-c", f"{python}\n{line}"], folder, "", {})


def _done(command: list[str], folder: Path, said: str, environment: dict[str, str]) -> Done:
    return subprocess.run(
        command,
        cwd=folder,
        env={**_ENVIRONMENT, **environment},
        input=said,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
