"""A batch: commands from an iterable, as many of them under way as there is room for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

from pop3lib.errors import LocalProtocolError
from pop3lib.protocol.connection import Connection
from pop3lib.protocol.exchange import Command, Exchange

T = TypeVar("T")


class Batch(Generic[T]):
    """The exchanges of many commands, in order; a refused one stops nothing.

    The commands are taken from the iterable as the connection has room, so there may be millions.

    :param stream: whether the octets of the answers are read as they come. Then each exchange
        is ready once its status line is in, and what is unread when the next is wanted is dropped.
    """

    def __init__(
        self, connection: Connection, commands: Iterable[Command[T]], stream: bool = False
    ) -> None:
        self._connection = connection
        self._commands = iter(commands)
        self._stream = stream
        self._ahead: deque[Exchange[T]] = deque()
        self._current: Exchange[T] | None = None

    def next(self) -> Exchange[T] | None:
        """Send what there is room for; return the next exchange, or None at the end.

        :raises ConnectionBroken: where there is more to send and the connection is gone.
        """
        self._leave()
        while not self._ahead or self._connection.hungry:
            command = next(self._commands, None)
            if command is None:
                break
            if self._connection.failure is not None:
                raise self._connection.failure
            self._ahead.append(self._attempt(command))
        self._current = self._ahead.popleft() if self._ahead else None
        return self._current

    def ready(self, exchange: Exchange[T]) -> bool:
        """Whether *exchange* is done, or, of a stream, has its status line."""
        return exchange.done or (self._stream and exchange.reply is not None)

    def abandon(self) -> None:
        """Want no more: what is under way is dropped as it arrives."""
        self._leave()
        for exchange in self._ahead:
            if not self._connection.withdraw(exchange):
                exchange.discard()

    def _leave(self) -> None:
        if self._stream and self._current is not None:
            self._current.discard()

    def _attempt(self, command: Command[T]) -> Exchange[T]:
        send = self._connection.stream if self._stream else self._connection.send
        try:
            return send(command)
        except LocalProtocolError as error:
            exchange = Exchange(command)
            exchange.settle(error=error)
            return exchange
