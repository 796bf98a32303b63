"""What was said in one session, without the secrets: for the assertions of a test.

The lines are those of a transcript (see :mod:`pop3lib.testing.script`): ``C:`` what the client
said, ``S:`` what the server answered, ``--`` what else happened. Of messages, only the size is
told.
"""

from __future__ import annotations

from pop3lib.secret import MASK
from pop3lib.testing.notation import escape

#: the commands whose last argument is a secret, and how many words stand in front of it
_WORDS_BEFORE = {"PASS": 1, "APOP": 2, "AUTH": 2}


class Log:
    """The conversation of one connection, in order."""

    def __init__(self) -> None:
        #: ``"C: USER ann"``, ``"S: +OK"``, ``"-- TLS"`` ...
        self.lines: list[str] = []
        #: what the client should not have done, in words
        self.violations: list[str] = []

    def command(self, line: bytes) -> None:
        """Note a command."""
        self.lines.append(f"C: {_without_secret(escape(line))}")

    def response(self, line: bytes) -> None:
        """Note a line of a SASL exchange: a secret, all of it, but for the one that cancels."""
        self.lines.append(f"C: {_masked(escape(line))}")

    def answer(self, lines: list[str]) -> None:
        """Note lines of the server."""
        self.lines += [f"S: {escape(line.encode())}" for line in lines]

    def remark(self, text: str) -> None:
        """Note what happened beside the lines."""
        self.lines.append(f"-- {text}")

    def violation(self, text: str) -> None:
        """Note what the client should not have done."""
        self.violations.append(text)
        self.remark(f"violation: {text}")


def name_of(line: bytes) -> str:
    """Return a command as one may see it, its verb in upper case: ``"APOP ann ***"``."""
    verb, space, rest = _without_secret(escape(line)).partition(" ")
    return verb.upper() + space + rest


def _without_secret(line: str) -> str:
    before = _WORDS_BEFORE.get(line[:4].upper())
    if before is None:
        return line
    words = line.split(" ", before)
    return " ".join([*words[:before], *map(_masked, words[before:])])


def _masked(secret: str) -> str:
    """Return a mask; what is empty (``=`` says so in AUTH) or cancels is no secret."""
    return secret if secret in ("", "=", "*") else MASK
