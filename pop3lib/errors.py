"""The exceptions: everything that pop3lib raises of its own accord.

Two questions are answered by type. *Is the connection still good?* It is, unless the error is
a :class:`ConnectionBroken`. *What now?* The leaf class says it: ask for new credentials, come
back later, mend the program, connect again.

No message, attribute or repr here holds a secret: what a server said is cleaned before it gets
here (see :mod:`pop3lib.protocol.reply`), and commands name themselves without their secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for the types of attributes only: nothing is imported when this runs
    from pop3lib.protocol.reply import Reply

_NOTHING: Mapping[str, str] = MappingProxyType({})


class POP3Error(Exception):
    """The root of all errors that pop3lib defines."""


class CommandError(POP3Error):
    """The server answered ``-ERR``; the connection is still good (:rfc:`1939#section-3`)."""

    #: the command that was refused, as one may show it (``"RETR 7"``, ``"PASS ***"``)
    command: str
    #: the server's answer
    reply: Reply
    #: the response code in upper case, such as ``"IN-USE"``, or None (:rfc:`2449#section-8`)
    code: str | None

    def __init__(self, message: str, *, command: str, reply: Reply) -> None:
        super().__init__(message)
        self.command = command
        self.reply = reply
        self.code = reply.code


class AuthenticationError(CommandError):
    """The credentials were refused: ask the user for new ones (:rfc:`3206#section-5`)."""

    #: what the server said about a refused OAuth token: ``status``, ``scope``,
    #: ``openid-configuration`` (:rfc:`7628#section-3.2.2`); empty for other mechanisms
    details: Mapping[str, str]

    def __init__(
        self, message: str, *, command: str, reply: Reply, details: Mapping[str, str] = _NOTHING
    ) -> None:
        super().__init__(message, command=command, reply=reply)
        self.details = MappingProxyType(dict(details))


class MaildropInUseError(CommandError):
    """Another session holds the maildrop: retry later (:rfc:`2449#section-8.1.2`)."""


class LoginDelayError(CommandError):
    """The last login was too recent: retry later (:rfc:`2449#section-8.1.1`)."""


class ServerSystemError(CommandError):
    """The server has trouble of its own; the credentials may be right (:rfc:`3206#section-4`)."""

    @property
    def permanent(self) -> bool:
        """Whether a person must act (``[SYS/PERM]``), or trying again may help (``[SYS/TEMP]``)."""
        return self.code == "SYS/PERM"


class LocalProtocolError(POP3Error):
    """The request was refused here: nothing was sent, and the connection is still good."""


class InvalidArgumentError(LocalProtocolError, ValueError):
    """An argument that no command can carry: a line break, a number below 1, too long..."""


class WrongStateError(LocalProtocolError):
    """Not now: the session's state forbids it, the message is deleted, the client is closed."""


class PasswordFileError(POP3Error):
    """A file of passwords is open to others, or cannot be read; nothing was connected."""


class UnsupportedError(POP3Error):
    """The server does not offer this; nothing was sent."""


class InsecureError(POP3Error):
    """A secret would have crossed in clear, or TLS was refused or tampered with."""


class ConnectionBroken(POP3Error):
    """The conversation cannot go on; the client has closed, and nothing was committed by it."""


class RemoteProtocolError(ConnectionBroken):
    """The server broke the protocol."""


class LimitExceededError(ConnectionBroken):
    """The server sent more than :class:`~pop3lib.Limits` allows; the message names the field."""


class ServerDisconnected(ConnectionBroken, ConnectionError):
    """The server hung up, or the line was lost."""


class ServerTimeout(ConnectionBroken, TimeoutError):
    """The server fell silent for longer than the timeout, or a command ran past its deadline."""
