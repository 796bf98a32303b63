"""The commands, each in one place: its line, its states, its answer.

RFC 1939 (USER PASS APOP STAT LIST RETR TOP UIDL DELE NOOP RSET QUIT), RFC 2449 (CAPA), RFC 2595
(STLS), RFC 5034 (AUTH) and RFC 6856 (UTF8, LANG).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar, cast, overload

from pop3lib.errors import (
    InsecureError,
    InvalidArgumentError,
    RemoteProtocolError,
    WrongStateError,
)
from pop3lib.protocol.body import Body, HeaderBody, LineBody
from pop3lib.protocol.capabilities import Capabilities
from pop3lib.protocol.conversation import Conversation
from pop3lib.protocol.exchange import Command
from pop3lib.protocol.limits import Limits
from pop3lib.protocol.listing import MAX_NUMBER, parse_sizes, parse_uid, parse_uids
from pop3lib.protocol.reply import Reply, decoded, quoted
from pop3lib.protocol.session import Session
from pop3lib.protocol.state import State
from pop3lib.protocol.values import DropListing, Language, Listing
from pop3lib.sasl.mechanism import KeepsSecrets, Mechanism
from pop3lib.secret import MASK, Secret, SecretText

T_co = TypeVar("T_co", covariant=True)

_BEFORE_LOGIN = frozenset({State.AUTHORIZATION})
_LOGS_IN = MappingProxyType({State.AUTHORIZATION: State.TRANSACTION})
_LOGGED_IN_OR_NOT = frozenset({State.AUTHORIZATION, State.TRANSACTION})

_DROP_LISTING = re.compile(r"([0-9]{1,10})(?: +(-?[0-9]{1,19}))?( .*)?")
_SIZE = re.compile(r"([0-9]{1,10}) +([0-9]{1,19})( .*)?")
_LANGUAGE_TAG = re.compile(r"\*|i-default|[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_MECHANISM_NAME = re.compile(r"[A-Z0-9_-]{1,20}")  # RFC 4422 section 3.1
#: Mechanisms that show the password or token to whoever listens.
_PLAINTEXT = frozenset({"PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"})
_TOKENS = frozenset({"OAUTHBEARER", "XOAUTH2"})


def check_number(command: str, number: int) -> None:
    """Raise unless *number* can be a message number: a plain int, counted from 1."""
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MAX_NUMBER:
        raise InvalidArgumentError(
            f"{command}: a message number is an int from 1 to {MAX_NUMBER}, not {number!r:.40}. "
            "Nothing was sent"
        )


def check_text(command: str, what: str, text: str) -> None:
    """Raise unless *text* can be an argument; the text itself is not shown."""
    if not isinstance(text, str) or not text:
        raise InvalidArgumentError(f"{command}: the {what} is empty or no str. Nothing was sent")
    if any(character < " " or character == "\x7f" for character in text):
        raise InvalidArgumentError(
            f"{command}: the {what} has a control character (a line end read along with it, "
            "perhaps). Nothing was sent"
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidArgumentError(
            f"{command}: the {what} cannot be written in UTF-8. Nothing was sent"
        ) from None


def check_channel(command: Command[Any], session: Session, token: bool = False) -> None:
    """Raise where a secret would cross in clear without the caller's word."""
    if session.secure or (session.allow_insecure_login and not token):
        return
    way_out = "" if token else ", or pass allow_insecure_login=True where the line can be trusted"
    raise InsecureError(
        f"{command} would send a secret without TLS. Nothing was sent. Use Security.TLS or "
        f"Security.STARTTLS{way_out}"
    )


class Greeting(Command[str]):
    """What the server says first, as if it were the answer to a command."""

    verb = "greeting"
    allowed = frozenset({State.GREETING})
    leads_to = MappingProxyType({State.GREETING: State.AUTHORIZATION})

    def parse(self, reply: Reply, body: bytes) -> str:
        """Return the server's text."""
        return f"[{reply.code}] {reply.text}" if reply.code else reply.text

    def learn(self, session: Session, reply: Reply, result: Any) -> None:
        """Keep the text: the APOP stamp is in it."""
        session.greeting = result

    def __str__(self) -> str:
        return "the greeting"


class _Plain(Command[None]):
    """A command of RFC 1939 whose success says nothing more."""

    barrier = False

    def parse(self, reply: Reply, body: bytes) -> None:
        """Return None: ``+OK`` says it all."""


# --- logging in ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Capa(Command[Capabilities]):
    """Ask what the server can do, here and now (:rfc:`2449#section-5`)."""

    verb: ClassVar[str] = "CAPA"
    allowed: ClassVar[frozenset[State]] = _LOGGED_IN_OR_NOT
    multiline: ClassVar[bool] = True

    def body(self, limits: Limits, eol: bytes) -> Body:
        """Return what gathers the lines."""
        return LineBody(limits, "max_capabilities", "max_status_line", "the answer to CAPA")

    def parse(self, reply: Reply, body: bytes) -> Capabilities:
        """Read the capabilities, one a line."""
        return Capabilities(body.splitlines())

    def learn(self, session: Session, reply: Reply, result: Any) -> None:
        """Keep the capabilities until the state changes."""
        session.capabilities = result


