"""What the maildrop holds: STAT, LIST, UIDL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, cast, overload

from pop3lib.errors import RemoteProtocolError
from pop3lib.protocol.body import Body, LineBody
from pop3lib.protocol.commands.checks import check_not_deleted, check_number
from pop3lib.protocol.exchange import Command
from pop3lib.protocol.limits import Limits
from pop3lib.protocol.listing import parse_sizes, parse_uid, parse_uids
from pop3lib.protocol.reply import Reply, quoted
from pop3lib.protocol.session import Session
from pop3lib.protocol.values import DropListing, Listing

T_co = TypeVar("T_co", covariant=True)

_DROP_LISTING = re.compile(r"[ \t]*([0-9]{1,10})(?:([ \t]+)(-?[0-9]{1,19}))?([ \t].*)?")
_SIZE = re.compile(r"[ \t]*([0-9]{1,10})[ \t]+([0-9]{1,19})(?:[ \t].*)?")


@dataclass(frozen=True)
class Stat(Command[DropListing]):
    """Ask for the drop listing (:rfc:`1939#section-5`)."""

    verb: ClassVar[str] = "STAT"
    barrier: ClassVar[bool] = False

    def parse(self, reply: Reply, body: bytes) -> DropListing:
        """Read the two numbers."""
        match = _DROP_LISTING.fullmatch(reply.text)
        if match is None:
            raise RemoteProtocolError(f"STAT must answer two numbers: {_shown(reply)}")
        defects = []
        size = int(match[3]) if match[3] else None
        if size is None:
            defects.append("no size in the answer to STAT")
        elif size < 0:  # a counter of 32 bits that ran over (MailKit #872)
            defects.append("a negative size in the answer to STAT")
            size = None
        if match.start(1) or match[2] not in (" ", None):
            defects.append(f"more than single spaces in the answer to STAT: {_shown(reply)}")
        if match[4]:  # RFC 1939 section 5 discourages it, and allows it
            defects.append(f"more than two numbers in the answer to STAT: {_shown(reply)}")
        return DropListing(int(match[1]), size, tuple(defects))


class _About(Command[T_co], Generic[T_co]):
    """LIST and UIDL: about all messages, or about one."""

    barrier = False
    number: int | None

    def _about(self, number: int | None) -> None:
        if number is not None:
            check_number(self.verb, number)
        self.number = number

    def line(self) -> bytes:
        """Return the line; no space ends it (bezeqint.net refused that)."""
        return f"{self.verb} {self.number}".encode() if self.number else self.verb.encode()

    def has_body(self) -> bool:
        """Whether it is about all messages."""
        return self.number is None

    def check(self, session: Session) -> None:
        """Refuse to ask about a message that is marked as deleted."""
        super().check(session)
        check_not_deleted(self, self.number, session)

    def body(self, limits: Limits, eol: bytes) -> Body:
        """Return what gathers the lines."""
        return LineBody(limits, "max_listing", "max_line", f"the answer to {self}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.number or ''})"


class List(_About[T_co], Generic[T_co]):
    """Ask for the size of every message, or of one, in octets (:rfc:`1939#section-5`)."""

    verb = "LIST"

    @overload
    def __init__(self: List[Listing[int]], number: None = None) -> None: ...
    @overload
    def __init__(self: List[int], number: int) -> None: ...
    def __init__(self, number: int | None = None) -> None:
        self._about(number)

    def parse(self, reply: Reply, body: bytes) -> T_co:
        """Read the sizes."""
        if self.number is None:
            return cast(T_co, parse_sizes(body))
        match = _SIZE.fullmatch(reply.text)
        if match is None or int(match[1]) != self.number:
            raise RemoteProtocolError(f"the answer is not about {self}: {_shown(reply)}")
        return cast(T_co, int(match[2]))


class Uidl(_About[T_co], Generic[T_co]):
    """Ask for the unique-id of every message, or of one (:rfc:`1939#section-7`)."""

    verb = "UIDL"
    capability: ClassVar[str | None] = "UIDL"

    @overload
    def __init__(self: Uidl[Listing[str]], number: None = None) -> None: ...
    @overload
    def __init__(self: Uidl[str], number: int) -> None: ...
    def __init__(self, number: int | None = None) -> None:
        self._about(number)

    def parse(self, reply: Reply, body: bytes) -> T_co:
        """Read the unique-ids."""
        if self.number is None:
            return cast(T_co, parse_uids(body))
        # From the octets: the text may have been read as UTF-8, and an id is no text.
        number, _, uid = reply.line.partition(b" ")[2].strip(b" ").partition(b" ")
        if uid and number != str(self.number).encode():
            raise RemoteProtocolError(f"the answer is not about {self}: {_shown(reply)}")
        # Twisted leaves the number out (twisted #9104).
        return cast(T_co, parse_uid(uid.lstrip(b" ") or number, []))

    def learn(self, session: Session, reply: Reply, result: Any) -> None:
        """Note it where the server left the number out."""
        if self.number is not None and " " not in reply.text.strip(" "):
            session.defects.append(f"{self} was answered without the number")


def _shown(reply: Reply) -> str:
    return quoted(reply.text.encode())
