"""Logging in: USER, PASS, APOP, AUTH, STLS, UTF8."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from pop3lib.errors import InvalidArgumentError, WrongStateError
from pop3lib.protocol.commands.checks import check_channel, check_repertoire, check_text
from pop3lib.protocol.commands.session import Acknowledged
from pop3lib.protocol.conversation import Conversation
from pop3lib.protocol.limits import Limits
from pop3lib.protocol.session import Session
from pop3lib.protocol.state import State
from pop3lib.sasl.mechanism import KeepsSecrets, Mechanism
from pop3lib.secret import MASK, Secret, SecretText

_BEFORE_LOGIN = frozenset({State.AUTHORIZATION})
_LOGS_IN = MappingProxyType({State.AUTHORIZATION: State.TRANSACTION})
_MECHANISM_NAME = re.compile(r"[A-Z0-9_-]{1,20}")  # RFC 4422 section 3.1
#: Mechanisms that show the password or token to whoever listens.
_PLAINTEXT = frozenset({"PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"})
_TOKENS = frozenset({"OAUTHBEARER", "XOAUTH2"})


@dataclass(frozen=True)
class User(Acknowledged):
    """Say whose maildrop is wanted (:rfc:`1939#section-7`)."""

    #: the user's name
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
        check_repertoire(self, self.name, session)


@dataclass(frozen=True)
class Pass(Acknowledged):
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
        check_repertoire(self, self.password, session)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The password."""
        return (Secret(self.password),)

    def __str__(self) -> str:
        return f"PASS {MASK}"


@dataclass(frozen=True)
class Apop(Acknowledged):
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

    def check(self, session: Session) -> None:
        """Refuse a name that the server cannot read."""
        super().check(session)
        check_repertoire(self, self.name, session)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The digest: with the stamp it lets the password be guessed."""
        return (Secret(self.digest),)

    def __str__(self) -> str:
        return f"APOP {self.name} {MASK}"


@dataclass(frozen=True)
class Auth(Acknowledged):
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
        name = getattr(self.mechanism, "name", None)
        if not isinstance(name, str):
            raise InvalidArgumentError(
                f"AUTH takes an object such as pop3lib.sasl.Plain(...), and this is a "
                f"{type(self.mechanism).__name__}. Nothing was sent"
            )
        if not _MECHANISM_NAME.fullmatch(name):
            raise InvalidArgumentError(f"no name of a SASL mechanism: {name!r:.80}")

    def check(self, session: Session) -> None:
        """Refuse to send a password or token in clear."""
        super().check(session)
        if self.mechanism.name in _PLAINTEXT:
            check_channel(self, session, token=self.mechanism.name in _TOKENS)

    def converse(self, limits: Limits) -> Conversation:
        """Return the party that answers the server's challenges."""
        return Conversation(self.mechanism, limits, self.initial_response)

    @property
    def secrets(self) -> Sequence[Secret]:
        """The mechanism's secrets, if it says what they are."""
        return self.mechanism.secrets if isinstance(self.mechanism, KeepsSecrets) else ()

    def __str__(self) -> str:
        return f"AUTH {self.mechanism.name} {MASK}"


@dataclass(frozen=True)
class Stls(Acknowledged):
    """Start TLS (:rfc:`2595#section-4`); done when the handshake is."""

    verb: ClassVar[str] = "STLS"
    allowed: ClassVar[frozenset[State]] = _BEFORE_LOGIN
    barrier: ClassVar[bool] = True
    starts_tls: ClassVar[bool] = True

    def check(self, session: Session) -> None:
        """Refuse a second TLS inside the first, and TLS behind UTF8."""
        super().check(session)
        if session.secure:
            raise WrongStateError("STLS: TLS is on already. Nothing was sent")
        if session.utf8:  # RFC 6856 section 2.1: MUST NOT
            raise WrongStateError("STLS belongs before UTF8: connect anew. Nothing was sent")

    def effect(self, session: Session) -> None:
        """Be on TLS, and forget what was learnt in clear."""
        session.start_tls()


@dataclass(frozen=True)
class Utf8(Acknowledged):
    """Ask for messages and texts in UTF-8, before logging in (:rfc:`6856#section-2.1`)."""

    verb: ClassVar[str] = "UTF8"
    allowed: ClassVar[frozenset[State]] = _BEFORE_LOGIN
    barrier: ClassVar[bool] = True

    def effect(self, session: Session) -> None:
        """Be in the mode of UTF-8."""
        session.utf8 = True
