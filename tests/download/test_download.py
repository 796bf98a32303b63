"""What a download does, over both clients, against the server of pop3lib.testing."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import pop3lib
from pop3lib.download import (
    Candidate,
    Choice,
    Commit,
    Folder,
    Keep,
    Maildir,
    Progress,
    Report,
    Result,
    StateFile,
    by_headers,
)
from pop3lib.testing import Maildrop, Server, Settings, faults
from pop3lib.uidstate import Stage
from tests.download.fetching import client, contents, fetch, mail, run

pytestmark = pytest.mark.usefixtures("face")

MAIL = mail(5)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(messages=MAIL) as server:
        yield server
    assert server.violations == []


@pytest.fixture
def state(tmp_path: Path) -> StateFile:
    return StateFile(tmp_path / "ann.uids", "ann@example.org")


def left(server: Server) -> list[Any]:
    """Return what is in the maildrop once the sessions have ended."""
    server.settle()
    return server.maildrops["ann"].messages


def verbs(server: Server, verb: str) -> list[str]:
    return [line for line in server.log if line.startswith(f"C: {verb}")]


@pytest.mark.parametrize("kind", [Maildir, Folder])
def test_what_is_new_is_saved_and_what_is_there_is_not_fetched_again(
    server: Server, state: StateFile, tmp_path: Path, kind: Callable[[Path], Any]
) -> None:
    report = fetch(server, kind(tmp_path / "mail"), state=state)
    assert (report.listed, report.saved, report.commit) == (5, 5, Commit.NOTHING)
    assert contents(tmp_path / "mail") == sorted(MAIL)
    more = b"Subject: more\r\n\r\n\r\n"
    server.maildrops["ann"].deliver(more)
    report = fetch(server, kind(tmp_path / "mail"), state=state)
    assert [outcome.number for outcome in report.outcomes] == [6]
    assert contents(tmp_path / "mail") == sorted([*MAIL, more])
    assert len(verbs(server, "RETR")) == 6
    report.check()


def test_files_are_the_owners_alone_whatever_the_umask(
    server: Server, state: StateFile, tmp_path: Path
) -> None:
    fetch(server, Maildir(tmp_path / "mail"), state=state)
    for path in [tmp_path / "mail", *(tmp_path / "mail").rglob("*"), state.path]:
        allowed = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == allowed, path


def test_where_a_message_is_stands_in_the_report(server: Server, tmp_path: Path) -> None:
    report = fetch(server, Folder(tmp_path))
    found = [Path(outcome.where or "").read_bytes() for outcome in report.outcomes]
    assert found == MAIL


@pytest.mark.parametrize(
    ("keep", "kept"), [(Keep.all(), 5), (Keep.last(2), 2), (Keep.none(), 0), (Keep.days(1), 5)]
)
def test_the_server_keeps_what_the_policy_says(
    server: Server, state: StateFile, tmp_path: Path, keep: Keep, kept: int
) -> None:
    report = fetch(server, Maildir(tmp_path / "mail"), state=state, keep=keep)
    assert left(server) == MAIL[5 - kept :]
    assert report.deleted == 5 - kept
    assert report.commit is (Commit.NOTHING if kept == 5 else Commit.DONE)
    with state:
        stages = [entry.stage for entry in state.state]
    assert stages.count(Stage.DELETED) == 5 - kept and stages.count(Stage.SAVED) == kept


def test_what_was_saved_earlier_is_deleted_when_its_days_are_over(
    server: Server, state: StateFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.days(30))
    assert len(left(server)) == 5
    monkeypatch.setattr("pop3lib.download.record.time.time", lambda: 4e9)
    report = fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.days(30))
    assert left(server) == [] and report.deleted == 5
    assert len(verbs(server, "RETR")) == 5


def test_deletions_are_recorded_before_QUIT_and_messages_before_DELE(
    server: Server, state: StateFile, tmp_path: Path
) -> None:
    fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.none())
    commands = [line for line in server.log if line.startswith(("C: RETR", "C: DELE", "C: QUIT"))]
    assert commands == (
        [f"C: RETR {n}" for n in range(1, 6)] + [f"C: DELE {n}" for n in range(1, 6)] + ["C: QUIT"]
    )


def test_a_selection_sees_the_size_and_without_by_headers_no_TOP_is_sent(
    server: Server, tmp_path: Path
) -> None:
    seen: list[Candidate] = []

    def small(message: Candidate) -> Choice:
        seen.append(message)
        return Choice.DOWNLOAD if (message.size or 0) < len(MAIL[2]) else Choice.SKIP

    report = fetch(server, Maildir(tmp_path / "mail"), select=small)
    assert contents(tmp_path / "mail") == sorted(MAIL[:2])
    assert [each.number for each in report.of(Result.SKIPPED)] == [3, 4, 5]
    assert [each.size for each in seen] == [len(each) for each in MAIL]
    assert verbs(server, "TOP") == []


def test_a_selection_by_headers_may_have_a_message_deleted_unseen(
    server: Server, state: StateFile, tmp_path: Path
) -> None:
    @by_headers
    def choose(message: Candidate) -> Choice:
        unwanted = str(message.headers.subject) in ("number 1", "number 3")
        return Choice.DELETE if unwanted else Choice.DOWNLOAD

    report = fetch(server, Maildir(tmp_path / "mail"), select=choose, state=state)
    assert contents(tmp_path / "mail") == sorted([MAIL[0], MAIL[2], MAIL[4]])
    assert left(server) == [MAIL[0], MAIL[2], MAIL[4]]
    assert report.deleted == 2 and len(verbs(server, "RETR")) == 3


def test_limits_leave_the_rest_for_the_next_run(
    server: Server, state: StateFile, tmp_path: Path
) -> None:
    store = Maildir(tmp_path / "mail")
    report = fetch(server, store, state=state, max_count=2)
    assert [each.number for each in report.of(Result.LEFT)] == [3, 4, 5]
    report = fetch(server, store, state=state, max_octets=len(MAIL[2]) + len(MAIL[3]))
    assert [each.number for each in report.of(Result.SAVED)] == [3, 4]
    report = fetch(server, store, state=state, max_octets=1)
    assert report.saved == 1, "one message is fetched whatever its size: else it would be for ever"
    assert contents(tmp_path / "mail") == sorted(MAIL)


def test_a_message_that_is_too_large_is_passed_over(server: Server, tmp_path: Path) -> None:
    report = fetch(server, Maildir(tmp_path / "mail"), max_size=len(MAIL[2]))
    assert [each.number for each in report.of(Result.TOO_LARGE)] == [4, 5]
    assert contents(tmp_path / "mail") == sorted(MAIL[:3])


def test_a_refused_message_is_reported_and_stops_nothing(tmp_path: Path) -> None:
    settings = Settings(refusals={"RETR 2": "[SYS/TEMP] try later", "DELE 4": "no"})
    with Server(messages=MAIL, settings=settings) as server:
        report = fetch(server, Maildir(tmp_path / "mail"), keep=Keep.none())
        assert [each.number for each in report.of(Result.REFUSED)] == [2]
        assert left(server) == [MAIL[1], MAIL[3]]
    assert contents(tmp_path / "mail") == sorted([MAIL[0], *MAIL[2:]])
    assert "message 4" in report.warnings[0] and not report.ok
    with pytest.raises(pop3lib.ServerSystemError):
        report.check()


def test_without_QUITs_OK_the_report_says_so_and_the_next_run_does_the_right_thing(
    state: StateFile, tmp_path: Path
) -> None:
    settings = Settings(refusals={"QUIT": "some deleted messages not removed"})
    maildrop = Maildrop("secret", MAIL)
    with Server({"ann": maildrop}, settings=settings) as server:
        report = fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.none())
    assert (report.commit, report.deleted, len(report.marked)) == (Commit.UNKNOWN, 0, 5)
    with pytest.raises(pop3lib.CommandError, match="QUIT"):
        report.check()
    with Server({"ann": maildrop}) as server:
        report = fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.none())
        assert left(server) == []
    assert report.deleted == 5 and report.saved == 0
    assert contents(tmp_path / "mail") == sorted(MAIL)


def test_without_UIDL_it_works_and_says_what_it_cannot_promise(
    state: StateFile, tmp_path: Path
) -> None:
    same = b"Subject: twice the same\r\n\r\n\r\n"
    with Server(messages=[*MAIL, same, same], settings=Settings(uidl=False)) as server:
        report = fetch(server, Maildir(tmp_path / "mail"), state=state)
        assert report.saved == 7 and "UIDL" in report.warnings[0]
        report = fetch(server, Maildir(tmp_path / "mail"), state=state)
        assert report.saved == 0 and len(list(report.of(Result.KNOWN))) == 7
        report = fetch(server, Maildir(tmp_path / "m"), keep=Keep.none(), max_count=2, state=state)
        assert left(server) == [*MAIL[2:], same, same], "only what was saved in this session"
    assert contents(tmp_path / "mail") == sorted([*MAIL, same, same])


@pytest.mark.parametrize(
    "settings",
    [
        Settings(refusals={"UIDL": "try later"}),
        Settings(uidl=False, refusals={"UIDL": "[SYS/TEMP] try later"}),
        Settings(uidl=False),
    ],
)
def test_a_UIDL_that_fails_today_is_no_reason_to_fetch_everything_twice(
    settings: Settings, state: StateFile, tmp_path: Path
) -> None:
    maildrop = Maildrop("secret", MAIL)
    with Server({"ann": maildrop}) as server:
        fetch(server, Maildir(tmp_path / "mail"), state=state)
    with Server({"ann": maildrop}, settings=settings) as server:
        report = fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.none())
        assert left(server) == MAIL and verbs(server, "RETR") == []
    assert isinstance(report.failure, pop3lib.CommandError) and "UIDL" in str(report.failure)
    assert "nothing was fetched" in report.warnings[0]
    assert contents(tmp_path / "mail") == sorted(MAIL)


def test_messages_that_share_a_unique_id_are_all_fetched(state: StateFile, tmp_path: Path) -> None:
    maildrop = Maildrop("secret", MAIL, uids=["a", "same", "same", "b", "same"])
    with Server({"ann": maildrop}) as server:
        for _ in range(2):
            fetch(server, Maildir(tmp_path / "mail"), state=state)
            assert contents(tmp_path / "mail") == sorted(MAIL)
        fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.none())
        assert left(server) == []
    assert contents(tmp_path / "mail") == sorted(MAIL)


def test_an_id_that_is_used_again_is_not_taken_for_the_old_message(
    state: StateFile, tmp_path: Path
) -> None:
    for message in MAIL:
        with Server({"ann": Maildrop("secret", [message], uids=["1"])}) as server:
            fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.none())
            assert left(server) == []
    assert contents(tmp_path / "mail") == sorted(MAIL)


def test_a_server_that_does_not_delete_is_not_a_source_of_duplicates(
    state: StateFile, tmp_path: Path
) -> None:
    for _ in range(3):
        with Server(messages=MAIL) as server:
            report = fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.none())
            report.check()
        for path in (tmp_path / "mail" / "new").iterdir():
            path.rename(tmp_path / path.name)  # the user moves it away: the state still knows it
    assert len(list(tmp_path.glob("*.K*"))) == len(MAIL)


def test_new_ids_for_all_messages_are_no_new_messages(state: StateFile, tmp_path: Path) -> None:
    for name in "ab":
        uids = [f"{name}{n}" for n in range(5)]
        with Server({"ann": Maildrop("secret", MAIL, uids=uids)}) as server:
            report = fetch(server, Maildir(tmp_path / "mail"), state=state)
    assert contents(tmp_path / "mail") == sorted(MAIL)
    assert "new ones" in report.warnings[0]
    assert [each.result for each in report.outcomes] == [Result.KNOWN] * 5


def test_without_a_state_what_the_store_has_is_not_saved_twice(
    server: Server, tmp_path: Path
) -> None:
    for _ in range(2):
        report = fetch(server, Maildir(tmp_path / "mail"))
        for path in (tmp_path / "mail" / "new").iterdir():  # as a mail reader does
            path.rename(tmp_path / "mail" / "cur" / f"{path.name}:2,S")
    assert contents(tmp_path / "mail") == sorted(MAIL)
    assert [each.result for each in report.outcomes] == [Result.KNOWN] * 5


def test_a_lost_line_is_in_the_report_and_what_was_saved_stays(
    state: StateFile, tmp_path: Path
) -> None:
    with Server(messages=MAIL, faults=lambda n: faults.cut(700) if n == 1 else None) as server:
        report = fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.none())
        assert isinstance(report.failure, pop3lib.ServerDisconnected)
        assert 0 < report.saved < 5 and len(left(server)) == 5
        report = fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.none())
        assert left(server) == [] and report.deleted == 5
    assert contents(tmp_path / "mail") == sorted(MAIL)


def test_progress_is_told_in_messages_and_octets(server: Server, tmp_path: Path) -> None:
    told: list[Progress] = []
    fetch(server, Maildir(tmp_path / "mail"), progress=told.append)
    total = sum(map(len, MAIL))
    assert told[-1] == Progress(5, 5, total, total, 5)
    assert [each.messages for each in told] == sorted(each.messages for each in told)


def test_a_session_that_is_left_open_is_the_callers_to_end(
    server: Server, state: StateFile, tmp_path: Path
) -> None:
    with client(server) as pop:
        pop.login("ann", "secret")
        pop.dele(1)
        report = run(pop, Maildir(tmp_path / "mail"), state=state, keep=Keep.none(), quit=False)
        assert (report.listed, report.commit) == (4, Commit.OPEN)
        assert pop.stat().count == 0
        pop.rset()
    assert left(server) == MAIL
    report = fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.none())
    assert left(server) == [] and report.saved == 1
    assert contents(tmp_path / "mail") == sorted(MAIL)


def test_a_client_that_is_not_logged_in_is_refused(server: Server, tmp_path: Path) -> None:
    with client(server) as pop, pytest.raises(pop3lib.WrongStateError):
        run(pop, Maildir(tmp_path / "mail"))


def test_what_a_callback_raises_comes_out_and_nothing_is_deleted(
    server: Server, state: StateFile, tmp_path: Path
) -> None:
    def stop(_: Progress) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError):
        fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.none(), progress=stop)
    assert left(server) == MAIL
    assert not state.is_open and not list((tmp_path / "mail" / "tmp").iterdir())


def test_a_store_that_fails_for_one_message_does_not_stop_the_others(
    server: Server, tmp_path: Path
) -> None:
    class Picky(Maildir):
        def begin(self, message: Any) -> Any:
            if message.number == 2:
                raise RuntimeError("not this one")
            return super().begin(message)

    report = fetch(server, Picky(tmp_path / "mail"), keep=Keep.none())
    assert [each.number for each in report.of(Result.FAILED)] == [2]
    assert left(server) == [MAIL[1]]
    assert isinstance(next(report.of(Result.FAILED)).error, RuntimeError)


def test_a_report_in_a_line(server: Server, tmp_path: Path) -> None:
    report: Report = fetch(server, Maildir(tmp_path / "mail"), keep=Keep.last(2), max_count=4)
    assert str(report) == "5 listed; 1 left; 4 saved; 3 deleted"


def instead(octets: bytes) -> faults.Fault:
    """Return a fault that sends *octets* instead of an answer."""

    def fault(command: str, actions: Iterable[faults.Action]) -> Iterator[faults.Action]:
        list(actions)
        yield octets

    return fault


def test_FSN_03_a_message_whose_id_cannot_be_used_counts_as_one_without(
    state: StateFile, tmp_path: Path
) -> None:
    listing = b"+OK\r\n1 \r\n2 twice\r\n2 three\r\n3 a\x01b\r\n4\r\n5 good\r\n.\r\n"
    damaged = faults.at("UIDL", instead(listing))
    with Server(messages=MAIL, faults=lambda n: damaged if n < 3 else None) as server:
        report = fetch(server, Maildir(tmp_path / "mail"), state=state)
        assert [each.uid for each in report.outcomes] == [None, None, None, None, "good"]
        assert "4 messages have no unique-id" in report.warnings[0]
        report = fetch(server, Maildir(tmp_path / "mail"), state=state)
        assert [each.number for each in report.of(Result.KNOWN)] == [1, 2, 3, 4]
        fetch(server, Maildir(tmp_path / "mail"), state=state, keep=Keep.none())
        assert left(server) == []
    assert contents(tmp_path / "mail") == sorted(MAIL)


def test_a_message_that_is_larger_than_LIST_says_is_passed_over(tmp_path: Path) -> None:
    large = b"a: b\r\n\r\n" + b"x" * 1_000_000 + b"\r\n"
    lie = faults.at("LIST", instead(b"+OK\r\n1 10\r\n2 10\r\n.\r\n"))
    with Server(messages=[large, MAIL[0]], faults=lambda n: lie) as server:
        report = fetch(server, Maildir(tmp_path / "mail"), max_size=500_000, keep=Keep.none())
        assert [each.result for each in report.outcomes] == [Result.TOO_LARGE, Result.SAVED]
        assert left(server) == [large]
    assert contents(tmp_path / "mail") == [MAIL[0]]
    assert not list((tmp_path / "mail" / "tmp").iterdir())


@pytest.mark.parametrize("settings", [Settings(top=False), Settings(refusals={"TOP 2 0": "no"})])
def test_a_selection_sees_headers_without_TOP_and_is_told_where_there_are_none(
    settings: Settings, tmp_path: Path
) -> None:
    seen: dict[int, Candidate] = {}

    def look(message: Candidate) -> Choice:
        seen[message.number] = message
        return Choice.SKIP if message.error else Choice.DOWNLOAD

    with Server(messages=MAIL, settings=settings) as server:
        report = fetch(server, Maildir(tmp_path / "mail"), select=by_headers(look))
    refused = [2] if settings.top else []
    assert [each.number for each in report.of(Result.SKIPPED)] == refused
    assert [n for n, each in seen.items() if each.error] == refused
    assert str(seen[3].headers.subject) == "number 2"


def test_a_limit_that_cannot_be_is_refused(server: Server, tmp_path: Path) -> None:
    with pytest.raises(pop3lib.InvalidArgumentError, match="max_size"):
        fetch(server, Maildir(tmp_path / "mail"), max_size=0)
    with pytest.raises(pop3lib.InvalidArgumentError, match="at least 0"):
        Keep.days(-1)
