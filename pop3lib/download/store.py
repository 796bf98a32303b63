"""Where messages go: two small protocols that anybody can implement.

A database, a queue or an object store is a :class:`Store` if it can take a message in pieces, keep
it for good, and say whether it has one already.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Incoming:
    """A message that is about to come: what is known of it before its octets."""

    #: whose maildrop it is in; empty where the state says nothing
    account: str
    #: its number in this session
    number: int
    #: its size in octets as LIST has it: a hint
    size: int | None
    #: its unique-id, or None where the server has none. The server chose it: it is no name for
    #: a file
    uid: str | None


class Delivery(Protocol):
    """One message on its way into a store."""

    def write(self, octets: bytes) -> object:
        """Take the next octets."""

    def finish(self, key: str) -> str | None:
        """Take note that the message is whole; return where it is or will be, or None.

        :param key: a name for it, of 40 hexadecimal digits: the same message of the same
            maildrop has the same key in every run, any other has another. Nothing the server says
            can choose it.
        """

    def abandon(self) -> None:
        """Forget the message: it is not whole, or not wanted. Nothing of it may stay."""


class Store(Protocol):
    """A place where messages are kept.

    Its methods may block: for an :class:`~pop3lib.AsyncClient` they run in a thread, one at a time.
    What they raise is reported; nothing that was not synced is ever deleted from the server.
    """

    def has(self, key: str) -> bool:
        """Whether a message with this key is here; False where that cannot be known."""

    def begin(self, message: Incoming) -> Delivery:
        """Return what takes the octets of a message."""

    def sync(self) -> None:
        """Return once every message that was finished is safe: under its final name, on the disk.

        Only then they are recorded as saved, and may be deleted from the server.
        """


class AsyncDelivery(Protocol):
    """:class:`Delivery` for those who await."""

    async def write(self, octets: bytes) -> object:
        """Take the next octets."""

    async def finish(self, key: str) -> str | None:
        """Take note that the message is whole; return where it is or will be, or None."""

    async def abandon(self) -> None:
        """Forget the message."""


class AsyncStore(Protocol):
    """:class:`Store` for those who await."""

    async def has(self, key: str) -> bool:
        """Whether a message with this key is here; False where that cannot be known."""

    async def begin(self, message: Incoming) -> AsyncDelivery:
        """Return what takes the octets of a message."""

    async def sync(self) -> None:
        """Return once every message that was finished is safe."""


def key_of(account: str, digest: str, nth: int) -> str:
    """Return the key of a message whose octets have the SHA-256 *digest*.

    The unique-id is no part of it: a server may give another one before a message was recorded.

    :param nth: how many messages of the account with the same octets were saved before it.
    """
    parts = (account, digest, str(nth))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]
