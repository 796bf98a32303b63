"""Trials: a download is killed at a step, and another one follows.

``POP3LIB_EXHAUSTIVE=1`` tries every step of every combination; otherwise some are tried at a share
of their steps, in each run the same.
"""

from __future__ import annotations

import mailbox
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pop3lib.testing import Maildrop
from pop3lib.testing import Server as TestServer
from tests.download.crashing import End, Forge, Order
from tests.download.fetching import contents, mail
from tests.live.servers import Server

EXHAUSTIVE = os.environ.get("POP3LIB_EXHAUSTIVE") == "1"
COUNT = 20
#: With LF line ends, as they lie on a server's disk; and one that needs more than one write.
_LARGE = b"a: b\n\n" + (b"x" * 50_000 + b"\n") * 6
STORED = [*(each.replace(b"\r\n", b"\n") for each in mail(COUNT - 1)), _LARGE]
SENT = [each.replace(b"\n", b"\r\n") for each in STORED]


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """Make a folder, in memory where that can be: what dies is a process, no disk."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    path = Path(tempfile.mkdtemp(dir=memory))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def saved(folder: Path, store: str) -> list[bytes]:
    """Return what is in the store."""
    path = folder / "mail"
    if store != "mbox":
        return contents(path) if path.is_dir() else []
    if not path.exists():
        return []
    box = mailbox.mbox(path, create=False)
    try:
        octets = [box.get_bytes(key) for key in box.keys()]  # noqa: SIM118
    finally:
        box.close()
    return sorted(re.sub(rb"(\A|\n)>(>*From )", rb"\1\2", each) for each in octets)


class Trial:
    """Downloads from one server, killed and done again."""

    def __init__(self, forge: Forge, folder: Path, order: Order) -> None:
        self.forge = forge
        self.folder = folder
        self.order = order

    def refill(self) -> None:
        raise NotImplementedError

    def left(self) -> list[bytes]:
        raise NotImplementedError

    def steps(self) -> int:
        """Return how many steps a run has that nobody kills."""
        return self._run(0).steps

    def kill(self, step: int) -> None:
        """Kill a run at *step*, then have another one, and look at what is there."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        self.refill()
        assert self._run(step).killed
        between = saved(self.folder, self.order.store)
        lost = set(SENT) - set(between) - set(self.left())
        assert not lost, f"killed at step {step}, {len(lost)} messages were nowhere"
        end = self._run(0)
        assert not end.error and not end.killed, f"after step {step}: {end}"
        assert saved(self.folder, self.order.store) == sorted(SENT), f"killed at step {step}"
        kept = SENT[COUNT - self.order.last :] if self.order.last else []
        assert self.left() == kept, f"killed at step {step}"
        if self.order.store == "maildir":
            assert not list((self.folder / "mail" / "tmp").iterdir()), f"killed at step {step}"

    def _run(self, kill: int) -> End:
        return self.forge(replace(self.order, kill=kill))


class Embedded(Trial):
    """Trials with the server of pop3lib.testing."""

    def __init__(self, server: TestServer, forge: Forge, folder: Path, order: Order) -> None:
        super().__init__(forge, folder, order)
        self.server = server
        self.refill()

    def refill(self) -> None:
        self.server.settle()
        self.server.maildrops["ann"] = Maildrop("secret", SENT)

    def left(self) -> list[bytes]:
        self.server.settle()
        return [each for each in self.server.maildrops["ann"].messages if isinstance(each, bytes)]


class Live(Trial):
    """Trials with a real server."""

    def __init__(self, server: Server, forge: Forge, folder: Path, order: Order) -> None:
        super().__init__(forge, folder, order)
        self.server = server
        self.refill()

    def refill(self) -> None:
        self.server.fill("alice", STORED)

    def left(self) -> list[bytes]:
        return [each.replace(b"\n", b"\r\n") for each in self.server.messages("alice")]


def some(steps: int, count: int) -> Iterator[int]:
    """Yield *count* of the steps, evenly; all of them in an exhaustive run."""
    if EXHAUSTIVE or count >= steps:
        yield from range(1, steps + 1)
    else:
        yield from (1 + n * steps // count for n in range(count))
