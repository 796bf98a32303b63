"""What a ``-ERR`` means, as an exception.

The class is chosen by the response code and, for a login, by the command; never by the words,
which are for people (:rfc:`2449#section-8`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pop3lib.errors import (
    AuthenticationError,
    CommandError,
    LoginDelayError,
    MaildropInUseError,
    ServerSystemError,
)
from pop3lib.protocol.exchange import Command, Exchange
from pop3lib.protocol.reply import Reply
from pop3lib.protocol.state import State
from pop3lib.sasl.mechanism import ExplainsRefusal

_BY_CODE: Mapping[str, type[CommandError]] = {
    "IN-USE": MaildropInUseError,  # RFC 2449 section 8.1.2
    "LOGIN-DELAY": LoginDelayError,  # RFC 2449 section 8.1.1
    "SYS/TEMP": ServerSystemError,  # RFC 3206 section 4
    "SYS/PERM": ServerSystemError,
    "AUTH": AuthenticationError,  # RFC 3206 section 5
}
#: The response codes that mean something here: a password may be spelled like one of them.
CODES = frozenset(_BY_CODE)
#: How much of a response code, and of what a mechanism was told, goes into a message.
_SHOWN_CODE, _SHOWN_WHY = 64, 512
_ADVICE: Mapping[type[CommandError], str] = {
    AuthenticationError: "Check the user name and the password or token",
    MaildropInUseError: "Another session has the maildrop; try again later",
    LoginDelayError: "The last login was too recent; try again later",
    ServerSystemError: "The server has trouble of its own; the credentials may be right",
    CommandError: "The connection is still good",
}


def _advice(command: Command[Any], kind: type[CommandError], state: State) -> str:
    if command.final:  # RFC 1939 section 6: the server has removed some of them, or none
        return "The session is over, and messages that were marked may still be there"
    if state is State.GREETING and kind is CommandError:
        return "The server takes no session now; the connection is closed"
    return _ADVICE[kind]


def refused(exchange: Exchange[Any], reply: Reply, state: State) -> CommandError:
    """Return the exception for *reply*, the ``-ERR`` that *exchange* ends with in *state*."""
    command = exchange.command
    details, why = _reasons(exchange)
    fallback = AuthenticationError if command.authenticates else CommandError
    kind = _BY_CODE.get(reply.code or "", fallback)
    code = reply.code and f"[{reply.code:.{_SHOWN_CODE}}]"
    said = " ".join(filter(None, (code, reply.display.strip())))
    message = f"{command} was refused in the state {state.name}: {said or 'no reason given'}"
    message = f"{message} ({why:.{_SHOWN_WHY}})" if why else message
    message = f"{message}. {_advice(command, kind, state)}."
    if issubclass(kind, AuthenticationError):
        return kind(message, command=str(command), reply=reply, details=details)
    return kind(message, command=str(command), reply=reply)


def _reasons(exchange: Exchange[Any]) -> tuple[dict[str, str], str]:
    """Return what a server explains of a refused token, and the same or our own reason in words."""
    conversation = exchange.conversation
    if conversation is None:
        return {}, ""
    mechanism = getattr(exchange.command, "mechanism", None)
    details = dict(mechanism.refusal) if isinstance(mechanism, ExplainsRefusal) else {}
    why = str(conversation.error) if conversation.error else ""
    return details, why or ", ".join(f"{key}: {value}" for key, value in details.items())
