"""The line is lost: at every octet of a session, and resumed where that was asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import pop3lib
from pop3lib import disk
from pop3lib.aio import AsyncClient
from pop3lib.download import Commit, Keep, Maildir, Reconnect, Report, Result, StateFile
from pop3lib.testing import Maildrop, Server, Settings, faults
from tests import faces
from tests.download.crashing import STORES
from tests.download.fetching import client, contents, fetch, mail, run
from tests.download.trials import EXHAUSTIVE, folder_in_memory, saved

MAIL = mail(3)
#: A short session: what is cut is what a download says, and no list of mechanisms.
SHORT = Settings(greeting="hi", apop=False, sasl=(), utf8=False, capabilities=())


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "sync", lambda descriptor: None)


@pytest.fixture
def length() -> int:
    """Return how many octets the server sends in a session that nobody cuts."""
    length = 0

    def count(command: str, actions: Iterable[faults.Action]) -> Iterator[faults.Action]:
        nonlocal length
        for action in actions:
            length += len(action) if isinstance(action, bytes) else 0
            yield action

    with (
        Server(messages=MAIL, settings=SHORT, faults=lambda number: count) as server,
        folder_in_memory() as folder,
    ):
        fetch(server, Maildir(folder), keep=Keep.none()).check()
    return length


def attempt(server: Server, folder: Path, kind: str) -> Report | None:
    """Download; None where the session did not come to it."""
    state = StateFile(folder / "uids", "ann")
    try:
        return fetch(server, STORES[kind](folder / "mail"), state=state, keep=Keep.none())
    except pop3lib.ServerDisconnected:
        return None


@pytest.mark.parametrize("kind", ["maildir", "mbox"])
def test_DAT_06_a_server_that_dies_at_any_octet_costs_nothing(
    face: str, kind: str, length: int
) -> None:
    step = 1 if EXHAUSTIVE or (face, kind) == ("blocking", "maildir") else 13
    with (
        folder_in_memory() as folder,
        Server(
            messages=MAIL,
            settings=SHORT,
            faults=lambda number: faults.cut(at, reset=at % 2 == 0) if number % 2 else None,
        ) as server,
    ):
        for at in range(1, length, step):
            server.maildrops["ann"] = Maildrop("secret", MAIL)
            work = folder / f"{at}"
            report = attempt(server, work, kind)
            server.settle()
            there = server.maildrops["ann"].messages
            assert not set(MAIL) - set(saved(work, kind)) - set(there), f"cut at {at}"
            if report is not None and len(there) == len(MAIL):
                assert report.commit is not Commit.DONE, f"cut at {at}: {report}"
            report = attempt(server, work, kind)
            assert report is not None and report.ok, f"cut at {at}: {report}"
            server.settle()
            assert server.maildrops["ann"].messages == [], f"cut at {at}"
            assert saved(work, kind) == sorted(MAIL), f"cut at {at}"


def reconnecting(server: Server, **options: Any) -> Reconnect[Any]:
    """Return the way to connect anew to *server* with the kind of client that is on."""

    def connect() -> pop3lib.Client:
        pop = client(server).connect()
        pop.login("ann", "secret")
        return pop

    async def connect_async() -> AsyncClient:
        pop: Any = client(server)
        await pop.inner.connect()
        await pop.inner.login("ann", "secret")
        inner: AsyncClient = pop.inner
        return inner

    def either() -> pop3lib.Client | Awaitable[AsyncClient]:
        return connect() if faces.kind == "blocking" else connect_async()

    return Reconnect(either, **{"pause": 0.001, **options})


@pytest.mark.usefixtures("face")
def test_a_lost_session_is_resumed_and_numbers_are_asked_for_again(tmp_path: Path) -> None:
    messages = mail(30)
    maildrop = Maildrop("secret", messages)

    def dying(number: int) -> Any:
        if number == 2:  # another client deletes the first message: all numbers are others now
            del maildrop._kept[0]
        return faults.cut(1500 + 500 * number) if number < 3 else None

    with Server({"ann": maildrop}, faults=dying) as server:
        report = fetch(
            server,
            Maildir(tmp_path / "mail"),
            state=StateFile(tmp_path / "uids", "ann"),
            keep=Keep.none(),
            reconnect=reconnecting(server, attempts=5),
        )
        server.settle()
    report.check()
    assert report.sessions == 3 and report.commit is Commit.DONE
    assert contents(tmp_path / "mail") == sorted(messages)
    assert maildrop.messages == []
    uids = [outcome.uid for outcome in report.of(Result.SAVED)]
    assert len(uids) == len(set(uids)), "what one session had saved, the next did not fetch"


@pytest.mark.usefixtures("face")
def test_it_is_given_up_after_so_many_attempts(tmp_path: Path) -> None:
    with Server(messages=MAIL, faults=lambda n: faults.at("RETR", faults.cut(10))) as server:
        report = fetch(
            server, Maildir(tmp_path / "mail"), reconnect=reconnecting(server, attempts=2)
        )
    assert isinstance(report.failure, pop3lib.ServerDisconnected)
    assert len(server.sessions) == 3


@pytest.mark.usefixtures("face")
def test_SEQ_without_UIDL_a_lost_session_is_not_resumed(tmp_path: Path) -> None:
    settings = Settings(uidl=False)
    with Server(messages=mail(9), settings=settings, faults=lambda n: faults.cut(900)) as server:
        report = fetch(
            server, Maildir(tmp_path / "mail"), reconnect=reconnecting(server), keep=Keep.none()
        )
    assert len(server.sessions) == 1 and "cannot be resumed" in report.warnings[-1]
    assert report.failure is not None and report.commit is Commit.NOTHING


@pytest.mark.usefixtures("face")
def test_the_with_block_is_left_in_peace_though_the_marks_were_lost(tmp_path: Path) -> None:
    settings = Settings(refusals={"DELE 2": "no"})
    with Server(messages=MAIL, settings=settings) as server:
        with client(server) as pop:
            pop.login("ann", "secret")
            report = run(pop, Maildir(tmp_path / "mail"), keep=Keep.none())
        assert report.deleted == 2  # and nothing was raised
