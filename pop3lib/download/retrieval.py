"""Fetching: from RETR to the record, in small batches."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any, TypeVar

from pop3lib.download.actions import Call, Errand, Next, Read, Send, Steps, Visit
from pop3lib.download.maildrop import Listed, Maildrop
from pop3lib.download.options import Options
from pop3lib.download.progress import Progress
from pop3lib.download.reception import Reception
from pop3lib.download.record import Record, now
from pop3lib.download.report import Outcome, Report, Result
from pop3lib.download.store import AsyncStore, Store, key_of
from pop3lib.errors import CommandError, LocalProtocolError
from pop3lib.protocol.commands import Retr
from pop3lib.protocol.exchange import Exchange
from pop3lib.uidstate import Listed as Found

T = TypeVar("T")

#: A batch is synced and recorded when it has so many messages, octets, or seconds.
_MESSAGES, _OCTETS, _SECONDS = 32, 8 * 1024 * 1024, 5.0
#: So many messages in a row that the store cannot keep end the run: the trouble is not with them.
_FAILURES = 3


class StateFailure(Exception):
    """What was saved could not be recorded: the run ends, and nothing is deleted."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class _StoreFailure(Exception):
    """The store raised something."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


@dataclass(frozen=True)
class _Finished:
    """A message that the store has, and has not synced."""

    message: Listed
    digest: str
    #: its key in the store, or None where the record had it
    key: str | None
    outcome: Outcome


class Retrieval:
    """The messages that a download fetches, over all its sessions."""

    def __init__(
        self, store: Store | AsyncStore, record: Record, options: Options, report: Report
    ) -> None:
        self._store: Any = store
        self._record = record
        self._options = options
        self._report = report
        self._batch: list[_Finished] = []
        self._batched, self._since = 0, 0.0
        self._unrecorded: Counter[str] = Counter()
        self._failures = 0
        self._maildrop = Maildrop({}, True)
        self._found = Found()
        self._gone: dict[str, list[str]] = {}
        self._safe: set[int] = set()
        self._nameless: Counter[str] = Counter()
        self._total = (0, 0)
        #: how many messages have been dealt with
        self.count: int = 0
        #: how many octets have come
        self.octets: int = 0

    # --- what is known of the messages of this session ---

    @property
    def has_uids(self) -> bool:
        """Whether the server has UIDL."""
        return self._maildrop.has_uids

    def begin(self, maildrop: Maildrop, found: Found) -> Steps[None]:
        """Begin a session: forget the numbers of the one before."""
        self._maildrop, self._found = maildrop, found
        self._gone = self._record.state.gone()
        self._safe.clear()
        self._nameless.clear()
        yield from self.write()

    def alone(self, message: Listed) -> str | None:
        """Return a message's unique-id if no other message has the same."""
        return None if message.uid in self._found.shared else message.uid

    def settled(self, message: Listed) -> bool:
        """Whether a message is surely in the store already, and need not be fetched."""
        return self._record.state.settled(self.alone(message))

    def is_safe(self, message: Listed) -> bool:
        """Whether a message is in the store, and recorded: only such may be deleted."""
        return message.number in self._safe or self.settled(message)

    # --- fetching ---

    def run(self, wanted: list[Listed]) -> Steps[None]:
        """Fetch messages, save them, and record it."""
        self._total = (
            self.count + len(wanted),
            self.octets + sum(each.size or 0 for each in wanted),
        )
        self._failures = 0
        yield Send([Retr(each.number, each.size) for each in wanted], stream=True)
        for index, each in enumerate(wanted):
            exchange = yield Next()
            yield from self._receive(each, exchange)
            self.count += 1
            self._tell(each)
            if self._failures >= _FAILURES:
                self._give_up(wanted[index + 1 :])
                break
        yield Send([])
        yield from self.flush()

    def _give_up(self, rest: list[Listed]) -> None:
        for each in rest:
            self._note(each, Result.LEFT)

    def _receive(self, message: Listed, exchange: Exchange[Any]) -> Steps[None]:
        reception = Reception(self._store, self._record.state.account, message)
        try:
            whole = yield from self._gather(reception, exchange)
            if whole:
                yield from self._keep(reception)
            else:
                yield from self._visit(reception.abandon())
                self._note(message, Result.TOO_LARGE)
        except (CommandError, LocalProtocolError) as error:
            self._note(message, Result.REFUSED, error=error)
        except _StoreFailure as failure:
            reception.drop()
            self._failures += 1
            self._note(message, Result.FAILED, error=failure.cause)
        except BaseException:
            reception.drop()
            raise

    def _gather(self, reception: Reception, exchange: Exchange[Any]) -> Steps[bool]:
        """Read a message to its terminator; say whether it is one to keep."""
        limit = self._options.max_size
        while octets := (yield Read(exchange)):
            reception.add(octets)
            self.octets += len(octets)
            if limit is not None and reception.size > limit:
                return False
            if reception.heavy:
                yield from self._visit(reception.hand_over())
                self._tell(reception.listed)
        return True

    def _keep(self, reception: Reception) -> Steps[None]:
        """Have the store keep a message that came whole, unless it has it."""
        message, digest = reception.listed, reception.digest
        if self._is_known(message, digest):
            yield from self._visit(reception.abandon())
            known, where, key = True, None, None
        else:
            key = key_of(reception.incoming.account, digest, self._before(digest))
            known, where = yield from self._visit(reception.finish(key))
            # What has no id will never be in the record.
            (self._nameless if message.uid is None else self._unrecorded)[digest] += 1
        result = Result.KNOWN if known else Result.SAVED
        outcome = Outcome(message.number, message.uid, reception.size, result, where)
        yield from self._add(_Finished(message, digest, key, outcome))

    def _is_known(self, message: Listed, digest: str) -> bool:
        """Whether the record says that these octets were saved."""
        state = self._record.state
        if message.uid is None:
            return False
        candidates = self._gone.get(digest)
        if candidates and not state.has(message.uid, digest):
            state.renewed(candidates.pop(0), message.uid, digest, now())
        return state.has(message.uid, digest)

    def _before(self, digest: str) -> int:
        """Count the messages with these octets that were saved before: each of them is kept."""
        return self._record.state.copies(digest) + self._unrecorded[digest] + self._nameless[digest]

    # --- saving ---

    def _add(self, finished: _Finished) -> Steps[None]:
        if not self._batch:
            self._since = time.monotonic()
        self._batch.append(finished)
        self._batched += finished.outcome.size or 0
        late = time.monotonic() - self._since > _SECONDS
        if len(self._batch) >= _MESSAGES or self._batched >= _OCTETS or late:
            yield from self.flush()

    def flush(self) -> Steps[None]:
        """Have what was finished synced, and then recorded."""
        batch, self._batch, self._batched = self._batch, [], 0
        self._unrecorded.clear()
        if not batch:
            return
        try:
            yield from self._visit(self._sync())
        except _StoreFailure as failure:
            self._failures += 1
            batch = yield from self._rescued(batch, failure.cause)
        else:
            self._failures = 0
        for each in batch:
            self._report.outcomes.append(each.outcome)
            if each.message.uid is not None:
                shared = each.message.uid in self._found.shared
                self._record.state.saved(each.message.uid, each.digest, now(), shared=shared)
        yield from self.write()
        self._safe.update(each.message.number for each in batch)

    def _rescued(self, batch: list[_Finished], error: Exception) -> Steps[list[_Finished]]:
        """Return what is safe of a batch that was not synced as a whole.

        One message may have spoilt it, and must not do so in every run.
        """
        there = []
        for each in batch:
            if (yield from self._is_there(each)):
                there.append(each)
            else:
                self._note(each.message, Result.FAILED, error=error)
        try:
            yield from self._visit(self._sync())
        except _StoreFailure as failure:
            for each in there:
                self._note(each.message, Result.FAILED, error=failure.cause)
            return []
        return there

    def _is_there(self, finished: _Finished) -> Steps[bool]:
        if finished.key is None:
            return True
        try:
            return (yield from self._visit(self._has(finished.key)))
        except _StoreFailure:
            return False

    def keep_what_came(self) -> Steps[None]:
        """Save what came whole before the run was interrupted, as far as that can be done."""
        with contextlib.suppress(StateFailure, _StoreFailure):
            yield from self.flush()
            yield from self._visit(self._sync())  # one may be finished, and not in the batch yet

    def _has(self, key: str) -> Errand[bool]:
        found: bool = yield lambda: self._store.has(key)
        return found

    def _sync(self) -> Errand[None]:
        yield lambda: self._store.sync()

    def write(self) -> Steps[None]:
        """Have on the disk what has changed in the record."""
        try:
            yield Call(self._record.write)
        except OSError as error:
            raise StateFailure(error) from error

    def _visit(self, errand: Errand[T]) -> Steps[T]:
        try:
            result: T = yield Visit(errand)
        except Exception as error:
            raise _StoreFailure(error) from error
        return result

    # --- telling ---

    def _note(self, message: Listed, result: Result, *, error: Exception | None = None) -> None:
        outcome = Outcome(message.number, message.uid, message.size, result, error=error)
        self._report.outcomes.append(outcome)

    def _tell(self, message: Listed) -> None:
        if self._options.progress is not None:
            messages, octets = self._total
            progress = Progress(self.count, messages, self.octets, octets, message.number)
            self._options.progress(progress)
