"""How long the server keeps what was saved."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from pop3lib.errors import InvalidArgumentError

_DAY = 24 * 3600.0


@dataclass(frozen=True)
class Held:
    """A message that is on the server and in the store."""

    #: its number in this session
    number: int
    #: when the server listed it first, in seconds since 1970
    first_seen: float


@dataclass(frozen=True)
class Keep:
    """Which of the saved messages stay on the server; the rest is deleted.

    ``Keep()`` keeps all, for ever. A message stays as long as any of the bounds holds it.
    """

    #: days that a message stays after the server listed it first; infinity for ever
    for_days: float = math.inf
    #: how many of the newest messages stay, by their numbers
    newest: int = 0

    def __post_init__(self) -> None:
        if not self.for_days >= 0 or self.newest < 0:
            raise InvalidArgumentError("days and counts to keep are at least 0")

    @classmethod
    def all(cls) -> Self:
        """Keep everything for ever: nothing is deleted."""
        return cls()

    @classmethod
    def none(cls) -> Self:
        """Keep nothing: each message is deleted once it is saved."""
        return cls(0)

    @classmethod
    def days(cls, days: float) -> Self:
        """Keep each message for so many *days* after it was seen first."""
        return cls(days)

    @classmethod
    def last(cls, count: int) -> Self:
        """Keep the *count* newest messages."""
        return cls(0, count)

    def expired(self, held: Sequence[Held], listed: Sequence[int], now: float) -> Iterator[int]:
        """Yield the numbers of the messages that need not stay.

        :param held: what is on the server and in the store.
        :param listed: the numbers of all messages on the server.
        :param now: seconds since 1970.
        """
        newest = set(sorted(listed)[-self.newest :]) if self.newest else set[int]()
        for each in held:
            old = now - each.first_seen >= self.for_days * _DAY
            if old and each.number not in newest:
                yield each.number
