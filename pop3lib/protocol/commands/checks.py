"""What commands refuse before a byte is sent."""

from __future__ import annotations

from typing import Any

from pop3lib.errors import (
    InsecureError,
    InvalidArgumentError,
    UnsupportedError,
    WrongStateError,
)
from pop3lib.protocol.exchange import Command
from pop3lib.protocol.listing import MAX_NUMBER
from pop3lib.protocol.session import Session
from pop3lib.secret import Secret, SecretText


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


def check_repertoire(command: Command[Any], text: SecretText, session: Session) -> None:
    """Raise where *text* is not ASCII, and the server has not said ``UTF8 USER``."""
    if Secret(text).reveal().isascii() or session.known().utf8_user:
        return
    asked = "was not asked by CAPA for" if session.capabilities is None else "does not announce"
    raise UnsupportedError(  # RFC 6856 section 2.2: MUST NOT
        f"{command}: the user name or password is not ASCII, and the server {asked} UTF8 USER. "
        "Nothing was sent. A SASL mechanism over TLS can carry it"
    )


def check_not_deleted(command: Command[Any], number: int | None, session: Session) -> None:
    """Raise where *number* is marked as deleted (:rfc:`1939#section-5`)."""
    if number in session.deleted:
        raise WrongStateError(
            f"{command}: message {number} is marked as deleted; rset() takes all marks back. "
            "Nothing was sent"
        )
