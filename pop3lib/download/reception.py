"""One message on its way from the server to the store."""

from __future__ import annotations

import contextlib
import hashlib
from typing import Any

from pop3lib.download.actions import Errand
from pop3lib.download.maildrop import Listed
from pop3lib.download.store import AsyncStore, Incoming, Store

#: Octets that are gathered before the store is given them: most messages go to it in one piece.
_PIECE = 256 * 1024


class Reception:
    """Gathers the octets of a message, and hands them over in large pieces."""

    def __init__(self, store: Store | AsyncStore, account: str, message: Listed) -> None:
        #: the message as it was listed
        self.listed = message
        #: how many octets have come
        self.size: int = 0
        #: the message as the store is told of it
        self.incoming: Incoming = Incoming(account, message.number, message.size, message.uid)
        self._store: Any = store
        self._delivery: Any = None
        self._pieces: list[bytes] = []
        self._gathered = 0
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        """SHA-256 of what has come, in hexadecimal."""
        return self._hash.hexdigest()

    @property
    def heavy(self) -> bool:
        """Whether enough was gathered for the store to take it."""
        return self._gathered >= _PIECE

    def add(self, octets: bytes) -> None:
        """Take the next octets."""
        self._hash.update(octets)
        self._pieces.append(octets)
        self._gathered += len(octets)
        self.size += len(octets)

    def hand_over(self) -> Errand[None]:
        """Give the store what was gathered."""
        octets = b"".join(self._pieces)
        self._pieces.clear()
        self._gathered = 0
        if self._delivery is None:
            self._delivery = yield lambda: self._store.begin(self.incoming)
        if octets:
            yield lambda: self._delivery.write(octets)

    def finish(self, key: str) -> Errand[tuple[bool, str | None]]:
        """Have the store keep the message unless it has it; return whether it had, and where."""
        if (yield lambda: self._store.has(key)):
            yield from self.abandon()
            return True, None
        yield from self.hand_over()
        where = yield lambda: self._delivery.finish(key)
        self._delivery = None
        return False, where

    def abandon(self) -> Errand[None]:
        """Have the store forget the message."""
        delivery, self._delivery = self._delivery, None
        if delivery is not None:
            yield lambda: delivery.abandon()

    def drop(self) -> None:
        """Forget the message at once: the download was interrupted, and nothing may be awaited."""
        delivery, self._delivery = self._delivery, None
        if delivery is not None:
            with contextlib.suppress(Exception):
                result = delivery.abandon()
                if hasattr(result, "close"):  # a coroutine that nobody can await any more
                    result.close()
