"""Values with parameters: Content-Type, Content-Disposition (:rfc:`2045#section-5`, :rfc:`2183`).

Parameters may be cut into numbered segments and spelt in any charset (:rfc:`2231`). Also the
small fields of MIME: Content-Transfer-Encoding and MIME-Version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar
from urllib.parse import unquote_to_bytes

from pop3lib.headers.charsets import Note, decode, text
from pop3lib.headers.encoded_word import decode_words
from pop3lib.headers.scanner import Scanner, without_comments

#: RFC 2045 5.1 token. Octets above 127 are no part of it, but are read (as RFC 6532 has it).
_TOKEN: Final = r"[^\x00-\x20\x7f()<>@,;:\\\"/\[\]?=]"
_USUAL_VALUE: Final = re.compile(rf"({_TOKEN}++(?:/{_TOKEN}++)?+)[ \t]*+")
_USUAL_PARAMETER: Final = re.compile(
    rf';[ \t]*+([A-Za-z0-9_.-]++)[ \t]*+=[ \t]*+(?:"([^"\\\r\n]*+)"|({_TOKEN}++))[ \t]*+'
)
_NO_PARAMETERS: Final = re.compile(r";[; \t]*+")
_NO_PARAMETER: Final = "an empty parameter"
_VALUE: Final = re.compile(r"[^;(\" \t\r\n]*+")
_NAME: Final = re.compile(r"[^;=(\" \t\r\n]++")
#: A parameter where the value belongs.
_ONLY_PARAMETERS: Final = re.compile(rf"{_TOKEN}++[ \t]*+=")
_UNTIL_SEMICOLON: Final = re.compile(r"[^;(]++")
_TOKEN_VALUE: Final = re.compile(rf"{_TOKEN}++")
#: An unquoted value, which may hold spaces, but ends where another parameter begins without its
#: semicolon.
_BARE_VALUE: Final = re.compile(rf"(?:[^;( \t]++|[ \t]++(?!{_TOKEN}++ ?=))++")
_SECTION: Final = re.compile(r"([^*]+)\*(?:([0-9]{1,9})(\*)?)?")
_TYPE: Final = re.compile(rf"{_TOKEN}++/{_TOKEN}++")
_VERSION: Final = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})(?![0-9.])")
_WHITE: Final = re.compile(r"[ \t\r\n]+")
_BROKEN_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")

#: RFC 2045 5.2: what a body is whose Content-Type cannot be read.
DEFAULT_TYPE: Final = "text/plain"


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Parameters(NamedTuple):
    """A value and its parameters."""

    #: in lower case
    value: str
    #: by name in lower case, decoded
    params: Mapping[str, str]
    defects: tuple[str, ...] = ()


class Encoding(NamedTuple):
    """A transfer encoding, in lower case."""

    value: str
    defects: tuple[str, ...] = ()


class Version(NamedTuple):
    """A version of MIME, or None."""

    version: str | None
    defects: tuple[str, ...] = ()


def parse_content_type(octets: str) -> Parameters:
    """Read a Content-Type; one that cannot be read is ``text/plain`` (RFC 2045 5.2)."""
    found = _parse(octets)
    if _TYPE.fullmatch(found.value):
        return found
    return Parameters(DEFAULT_TYPE, found.params, (*found.defects, "not a media type"))


def parse_content_disposition(octets: str) -> Parameters:
    """Read a Content-Disposition; the value is ``""`` where there is none."""
    found = _parse(octets)
    if _TOKEN_VALUE.fullmatch(found.value):
        return found
    return Parameters(found.value, found.params, (*found.defects, "not a disposition type"))


def parse_transfer_encoding(octets: str) -> Encoding:
    """Read a Content-Transfer-Encoding, in lower case; an empty one is ``7bit`` (RFC 2045 6.1)."""
    defects: dict[str, None] = {}
    bare = without_comments(octets, defects.setdefault).strip(" \t\r\n")
    found = _TOKEN_VALUE.match(bare)
    if found is None or found.end() < len(bare):
        defects.setdefault("not a transfer encoding")
    value = text(found[0], defects.setdefault).lower() if found else "7bit"
    return Encoding(value, tuple(defects))


def parse_mime_version(octets: str) -> Version:
    """Read a MIME-Version: two numbers and a dot, comments anywhere (:rfc:`2045#section-4`)."""
    if octets == "1.0":
        return Version(octets)
    defects: dict[str, None] = {}
    bare = _WHITE.sub("", without_comments(octets, defects.setdefault))
    found = _VERSION.match(bare)
    if found is None or found.end() < len(bare):
        defects.setdefault("not a version of MIME")
    value = f"{int(found[1])}.{int(found[2])}" if found else None
    return Version(value, tuple(defects))


def _parse(octets: str) -> Parameters:
    return _usual(octets) or _Reader(octets).read()


def _usual(octets: str) -> Parameters | None:
    """The fast path: ASCII, no comments, no segments, nothing encoded, each name once.

    A semicolon behind the last parameter is against the grammar, and in the mail.
    """
    value = _USUAL_VALUE.match(octets)
    if value is None or not octets.isascii() or "=?" in octets:
        return None
    params: dict[str, str] = {}
    defects: tuple[str, ...] = ()
    position, end = value.end(), len(octets)
    while position < end:
        parameter = _USUAL_PARAMETER.match(octets, position)
        if parameter is None:
            if not _NO_PARAMETERS.fullmatch(octets, position):
                return None
            defects = (_NO_PARAMETER,)
            break
        name, quoted, token = parameter.groups()
        name = name.lower()
        if name in params:
            return None
        params[name] = token if quoted is None else quoted
        position = parameter.end()
    return tuple.__new__(Parameters, (value[1].lower(), MappingProxyType(params), defects))


class _Segment(NamedTuple):
    """One piece of a value: its number, whether percent-encoded, its octets (RFC 2231 3, 4)."""

    number: int
    encoded: bool
    octets: str


class _Reader(Scanner):
    """Reads any value with parameters, and says what was wrong with it."""

    __slots__ = ("_plain", "_segments")

    def __init__(self, octets: str) -> None:
        super().__init__(octets)
        self._plain: dict[str, str] = {}
        self._segments: dict[str, dict[int, _Segment]] = {}

    def read(self) -> Parameters:
        self.skip_cfws()
        value = "" if _ONLY_PARAMETERS.match(self.text, self.position) else self._value()
        while not self.done:
            self._parameter()
        params = {name: self._decoded(octets) for name, octets in self._plain.items()}
        for name, segments in self._segments.items():
            # RFC 2231 leaves open which wins; a plain twin is a fallback for old readers
            params[name] = self._joined(sorted(segments.values()))
        return Parameters(value.lower(), MappingProxyType(params), tuple(self.defects))

    def _value(self) -> str:
        pieces: list[str] = []
        while found := self.match(_VALUE):
            pieces.append(found[0])
            white = self.skip_cfws()
            slash = "/" in (found[0][-1:], self.peek())  # obsolete: white space around it
            if self.done or self.peek() == ";" or not white or not slash:
                break
        if not self.done and self.peek() != ";":
            self.note("a parameter without a semicolon before it")
        return text("".join(pieces), self.note)

    def _parameter(self) -> None:
        """Read one parameter; the position is at its semicolon, or where that is missing."""
        self.take(";")
        self.skip_cfws()
        if self.done or self.peek() == ";":
            self.note(_NO_PARAMETER)
            return
        name = self.match(_NAME)
        self.skip_cfws()
        if not self.take("="):
            self.note("a parameter without a value")
            if name is None:
                self.match(_UNTIL_SEMICOLON)
                self.skip_cfws()
            return
        self.skip_cfws()
        value = self._parameter_value()
        if name is None:
            self.note("a parameter without a name")
            return
        self._keep(text(name[0], self.note).lower(), value)

    def _parameter_value(self) -> str:
        if (quoted := self.quoted_string()) is not None:
            self._expect_semicolon()
            return quoted
        found = self.match(_BARE_VALUE)
        if found is None:
            self.note("a parameter without a value")
            return ""
        value = found[0].strip(" \t\r\n")
        if not _TOKEN_VALUE.fullmatch(value):
            self.note("a value that must be quoted")
        self._expect_semicolon()
        return value.lstrip('"')

    def _expect_semicolon(self) -> None:
        self.skip_cfws()
        if not self.done and self.peek() != ";":
            self.note("a parameter without a semicolon before it")

    def _keep(self, name: str, octets: str) -> None:
        section = _SECTION.fullmatch(name)
        if section is None:
            if "*" in name:
                self.note("a segment that cannot be told")
            self._put(self._plain, name, octets)
            return
        number, encoded = section[2], section[3]
        segments = self._segments.setdefault(section[1], {})
        segment = _Segment(int(number or 0), bool(encoded) or number is None, octets)
        if number and number != str(segment.number):
            self.note("a segment number with a leading zero")
        self._put(segments, segment.number, segment)

    def _put(self, table: dict[_Key, _Value], key: _Key, value: _Value) -> None:
        if key in table:
            self.note("a parameter that occurs twice, of which the first counts")
        table.setdefault(key, value)

    def _decoded(self, octets: str) -> str:
        """RFC 2047 5 forbids encoded-words in parameters; every large mailer has written them."""
        if "=?" in octets:
            self.note("an encoded-word in a parameter")
        return decode_words(octets, self.note)

    def _joined(self, segments: list[_Segment]) -> str:
        """Join *segments*; octets that follow each other are decoded as one (RFC 2231 4.1)."""
        if [segment.number for segment in segments] != list(range(len(segments))):
            self.note("a segment that is missing")
        charset, first = self._charset(segments[0])
        pieces: list[str] = []
        octets: list[bytes] = []
        for segment in [first, *segments[1:]]:
            if segment.encoded:
                octets.append(self._percent(segment.octets))
                continue
            pieces.append(_decode(octets, charset, self.note))
            pieces.append(text(segment.octets, self.note))
            octets.clear()
        pieces.append(_decode(octets, charset, self.note))
        return "".join(pieces)

    def _charset(self, first: _Segment) -> tuple[str, _Segment]:
        """Return the charset that the first segment names, and the segment without it."""
        if not first.encoded:
            return "", first
        charset, _, rest = first.octets.partition("'")
        _, second, value = rest.partition("'")
        if not second:
            self.note("an encoded parameter without a charset")
            return "", first
        return charset, first._replace(octets=value)

    def _percent(self, octets: str) -> bytes:
        if _BROKEN_PERCENT.search(octets):
            self.note('a "%" that two hexadecimal digits do not follow')
        return unquote_to_bytes(octets.encode("latin-1"))


def _decode(octets: list[bytes], charset: str, note: Note) -> str:
    joined = b"".join(octets)
    if charset:
        return decode(joined, charset, note)
    return text(joined.decode("latin-1"), note)
