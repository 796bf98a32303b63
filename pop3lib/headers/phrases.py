"""Phrases: the words that name a mailbox, a group or a list (:rfc:`5322#section-3.2.5`).

Splits what stands before a delimiter into words, and makes text of words. Which delimiter ends
them, and whether they were an address after all, the caller decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import Match
from typing import Final, Literal, NamedTuple, TypeAlias

from pop3lib.headers.charsets import Note, text
from pop3lib.headers.encoded_word import WORD, decode_words
from pop3lib.headers.scanner import NOT_ATEXT, Scanner, unquote

Kind: TypeAlias = Literal["atom", "quoted", "literal", "special"]

#: An encoded-word counts as one atom even where it holds what an atom may not (a raw comma in Q
#: is common), unless it stands in an addr-spec, where it is no encoded-word (RFC 2047 5).
_ATOM: Final = re.compile(rf"(?:{WORD}(?!@)|[^{NOT_ATEXT}])[^{NOT_ATEXT}]*+")
_SHOWN: Final = re.compile(
    rf'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)|{WORD}(?:[ \t]++{WORD})*+', re.DOTALL
)
_SPECIAL: Final = re.compile(r'[][(),.:;<>@\\"]')
_UNQUOTED: Final = "a character that must be quoted here"
_TO_ESCAPE: Final = re.compile(r'(["\\])')


class Word(NamedTuple):
    """One word: its kind, its meaning in octets, and what stands before it."""

    kind: Kind
    octets: str
    #: whether white space or a comment stands before it
    spaced: bool
    #: whether a comment does
    commented: bool = False


def words(scanner: Scanner, stop: str) -> list[Word]:
    """Pass words, and what else stands among them, up to a character of *stop* or the end."""
    found: list[Word] = []
    while True:
        comments = len(scanner.comments)
        spaced = scanner.skip_cfws()
        if scanner.done or scanner.peek() in stop:
            return found
        word = _word(scanner, spaced)
        found.append(word._replace(commented=True) if len(scanner.comments) > comments else word)


def _word(scanner: Scanner, spaced: bool) -> Word:
    if atom := scanner.match(_ATOM):
        return Word("atom", atom[0], spaced)
    if (quoted := scanner.quoted_string()) is not None:
        return Word("quoted", quoted, spaced)
    if (literal := scanner.domain_literal()) is not None:
        return Word("literal", literal, spaced)
    special = scanner.peek()
    scanner.position += 1
    if special not in ".@":
        scanner.note(_UNQUOTED)
    # A quote that nothing closes adds nothing to a name; the defect is noted already.
    return Word("special", "" if special == '"' else special, spaced)


def phrase(found: Iterable[Word], note: Note) -> str:
    """Return *found* as text: one space where white space stood, encoded-words decoded."""
    pieces: list[str] = []
    run: list[str] = []
    for word in found:
        if (
            word.commented and run
        ):  # no white space alone, so it parts two encoded-words (RFC 2047 6.2)
            pieces.append(decode_words("".join(run), note))
            run.clear()
        if word.spaced and (run or any(pieces[-1:])):
            run.append(" ")
        if word.kind == "quoted":
            pieces.append(decode_words("".join(run), note) + quoted_text(word.octets, note))
            run.clear()
        else:
            run.append(word.octets)
            if word.kind == "literal":
                note(_UNQUOTED)
    pieces.append(decode_words("".join(run), note))
    return "".join(pieces)


def quoted_text(octets: str, note: Note) -> str:
    """Return the text of a quoted-string's *octets*, encoded-words decoded.

    RFC 2047 5(3) forbids them there; many mailers write them all the same.
    """
    if "=?" in octets:
        note("an encoded-word inside a quoted-string")
    return decode_words(octets, note)


def shown(octets: str) -> str:
    """Return a structured field's *octets* as text: encoded-words decoded, its structure kept.

    What an encoded-word stands for is quoted where it would read as structure, so that a name
    spelt ``=?utf-8?q?=3Cboss=40bank=2Eexample=3E?=`` is not taken for an address.
    """
    if "=?" not in octets:
        return text(octets, _ignore)
    return text(_SHOWN.sub(_readable, octets), _ignore)


def _readable(found: Match[str]) -> str:
    token = found[0]
    inner = unquote(token[1:].removesuffix('"')) if token[0] == '"' else token
    decoded = decode_words(inner, _ignore)
    if token[0] == '"' or _SPECIAL.search(decoded):
        decoded = quote(decoded)
    # back to octets, among which it stands
    return decoded.encode("utf-8").decode("latin-1")


def quote(value: str) -> str:
    """Return *value* as a quoted-string (RFC 5322 3.2.4)."""
    return '"' + _TO_ESCAPE.sub(r"\\\1", value) + '"'


def _ignore(defect: str) -> None:
    """Drop *defect*, which the field's own parsing notes."""
