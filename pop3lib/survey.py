"""What a mailbox holds, message by message: the plan behind ``summaries`` and ``messages``.

The plan says which commands to send and makes each answer into one item. It does no I/O, so both
clients have it in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pop3lib.errors import CommandError, LocalProtocolError, POP3Error
from pop3lib.headers import Headers, parse_headers
from pop3lib.protocol.commands import List, Retr, RetrHeaders, Top, Uidl
from pop3lib.protocol.exchange import Ahead, Command, Exchange, Flow
from pop3lib.protocol.flows import capabilities
from pop3lib.protocol.session import Session
from pop3lib.protocol.values import Listing


@dataclass(frozen=True)
class Summary:
    """A message as one sees it without downloading it."""

    #: the message's number in this session
    number: int
    #: its size in octets as LIST has it: a hint
    size: int | None
    #: its unique-id, or None where the server has none
    uid: str | None
    #: its header block; empty where there is an error
    headers: Headers
    #: why the server did not give it, or None
    error: POP3Error | None = None


@dataclass(frozen=True)
class Message:
    """A message, downloaded."""

    #: the message's number in this session
    number: int
    #: its size in octets as LIST has it: a hint
    size: int | None
    #: its unique-id, or None where the server has none
    uid: str | None
    #: its octets, exactly as sent; empty where there is an error
    content: bytes = field(repr=False)
    #: why the server did not give it, or None
    error: POP3Error | None = None


@dataclass(frozen=True)
class Survey:
    """The numbers to ask for, with what LIST and UIDL said of them."""

    numbers: tuple[int, ...]
    sizes: Mapping[int, int]
    uids: Mapping[int, str]
    #: whether header blocks are had by TOP, or by reading messages up to the empty line
    top: bool

    def header_commands(self) -> Iterator[Command[bytes]]:
        """Yield the commands that fetch the header blocks."""
        if self.top:
            return (Top(number, 0) for number in self.numbers)
        return (RetrHeaders(number, self.sizes.get(number)) for number in self.numbers)

    def message_commands(self) -> Iterator[Command[bytes]]:
        """Yield the commands that fetch the messages."""
        return (Retr(number, self.sizes.get(number)) for number in self.numbers)

    def summary(self, number: int, exchange: Exchange[bytes]) -> Summary:
        """Make a summary of a header block that has come."""
        block, error = _outcome(exchange)
        size, uid = self.sizes.get(number), self.uids.get(number)
        return Summary(number, size, uid, parse_headers(block), error)

    def message(self, number: int, exchange: Exchange[bytes]) -> Message:
        """Make a message of what has come."""
        content, error = _outcome(exchange)
        return Message(number, self.sizes.get(number), self.uids.get(number), content, error)


def header_command(number: int, top: bool) -> Command[bytes]:
    """Return what fetches a header block: TOP, or RETR read up to the blank line."""
    return Top(number, 0) if top else RetrHeaders(number)


def has_top(session: Session) -> Flow[bool]:
    """Find out whether the server has TOP: it is optional (:rfc:`1939#section-7`).

    A server without CAPA is believed to have it; there the first refusal tells.
    """
    known = yield from capabilities(session)
    return known.top or not known


def survey(session: Session, numbers: Iterable[int] | None) -> Flow[Survey]:
    """Ask for capabilities, sizes and unique-ids; UIDL may be missing (:rfc:`1939#section-7`)."""
    top = yield from has_top(session)
    sized: Exchange[Listing[int]] = yield Ahead(List())
    uids: Mapping[int, str] = {}
    try:
        uids = yield from Uidl()
    except CommandError:
        uids = {}
    sizes = sized.result()
    # Twisted goes on listing what is marked as deleted.
    listed = (number for number in sizes if number not in session.deleted)
    return Survey(tuple(listed if numbers is None else numbers), sizes, uids, top)


def _outcome(exchange: Exchange[bytes]) -> tuple[bytes, POP3Error | None]:
    try:
        return exchange.result(), None
    except (CommandError, LocalProtocolError) as error:
        return b"", error
