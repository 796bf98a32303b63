"""What a test server keeps: messages with their unique-ids, a password, and a lock."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

_CRLF = b"\r\n"


class Stored(Protocol):
    """A message as the server needs it: its octets in chunks, and how many there are."""

    @property
    def size(self) -> int:
        """How many octets RETR sends, stuffed dots not counted."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the octets that RETR sends, dots not stuffed."""


@dataclass(frozen=True)
class LazyMessage:
    """A message that is made while it is sent: as large as you like, in constant memory."""

    #: how many octets *make* yields
    size: int
    #: called for each RETR; its octets must end with CRLF
    make: Callable[[], Iterable[bytes]]

    def chunks(self) -> Iterator[bytes]:
        """Yield the octets."""
        return iter(self.make())


@dataclass(frozen=True)
class _Octets:
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def chunks(self) -> Iterator[bytes]:
        yield self.content


class Maildrop:
    """One user's messages.

    :param password: the user's password.
    :param messages: the messages, in order. Octets are sent as they are, whatever they are; only
        a missing last line end is added, for no message can be sent without one.
    """

    def __init__(
        self, password: str = "secret", messages: Iterable[bytes | LazyMessage] = ()
    ) -> None:
        self.password = password
        self._kept = {self._uid(n, m): _stored(m) for n, m in enumerate(messages, 1)}
        self._arrived = len(self._kept)
        self._files: dict[str, Path] = {}
        self._lock = threading.Lock()
        #: the unique-ids of the messages that QUIT has removed, in order
        self.removed: list[str] = []

    @classmethod
    def from_folder(cls, folder: str | Path, password: str = "secret") -> Self:
        """Return a maildrop of the ``*.eml`` files in *folder*, by name; files are only read."""
        return cls._of_files(sorted(Path(folder).glob("*.eml")), password)

    @classmethod
    def from_maildir(cls, folder: str | Path, password: str = "secret") -> Self:
        """Return a maildrop of a Maildir's ``cur`` and ``new``; files are only read."""
        root = Path(folder)
        files = [f for sub in ("cur", "new") for f in (root / sub).iterdir() if f.is_file()]
        return cls._of_files(sorted(files, key=lambda file: file.name), password)

    @classmethod
    def _of_files(cls, files: Iterable[Path], password: str) -> Self:
        return cls(password, [with_crlf(file.read_bytes()) for file in files])

    @property
    def messages(self) -> list[bytes]:
        """The messages that are there now, whole."""
        return [b"".join(message.chunks()) for message in self._kept.values()]

    @property
    def uids(self) -> list[str]:
        """The unique-ids of the messages that are there now."""
        return list(self._kept)

    def deliver(self, message: bytes | LazyMessage) -> str:
        """Add a message, for the next session to see; return its unique-id."""
        self._arrived += 1
        uid = self._uid(self._arrived, message)
        self._kept[uid] = _stored(message)
        return uid

    def snapshot(self) -> list[tuple[str, Stored]]:
        """Return the messages as a session sees them: numbers never change during one."""
        return list(self._kept.items())

    def remove(self, uids: Iterable[str]) -> None:
        """Remove messages, as the UPDATE state does (:rfc:`1939#section-6`)."""
        for uid in uids:
            self.removed.append(uid)
            del self._kept[uid]

    def lock(self) -> bool:
        """Take the exclusive lock (:rfc:`1939#section-4`); say whether that worked."""
        return self._lock.acquire(blocking=False)

    def unlock(self) -> None:
        """Give the lock back."""
        self._lock.release()

    @staticmethod
    def _uid(number: int, message: bytes | LazyMessage) -> str:
        content = message if isinstance(message, bytes) else b"%d" % message.size
        return f"{number}-{hashlib.sha256(content).hexdigest()[:16]}"


def with_crlf(content: bytes) -> bytes:
    """Return *content* with every line end as CRLF, as servers send what they keep with LF."""
    return content.replace(_CRLF, b"\n").replace(b"\n", _CRLF)


def _stored(message: bytes | LazyMessage) -> Stored:
    if isinstance(message, LazyMessage):
        return message
    return _Octets(message if message.endswith(_CRLF) else message + _CRLF)
