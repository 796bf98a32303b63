"""The disk fails, at every call there is: nothing is lost, and the next run ends as it should."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pop3lib import disk
from pop3lib.download import Commit, Keep, Maildir, Result, StateFile
from pop3lib.testing import Maildrop, Server
from tests.download.crashing import STORES, TOUCHES
from tests.download.fetching import contents, fetch, mail
from tests.download.trials import folder_in_memory, saved

MAIL = [*mail(5), b"a: b\r\n\r\n" + (b"x" * 100_000 + b"\r\n") * 4]
ERRORS = (errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO, errno.ENOENT, errno.EDQUOT)


class Failing:
    """A disk that fails at one call, or from that call on.

    :param at: the call, counted from 1; 0 for a disk that does not fail.
    :param lasting: whether it goes on failing.
    """

    def __init__(self, at: int, lasting: bool, error: int) -> None:
        self.at, self.lasting, self.error = at, lasting, error
        self.calls = 0
        self.lock = threading.Lock()

    def install(self, patch: pytest.MonkeyPatch) -> None:
        for name in TOUCHES:
            patch.setattr(disk, name, self._failing(name, getattr(disk, name)))

    def _failing(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            with self.lock:  # files are synced at once
                self.calls += 1
                now = self.calls
            fails = self.at and (now >= self.at if self.lasting else now == self.at)
            if not fails:
                return None if name == "sync" else real(*given)
            if name == "write":  # some of it is written: so it is on a full disk
                real(given[0], given[1][: len(given[1]) // 2])
            if name == "close":  # an error that comes late, as on NFS: it is closed all the same
                real(*given)
            raise OSError(self.error, os.strerror(self.error))

        return call


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_in_memory() as folder:
        yield folder


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(messages=MAIL) as server:
        yield server


def attempt(server: Server, folder: Path, kind: str, keep: Keep) -> None:
    """Download; an error of the disk may come out where the record could not be opened."""
    state = StateFile(folder / "uids", "ann")
    try:
        fetch(server, STORES[kind](folder / "mail"), state=state, keep=keep)
    except OSError as error:
        assert error.errno in ERRORS
    finally:
        state.close()


def calls(server: Server, folder: Path, kind: str, keep: Keep) -> int:
    counting = Failing(0, False, 0)
    with pytest.MonkeyPatch.context() as patch:
        counting.install(patch)
        attempt(server, folder, kind, keep)
    return counting.calls


def left(server: Server) -> list[Any]:
    server.settle()
    return server.maildrops["ann"].messages


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("kind", sorted(STORES))
def test_DAT_11_the_disk_fails_at_every_call(
    server: Server, folder: Path, kind: str, lasting: bool
) -> None:
    keep = Keep.last(1) if lasting else Keep.none()
    for at in range(1, calls(server, folder, kind, keep) + 1):
        server.maildrops["ann"] = Maildrop("secret", MAIL)
        work = folder / f"{at}"
        with pytest.MonkeyPatch.context() as patch:
            Failing(at, lasting, ERRORS[at % len(ERRORS)]).install(patch)
            attempt(server, work, kind, keep)
        lost = set(MAIL) - set(saved(work, kind)) - set(left(server))
        assert not lost, f"call {at} failed, and {len(lost)} messages were nowhere"
        attempt(server, work, kind, keep)
        assert saved(work, kind) == sorted(MAIL), f"after call {at} had failed"
        assert left(server) == MAIL[-1:] * keep.newest, f"after call {at} had failed"


@pytest.mark.usefixtures("face")
def test_a_full_disk_is_told_and_nothing_is_deleted(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, octets: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(disk, "write", full)
    report = fetch(server, Maildir(folder / "mail"), keep=Keep.none())
    assert left(server) == MAIL
    assert not report.ok and report.commit is Commit.NOTHING
    with pytest.raises(OSError, match="No space"):
        report.check()
    assert not list((folder / "mail" / "tmp").iterdir())
    assert not list((folder / "mail" / "new").iterdir())


@pytest.mark.usefixtures("face")
def test_what_could_not_be_recorded_is_not_deleted(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, octets: bytes, offset: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with StateFile(folder / "uids", "ann") as state:
        monkeypatch.setattr(disk, "write_at", full)  # of the two, only the record uses it
        report = fetch(server, Maildir(folder / "mail"), state=state, keep=Keep.none())
    assert left(server) == MAIL
    assert isinstance(report.failure, OSError) and report.commit is Commit.NOTHING


@pytest.mark.usefixtures("face")
def test_after_three_failures_in_a_row_the_run_ends(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    with StateFile(folder / "uids", "ann") as state:
        monkeypatch.setattr(disk, "create", denied)
        report = fetch(server, Maildir(folder / "mail"), state=state)
    results = [each.result for each in report.outcomes]
    assert results == [Result.FAILED] * 3 + [Result.LEFT] * 3


@pytest.mark.usefixtures("face")
def test_a_file_that_vanishes_before_it_is_published_was_not_saved(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanish(descriptor: int) -> None:
        for path in (folder / "mail" / "tmp").iterdir():
            path.unlink()

    monkeypatch.setattr(disk, "sync", vanish)
    report = fetch(server, Maildir(folder / "mail"), keep=Keep.none())
    assert [each.result for each in report.outcomes] == [Result.FAILED] * len(MAIL)
    assert left(server) == MAIL


def test_DAT_13_a_file_is_synced_then_renamed_then_its_folder_is_synced(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def noted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            done.append(name)
            return real(*given)

        return call

    for name in ("create", "write", "sync", "rename", "sync_folder", "write_at"):
        monkeypatch.setattr(disk, name, noted(name, getattr(disk, name)))
    with StateFile(folder / "uids", "ann") as state, monkeypatch.context():
        done.clear()
        fetch(server, Maildir(folder / "mail"), state=state, max_count=1)
    begin = done.index("create")
    assert done[begin:] == [
        "create", "write", "sync", "rename", "sync_folder", "sync",  # the message, and its folder
        "write_at", "write", "sync",  # the record
    ]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(STORES))
def test_what_is_found_again_is_synced_before_it_counts_as_saved(
    server: Server, folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that saved it may have died before it came to that."""
    done: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr("pop3lib.download.spool.Spool.done", lambda *_: None)  # died before that
        fetch(server, STORES[kind](folder / "mail"))

    def noted(name: str, real: Callable[[Any], None]) -> Callable[[Any], None]:
        def call(what: Any) -> None:
            done.append(name)
            real(what)

        return call

    for name in ("sync", "sync_folder"):
        monkeypatch.setattr(disk, name, noted(name, getattr(disk, name)))
    report = fetch(server, STORES[kind](folder / "mail"), keep=Keep.none(), quit=False)
    assert {each.result for each in report.outcomes} == {Result.KNOWN}
    assert done


@pytest.mark.usefixtures("face")
def test_one_message_that_spoils_its_batch_does_not_stop_the_others(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        if os.fstat(descriptor).st_size == len(MAIL[2]):
            raise OSError(errno.ENOSPC, "No space left on device")  # told late, as on NFS

    state = StateFile(folder / "uids", "ann")
    with monkeypatch.context() as patch:
        patch.setattr(disk, "sync", full)
        for _ in range(2):
            report = fetch(server, Maildir(folder / "mail"), state=state, keep=Keep.none())
            assert len(list(report.of(Result.FAILED))) == 1 and not report.ok
            assert left(server) == [MAIL[2]]
    report = fetch(server, Maildir(folder / "mail"), state=state, keep=Keep.none())
    assert left(server) == [] and contents(folder / "mail") == sorted(MAIL)


def test_FSN_07_a_link_that_waits_in_the_place_of_a_file_is_not_followed(folder: Path) -> None:
    target = folder / "target"
    (folder / "link").symlink_to(target)
    with pytest.raises(OSError, match="exists"):
        disk.create(folder / "link")
    with pytest.raises(OSError, match="symbolic links"):
        disk.open_to_change(folder / "link")
    assert not target.exists()
