"""What must not be seen of a session, replaced by something of the same length and shape.

Where a line ends, where a dot stands, what is eight bits wide and how long all is stays as it
was: that is what a server's mistakes are about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_CRLF = b"\r\n"
_LETTERS = b"abcdefghijklmnopqrstuvwxyz"


def _filler() -> bytes:
    """Return the octets that stand for all octets.

    Of octets beyond ASCII the role in UTF-8 is kept, so that text stays text and nonsense nonsense.
    """
    table = bytearray(range(256))
    for letter in _LETTERS:
        table[letter], table[letter - 32] = ord("x"), ord("X")
    for digit in b"0123456789":
        table[digit] = ord("0")
    for first, last, instead in (
        (0x80, 0xBF, 0xA0), (0xC2, 0xDF, 0xC3), (0xE0, 0xEF, 0xE2), (0xF0, 0xF4, 0xF0),
    ):  # fmt: skip
        table[first : last + 1] = bytes([instead]) * (last + 1 - first)
    return bytes(table)


_FILLER = _filler()


def filled(octets: bytes) -> bytes:
    """Return *octets* with letters and digits that say nothing; all else is as it was."""
    return octets.translate(_FILLER)


class Filler:
    """Fills the lines of one message: of its header fields, the names stay."""

    def __init__(self) -> None:
        self._in_header = True
        self._begins = True

    def line(self, line: bytes) -> bytes:
        """Return a line, or the part of one where it has no line end, as it may be seen."""
        begins, self._begins = self._begins, line.endswith(_CRLF)
        self._in_header = self._in_header and not (begins and line == _CRLF)
        name = _FIELD.match(line) if self._in_header and begins else None
        kept = name[0] if name else b""
        return kept + filled(line[len(kept) :])


class Names:
    """Texts that are hidden wherever they occur, in whatever case."""

    def __init__(self, names: Iterable[str]) -> None:
        # The longest first: a short one may be a part of it.
        found = sorted({name.encode() for name in names if name}, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, found)) or b"$^", re.IGNORECASE)

    def hidden(self, line: bytes) -> bytes:
        """Return a line with an ``x`` for each octet of a name."""
        return self._pattern.sub(lambda match: b"x" * len(match[0]), line)

    def masked(self, command: bytes, mask: bytes) -> bytes:
        """Return a command with *mask* for the first word that has a name in it, and the rest."""
        words = command.split(b" ")
        for place, word in enumerate(words[1:], 1):
            if self._pattern.search(word):
                return b" ".join([*words[:place], mask])
        return command
