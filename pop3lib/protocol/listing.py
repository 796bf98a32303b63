"""Reading the lines of LIST and UIDL answers: in bulk where they are right, else one by one.

What is forgiven is recorded as a defect. What is not: a number out of range or said twice, a
size that is no number, an empty unique-id. Such a listing cannot be trusted with deletions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from pop3lib.errors import RemoteProtocolError
from pop3lib.protocol.reply import quoted
from pop3lib.protocol.values import Listing

V = TypeVar("V")

#: No server numbers messages higher; the bound keeps nonsense from being believed.
MAX_NUMBER = 2**31 - 1
#: RFC 1939 section 7 allows a unique-id of 70 octets. Longer ones are real.
_RFC_UID, _MAX_UID = 70, 255

# Both are matched against a whole body at once. RFC 1939 section 5 and section 7.
_SIZES = re.compile(rb"(?:[0-9]{1,10} [0-9]{1,19}\r\n)*")
_UIDS = re.compile(rb"(?:[0-9]{1,10} [!-~]{1,70}\r\n)*")
_SIZE_LINE = re.compile(rb" *([0-9]{1,19})[ \t]+([0-9]{1,19})(?:[ \t]+(.*))?", re.DOTALL)
_UID_LINE = re.compile(rb" *([0-9]{1,19})([ \t]+)(.*)", re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


def parse_sizes(body: bytes) -> Listing[int]:
    """Read the lines of a LIST answer: sizes in octets by number."""
    if _SIZES.fullmatch(body):
        words = body.split()
        return _listing(list(map(int, words[::2])), list(map(int, words[1::2])), [])
    return _one_by_one(body, _size)


def parse_uids(body: bytes) -> Listing[str]:
    """Read the lines of a UIDL answer: unique-ids by number.

    A unique-id is octets without a meaning; it comes as text of one character an octet.
    """
    if _UIDS.fullmatch(body):
        words = body.decode("ascii").split()
        uids, defects = words[1::2], list[str]()
    else:
        listing = _one_by_one(body, _uid)
        return _listing(list(listing), list(listing.values()), list(listing.defects), unique=True)
    return _listing(list(map(int, words[::2])), uids, defects, unique=True)


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


def _one_by_one(body: bytes, read: Callable[[bytes, list[str]], tuple[int, V]]) -> Listing[V]:
    defects: list[str] = []
    eol = b"\r\n" if b"\r\n" in body else b"\n"  # a session with Quirk.BARE_LF has the latter
    pairs = [read(line, defects) for line in body.split(eol)[:-1]]
    return _listing([number for number, _ in pairs], [value for _, value in pairs], defects)


def _listing(
    numbers: list[int], values: list[V], defects: list[str], unique: bool = False
) -> Listing[V]:
    entries = dict(zip(numbers, values, strict=True))
    if len(entries) != len(numbers):
        raise RemoteProtocolError("a message number stands twice in a listing")
    if numbers and not (min(numbers) >= 1 and max(numbers) <= MAX_NUMBER):
        raise RemoteProtocolError("a listing has a message number that cannot be")
    if unique and len(set(values)) != len(values):
        # Outlook and getmail stop at this; the ids are still of use, one by one.
        defects.append("two messages have the same unique-id")
    return Listing(entries, tuple(defects))
