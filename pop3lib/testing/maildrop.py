"""What a test server keeps: messages with their unique-ids, the secrets of a user, and a lock.

A maildrop outlives sessions; it changes when one of them commits. It knows nothing of the wire.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, Self, TypeAlias

from pop3lib.secret import Secret, SecretText

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


#: What may be put into a maildrop: octets, a text, or a message that is made while it is sent.
Given: TypeAlias = bytes | str | LazyMessage


class Kept(NamedTuple):
    """A message in its maildrop."""

    uid: str
    message: Stored
    #: the file that goes with the message, if any
    path: Path | None


class Maildrop:
    """One user's messages.

    :param password: the user's password.
    :param messages: the messages, in order. Octets are sent as they are, whatever they are; only
        a missing last line end is added, for no message can be sent without one. A text is
        encoded in UTF-8, and its line ends become CRLF.
    :param uids: the unique-ids in the same order; left out, they are made from the contents.
    :param tokens: the OAuth tokens that open the maildrop.
    """

    #: why nobody may log in even with the right password, as the text of the ``-ERR``
    #: (``"[SYS/TEMP] disk trouble"``); None where all is well
    refusal: str | None = None
    #: when a session last began, by the clock of ``time.monotonic``; None before the first
    last_login: float | None = None

    def __init__(
        self,
        password: SecretText = "secret",
        messages: Iterable[Given] = (),
        *,
        uids: Sequence[str] | None = None,
        tokens: Iterable[SecretText] = (),
    ) -> None:
        self.password: Secret = Secret(password)
        self.tokens: tuple[Secret, ...] = tuple(map(Secret, tokens))
        self._kept: list[Kept] = []
        self._gone: list[Kept] = []
        self._issued: set[str] = set()
        self._changes = threading.Lock()
        self._lock = threading.Lock()
        given = list(messages)
        named: Sequence[str | None] = [None] * len(given) if uids is None else uids
        for message, uid in zip(given, named, strict=True):
            self.deliver(message, uid)

    @classmethod
    def from_folder(
        cls, folder: str | Path, password: SecretText = "secret", *, delete_files: bool = False
    ) -> Self:
        """Return a maildrop of the ``*.eml`` files in *folder*, by name.

        The files are read now; LF becomes CRLF, as servers send what they keep. A file stays
        when its message is deleted, unless *delete_files* is true.
        """
        files = sorted(Path(folder).glob("*.eml"))
        return cls._of_files([(file, None) for file in files], password, delete_files)

    @classmethod
    def from_maildir(
        cls, folder: str | Path, password: SecretText = "secret", *, delete_files: bool = False
    ) -> Self:
        """Return a maildrop of a Maildir's ``cur`` and ``new``, by name.

        The unique-id is the file's name without its flags, as it stays when a message is moved
        from ``new`` to ``cur``. For the rest see :meth:`from_folder`.
        """
        files = [f for sub in ("cur", "new") for f in (Path(folder) / sub).glob("[!.]*")]
        named = [(file, file.name.partition(":")[0]) for file in files if file.is_file()]
        named.sort(key=lambda pair: pair[0].name)
        return cls._of_files(named, password, delete_files)

    @classmethod
    def _of_files(
        cls, files: Iterable[tuple[Path, str | None]], password: SecretText, delete: bool
    ) -> Self:
        maildrop = cls(password)
        for file, uid in files:
            message = _stored(with_crlf(file.read_bytes()))
            maildrop._keep(message, uid, file if delete else None)
        return maildrop

    @property
    def messages(self) -> list[bytes]:
        """The messages that are there now, whole; DELE takes one away only once QUIT was said."""
        return [_whole(kept) for kept in self.snapshot()]

    @property
    def uids(self) -> list[str]:
        """The unique-ids of the messages that are there now."""
        return [kept.uid for kept in self.snapshot()]

    @property
    def deleted(self) -> list[bytes]:
        """The messages that QUIT has removed, whole, in the order in which they went."""
        with self._changes:
            return [_whole(kept) for kept in self._gone]

    @property
    def removed(self) -> list[str]:
        """The unique-ids of the messages that QUIT has removed, in the same order."""
        with self._changes:
            return [kept.uid for kept in self._gone]

    @property
    def in_use(self) -> bool:
        """Whether a session has the maildrop open."""
        return self._lock.locked()

    def deliver(self, message: Given, uid: str | None = None) -> str:
        """Add a message, for the next session to see; return its unique-id."""
        return self._keep(_stored(message), uid, None)

    def snapshot(self) -> list[Kept]:
        """Return the messages as a session sees them: numbers never change during one."""
        with self._changes:
            return list(self._kept)

    def remove(self, messages: Iterable[Kept]) -> None:
        """Remove messages, as the UPDATE state does (:rfc:`1939#section-6`).

        :raises OSError: where a file cannot be removed; that message and those behind it stay.
        """
        for kept in messages:
            if kept.path is not None:
                kept.path.unlink(missing_ok=True)
            with self._changes:
                self._kept.remove(kept)
                self._gone.append(kept)

    def lock(self, wait: float = 0.0) -> bool:
        """Take the exclusive lock (:rfc:`1939#section-4`); say whether it came within *wait* s."""
        return self._lock.acquire(timeout=wait)

    def unlock(self) -> None:
        """Give the lock back."""
        self._lock.release()

    def _keep(self, message: Stored, uid: str | None, path: Path | None) -> str:
        with self._changes:
            uid = uid or self._new_uid(message)
            self._issued.add(uid)
            self._kept.append(Kept(uid, message, path))
        return uid

    def _new_uid(self, message: Stored) -> str:
        """Return a unique-id that was never given out here, the same one in every run."""
        content = message.content if isinstance(message, _Octets) else b"%d" % message.size
        first = uid = hashlib.sha256(content).hexdigest()[:16]
        copies = 1
        while uid in self._issued:  # RFC 1939 section 7: copies of a message may share an id
            copies += 1
            uid = f"{first}-{copies}"
        return uid


def with_crlf(content: bytes) -> bytes:
    """Return *content* with every line end as CRLF, as servers send what they keep with LF."""
    return content.replace(_CRLF, b"\n").replace(b"\n", _CRLF)


def _whole(kept: Kept) -> bytes:
    return b"".join(kept.message.chunks())


def _stored(message: Given) -> Stored:
    if isinstance(message, LazyMessage):
        return message
    content = with_crlf(message.encode()) if isinstance(message, str) else message
    return _Octets(content if content.endswith(_CRLF) else content + _CRLF)
