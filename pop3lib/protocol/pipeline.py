"""The order of commands: those that wait, those that are under way, and how many of them may be.

POP3 has no tags, so the order *is* the protocol: the next answer belongs to the first exchange
that is under way. A command travels alone if it must, else within a window while the server
offers PIPELINING in this state (:rfc:`2449#section-6.6`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from pop3lib.protocol.exchange import Exchange
from pop3lib.protocol.session import Session

#: Octets of commands that may be unanswered: a quarter of what TCP's buffers hold where they are
#: small, and more than a thousand commands, so that one round trip is enough for most maildrops.
WINDOW = 16 * 1024
#: Octets of answers that may be on their way, as far as one can guess: what an abandoned batch
#: still has to read and drop. A line of 100 Mbit/s with 300 ms of round trip is kept full.
AHEAD = 4 * 1024 * 1024


class Pipeline:
    """The exchanges of a session that are not done, in the order of their commands."""

    def __init__(self, session: Session, enabled: bool) -> None:
        self._session = session
        self._enabled = enabled
        self._waiting: deque[Exchange[Any]] = deque()
        self._under_way: deque[Exchange[Any]] = deque()
        self._octets_under_way = 0
        self._octets_expected = 0

    @property
    def first(self) -> Exchange[Any] | None:
        """The exchange that the next answer belongs to, or None where no answer is due."""
        return self._under_way[0] if self._under_way else None

    @property
    def under_way(self) -> Sequence[Exchange[Any]]:
        """The exchanges whose answers are due, in the order of these."""
        return self._under_way

    @property
    def hungry(self) -> bool:
        """Whether one more command would be let out at once."""
        return not self._waiting and self._has_room()

    def __iter__(self) -> Iterator[Exchange[Any]]:
        return chain(self._under_way, self._waiting)

    def add(self, exchange: Exchange[Any]) -> None:
        """Let *exchange* wait behind all others."""
        self._waiting.append(exchange)

    def release(self) -> Iterator[Exchange[Any]]:
        """Let out what may travel now."""
        while self._waiting and self._has_room():
            exchange = self._waiting[0]
            if self._under_way and exchange.command.alone(self._session):
                return
            self._waiting.popleft()
            self.begin(exchange)
            yield exchange

    def begin(self, exchange: Exchange[Any]) -> None:
        """Count *exchange* as under way."""
        exchange.sent = True
        self._under_way.append(exchange)
        self._octets_under_way += len(exchange.wire)
        self._octets_expected += exchange.command.expects()

    def finish(self) -> None:
        """Count the first exchange as answered."""
        exchange = self._under_way.popleft()
        self._octets_under_way -= len(exchange.wire)
        self._octets_expected -= exchange.command.expects()
        exchange.wire = b""

    def withdraw(self, exchange: Exchange[Any]) -> bool:
        """Take *exchange* back if it still waits; say whether it did."""
        if exchange not in self._waiting:
            return False
        self._waiting.remove(exchange)
        return True

    def clear(self) -> list[Exchange[Any]]:
        """Expect no more answers; return the exchanges that will have none."""
        unanswered = list(self)
        self._under_way.clear()
        self._waiting.clear()
        return unanswered

    def _has_room(self) -> bool:
        if not self._under_way:
            return True
        return (
            self._octets_under_way < WINDOW
            and self._octets_expected < AHEAD
            and self._enabled
            and not self._under_way[-1].command.alone(self._session)
            and self._session.known().pipelining
        )
