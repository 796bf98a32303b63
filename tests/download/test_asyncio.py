"""What is asyncio's own: stores that are awaited, stores in threads, cancellation."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from pop3lib import disk
from pop3lib.aio import AsyncClient
from pop3lib.download import Commit, Incoming, Keep, Maildir, Result, StateFile, adownload
from pop3lib.endpoint import Security
from pop3lib.testing import Maildrop, Server
from tests.download.fetching import contents, mail
from tests.download.trials import folder_in_memory

MAIL = mail(6)


class Cupboard:
    """A store that is awaited: it keeps messages in memory."""

    def __init__(self) -> None:
        self.finished: dict[str, bytes] = {}
        self.kept: dict[str, bytes] = {}

    async def has(self, key: str) -> bool:
        await asyncio.sleep(0)
        return key in self.kept

    async def begin(self, message: Incoming) -> Box:
        await asyncio.sleep(0)
        if message.number == 3:
            raise RuntimeError("not the third")
        return Box(self)

    async def sync(self) -> None:
        await asyncio.sleep(0)
        self.kept.update(self.finished)


class Box:
    def __init__(self, cupboard: Cupboard) -> None:
        self.cupboard = cupboard
        self.octets = b""

    async def write(self, octets: bytes) -> None:
        await asyncio.sleep(0)
        self.octets += octets

    async def finish(self, key: str) -> str:
        await asyncio.sleep(0)
        self.cupboard.finished[key] = self.octets
        return key

    async def abandon(self) -> None:
        self.octets = b""


def client(server: Server, **options: Any) -> AsyncClient:
    return AsyncClient(
        server.host,
        server.port,
        security=Security.PLAINTEXT,
        allow_insecure_login=True,
        **options,
    )


def test_a_store_may_be_awaited() -> None:
    async def main() -> None:
        cupboard = Cupboard()
        for keep in (Keep.all(), Keep.none()):
            async with client(server) as pop:
                await pop.login("ann", "secret")
                report = await adownload(pop, cupboard, keep=keep)
            assert [each.number for each in report.of(Result.FAILED)] == [3]
        assert [each.result for each in report.outcomes].count(Result.KNOWN) == 5
        assert sorted(cupboard.kept.values()) == sorted(MAIL[:2] + MAIL[3:])

    with Server(messages=MAIL) as server:
        asyncio.run(main())
        server.settle()
        assert server.maildrops["ann"].messages == [MAIL[2]]


def test_a_store_that_blocks_does_not_block_the_loop(tmp_path: Path) -> None:
    let_go = threading.Event()

    class Slow(Maildir):
        def sync(self) -> None:
            assert let_go.wait(10), "the loop stood still while the store worked"
            super().sync()

    async def main() -> None:
        async with client(server) as pop:
            await pop.login("ann", "secret")
            download = asyncio.create_task(adownload(pop, Slow(tmp_path)))
            while not (tmp_path / "tmp").is_dir():
                await asyncio.sleep(0.001)
            let_go.set()
            (await download).check()

    with Server(messages=MAIL) as server:
        asyncio.run(main())
    assert contents(tmp_path) == sorted(MAIL)


class Cancelling:
    """Cancels the task at the *at*-th thing that is done to the disk, or said on the wire."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0
        self.task: asyncio.Task[Any] | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    def step(self, *_: object) -> None:
        self.count += 1
        if self.count == self.at and self.task is not None and self.loop is not None:
            self.loop.call_soon_threadsafe(self.task.cancel)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        for name in ("create", "write", "rename", "sync_folder", "write_at", "close"):
            patch.setattr(disk, name, self._counted(getattr(disk, name)))

    def _counted(self, real: Any) -> Any:
        def call(*given: Any) -> Any:
            self.step()
            return real(*given)

        return call


async def attempt(server: Server, folder: Path, cancelling: Cancelling) -> None:
    state = StateFile(folder / "uids", "ann")
    cancelling.loop = asyncio.get_running_loop()

    async def session() -> None:
        async with client(server, trace=cancelling.step) as pop:
            await pop.login("ann", "secret")
            report = await adownload(pop, Maildir(folder / "mail"), state=state, keep=Keep.none())
            assert report.commit in (Commit.DONE, Commit.NOTHING)

    cancelling.task = asyncio.ensure_future(session())
    try:
        await cancelling.task
    except asyncio.CancelledError:
        assert not state.is_open, "the record is let go of"
        left = folder / "mail" / "tmp"
        assert not left.is_dir() or not list(left.iterdir()), "nothing unfinished stays"


def test_a_download_that_is_cancelled_at_any_step_costs_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(disk, "sync", lambda descriptor: None)
    with Server(messages=MAIL) as server, folder_in_memory() as folder:
        counting = Cancelling(0)
        with pytest.MonkeyPatch.context() as patch:
            counting.install(patch)
            asyncio.run(attempt(server, folder / "0", counting))
        assert counting.count > 50
        for at in range(1, counting.count, 2):
            server.settle()
            server.maildrops["ann"] = Maildrop("secret", MAIL)
            with pytest.MonkeyPatch.context() as patch:
                cancelling = Cancelling(at)
                cancelling.install(patch)
                asyncio.run(attempt(server, folder / f"{at}", cancelling))
            server.settle()
            work = folder / f"{at}"
            there = server.maildrops["ann"].messages
            assert not set(MAIL) - set(contents(work / "mail")) - set(there), f"step {at}"
            asyncio.run(attempt(server, work, Cancelling(0)))
            server.settle()
            assert server.maildrops["ann"].messages == [], f"step {at}"
            assert contents(work / "mail") == sorted(MAIL), f"step {at}"


def test_two_downloads_at_once_into_one_maildir(tmp_path: Path) -> None:
    """Of two accounts, each with a record of its own."""

    async def one(user: str) -> None:
        async with client(server) as pop:
            await pop.login(user, "secret")
            state = StateFile(tmp_path / user, user)
            (await adownload(pop, Maildir(tmp_path / "mail"), state=state)).check()

    async def main() -> None:
        await asyncio.gather(one("ann"), one("bob"))

    with Server({"ann": Maildrop("secret", MAIL), "bob": Maildrop("secret", MAIL)}) as server:
        asyncio.run(main())
    assert contents(tmp_path / "mail") == sorted([*MAIL, *MAIL])
