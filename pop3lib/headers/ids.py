"""Message identifiers: Message-ID, References, In-Reply-To (:rfc:`5322#section-3.6.4`).

An identifier is compared as it is written, so it is kept as it is written: whatever stands between
the angle brackets, but for the comments and white space that the obsolete syntax allows around its
dots and its ``@``. Encoded-words are not decoded here (RFC 2047 5).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pop3lib.headers.charsets import text
from pop3lib.headers.scanner import ATEXT, NOT_ATEXT, Scanner

_DOT_ATOM: Final = rf"[{ATEXT}]++(?:\.[{ATEXT}]++)*+"
_USUAL: Final = re.compile(rf"[ \t]*+<({_DOT_ATOM}@(?:{_DOT_ATOM}|\[[^\[\]\\<>()\s]*+\]))>[ \t]*+")
_OPEN: Final = re.compile(r"<")
_WORD: Final = re.compile(rf"[^{NOT_ATEXT}]++")
_QUOTED: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_VERBATIM: Final = re.compile(r"([^<>]*+)(>?)")
_OUTSIDE: Final = re.compile(r'[^<>"(), \t\r\n]++')
_WHITE: Final = re.compile(r"[ \t\r\n]+")


class Ids(NamedTuple):
    """The identifiers of a field, without their angle brackets."""

    ids: tuple[str, ...]
    defects: tuple[str, ...] = ()


def parse_message_id(octets: str) -> Ids:
    """Read a Message-ID field: one identifier, or none."""
    if usual := _USUAL.fullmatch(octets):
        return Ids((usual[1],))
    reader = _Reader(octets)
    reader.read()
    if reader.outside or reader.commas:
        reader.note("text outside the angle brackets")
    if not reader.ids:
        reader.take_bare(reader.outside[:1])
    if len(reader.ids) != 1:
        reader.note("more than one message-id" if reader.ids else "no message-id")
    return Ids(tuple(reader.ids[:1]), tuple(reader.defects))


def parse_references(octets: str) -> Ids:
    """Read a References or In-Reply-To field: identifiers, among phrases in old mail."""
    ids: list[str] = []
    position = 0
    while usual := _USUAL.match(octets, position):
        ids.append(usual[1])
        position = usual.end()
    if position == len(octets) and ids:
        return Ids(tuple(ids))
    reader = _Reader(octets)
    reader.read()
    if reader.commas:
        reader.note("commas between message-ids")
    if not reader.ids and reader.outside and all("@" in word for word in reader.outside):
        reader.take_bare(reader.outside)
    if not reader.ids:
        reader.note("no message-id")
    return Ids(tuple(reader.ids), tuple(reader.defects))


class _Reader(Scanner):
    """Collects identifiers, and the words that stand outside of them."""

    __slots__ = ("commas", "ids", "outside")

    def __init__(self, octets: str) -> None:
        super().__init__(octets)
        self.ids: list[str] = []
        self.outside: list[str] = []
        self.commas = False

    def read(self) -> None:
        self.skip_cfws()
        while not self.done:
            if self.match(_OPEN):
                self._id()
            elif self.take(","):
                self.commas = True
            elif self.quoted_string() is not None:
                self.outside.append("")  # a phrase, not an identifier, whatever it holds
            elif word := self.match(_OUTSIDE):
                self.outside.append(word[0])
            else:  # a lone quote, angle bracket or parenthesis
                self.position += 1
                self.note("a character out of place")
            self.skip_cfws()

    def take_bare(self, words: list[str]) -> None:
        """Take *words* as identifiers that lack their angle brackets."""
        self.note("a message-id without angle brackets")
        self.ids += [text(word, self.note) for word in words if word]

    def _id(self) -> None:
        start = self.position
        found = self._well_formed()
        if found is None:
            self.position = start
            found = self._verbatim()
        if found:
            self.ids.append(text(found, self.note))

    def _well_formed(self) -> str | None:
        """obs-id-left ``@`` obs-id-right ``>``, white space and comments dropped (RFC 5322 4.5.4).

        Comments met here are only looked at again where this fails, and it fails at the first
        token that does not fit, so nothing is read more than twice.
        """
        left = self._dotted(quoted=True)
        if not left or not self.take("@"):
            return None
        self.skip_cfws()
        right = self._literal() or self._dotted(quoted=False)
        return f"{left}@{right}" if right and self.take(">") else None

    def _literal(self) -> str | None:
        literal = self.domain_literal()
        self.skip_cfws()
        return literal

    def _dotted(self, *, quoted: bool) -> str:
        pieces: list[str] = []
        self.skip_cfws()
        while word := self.match(_WORD) or (self.match(_QUOTED) if quoted else None):
            pieces.append(word[0])
            self.skip_cfws()
            if not self.take("."):
                return ".".join(pieces)
            self.skip_cfws()
        return ""

    def _verbatim(self) -> str:
        self.note("a message-id that is not left@right")
        found = self.match(_VERBATIM)
        if found is None:  # cannot be: the pattern matches the empty text
            return ""
        if not found[2]:
            self.note("a message-id that is not closed")
        return _WHITE.sub(" ", found[1]).strip(" ")
