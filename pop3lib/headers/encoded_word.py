"""Encoded-words: text of any charset, spelt in ASCII (:rfc:`2047`).

Reads them wherever they stand in a run of octets, and writes them. Where they may stand is the
business of the grammars, which find their tokens first and decode afterwards (RFC 2047 6.2), so
that an encoded comma separates nothing.
"""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import a2b_base64, a2b_qp
from re import Match
from typing import Final, NamedTuple

from pop3lib.headers.charsets import Note, decode, text

#: RFC 2047 2: charset, perhaps a language (RFC 2231 5), encoding, encoded text. Spaces and a few
#: question marks inside are against the grammar and in the mail; their number is bounded because
#: an unbounded search for the end, begun at each ``=?``, would be quadratic.
WORD: Final = (
    r"=\?([^?*\x00-\x20]+)(?:\*[^?\x00-\x20]*)?\?([bBqQ])\?"
    r"([^?]*(?:(?<!=)\?(?!=)[^?\x00-\x20]*){0,4}\??)\?="
)
_WORD = re.compile(WORD)
_BROKEN_ESCAPE = re.compile(r"=(?![0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]+")
_WHOLE_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")

_NOT_SET_OFF: Final = "an encoded-word that is not set off by white space"

#: RFC 2047 2: a word has at most 75 characters; this many octets fill one of UTF-8 in base64.
_OCTETS_PER_WORD = 45


class Text(NamedTuple):
    """What unstructured text reads as."""

    value: str
    defects: tuple[str, ...] = ()


def parse_unstructured(octets: str) -> Text:
    """Read an unstructured field such as Subject (:rfc:`5322#section-3.6.5`)."""
    if "=?" not in octets and octets.isascii() and "\r" not in octets:
        return tuple.__new__(Text, (octets, ()))  # faster than a NamedTuple's own
    defects: dict[str, None] = {}
    value = decode_words(octets, defects.setdefault)
    return Text(value.strip(" \t"), tuple(defects))


def decode_words(octets: str, note: Note) -> str:
    """Read *octets* as text, each encoded-word as what it stands for."""
    if "=?" not in octets:
        return text(octets, note)
    reader = _Reader(note)
    position = 0
    for word in _WORD.finditer(octets):
        reader.between(octets[position : word.start()])
        reader.word(word)
        position = word.end()
    return reader.end(octets[position:])


class _Reader:
    """Gathers words of one charset, so that a character split over two of them is whole again.

    RFC 2047 5(3) forbids the splitting; mailers that cut base64 after so many octets do it.
    """

    def __init__(self, note: Note) -> None:
        self._note = note
        self._pieces: list[str] = []
        self._octets: list[bytes] = []
        self._charset = ""
        self._after_word = False

    def between(self, octets: str) -> None:
        """Take what stands before a word: white space between two words is none (6.2)."""
        bare = octets.strip(" \t\r\n")
        if self._after_word and not bare:
            if not octets:
                self._note(_NOT_SET_OFF)
            return
        self._plain(octets)
        if bare and octets[-1:] not in ' \t\r\n("':
            self._note(_NOT_SET_OFF)

    def word(self, word: Match[str]) -> None:
        charset, encoding, payload = word.groups()
        octets = _base64(payload, self._note) if encoding in "bB" else _q(payload, self._note)
        if octets is None:
            self._plain(word[0])
            return
        if charset.lower() != self._charset:
            self._flush()
            self._charset = charset.lower()
        self._octets.append(octets)
        self._after_word = True

    def end(self, octets: str) -> str:
        """Take what stands after the last word, and return the whole."""
        if self._after_word and octets[:1] not in ' \t\r\n)"':
            self._note(_NOT_SET_OFF)
        self._plain(octets)
        return "".join(self._pieces)

    def _plain(self, octets: str) -> None:
        self._flush()
        self._pieces.append(text(octets, self._note))
        self._after_word = False

    def _flush(self) -> None:
        if self._octets:
            self._pieces.append(decode(b"".join(self._octets), self._charset, self._note))
            self._octets.clear()


def _base64(payload: str, note: Note) -> bytes | None:
    """RFC 2047 4.1; the padding is mended, and what is no base64 is passed over."""
    if not _WHOLE_BASE64.fullmatch(payload):
        note("base64 that is not whole")
        # Padding in the midst: what was encoded apart was put together afterwards.
        return b"".join(map(_mended, _NOT_BASE64.sub("", payload).split("="))) or None
    return a2b_base64(payload)


def _mended(payload: str) -> bytes:
    if len(payload) % 4 == 1:  # six bits alone are no octet
        payload = payload[:-1]
    return a2b_base64(payload + "=" * (-len(payload) % 4))


def _q(payload: str, note: Note) -> bytes:
    """RFC 2047 4.2; a broken escape is kept as it stands."""
    if " " in payload or "\t" in payload or "?" in payload:
        note("an encoded-word with a space or a question mark inside")
    if not payload.isascii():
        note("an encoded-word with octets above 127 inside")
    if _BROKEN_ESCAPE.search(payload):
        note('an encoded-word with a "=" that two hexadecimal digits do not follow')
        payload = _BROKEN_ESCAPE.sub("=3D", payload)
    return a2b_qp(payload.encode("latin-1"), header=True)


def encode_words(value: str) -> str:
    """Write *value* as encoded-words of UTF-8, one space between, no character split."""
    chunks: list[bytearray] = [bytearray()]
    for character in value:
        octets = character.encode("utf-8", "replace")
        if len(chunks[-1]) + len(octets) > _OCTETS_PER_WORD:
            chunks.append(bytearray())
        chunks[-1] += octets
    return " ".join(f"=?utf-8?b?{b64encode(chunk).decode('ascii')}?=" for chunk in chunks)
