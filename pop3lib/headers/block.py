"""A header block cut into fields, in bulk (:rfc:`5322#section-2.2`).

Works on whole blocks with few calls, since a mailbox has thousands of them. A field is two pieces
of the block's own text: its name, and all that follows the name up to the next field, colon and
folds as received. What the value means is not known here.
"""

from __future__ import annotations

import re
from re import Pattern
from typing import Final, NamedTuple, TypeAlias

from pop3lib.printable import printable

#: The name, and the rest of the field from its colon on (or from the white space before it).
RawField: TypeAlias = tuple[str, str]

# A line end comes first in each pattern, so that the search for it runs in C.
_CRLF_FIELD: Final = re.compile(r"\r\n([!-9;-~]++)(?=[ \t]*+:)")
_LF_FIELD: Final = re.compile(r"\n([!-9;-~]++)(?=[ \t]*+:)")
_NAME: Final = re.compile(r"([!-9;-~]++)(?=[ \t]*+:)")
_BLANK_LINE: Final = re.compile(rb"(?:\A|(?<=\n))\r*+\n")
#: The line end of the last field.
_LAST_LINE_END: Final = re.compile(r"\r?\n\Z")

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
    end = raw.find(b"\r\n\r\n")
    head = raw.removesuffix(b"\r\n") if end < 0 else raw[:end]
    text = head.decode("latin-1")
    lines = text.count("\n")
    if text.count("\r\n") == lines == text.count("\r"):
        fields = _regular(text, "\r\n", _CRLF_FIELD, lines)
        if fields is not None:
            return Block(fields, len(raw) if end < 0 else end + 4)
    return _irregular(raw)


def _regular(text: str, line_end: str, field: Pattern[str], lines: int) -> list[RawField] | None:
    """Return the fields of *text*, or None where some line neither begins nor continues one."""
    pieces = field.split(line_end + text)
    folds = text.count("\n ") + text.count("\n\t")
    if len(pieces) // 2 + folds != lines + 1:
        return None
    return list(zip(pieces[1::2], pieces[2::2], strict=True))


def _irregular(raw: bytes) -> Block:
    """Read what :rfc:`5322#section-2.2` does not allow, or what came with bare LF line ends."""
    blank = _BLANK_LINE.search(raw)
    text = raw[: blank.start() if blank else len(raw)].decode("latin-1")
    length = blank.end() if blank else len(raw)
    text = _LAST_LINE_END.sub("", text)
    defects = _line_end_defects(raw[:length].decode("latin-1"))
    fields = None
    if "\r" not in text:
        fields = _regular(text, "\n", _LF_FIELD, text.count("\n"))
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
    found: list[tuple[str, list[str]]] = []
    junk: list[str] = []
    lines: list[str] = junk
    for line in text.split("\n"):
        if line[:1] in (" ", "\t"):
            lines.append(line)
        elif name := _NAME.match(line):
            lines = [line[name.end() :]]
            found.append((name[1], lines))
        else:
            lines = junk
            junk.append(line)
    fields = [(name, "\n".join(lines).removesuffix("\r")) for name, lines in found]
    bare = (line.rstrip("\r") for line in junk)
    return fields, [line for line in bare if line]


def _junk_defects(junk: list[str]) -> list[str]:
    if not junk:
        return []
    first = printable(junk[0][:_QUOTED])
    return [f"lines that are no header field: {len(junk)}, the first: {first!r}"]
