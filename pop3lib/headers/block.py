"""A header block cut into fields, in bulk (:rfc:`5322#section-2.2`).

Works on whole blocks with few calls, since a mailbox has thousands of them. A field is three pieces
of the block's own text: its name, its colon (with the white space that obsolete syntax allows
before it), and its body with folds as received. What a body means is not known here.
"""

from __future__ import annotations

import re
from re import Pattern
from typing import Final, NamedTuple, TypeAlias

from pop3lib.printable import printable

#: Name, colon and body of a field; put together they are the field as received.
RawField: TypeAlias = tuple[str, str, str]

# A line end comes first in each pattern, so that the search for it runs in C.
_CRLF_FIELD: Final = re.compile(r"\r\n(?![ \t])")
_LF_FIELD: Final = re.compile(r"\n(?![ \t])")
#: RFC 5322 3.6.8: printable ASCII but the colon.
_NOT_NAME: Final = re.compile(r"[^!-9;-~]")
_START: Final = re.compile(r"([!-9;-~]++)([ \t]*+:)")
_BLANK_LINE: Final = re.compile(rb"(?:\A|\n)\r*+\n")
_LAST_LINE_END: Final = re.compile(r"\r*+\n?\Z")

#: What mbox files put before a message, and some servers leave there. ``From :`` is a field.
_MBOX_LINE: Final = re.compile(rb"(?:>?From (?![ \t]*:)[^\r\n]*+\r?\n)++")
_MBOX_DEFECT: Final = "a line of an mbox file before the header"

#: How much of a line that is no field its defect quotes, in characters.
_QUOTED: Final = 60


class Block(NamedTuple):
    """The fields of a header block, in order."""

    fields: list[RawField]
    #: how many octets the block takes, the empty line at its end included
    length: int
    defects: tuple[str, ...] = ()


def split_block(raw: bytes) -> Block:
    """Cut *raw* into fields, up to the first empty line or the end."""
    if raw.startswith((b"From ", b">From ")) and (line := _MBOX_LINE.match(raw)):
        block = _split(raw[line.end() :])
        return Block(block.fields, line.end() + block.length, (_MBOX_DEFECT, *block.defects))
    return _split(raw)


def _split(raw: bytes) -> Block:
    # TOP n 0 ends with the empty line; should there be an earlier one, this gives None
    if raw.endswith(b"\r\n\r\n") and (fields := _crlf_lines(raw[:-4])):
        return Block(fields, len(raw))
    end = raw.find(b"\r\n\r\n")
    fields = _crlf_lines(raw.removesuffix(b"\r\n") if end < 0 else raw[:end])
    if fields:
        return Block(fields, len(raw) if end < 0 else end + 4)
    return _irregular(raw)


def _crlf_lines(head: bytes) -> list[RawField] | None:
    text = head.decode("latin-1")
    if text.count("\r\n") == text.count("\n") == text.count("\r"):
        return _regular(text, _CRLF_FIELD)
    return None


def _regular(text: str, line_end: Pattern[str]) -> list[RawField] | None:
    """Return the fields of *text*, or None where some line neither begins nor continues one."""
    fields = [piece.partition(":") for piece in line_end.split(text)]
    names, colons, _ = zip(*fields, strict=True)
    if "" in names or "" in colons:
        return None
    letters = "".join(names)
    # Letters and hyphens are soon told; the search, which knows all that is allowed, is slow.
    if not (letters.isascii() and letters.replace("-", "").isalnum()) and _NOT_NAME.search(letters):
        return None
    return fields


def _irregular(raw: bytes) -> Block:
    """Read what :rfc:`5322#section-2.2` does not allow, or what came with bare LF line ends."""
    blank = _BLANK_LINE.search(raw)
    text = raw[: blank.start() if blank else len(raw)].decode("latin-1")
    length = blank.end() if blank else len(raw)
    text = _LAST_LINE_END.sub("", text)
    defects = _line_end_defects(raw[:length].decode("latin-1"))
    fields = _regular(text, _LF_FIELD) if "\r" not in text else None
    if fields is None:
        fields, junk = _line_by_line(text)
        defects += _junk_defects(junk)
    return Block(fields, length, tuple(defects))


def _line_end_defects(text: str) -> list[str]:
    line_ends, crlfs = text.count("\n"), text.count("\r\n")
    defects = []
    if line_ends > crlfs:
        defects.append("lines that end in LF without CR")
    if text.count("\r") > crlfs:
        # A CR alone ends no line: a reader that takes it for one can be made to see fields that
        # no server saw.
        defects.append("a CR that no LF follows")
    return defects


def _line_by_line(text: str) -> tuple[list[RawField], list[str]]:
    """Return the fields, and the lines that belong to none.

    What follows such a line is still read: with ``TOP n 0`` there is no body to take for headers.
    """
    found: list[tuple[str, str, list[str]]] = []
    junk: list[str] = []
    lines: list[str] = junk
    for line in text.split("\n"):
        if line[:1] in (" ", "\t"):
            lines.append(line)
        elif start := _START.match(line):
            lines = [line[start.end() :]]
            found.append((start[1], start[2], lines))
        else:
            lines = junk
            junk.append(line)
    fields = [(name, colon, "\n".join(lines).removesuffix("\r")) for name, colon, lines in found]
    bare = (line.rstrip("\r") for line in junk)
    return fields, [line for line in bare if line]


def _junk_defects(junk: list[str]) -> list[str]:
    if not junk:
        return []
    first = printable(junk[0][:_QUOTED])
    return [f"lines that are no header field: {len(junk)}, the first: {first!r}"]
