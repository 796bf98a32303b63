"""What may stand in a name or a password."""

from __future__ import annotations


def check_text(what: str, text: str) -> str:
    """Return *text*, or raise :class:`ValueError` without showing it.

    A control character is a line end read along from a file, or an attack: NUL separates fields
    in PLAIN, ^A does in OAuth, CR LF ends a command.
    """
    if not text:
        raise ValueError(f"the {what} is empty")
    if any(character < " " or character == "\x7f" for character in text):
        raise ValueError(f"the {what} has a control character")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(f"the {what} cannot be written in UTF-8")
    return text