@dataclass(frozen=True)
class User(_Plain):
    """Say whose maildrop is wanted (:rfc:`1939#section-7`)."""

    name: str

    verb: ClassVar[str] = "USER"
    allowed: ClassVar[frozenset[State]] = _BEFORE_LOGIN
    barrier: ClassVar[bool] = True
    authenticates: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_text(self.verb, "user name", self.name)

    def line(self) -> bytes:
        """Return the line; the name goes as UTF-8."""
        return b"USER " + self.name.encode()

    def check(self, session: Session) -> None:
        """Refuse to begin what would end with a password in clear."""
        super().check(session)
        check_channel(self, session)


@dataclass(frozen=True)
class Pass(_Plain):
    """Give the password for the name of the last USER (:rfc:`1939#section-7`)."""

    password: SecretText

    verb: ClassVar[str] = "PASS"
    allowed: ClassVar[frozenset[State]] = _BEFORE_LOGIN
    leads_to: ClassVar[Mapping[State, State]] = _LOGS_IN
    # Courier loses what is sent in one go with PASS, though it announces PIPELINING.
    barrier: ClassVar[bool] = True
    authenticates: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "password", Secret(self.password))
        check_text(self.verb, "password", Secret(self.password).reveal())

    def line(self) -> bytes:
        """Return the line; the password goes as UTF-8, spaces and all."""
        return b"PASS " + Secret(self.password).reveal().encode()

    def check(self, session: Session) -> None:
        """Refuse to send a password in clear."""
        super().check(session)
        check_channel(self, session)

    def mask(self, text: str) -> str:
        """Hide the password should the server repeat it."""
        return Secret(self.password).mask(text)

    def __str__(self) -> str:
        return f"PASS {MASK}"


@dataclass(frozen=True)
class Apop(_Plain):
    """Give a name and the digest of the greeting's stamp and the password.

    See :func:`pop3lib.protocol.flows.apop`, which makes the digest (:rfc:`1939#section-7`).
    """

    name: str
    digest: SecretText

    verb: ClassVar[str] = "APOP"
    allowed: ClassVar[frozenset[State]] = _BEFORE_LOGIN
    leads_to: ClassVar[Mapping[State, State]] = _LOGS_IN
    barrier: ClassVar[bool] = True
    authenticates: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", Secret(self.digest))
        check_text(self.verb, "user name", self.name)
        check_text(self.verb, "digest", Secret(self.digest).reveal())
        if " " in self.name:  # what stands behind the space would be taken for the digest
            raise InvalidArgumentError("APOP: the user name has a space. Nothing was sent")

    def line(self) -> bytes:
        """Return the line."""
        return f"APOP {self.name} {Secret(self.digest).reveal()}".encode()

    def mask(self, text: str) -> str:
        """Hide the digest: with the stamp it lets the password be guessed."""
        return Secret(self.digest).mask(text)

    def __str__(self) -> str:
        return f"APOP {self.name} {MASK}"


@dataclass(frozen=True)
class Auth(_Plain):
    """Log in by a SASL mechanism (:rfc:`5034`).

    :param initial_response: whether the mechanism's first message may ride in the AUTH line;
        where it would make the line longer than 255 octets it goes separately in any case.
    """

    mechanism: Mechanism
    initial_response: bool = True

    verb: ClassVar[str] = "AUTH"
    allowed: ClassVar[frozenset[State]] = _BEFORE_LOGIN
    leads_to: ClassVar[Mapping[State, State]] = _LOGS_IN
    barrier: ClassVar[bool] = True
    authenticates: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not _MECHANISM_NAME.fullmatch(self.mechanism.name):
            raise InvalidArgumentError(f"no name of a SASL mechanism: {self.mechanism.name!r}")

    def check(self, session: Session) -> None:
        """Refuse to send a password or token in clear."""
        super().check(session)
        if self.mechanism.name in _PLAINTEXT:
            check_channel(self, session, token=self.mechanism.name in _TOKENS)

    def converse(self, limits: Limits) -> Conversation:
        """Return the party that answers the server's challenges."""
        return Conversation(self.mechanism, limits, self.initial_response)

    def mask(self, text: str) -> str:
        """Hide the mechanism's secrets should the server repeat them."""
        if isinstance(self.mechanism, KeepsSecrets):
            for secret in self.mechanism.secrets:
                text = secret.mask(text)
        return text

    def __str__(self) -> str:
        return f"AUTH {self.mechanism.name} {MASK}"


@dataclass(frozen=True)
class Stls(_Plain):
    """Start TLS (:rfc:`2595#section-4`); done when the handshake is."""

    verb: ClassVar[str] = "STLS"
    allowed: ClassVar[frozenset[State]] = _BEFORE_LOGIN
    barrier: ClassVar[bool] = True
    starts_tls: ClassVar[bool] = True

    def check(self, session: Session) -> None:
        """Refuse a second TLS inside the first."""
        super().check(session)
        if session.secure:
            raise WrongStateError("STLS: TLS is on already. Nothing was sent")

    def effect(self, session: Session) -> None:
        """Be on TLS, and forget what was learnt in clear."""
        session.start_tls()


