"""Message identifiers: Message-ID, References, In-Reply-To (:rfc:`5322#section-3.6.4`).

An identifier is compared as it is written, so it is kept as it is written: whatever stands between
the angle brackets, but for the comments and white space that the obsolete syntax allows around its
dots and its ``@``. Encoded-words are not decoded here (RFC 2047 5).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pop3lib.headers.charsets import text
from pop3lib.headers.scanner import ATEXT, NOT_ATEXT, Scanner, without_comments

_DOT_ATOM: Final = rf"[{ATEXT}]++(?:\.[{ATEXT}]++)*+"
_USUAL: Final = re.compile(rf"[ \t]*+<({_DOT_ATOM}@(?:{_DOT_ATOM}|\[[^\[\]\\<>()\s]*+\]))>[ \t]*+")
_ATOM: Final = rf"[^{NOT_ATEXT}]++(?:\.[^{NOT_ATEXT}]++)*+"
#: RFC 5322 3.6.4, and a quoted-string on the left, which was allowed (4.5.4).
_STRICT: Final = re.compile(
    rf'(?:{_ATOM}|"[^"\\]*+(?:\\.[^"\\]*+)*+")@(?:{_ATOM}|\[[^\[\]\\<> \t\r\n]*+\])',
    re.DOTALL,
)
_OPEN: Final = re.compile(r"<")
_CLOSE: Final = re.compile(r">")
_INSIDE: Final = re.compile(r"[^<>]*+")
_OUTSIDE: Final = re.compile(r'[^<>"(), \t\r\n]++')
_WHITE: Final = re.compile(r"[ \t\r\n]+")


class Ids(NamedTuple):
    """The identifiers of a field, without their angle brackets."""

    ids: tuple[str, ...]
    defects: tuple[str, ...] = ()


def parse_message_id(octets: str) -> Ids:
    """Read a Message-ID field: one identifier, or none."""
    if usual := _USUAL.fullmatch(octets):
        return tuple.__new__(Ids, ((usual[1],), ()))
    reader = _Reader(octets)
    reader.read()
    if reader.outside or reader.commas:
        reader.note("text outside the angle brackets")
    if not reader.ids:
        reader.take_bare([" ".join(reader.outside)])
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
        reader.note("commas or semicolons between message-ids")
    if reader.open_id:
        reader.ids.pop()  # cut short, it would name another message
    elif not reader.ids and reader.outside and all("@" in word for word in reader.outside):
        reader.take_bare(reader.outside)
    if not reader.ids:
        reader.note("no message-id")
    return Ids(tuple(reader.ids), tuple(reader.defects))


class _Reader(Scanner):
    """Collects identifiers, and the words that stand outside of them."""

    __slots__ = ("commas", "ids", "open_id", "outside")

    def __init__(self, octets: str) -> None:
        super().__init__(octets)
        self.ids: list[str] = []
        self.outside: list[str] = []
        self.commas = False
        #: whether the last identifier lacks its closing bracket
        self.open_id = False

    def read(self) -> None:
        self.skip_cfws()
        while not self.done:
            if self.match(_OPEN):
                self._id()
            elif self.take(",;"):
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
        """Take what stands up to the next angle bracket; the opening one is passed."""
        start = self.position
        strict = self.match(_STRICT)
        if strict and self.match(_CLOSE):
            self.open_id = False
            self.ids.append(text(strict[0], self.note))
            return
        self.position = start
        inside = self.match(_INSIDE)
        closed = self.match(_CLOSE) is not None
        if not closed:
            self.note("a message-id that is not closed")
        if inside and inside[0].strip(" \t\r\n"):
            self.open_id = not closed
            self.ids.append(text(self._cleaned(inside[0]), self.note))
        else:
            self.note("an empty message-id")

    def _cleaned(self, inside: str) -> str:
        """Drop the white space and comments of the obsolete syntax; keep all else as it is."""
        bare = _WHITE.sub(" ", without_comments(inside, _ignore)).strip(" ")
        bare = bare.replace(" .", ".").replace(". ", ".").replace(" @", "@").replace("@ ", "@")
        if _STRICT.fullmatch(bare):
            return bare
        self.note("a message-id that is not left@right")
        return _WHITE.sub(" ", inside).strip(" ")


def _ignore(defect: str) -> None:
    """Drop *defect*: comments inside a message-id are no comments where it is not well formed."""
