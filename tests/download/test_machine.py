"""Arrivals, deletions, lost lines, full disks, policies, in any order: nothing lost, none twice."""

from __future__ import annotations

import errno
import itertools
from collections import Counter
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import pop3lib
from pop3lib.download import Commit, Keep, Report, StateFile, record
from pop3lib.testing import Maildrop, Server, faults
from tests import faces
from tests.download.crashing import STORES
from tests.download.fetching import fetch
from tests.download.test_disk import Failing
from tests.download.trials import folder_in_memory, saved

DAY = 24 * 3600.0
POLICIES = st.sampled_from([Keep.all(), Keep.none(), Keep.last(2), Keep.days(3), Keep(3, 1)])


class Clock:
    """Stands for the module time where the record asks what time it is."""

    def __init__(self) -> None:
        self.now = 1.8e9

    def time(self) -> float:
        return self.now


class Downloads(RuleBasedStateMachine):
    """A maildrop, its server, others who delete from it, a user who reads, and downloads."""

    def __init__(self) -> None:
        super().__init__()
        self.folder_context = folder_in_memory()
        self.folder = self.folder_context.__enter__()
        self.numbers = itertools.count(1)
        self.clock = Clock()
        #: how often each content came, when first, and what others took away
        self.arrived: Counter[bytes] = Counter()
        self.since: dict[bytes, float] = {}
        self.taken: set[bytes] = set()
        self.used: set[str] = set()
        self.free: set[str] = set()
        self.maildrop = Maildrop("secret")
        self.fault: Any = None
        self.server = Server({"ann": self.maildrop}, faults=lambda number: self.fault).start()

    def teardown(self) -> None:
        self.server.stop()
        self.folder_context.__exit__(None, None, None)
        faces.kind = "blocking"

    @initialize(kind=st.sampled_from(sorted(STORES)))
    def choose(self, kind: str) -> None:
        self.kind = kind

    # --- what happens to the maildrop ---

    def _there(self) -> list[bytes]:
        self.server.settle()
        return [each for each in self.maildrop.messages if isinstance(each, bytes)]

    def _deliver(self, content: bytes, uid: str) -> None:
        self.arrived[content] += 1
        self.since.setdefault(content, self.clock.now)
        self.used.add(uid)
        self.free.discard(uid)
        self.maildrop.deliver(content, uid)

    @rule(count=st.integers(1, 4))
    def mail_arrives(self, count: int) -> None:
        for number in itertools.islice(self.numbers, count):
            content = b"Subject: %d\r\n\r\n%s\r\n" % (number, b"x" * (number % 7 * 40))
            self._deliver(content, f"id{number}")

    @precondition(lambda self: self.maildrop.messages)
    @rule(data=st.data())
    def the_same_mail_arrives_once_more(self, data: st.DataObject) -> None:
        content = data.draw(st.sampled_from(self._there()))
        self._deliver(content, f"id{next(self.numbers)}")

    @rule(data=st.data())
    def an_old_id_is_used_again(self, data: st.DataObject) -> None:
        """One that was away in some session: before that, an id is its message's (RFC 1939)."""
        free = sorted(self.free - set(self.maildrop.uids))
        if free:
            number = next(self.numbers)
            self._deliver(b"Subject: again %d\r\n\r\n" % number, data.draw(st.sampled_from(free)))

    @precondition(lambda self: self.maildrop.messages)
    @rule(data=st.data())
    def another_client_deletes(self, data: st.DataObject) -> None:
        kept = self.maildrop._kept
        index = data.draw(st.integers(0, len(kept) - 1))
        content = self._there()[index]
        del kept[index]
        self.taken.add(content)

    @rule()
    def the_server_gives_new_ids_to_all(self) -> None:
        uids = [f"id{next(self.numbers)}" for _ in self.maildrop.messages]
        self.used.update(uids)
        pairs = zip(self.maildrop._kept, uids, strict=True)
        self.maildrop._kept[:] = [each._replace(uid=uid) for each, uid in pairs]

    @rule(days=st.floats(0.1, 4))
    def time_goes_by(self, days: float) -> None:
        self.clock.now += days * DAY

    @precondition(lambda self: self.kind == "maildir")
    @rule(archive=st.booleans())
    def the_user_reads(self, archive: bool) -> None:
        root = self.folder / "mail"
        target = root / ".Archive" / "cur" if archive else root / "cur"
        if (root / "new").is_dir():
            target.mkdir(parents=True, exist_ok=True)
            for path in (root / "new").iterdir():
                path.rename(target / f"{path.name}:2,S")

    # --- downloads ---

    def _download(self, keep: Keep, kind: str, **options: Any) -> Report | None:
        """Download; None where it did not come to a session, or to a record."""
        faces.kind = kind
        before = self._there()
        state = StateFile(self.folder / "uids", "ann")
        store = STORES[self.kind](self.folder / "mail")
        report = None
        try:
            with patch.object(record, "time", self.clock):
                report = fetch(self.server, store, state=state, keep=keep, **options)
        except (pop3lib.POP3Error, OSError):
            state.close()
        self._check_deletions(before, keep, report)
        return report

    def _check_deletions(self, before: list[bytes], keep: Keep, report: Report | None) -> None:
        after = self._there()
        gone = Counter(before) - Counter(after)
        if report is None or report.commit in (Commit.NOTHING, Commit.LOST):
            assert not gone, "nothing was committed"
        newest = Counter(before[len(before) - keep.newest :])
        assert not newest - Counter(after), "the newest stay"
        for content in gone:
            age = self.clock.now - self.since[content]
            assert age >= keep.for_days * DAY, "its days were not over"

    @rule(keep=POLICIES, kind=st.sampled_from(["blocking", "asyncio"]))
    def all_goes_well(self, keep: Keep, kind: str) -> None:
        self.free = self.used - set(self.maildrop.uids)
        report = self._download(keep, kind)
        assert report is not None and report.ok, str(report)
        if keep == Keep.none():
            assert self._there() == []
        if keep == Keep.last(2):
            assert len(self._there()) <= 2
        assert not Counter(self._saved()) - self.arrived
        missing = set(self._there()) - set(self._saved())
        assert not missing, "what is there was saved"

    @rule(
        keep=POLICIES,
        kind=st.sampled_from(["blocking", "asyncio"]),
        at=st.integers(200, 2500),
        reset=st.booleans(),
    )
    def the_line_is_lost(self, keep: Keep, kind: str, at: int, reset: bool) -> None:
        self.fault = faults.cut(at, reset=reset)
        try:
            self._download(keep, kind)
        finally:
            self.fault = None

    @rule(
        keep=POLICIES,
        command=st.sampled_from(["RETR", "RETR 2", "DELE 1", "QUIT", "LIST", "UIDL", "TOP"]),
    )
    def the_server_refuses(self, keep: Keep, command: str) -> None:
        self.fault = faults.at(command, faults.refuse())
        try:
            self._download(keep, "blocking")
        finally:
            self.fault = None

    @rule(keep=POLICIES, at=st.integers(1, 60), lasting=st.booleans())
    def the_disk_fails(self, keep: Keep, at: int, lasting: bool) -> None:
        with pytest.MonkeyPatch.context() as disk:
            Failing(at, lasting, errno.ENOSPC).install(disk)
            self._download(keep, "blocking")

    @rule(keep=POLICIES, count=st.integers(1, 3))
    def a_few_are_fetched(self, keep: Keep, count: int) -> None:
        self._download(keep, "blocking", max_count=count)

    # --- what always holds ---

    def _saved(self) -> list[bytes]:
        there = saved(self.folder, self.kind)
        archive = self.folder / "mail" / ".Archive" / "cur"
        return there + [path.read_bytes() for path in archive.glob("*")]

    @invariant()
    def nothing_is_lost(self) -> None:
        nowhere = self.arrived.keys() - set(self._saved()) - set(self._there()) - self.taken
        assert not nowhere

    @invariant()
    def none_is_there_twice(self) -> None:
        # An append to an mbox may stand half done as long as the disk fails; see all_goes_well.
        whole = [content for content in self._saved() if content in self.arrived]
        assert not Counter(whole) - self.arrived

    @invariant()
    def the_client_kept_to_the_protocol(self) -> None:
        assert self.server.violations == []


def test_nothing_is_lost_and_none_comes_twice_whatever_happens() -> None:
    quick = settings(
        max_examples=settings().max_examples,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Downloads, settings=quick)
