"""A message read as it comes: the binary stream behind ``Client.open``."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class MessageStream(io.RawIOBase):
    """The octets of a message: a readable binary stream in constant memory.

    Iterating gives chunks as they came, not lines. Use it as a ``with`` block: what is left
    unread at its end is dropped as it arrives, and the conversation stays in order.

    :param chunk: returns the next octets, or ``b""`` once the message is complete.
    :param discard: called when no more is wanted.
    """

    def __init__(self, chunk: Callable[[], bytes], discard: Callable[[], None]) -> None:
        super().__init__()
        self._chunk = chunk
        self._discard = discard
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return up to *size* octets, at least one; all that are left where it is negative."""
        if size < 0:
            return self.readall()
        self._fill()
        octets = bytes(self._rest[:size])
        self._rest = self._rest[size:]
        return octets

    def readall(self) -> bytes:
        """Return all octets that are left."""
        self._fill()
        return b"".join(self)

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill *buffer* as far as octets are at hand, at least one; 0 at the end."""
        self._fill()
        with memoryview(buffer).cast("B") as target:
            count = min(len(target), len(self._rest))
            target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def __iter__(self) -> Iterator[bytes]:
        """Yield the octets in chunks, as they came."""
        if self._rest:
            rest, self._rest = bytes(self._rest), memoryview(b"")
            yield rest
        while not self.closed and (chunk := self._chunk()):
            yield chunk

    def _fill(self) -> None:
        """Have octets at hand, but for the end of the message."""
        if self.closed:
            raise ValueError("the message is closed")
        if not self._rest:
            self._rest = memoryview(self._chunk())

    def close(self) -> None:
        """Want no more; cheap, and never waits."""
        if not self.closed:
            self._discard()
        super().close()
