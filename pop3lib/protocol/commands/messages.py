"""The messages: RETR, TOP, DELE, RSET."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

from pop3lib.errors import InvalidArgumentError
from pop3lib.protocol.body import Body, HeaderBody
from pop3lib.protocol.commands.checks import check_not_deleted, check_number
from pop3lib.protocol.commands.session import Acknowledged
from pop3lib.protocol.exchange import AnswerTo, Command
from pop3lib.protocol.limits import Limits
from pop3lib.protocol.reply import Reply
from pop3lib.protocol.session import Session

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class _OfMessage(Command[T_co], Generic[T_co]):
    """A command about one message."""

    number: int

    barrier: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_number(self.verb, self.number)

    def line(self) -> bytes:
        """Return the line."""
        return b"%s %d" % (self.verb.encode(), self.number)

    def check(self, session: Session) -> None:
        """Refuse to speak of a message that is marked as deleted."""
        super().check(session)
        check_not_deleted(self, self.number, session)


@dataclass(frozen=True)
class Retr(_OfMessage[bytes]):
    """Retrieve a message whole (:rfc:`1939#section-5`).

    :param size: its octets as LIST has them, where known: a hint for how many to ask for at once.
    """

    size: int | None = field(default=None, compare=False, repr=False)

    verb: ClassVar[str] = "RETR"
    multiline: ClassVar[bool] = True

    def expects(self) -> int:
        """Guess by what LIST said."""
        return 16 * 1024 if self.size is None else self.size

    def parse(self, reply: Reply, body: bytes) -> bytes:
        """Return the message."""
        return body


@dataclass(frozen=True)
class RetrHeaders(Retr):
    """Retrieve a message and keep its header block, for servers without TOP."""

    def body(self, limits: Limits, eol: bytes) -> Body:
        """Return what drops the octets behind the first empty line."""
        return HeaderBody(limits, eol, f"the header block of message {self.number}")


@dataclass(frozen=True)
class Top(_OfMessage[bytes]):
    """Retrieve a header block and the first lines of the body (:rfc:`1939#section-7`)."""

    lines: int = 0

    verb: ClassVar[str] = "TOP"
    multiline: ClassVar[bool] = True
    capability: ClassVar[str | None] = "TOP"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.lines, int) or isinstance(self.lines, bool) or self.lines < 0:
            raise InvalidArgumentError(
                f"TOP: a count of lines is an int from 0, not {self.lines!r:.40}. Nothing was sent"
            )

    def line(self) -> bytes:
        """Return the line."""
        return b"TOP %d %d" % (self.number, self.lines)

    def expects(self) -> int:
        """Guess: a header block of today has four thousand octets, a line some eighty."""
        return 4096 + 80 * self.lines

    def body(self, limits: Limits, eol: bytes) -> Body:
        """Return what gathers the octets; a header block has a bound of its own."""
        limit = "max_message" if self.lines else "max_headers"
        return Body(limits, limit, AnswerTo(self))

    def parse(self, reply: Reply, body: bytes) -> bytes:
        """Return the header block, the empty line and the lines of the body."""
        return body


@dataclass(frozen=True)
class Dele(_OfMessage[None]):
    """Mark a message as deleted; QUIT makes it so (:rfc:`1939#section-5`)."""

    verb: ClassVar[str] = "DELE"

    def parse(self, reply: Reply, body: bytes) -> None:
        """Return None: ``+OK`` says it all."""

    def effect(self, session: Session) -> None:
        """Count the message as deleted."""
        session.deleted.add(self.number)


@dataclass(frozen=True)
class Rset(Acknowledged):
    """Take back all marks of deletion (:rfc:`1939#section-5`)."""

    verb: ClassVar[str] = "RSET"

    def effect(self, session: Session) -> None:
        """Count no message as deleted."""
        session.deleted.clear()
