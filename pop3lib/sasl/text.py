"""What may stand in a user name, a password or a token.

Whoever is handed a secret wraps it before anything else (``password = Secret(password)``): then
no frame that an error passes through holds the text, and a traceback that prints variables has
only ``Secret('***')`` to show. For the same reason the classes here have no repr of their own: it
would be asked for in the midst of their making.
"""

from __future__ import annotations

import re
from typing import TypeVar

from pop3lib.errors import InvalidArgumentError
from pop3lib.secret import Secret

T = TypeVar("T", str, Secret)

#: A line end read along from a file, or an attack: NUL separates fields in PLAIN, ^A does in
#: OAuth, CR LF ends a command.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def check_text(what: str, text: T) -> T:
    """Return *text*, or raise without showing it.

    :raises InvalidArgumentError: where it is empty, has a control character, or cannot be
        written in UTF-8; *what* names it in the message.
    """
    fault = _fault(Secret(text).reveal())
    if fault is not None:
        raise InvalidArgumentError(f"the {what} {fault}. Nothing was sent")
    return text


def _fault(text: str) -> str | None:
    if not text:
        return "is empty"
    if _CONTROL.search(text):
        return "has a control character (a line end read along with it, perhaps)"
    if _SURROGATE.search(text):
        return "cannot be written in UTF-8"
    return None
