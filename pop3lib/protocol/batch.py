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
    """

    def __init__(self, connection: Connection, commands: Iterable[Command[T]]) -> None:
        self._connection = connection
        self._commands = iter(commands)
        self._ahead: deque[Exchange[T]] = deque()

    def next(self) -> Exchange[T] | None:
        """Send what there is room for; return the next exchange, or None at the end.

        :raises ConnectionBroken: where there is more to send and the connection is gone.
        """
        while not self._ahead or self._connection.hungry:
            command = next(self._commands, None)
            if command is None:
                break
            if self._connection.failure is not None:
                raise self._connection.failure
            self._ahead.append(self._attempt(command))
        return self._ahead.popleft() if self._ahead else None

    def abandon(self) -> None:
        """Want no more: what is under way is dropped as it arrives."""
        for exchange in self._ahead:
            if not self._connection.withdraw(exchange):
                exchange.discard()

    def _attempt(self, command: Command[T]) -> Exchange[T]:
        try:
            return self._connection.send(command)
        except LocalProtocolError as error:
            exchange = Exchange(command)
            exchange.settle(error=error)
            return exchange
