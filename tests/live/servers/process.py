"""A server's process, its children with it: started, waited for, and stopped for certain."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

#: Seconds until what is waited for must have come.
_PATIENCE = 20.0
#: Characters of a log that are told when the start fails.
_TAIL = 4000


class Process:
    """A command in a process group of its own, writing to a log file.

    :param stop_after: seconds that it may take to stop after SIGTERM; then it is killed.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        stop_after: float = 5.0,
    ) -> None:
        self.log = log
        self._stop_after = stop_after
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*_dies_with_us(), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,
            )

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait until *ready* says so.

        :raises RuntimeError: with the log, where the process ends first or takes too long.
        """
        give_up = time.monotonic() + _PATIENCE
        while not ready():
            # The pause between two looks ends at once where the process does.
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = self._process.wait(timeout=0.02)
                raise RuntimeError(f"it ended with status {status}.\n{self._tail()}")
            if time.monotonic() > give_up:
                raise RuntimeError(f"it kept us waiting for {_PATIENCE:g} s.\n{self._tail()}")

    def runs(self, program: str) -> bool:
        """Whether a process of that name is among the descendants of this one."""
        return program in _descendants(self._process.pid)

    def stop(self) -> None:
        """Stop the whole group: kindly, then surely."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=self._stop_after)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def log_text(self) -> str:
        """Return what the log holds."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def _tail(self) -> str:
        return self.log_text()[-_TAIL:]

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def _dies_with_us() -> list[str]:
    """Return what to put in front of a command so that no kill of the tests leaves it behind."""
    setpriv = shutil.which("setpriv")  # util-linux; elsewhere stop() has to do
    # Not TERM: unshare, which waits for its child, takes no notice of it.
    return [] if setpriv is None else [setpriv, "--pdeathsig", "KILL"]


def _descendants(ancestor: int) -> set[str]:
    """Return the names of the living processes that come from *ancestor* (Linux, as /proc is)."""
    parents, names = dict[int, int](), dict[int, str]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended since
            # proc(5): the name stands in parentheses, and may hold any character.
            number, _, rest = stat.read_text("utf-8", "replace").partition(" (")
            name, _, fields = rest.rpartition(") ")
            state, parent = fields.split()[:2]
            parents[int(number)] = int(parent)
            names[int(number)] = name if state != "Z" else ""
    return {names[number] for number in parents if _comes_from(number, ancestor, parents)}


def _comes_from(number: int, ancestor: int, parents: Mapping[int, int]) -> bool:
    while number in parents:
        number = parents[number]
        if number == ancestor:
            return True
    return False
