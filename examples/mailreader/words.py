"""Errors as sentences that a person can act on: what happened, and what to do now."""

from __future__ import annotations

import socket
import sqlite3
import ssl
from collections.abc import Callable
from typing import Any

import pop3lib

from .accounts import Account, AccountError

#: OpenSSL's reasons why a certificate is not believed (``X509_V_ERR_...``).
_CERTIFICATE = {
    9: "is not valid yet; is the clock of this computer right?",
    10: "has expired; is the clock of this computer right? Else tell whoever runs the server",
    18: "was signed by nobody but itself",
    19: "comes from an authority that this computer does not know",
    20: "comes from an authority that this computer does not know",
    62: "is for another host; is the host in Settings written as the provider writes it?",
    64: "is for another host; Settings may have to name the server instead of its address",
}

_NOT_SENT = "No password was sent."


def sentences(error: BaseException, account: Account | None = None) -> str:
    """Return what happened and what to do, in the user's words."""
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words(error, "the server" if account is None else account.host)
    return str(error)


def _refused(error: pop3lib.AuthenticationError, host: str) -> str:
    return (
        f"{host} does not accept this user name and password. Type the password again, or look "
        f"into Settings. {_said(error)}"
    )


def _in_use(error: pop3lib.CommandError, host: str) -> str:
    return (
        "The mailbox is open elsewhere, and POP3 lets in one at a time. Close the other mail "
        f"program, or wait some minutes, and open it again. {_said(error)}"
    )


def _too_soon(error: pop3lib.CommandError, host: str) -> str:
    return f"{host} wants more time between two logins. Wait some minutes. {_said(error)}"


def _trouble(error: pop3lib.ServerSystemError, host: str) -> str:
    now = "Tell whoever runs it." if error.permanent else "Try again later."
    return f"{host} has trouble of its own; the password may be right. {now} {_said(error)}"


def _command(error: pop3lib.CommandError, host: str) -> str:
    if error.command == "the greeting":
        return f"{host} lets nobody in now. Try again later. {_said(error)}"
    return f"{host} refused {error.command}. The session goes on. {_said(error)}"


def _said(error: pop3lib.CommandError) -> str:
    return f"It said: {error.reply.display}" if error.reply.display else "It said nothing more."


def _lost(error: pop3lib.ServerDisconnected, host: str) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, socket.gaierror):
        return f"There is no host called {host}. Look at the host in Settings, and at the network."
    if isinstance(cause, ConnectionRefusedError):
        return (
            f"{host} is there, but nothing listens at that port. Look at port and security in "
            "Settings: TLS has 995, STARTTLS 110."
        )
    return f"The line to {host} was lost: {error}."


def _silent(error: BaseException, host: str) -> str:
    return f"{host} has fallen silent, so the connection was closed. Try again later."


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> str:
    reason = _CERTIFICATE.get(error.verify_code, f"is not to be trusted: {error.verify_message}")
    return f"The certificate of {host} {reason}. {_NOT_SENT}"


def _tls(error: ssl.SSLError, host: str) -> str:
    return (
        f"{host} does not speak TLS as it should at that port. Look at port and security in "
        f"Settings: TLS has 995, STARTTLS 110. {_NOT_SENT} ({error.reason or error})"
    )


def _insecure(error: BaseException, host: str) -> str:
    return (
        f"The way to {host} is not safe: TLS is missing, was refused, or was tampered with. No "
        'password was sent. Choose "TLS from the start" in Settings, port 995, where the provider '
        f"has it. ({error})"
    )


def _not_offered(error: BaseException, host: str) -> str:
    return (
        f"{host} does not offer what the account asks for. Nothing was sent. In Settings, "
        f'"the strongest there is" takes what it has. ({error})'
    )


def _broken(error: BaseException, host: str) -> str:
    return f"{host} does not speak POP3 as it should, and the connection was closed. ({error})"


def _database(error: BaseException, host: str) -> str:
    return f"The accounts cannot be read or written: {error}. Is the disk full, or the file broken?"


def _file(error: OSError, host: str) -> str:
    return f"{error.filename or 'The file'}: {error.strerror or error}."


def _itself(error: BaseException, host: str) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]


#: In this order: the first kind that fits has the word.
_WORDS: tuple[tuple[type[BaseException], Callable[[Any, str], str]], ...] = (
    (pop3lib.AuthenticationError, _refused),
    (pop3lib.MaildropInUseError, _in_use),
    (pop3lib.LoginDelayError, _too_soon),
    (pop3lib.ServerSystemError, _trouble),
    (pop3lib.CommandError, _command),
    (pop3lib.ServerTimeout, _silent),
    (pop3lib.ServerDisconnected, _lost),
    (pop3lib.ConnectionBroken, _broken),
    (pop3lib.InsecureError, _insecure),
    (pop3lib.UnsupportedError, _not_offered),
    (pop3lib.POP3Error, _itself),
    (ssl.SSLCertVerificationError, _certificate),
    (ssl.SSLError, _tls),
    (AccountError, _itself),
    (sqlite3.Error, _database),
    (OSError, _file),
)

#: What may go wrong in the world outside; anything else is a fault of the program.
EXPECTED = (pop3lib.POP3Error, OSError, sqlite3.Error, AccountError)
