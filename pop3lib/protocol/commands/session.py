"""The session itself: the greeting, CAPA, LANG, NOOP, QUIT."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar, cast, overload

from pop3lib.errors import InvalidArgumentError, RemoteProtocolError
from pop3lib.protocol.body import Body, LineBody
from pop3lib.protocol.capabilities import Capabilities
from pop3lib.protocol.exchange import Command
from pop3lib.protocol.limits import Limits
from pop3lib.protocol.reply import Reply, decoded
from pop3lib.protocol.session import Session
from pop3lib.protocol.state import State
from pop3lib.protocol.status import is_status
from pop3lib.protocol.values import Language

T_co = TypeVar("T_co", covariant=True)

LOGGED_IN_OR_NOT = frozenset({State.AUTHORIZATION, State.TRANSACTION})
_LANGUAGE_TAG = re.compile(r"\*|i-default|[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8})*")


class Greeting(Command[str]):
    """What the server says first, as if it were the answer to a command."""

    verb = "greeting"
    allowed: ClassVar[frozenset[State]] = frozenset({State.GREETING})
    leads_to: ClassVar[Mapping[State, State]] = MappingProxyType(
        {State.GREETING: State.AUTHORIZATION}
    )

    def parse(self, reply: Reply, body: bytes) -> str:
        """Return the server's text."""
        return f"[{reply.code}] {reply.text}" if reply.code else reply.text

    def learn(self, session: Session, reply: Reply, result: Any) -> None:
        """Keep the text: the APOP stamp is in it."""
        session.greeting = result

    def __str__(self) -> str:
        return "the greeting"


class Acknowledged(Command[None]):
    """A command of RFC 1939 whose success says nothing more."""

    barrier = False

    def parse(self, reply: Reply, body: bytes) -> None:
        """Return None: ``+OK`` says it all."""


@dataclass(frozen=True)
class Capa(Command[Capabilities]):
    """Ask what the server can do, here and now (:rfc:`2449#section-5`)."""

    verb: ClassVar[str] = "CAPA"
    allowed: ClassVar[frozenset[State]] = LOGGED_IN_OR_NOT
    multiline: ClassVar[bool] = True

    def body(self, limits: Limits, eol: bytes) -> Body:
        """Return what gathers the lines."""
        return LineBody(limits, "max_capabilities", "max_status_line", "the answer to CAPA")

    def parse(self, reply: Reply, body: bytes) -> Capabilities:
        """Read the capabilities, one a line."""
        lines = body.splitlines()
        if any(map(is_status, lines)):
            raise RemoteProtocolError(
                "a status line stands in the answer to CAPA: the server has answered more than it "
                "was asked"
            )
        return Capabilities(lines)

    def learn(self, session: Session, reply: Reply, result: Any) -> None:
        """Keep the capabilities until the state changes."""
        session.capabilities = result


class Lang(Command[T_co], Generic[T_co]):
    """List the languages of the server's texts, or choose one (:rfc:`6856#section-3`)."""

    verb = "LANG"
    allowed = LOGGED_IN_OR_NOT
    #: the language chosen, or None to list them
    tag: str | None

    @overload
    def __init__(self: Lang[tuple[Language, ...]], tag: None = None) -> None: ...
    @overload
    def __init__(self: Lang[str], tag: str) -> None: ...
    def __init__(self, tag: str | None = None) -> None:
        if tag is not None and not (isinstance(tag, str) and _LANGUAGE_TAG.fullmatch(tag)):
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


@dataclass(frozen=True)
class Noop(Acknowledged):
    """Do nothing but keep the session alive (:rfc:`1939#section-5`)."""

    verb: ClassVar[str] = "NOOP"


@dataclass(frozen=True)
class Quit(Acknowledged):
    """End the session; the marked messages are removed (:rfc:`1939#section-6`)."""

    verb: ClassVar[str] = "QUIT"
    allowed: ClassVar[frozenset[State]] = LOGGED_IN_OR_NOT
    # RFC 1939 section 4: from AUTHORIZATION the session ends without entering UPDATE.
    leads_to: ClassVar[Mapping[State, State]] = MappingProxyType(
        {State.AUTHORIZATION: State.CLOSED, State.TRANSACTION: State.UPDATE}
    )
    barrier: ClassVar[bool] = True
    final: ClassVar[bool] = True
