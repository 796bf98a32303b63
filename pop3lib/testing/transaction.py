"""One session's access to a maildrop: message numbers, deletion marks, and the commit.

What a session may not have is a :class:`Refusal`, whose text is that of the ``-ERR``.
"""

from __future__ import annotations

from collections.abc import Iterator

from pop3lib.testing.maildrop import Kept, LazyMessage, Maildrop

_NOTHING = LazyMessage(0, tuple)


class Refusal(Exception):
    """Answered ``-ERR`` with this text."""


class Unanswered(Exception):
    """Not answered at all."""


class Transaction:
    """The TRANSACTION state on one maildrop (:rfc:`1939#section-5`); it must be released."""

    def __init__(self, maildrop: Maildrop, *, wait: float, lists_deleted: bool = False) -> None:
        if not maildrop.lock(wait):  # RFC 1939 section 4, RFC 2449 section 8.1.2
            raise Refusal("[IN-USE] another session has this maildrop")
        self._maildrop: Maildrop | None = maildrop
        self._messages = maildrop.snapshot()
        self._marked: set[int] = set()
        self._lists_deleted = lists_deleted

    def __iter__(self) -> Iterator[tuple[int, Kept]]:
        """Yield numbers and what listings tell: no messages marked as deleted, as a rule."""
        for number in range(1, len(self._messages) + 1):
            if self._lists_deleted or number not in self._marked:
                yield number, self.entry(number)

    def entry(self, number: int) -> Kept:
        """Return what LIST and UIDL tell of message *number*, or refuse."""
        if self._lists_deleted and number in self._marked:
            return self._messages[number - 1]._replace(message=_NOTHING)
        return self[number]

    def __getitem__(self, number: int) -> Kept:
        """Return message *number*; refuse one that is not there or is marked as deleted."""
        if not 1 <= number <= len(self._messages):
            raise Refusal(f"no such message, there are {len(self._messages)}")
        if number in self._marked:
            raise Refusal(f"message {number} is marked as deleted")
        return self._messages[number - 1]

    def drop_listing(self) -> tuple[int, int]:
        """Return how many messages there are, and their size together in octets."""
        sizes = [kept.message.size for _, kept in self]
        return len(sizes), sum(sizes)

    def mark(self, number: int) -> None:
        """Mark message *number* as deleted."""
        _ = self[number]
        self._marked.add(number)

    def reset(self) -> None:
        """Take all marks back."""
        self._marked.clear()

    def commit(self) -> None:
        """Enter the UPDATE state: remove what is marked, and release the maildrop."""
        if self._maildrop is None:
            return
        try:
            self._maildrop.remove([self._messages[number - 1] for number in sorted(self._marked)])
        except OSError as error:
            raise Refusal("some deleted messages not removed") from error
        finally:
            self.release()

    def release(self) -> None:
        """Give the maildrop back as it is; once is enough."""
        if self._maildrop is not None:
            self._maildrop.unlock()
            self._maildrop = None