@dataclass(frozen=True)
class Utf8(_Plain):
    """Ask for messages and texts in UTF-8, before logging in (:rfc:`6856#section-2.1`)."""

    verb: ClassVar[str] = "UTF8"
    allowed: ClassVar[frozenset[State]] = _BEFORE_LOGIN
    barrier: ClassVar[bool] = True


class Lang(Command[T_co], Generic[T_co]):
    """List the languages of the server's texts, or choose one (:rfc:`6856#section-3`)."""

    verb = "LANG"
    allowed = _LOGGED_IN_OR_NOT
    tag: str | None

    @overload
    def __init__(self: Lang[tuple[Language, ...]], tag: None = None) -> None: ...
    @overload
    def __init__(self: Lang[str], tag: str) -> None: ...
    def __init__(self, tag: str | None = None) -> None:
        if tag is not None and not _LANGUAGE_TAG.fullmatch(tag):
            raise InvalidArgumentError(f"LANG: no language tag: {tag!r:.40}. Nothing was sent")
        self.tag = tag

    def line(self) -> bytes:
        """Return the line."""
        return b"LANG" if self.tag is None else b"LANG " + self.tag.encode()

    def has_body(self) -> bool:
        """Whether languages are listed."""
        return self.tag is None

    def body(self, limits: Limits, eol: bytes) -> Body:
        """Return what gathers the lines."""
        return LineBody(limits, "max_listing", "max_line", "the answer to LANG")

    def parse(self, reply: Reply, body: bytes) -> T_co:
        """Return the languages, or the server's text in the language chosen."""
        if self.tag is not None:
            return cast(T_co, reply.display)
        pairs = (decoded(line).partition(" ") for line in body.splitlines())
        return cast(T_co, tuple(Language(tag, text) for tag, _, text in pairs))


# --- the maildrop -------------------------------------------------------------------------------


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
        size = int(match[2]) if match[2] else None
        if size is None:
            defects.append("no size in the answer to STAT")
        elif size < 0:  # a counter of 32 bits that ran over (MailKit #872)
            defects.append("a negative size in the answer to STAT")
            size = None
        if match[3]:  # RFC 1939 section 5 discourages it, and allows it
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
    capability = "UIDL"

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
        number, _, uid = reply.text.partition(" ")
        if uid and number != str(self.number):
            raise RemoteProtocolError(f"the answer is not about {self}: {_shown(reply)}")
        # Twisted leaves the number out (twisted #9104).
        return cast(T_co, parse_uid((uid or number).strip(" ").encode(), []))

    def learn(self, session: Session, reply: Reply, result: Any) -> None:
        """Note it where the server left the number out."""
        if self.number is not None and " " not in reply.text:
            session.defects.append(f"{self} was answered without the number")


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
    """Retrieve a message whole (:rfc:`1939#section-5`)."""

    verb: ClassVar[str] = "RETR"
    multiline: ClassVar[bool] = True

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

    def body(self, limits: Limits, eol: bytes) -> Body:
        """Return what gathers the octets; a header block has a bound of its own."""
        limit = "max_message" if self.lines else "max_headers"
        return Body(limits, limit, f"the answer to {self}")

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
class Noop(_Plain):
    """Do nothing but keep the session alive (:rfc:`1939#section-5`)."""

    verb: ClassVar[str] = "NOOP"


@dataclass(frozen=True)
class Rset(_Plain):
    """Take back all marks of deletion (:rfc:`1939#section-5`)."""

    verb: ClassVar[str] = "RSET"

    def effect(self, session: Session) -> None:
        """Count no message as deleted."""
        session.deleted.clear()


@dataclass(frozen=True)
class Quit(_Plain):
    """End the session; the marked messages are removed (:rfc:`1939#section-6`)."""

    verb: ClassVar[str] = "QUIT"
    allowed: ClassVar[frozenset[State]] = _LOGGED_IN_OR_NOT
    # RFC 1939 section 4: from AUTHORIZATION the session ends without entering UPDATE.
    leads_to: ClassVar[Mapping[State, State]] = MappingProxyType(
        {State.AUTHORIZATION: State.CLOSED, State.TRANSACTION: State.UPDATE}
    )
    barrier: ClassVar[bool] = True
    final: ClassVar[bool] = True


def check_not_deleted(command: Command[Any], number: int | None, session: Session) -> None:
    """Raise where *number* is marked as deleted (:rfc:`1939#section-5`)."""
    if number in session.deleted:
        raise WrongStateError(
            f"{command}: message {number} is marked as deleted; rset() takes all marks back. "
            "Nothing was sent"
        )


def _shown(reply: Reply) -> str:
    return quoted(reply.text.encode())
