"""What became of a download, message by message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from pop3lib.errors import POP3Error


class Result(Enum):
    """What became of a message."""

    #: it came whole, and it is in the store
    SAVED = "saved"
    #: it came, and was in the store already: a run before this one had not recorded it, or the
    #: server has given it another unique-id
    KNOWN = "known"
    #: the selection did not want it
    SKIPPED = "skipped"
    #: it has more octets than the limit allows
    TOO_LARGE = "too large"
    #: this run's limits left it for the next
    LEFT = "left"
    #: the server refused it
    REFUSED = "refused"
    #: the store could not keep it
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of one message that was not in the store before."""

    #: its number in its session
    number: int
    #: its unique-id, or None where the server has none
    uid: str | None
    #: its size in octets, as it came or as LIST has it
    size: int | None
    #: what became of it
    result: Result
    #: where it is, in the store's words, or None
    where: str | None = None
    #: why it is not in the store, or None
    error: Exception | None = None


class Commit(Enum):
    """What became of the marks of deletion."""

    #: nothing was marked
    NOTHING = "nothing to delete"
    #: QUIT's ``+OK`` has removed the marked messages
    DONE = "deleted"
    #: the connection ended before QUIT: nothing was deleted; the next run will mark them again
    LOST = "marks lost"
    #: QUIT was sent and not confirmed: the next run will see what is still there
    UNKNOWN = "unconfirmed"
    #: QUIT was left to the caller
    OPEN = "left open"


@dataclass
class Report:
    """What became of a download: look at it, or have :meth:`check` raise what went wrong."""

    #: how many messages the server listed, in the last session
    listed: int = 0
    #: the messages that were not in the store, in the order they were dealt with
    outcomes: list[Outcome] = field(default_factory=list)
    #: the unique-ids of the messages that were marked as deleted, None for each without
    marked: list[str | None] = field(default_factory=list)
    #: what became of the marks
    commit: Commit = Commit.NOTHING
    #: what ended the run before its time, or None
    failure: Exception | None = None
    #: what the server or the record did that one should know, in words
    warnings: list[str] = field(default_factory=list)
    #: how many connections it took
    sessions: int = 0

    def of(self, *results: Result) -> Iterator[Outcome]:
        """Yield the outcomes that are one of *results*."""
        return (outcome for outcome in self.outcomes if outcome.result in results)

    @property
    def saved(self) -> int:
        """How many messages were saved."""
        return self._counts()[Result.SAVED]

    @property
    def deleted(self) -> int:
        """How many messages QUIT's ``+OK`` has removed."""
        return len(self.marked) if self.commit is Commit.DONE else 0

    @property
    def ok(self) -> bool:
        """Whether nothing went wrong: not with the run, nor with any message."""
        bad = self._counts().keys() & {Result.REFUSED, Result.FAILED}
        return self.failure is None and not bad and self.commit is not Commit.UNKNOWN

    def check(self) -> None:
        """Raise what ended the run before its time, or else the first message's error.

        :raises POP3Error: of the server or the connection.
        :raises Exception: what the store raised.
        """
        errors = (outcome.error for outcome in self.of(Result.REFUSED, Result.FAILED))
        for error in (self.failure, *errors):
            if error is not None:
                raise error
        if self.commit is Commit.UNKNOWN:
            raise POP3Error(f"QUIT was not confirmed: whether {self._marks()} is not known")

    def _counts(self) -> Counter[Result]:
        return Counter(outcome.result for outcome in self.outcomes)

    def _marks(self) -> str:
        return f"{len(self.marked)} messages are deleted"

    def __str__(self) -> str:
        counts = (f"{count} {result.value}" for result, count in self._counts().items())
        marks = f"{len(self.marked)} {self.commit.value}" if self.marked else ""
        failure = f"ended by: {self.failure}" if self.failure is not None else ""
        words = [f"{self.listed} listed", *counts, marks, failure, *self.warnings]
        return "; ".join(filter(None, words))
