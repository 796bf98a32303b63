"""The policy: what is done in which order, so that no message is lost and none comes twice.

For each message: it is fetched whole (its terminator was seen), the store has it under its final
name and has synced it, that is recorded and synced, and only then it is marked as deleted. The
record of the marks is on the disk before QUIT is sent, and QUIT's ``+OK`` is what commits them.
"""

from __future__ import annotations

from pop3lib.download.actions import Again, Call, Close, Look, Next, Quit, Run, Send, Steps
from pop3lib.download.keep import Held
from pop3lib.download.maildrop import Listed, Maildrop, take_stock
from pop3lib.download.options import Options
from pop3lib.download.record import Record, now
from pop3lib.download.report import Commit, Outcome, Report, Result
from pop3lib.download.retrieval import Retrieval, StateFailure
from pop3lib.download.select import Candidate, Choice, by_headers
from pop3lib.download.store import AsyncStore, Store
from pop3lib.errors import CommandError, ConnectionBroken, LocalProtocolError, POP3Error
from pop3lib.headers import parse_headers
from pop3lib.protocol.commands import Dele
from pop3lib.protocol.session import Session
from pop3lib.survey import has_top, header_command

#: Asks for what is known of the session.
_FACTS = Look(lambda client: client._protocol.session)


class Policy:
    """One download, of as many sessions as it takes."""

    def __init__(self, store: Store | AsyncStore, record: Record, options: Options) -> None:
        self._record = record
        self._options = options
        self._report = Report()
        self._retrieval = Retrieval(store, record, options, self._report)
        self._attempts = 0

    def run(self) -> Steps[Report]:
        """Download, delete, and end the session; return what became of it."""
        try:
            yield Call(self._record.open)
            yield from self._sessions()
        except GeneratorExit:
            raise
        except BaseException:
            yield from self._retrieval.keep_what_came()
            raise
        finally:
            self._record.close()
        return self._report

    def _sessions(self) -> Steps[None]:
        try:
            while (yield from self._is_lost()) and (yield from self._again()):
                pass
        except (CommandError, StateFailure) as error:
            self._report.failure = error.cause if isinstance(error, StateFailure) else error

    def _is_lost(self) -> Steps[bool]:
        """Have one session; say whether its line was lost and another one would help."""
        self._report.sessions += 1
        self._report.failure = None
        # What the last session did not save, this one is asked about anew.
        self._report.outcomes[:] = self._report.of(Result.SAVED, Result.KNOWN)
        try:
            yield from self._session()
        except ConnectionBroken as error:
            self._report.failure = error
            self._lose_marks()
            yield Close()
            yield from self._retrieval.flush()
            return self._report.commit is not Commit.UNKNOWN
        return False

    def _lose_marks(self) -> None:
        if self._report.commit is Commit.OPEN:
            self._report.commit = Commit.LOST

    def _again(self) -> Steps[bool]:
        """Connect anew if that was asked for; say whether there is a session."""
        reconnect = self._options.reconnect
        while reconnect is not None and self._attempts < reconnect.attempts:
            if not self._retrieval.has_uids:
                self._warn("without UIDL a lost session cannot be resumed")
                return False
            self._attempts += 1
            try:
                yield Again(reconnect.pause * 2 ** (self._attempts - 1))
            except (POP3Error, OSError) as error:
                self._report.failure = error
            else:
                return True
        return False

    def _session(self) -> Steps[None]:
        maildrop = yield from self._stock()
        wanted, unwanted = yield from self._choose(maildrop)
        yield from self._retrieval.run(wanted)
        yield from self._delete(maildrop, unwanted)
        self._record.forget()
        yield from self._retrieval.write()

    def _stock(self) -> Steps[Maildrop]:
        marked: frozenset[int] = yield Look(lambda client: client.deleted)
        session: Session = yield _FACTS
        had_uids = len(self._record.state) > 0
        try:
            maildrop: Maildrop = yield Run(take_stock(session, marked, had_uids))
        except CommandError:
            self._warn(
                "nothing was fetched: without sizes and unique-ids it cannot be told from what was "
                "saved before. If the server has no unique-ids any more, begin with a new state"
            )
            raise
        self._report.listed = len(maildrop.messages)
        for warning in maildrop.warnings:
            self._warn(warning)
        found = self._record.state.listed(maildrop.uids(), now())
        if found.renewed:
            self._warn(
                "most unique-ids are gone and as many have come: the server seems to have given "
                "new ones; the messages are fetched again, and those that are known not saved"
            )
        yield from self._retrieval.begin(maildrop, found)
        return maildrop

    # --- choosing ---

    def _choose(self, maildrop: Maildrop) -> Steps[tuple[list[Listed], list[int]]]:
        """Return what is to be downloaded, and the numbers of what is to be deleted unseen."""
        new = [each for each in maildrop.messages.values() if not self._retrieval.settled(each)]
        if self._options.select is None:
            return self._within_limits(new), []
        candidates = yield from self._candidates(new)
        wanted: list[Listed] = []
        unwanted: list[int] = []
        for each, candidate in zip(new, candidates, strict=True):
            choice = self._options.select(candidate)
            if choice is Choice.DELETE:
                unwanted.append(each.number)
            elif choice is Choice.SKIP:
                self._note(each, Result.SKIPPED)
            else:
                wanted.append(each)
        return self._within_limits(wanted), unwanted

    def _candidates(self, new: list[Listed]) -> Steps[list[Candidate]]:
        if not isinstance(self._options.select, by_headers) or not new:
            return [Candidate(each.number, each.size, each.uid) for each in new]
        top = yield from self._has_top()
        yield Send([header_command(each.number, top) for each in new])
        found = []
        for each in new:
            exchange = yield Next()
            try:
                headers, error = parse_headers(exchange.result()), None
            except (CommandError, LocalProtocolError) as refusal:
                headers, error = parse_headers(b""), refusal
            found.append(Candidate(each.number, each.size, each.uid, headers, error))
        return found

    def _has_top(self) -> Steps[bool]:
        session: Session = yield _FACTS
        top: bool = yield Run(has_top(session))
        return top

    def _within_limits(self, wanted: list[Listed]) -> list[Listed]:
        """Leave out what is too large, and what this run has no room for."""
        options, kept, octets = self._options, list[Listed](), self._retrieval.octets
        for each in wanted:
            size = each.size or 0
            room = options.max_octets is None or octets + size <= options.max_octets or not octets
            count = len(kept) + self._retrieval.count
            if options.max_size is not None and size > options.max_size:
                self._note(each, Result.TOO_LARGE)
            elif not room or (options.max_count is not None and count >= options.max_count):
                self._note(each, Result.LEFT)
            else:
                kept.append(each)
                octets += size
        return kept

    # --- deleting ---

    def _delete(self, maildrop: Maildrop, unwanted: list[int]) -> Steps[None]:
        """Mark what need not stay, and have QUIT commit it."""
        self._report.marked.clear()
        self._report.commit = Commit.NOTHING
        numbers = [*self._expired(maildrop), *unwanted]
        marked = yield from self._mark([maildrop.messages[number] for number in sorted(numbers)])
        uids = [each.uid for each in marked if each.uid is not None]
        if marked:
            self._report.commit = Commit.OPEN
            self._report.marked += [each.uid for each in marked]
            self._record.state.marked(uids, now())
            yield from self._record_marks()
        if self._options.quit:
            yield from self._commit(uids)

    def _expired(self, maildrop: Maildrop) -> list[int]:
        state, time = self._record.state, now()
        saved = (each for each in maildrop.messages.values() if self._retrieval.is_safe(each))
        held = [
            Held(each.number, state.first_seen(self._retrieval.alone(each), time)) for each in saved
        ]
        return list(self._options.keep.expired(held, list(maildrop.messages), time))

    def _mark(self, messages: list[Listed]) -> Steps[list[Listed]]:
        if not messages:
            return []
        yield Send([Dele(each.number) for each in messages])
        marked = []
        for each in messages:
            exchange = yield Next()
            try:
                exchange.result()
            except CommandError as error:
                self._warn(f"message {each.number} could not be marked as deleted: {error}")
            else:
                marked.append(each)
        return marked

    def _record_marks(self) -> Steps[None]:
        """Have the marks on the disk; where that fails, void them: nothing may go unrecorded."""
        try:
            yield from self._retrieval.write()
        except StateFailure:
            self._report.commit = Commit.LOST
            yield Close()
            raise

    def _commit(self, uids: list[str]) -> Steps[None]:
        try:
            yield Quit()
        except (CommandError, ConnectionBroken) as error:
            if self._report.marked:
                self._report.commit = Commit.UNKNOWN
                self._report.failure = error
            yield Close()
            return
        if self._report.marked:
            self._report.commit = Commit.DONE
        self._record.state.committed(uids, now())

    def _note(self, message: Listed, result: Result) -> None:
        outcome = Outcome(message.number, message.uid, message.size, result)
        self._report.outcomes.append(outcome)

    def _warn(self, words: str) -> None:
        if words not in self._report.warnings:
            self._report.warnings.append(words)
