"""Inputs that make careless parsers slow: a piece repeated, in fields of every kind.

What stands behind the pieces matters: white space at the end is cut off before a pattern sees it,
and a pattern that fails at the end may go back over all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

FIELDS = (
    "Subject", "To", "Date", "Message-ID", "References", "Return-Path", "Received",
    "Content-Type", "Content-Transfer-Encoding", "MIME-Version", "List-Help", "List-Id",
)  # fmt: skip

#: What stands before the repeated piece, so that the grammar is in its midst already.
PREFIXES = {
    "To": ("", "x <", "g:"),
    "Date": ("", "Fri", "Fri, 21 Nov 1997 09:55:06 -0600 ", "21 Nov "),
    "Message-ID": ("", "<"),
    "References": ("", "<"),
    "Return-Path": ("", "<"),
    "Received": ("", "from a by b; "),
    "Content-Type": ("", "text/plain; a=", "text/plain; a=b"),
    "List-Help": ("", "<"),
    "List-Id": ("", "<"),
}

PIECES = (
    "(", "()", "(a", ")", "(a)(b", "(\\", '"', '\\"', '"\\"', '"(', "\\", "[", "[a", "] ",
    "=?", "=?a?q?", "=?a?q?x ", "=?x?b?", "=?a?q?b?=", "=?utf-8?q?a?= ", "=?utf-8?b?w7w=?= ",
    '"=?a?q?b?=" ', "?=", "?", "=", ",", ".", ";", "a:", ":", "a@", "@", "<", ">", "<(", '<"', "<a",
    "<a@", "a <", "a.", "a*", "a ", "word ", "a (", 'a "', "a@b, ", "a@b ", '"a" <b@c>, ',
    "a <b@c> ", "<a@b> ", "<a@b>,", "<http://x>, ", "@a,", "@a:", "; a=b", ";a", "; a*0=x",
    ";a*0*=utf-8''x", "%", "'", "*", "/", "a/ ", "= ", " ", "\t", "a\r\n ", "\r\n ", "a\n ", "\r",
    "\r\r\n ", "\r\njunk", "\r\n:", "\r\nX: y", "\r\nTo: y", "\0", "\xff", "\xc3\xa9", "\x85", "1",
    "1:", "-", "+0", "Mon ", "Jan ", "1 Jan ", "from ", "from x by y ", "; ", "b c=d ", "<a>",
    "x; ",
)  # fmt: skip


def starts() -> Iterator[str]:
    """Yield the beginning of each field under test."""
    for field in FIELDS:
        for prefix in PREFIXES.get(field, ("",)):
            yield f"{field}: {prefix}"


#: What stands behind a run of pieces.
_TAILS = ("x", "\nX: y")


def runs() -> Iterator[tuple[str, str]]:
    """Yield each piece with what stands behind it: with a tail, where no word is in it."""
    for piece in PIECES:
        yield piece, ""
        if not re.search("[A-Za-z0-9]", piece):
            yield from ((piece, tail) for tail in _TAILS)


def block(start: str, piece: str, octets: int, tail: str = "") -> bytes:
    """Return a block of about *octets* octets, of *piece* over and over."""
    return f"{start}{piece * (octets // len(piece))}{tail}\r\n\r\n".encode("latin-1")
