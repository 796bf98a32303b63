"""Reading the lines of LIST and UIDL answers: in bulk where they are right, else one by one.

What is forgiven is recorded as a defect. What is not: a number out of range or said twice, a
size that is no number, an empty unique-id. Such a listing cannot be trusted with deletions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from pop3lib.errors import RemoteProtocolError
from pop3lib.protocol.reply import quoted
from pop3lib.protocol.values import Listing

V = TypeVar("V")

#: No server numbers messages higher; the bound keeps nonsense from being believed.
MAX_NUMBER = 2**31 - 1
#: RFC 1939 section 7 allows a unique-id of 70 octets. Longer ones are real.
_RFC_UID, _MAX_UID = 70, 255

#: Octets that are split at once.
_PIECE = 32 * 1024

# Both are matched against a whole body at once, and never go back (RFC 1939 sections 5 and 7).
_SIZES = re.compile(rb"(?:[0-9]{1,10}+ [0-9]{1,19}+\r\n)*+")
_UIDS = re.compile(rb"(?:[0-9]{1,10}+ [!-~]{1,70}+\r\n)*+")
_SIZE_LINE = re.compile(rb" *([0-9]{1,19})[ \t]+([0-9]{1,19})(?:[ \t]+(.*))?", re.DOTALL)
_UID_LINE = re.compile(rb" *([0-9]{1,19})([ \t]+)(.*)", re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


def parse_sizes(body: bytes) -> Listing[int]:
    """Read the lines of a LIST answer: sizes in octets by number."""
    if not _SIZES.fullmatch(body):
        return _one_by_one(body, _size, Listing)
    entries: dict[int, int] = {}
    for piece in _pieces(body):
        words = map(int, piece.split())
        entries.update(zip(words, words, strict=True))
    return Listing(_checked(entries, body.count(b"\n")))


def parse_uids(body: bytes) -> Listing[str]:
    """Read the lines of a UIDL answer: unique-ids by number.

    A unique-id is octets without a meaning; it comes as text of one character an octet.
    """
    if not _UIDS.fullmatch(body):
        return _one_by_one(body, _uid, _Uids)
    entries: dict[int, str] = {}
    for piece in _pieces(body):
        words = iter(piece.decode("ascii").split())
        entries.update(zip(map(int, words), words, strict=True))
    return _Uids(_checked(entries, body.count(b"\n")))


class _Uids(Listing[str]):
    """Unique-ids. Comparing them all takes its time: it is done if somebody asks for defects."""

    __slots__ = ()

    @property
    def defects(self) -> tuple[str, ...]:
        """What was forgiven, in words."""
        if len(set(self.values())) == len(self):
            return self._defects
        # Outlook and getmail stop at this; the ids are still of use, one by one.
        return (*self._defects, "two messages have the same unique-id")


def parse_uid(octets: bytes, defects: list[str]) -> str:
    """Check one unique-id (:rfc:`1939#section-7`)."""
    if not octets or len(octets) > _MAX_UID or _CONTROL.search(octets):
        raise RemoteProtocolError(
            f"a unique-id must have 1 to {_MAX_UID} octets and no controls: {quoted(octets)}"
        )
    # mpop and fetchmail met long ones, ones with spaces, and ones with 8-bit octets.
    if len(octets) > _RFC_UID or b" " in octets or not octets.isascii():
        defects.append(f"a unique-id that RFC 1939 does not allow: {quoted(octets)}")
    return octets.decode("latin-1")


def _size(line: bytes, defects: list[str]) -> tuple[int, int]:
    match = _SIZE_LINE.fullmatch(line)
    if match is None:
        raise RemoteProtocolError(f"a line of LIST must be two numbers: {quoted(line)}")
    if match[3]:
        defects.append(f"more than a number and a size in a line of LIST: {quoted(line)}")
    return int(match[1]), int(match[2])


def _uid(line: bytes, defects: list[str]) -> tuple[int, str]:
    match = _UID_LINE.fullmatch(line)
    if match is None:
        raise RemoteProtocolError(f"a line of UIDL must be a number and an id: {quoted(line)}")
    if match[2] != b" ":  # Maillennium (Comcast) pads the number with spaces
        defects.append(f"more than one space in a line of UIDL: {quoted(line)}")
    return int(match[1]), parse_uid(match[3].rstrip(b" "), defects)


def _pieces(body: bytes) -> Iterator[bytes]:
    """Cut *body* between lines; whoever splits a piece has its words in the processor's cache."""
    begin = 0
    while begin < len(body):
        end = body.rfind(b"\n", begin, begin + _PIECE) + 1
        yield body[begin:end]
        begin = end


def _one_by_one(
    body: bytes,
    read: Callable[[bytes, list[str]], tuple[int, V]],
    kind: Callable[[Mapping[int, V], tuple[str, ...]], Listing[V]],
) -> Listing[V]:
    defects: list[str] = []
    eol = b"\r\n" if b"\r\n" in body else b"\n"  # a session with Quirk.BARE_LF has the latter
    lines = body.split(eol)[:-1]
    entries = dict(read(line, defects) for line in lines)
    return kind(_checked(entries, len(lines)), tuple(defects))


def _checked(entries: dict[int, V], lines: int) -> dict[int, V]:
    if len(entries) != lines:
        raise RemoteProtocolError("a message number stands twice in a listing")
    if entries and (0 in entries or max(entries) > MAX_NUMBER):
        raise RemoteProtocolError("a listing has a message number that cannot be")
    return entries
