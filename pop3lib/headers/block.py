"""A header block cut into fields, in bulk (:rfc:`5322#section-2.2`).

Works on whole blocks with few calls, since a mailbox has thousands of them. A field is two pieces
of the block's own text, with a colon between: its name, and its body with folds as received. What
a body means is not known here.
"""

from __future__ import annotations

import re
from re import Pattern
from typing import Final, NamedTuple, TypeAlias

from pop3lib.printable import printable

#: The names of the fields, their bodies, and the lines that belong to none. Obsolete syntax allows
#: white space between a name and its colon (RFC 5322 4.5); it is left at the name's end.
_Parts: TypeAlias = tuple[list[str], list[str], list[str]]

#: RFC 5322 3.6.8: a name is printable ASCII but the colon.
_NAME: Final = r"([!-9;-~]++[ \t]*+):"
# A line end that no fold follows. It comes first in each pattern, so that C searches for it; what
# begins no field is left without a name.
_CRLF_FIELD: Final = re.compile(rf"\r\n(?:{_NAME}|(?![ \t]))")
_LF_FIELD: Final = re.compile(rf"\n(?:{_NAME}|(?![ \t]))")
_BLANK_LINE: Final = re.compile(rb"\n\r*+\n")
#: RFC 5322 2.2: every octet but the control characters; a tab is none here. Deleting these is many
#: times faster than searching for the others.
_NO_CONTROL: Final = bytes(octet for octet in range(256) if octet == 9 or 31 < octet != 127)

#: What mbox files put before a message, and some servers leave there. ``From :`` is a field.
_MBOX_LINE: Final = re.compile(rb"(?:>?From (?![ \t]*:)[^\r\n]*+\r?\n)++")
_MBOX_DEFECT: Final = "a line of an mbox file before the header"

#: How much of a line that is no field its defect quotes, in characters.
_QUOTED: Final = 60


class Block(NamedTuple):
    """The fields of a header block, in order: their names and their bodies."""

    names: list[str]
    bodies: list[str]
    #: how many octets the block takes, the empty line at its end included
    length: int
    #: whether it is UTF-8, and no control character is in it but tabs and CRLF
    clean: bool
    defects: tuple[str, ...] = ()


def split_block(raw: bytes) -> Block:
    """Cut *raw* into fields, up to the first empty line or the end."""
    if raw.startswith((b"From ", b">From ")) and (line := _MBOX_LINE.match(raw)):
        names, bodies, length, clean, defects = _split(raw[line.end() :])
        return Block(names, bodies, line.end() + length, clean, (_MBOX_DEFECT, *defects))
    return _split(raw)


def controls(octets: bytes) -> bytes:
    """Return the control characters among *octets*, tabs left out."""
    return octets.translate(None, _NO_CONTROL)


def is_utf8(octets: bytes) -> bool:
    """Say whether *octets* are ASCII or UTF-8 (:rfc:`6532`)."""
    if octets.isascii():
        return True
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def _split(raw: bytes) -> Block:
    if raw.startswith(b"\r\n"):  # what follows is a body, whatever it looks like
        return Block([], [], 2, True)
    if raw.endswith(b"\r\n\r\n") and (block := _regular(raw[:-4], len(raw))):
        return block  # as TOP n 0 gives it
    end = raw.find(b"\r\n\r\n")
    if end < 0:
        return _regular(raw.removesuffix(b"\r\n"), len(raw)) or _irregular(raw)
    return _regular(raw[:end], end + 4) or _irregular(raw)


def _regular(head: bytes, length: int) -> Block | None:
    """Cut *head*, the block without its end.

    Return None where a line does not end in CRLF, or an empty one ends the block before.
    """
    found = controls(head)
    # As many CRs as LFs, in turns: none of them stands alone, or else each of a pair does, in the
    # body of a field, which will tell. To look for that here would cost a tenth of the whole.
    clean = found == b"\r\n" * (len(found) // 2)
    if not (clean or head.count(b"\r\n") == head.count(b"\n") == head.count(b"\r")):
        return None
    names, bodies, junk = _cut("\r\n" + head.decode("latin-1"), _CRLF_FIELD)
    if head and "" in junk:
        return None
    clean = clean and is_utf8(head)
    return tuple.__new__(Block, (names, bodies, length, clean, _junk_defects(junk)))


def _cut(text: str, line_end: Pattern[str]) -> _Parts:
    pieces = line_end.split(text)
    names, bodies = pieces[1::2], pieces[2::2]
    # all() finds a missing name in a third of the time that ``None in names`` takes.
    return (names, bodies, []) if all(names) and not pieces[0] else _without_junk(pieces)


def _without_junk(pieces: list[str]) -> _Parts:
    """Part what began no field: a fold of nothing at the start, lines without a colon.

    What follows such a line is still read: with ``TOP n 0`` there is no body to take for headers.
    """
    pairs = list(zip(pieces[1::2], pieces[2::2], strict=True))
    junk = [body for name, body in pairs if name is None]
    if pieces[0]:  # behind the line end that was put before the block
        junk.insert(0, pieces[0].partition("\n")[2])
    fields = [(name, body) for name, body in pairs if name is not None]
    lines = [line.rstrip("\r") for piece in junk for line in piece.split("\n")]
    return [name for name, _ in fields], [body for _, body in fields], lines


def _irregular(raw: bytes) -> Block:
    """Read a block with line ends that :rfc:`5322#section-2.1` does not allow, such as bare LF."""
    lines = b"\n" + raw  # so that an empty line at the start is found, too
    blank = _BLANK_LINE.search(lines)
    text = lines[1 : blank.start() if blank else None].decode("latin-1")
    length = blank.end() - 1 if blank else len(raw)
    names, bodies, junk = _cut("\n" + text.removesuffix("\n").rstrip("\r"), _LF_FIELD)
    bodies = [body.removesuffix("\r") for body in bodies]
    defects = (*_line_end_defects(raw[:length].decode("latin-1")), *_junk_defects(junk))
    return Block(names, bodies, length, False, defects)


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


def _junk_defects(junk: list[str]) -> tuple[str, ...]:
    lines = list(filter(None, junk)) if junk else []
    if not lines:
        return ()
    first = printable(lines[0][:_QUOTED])
    return (f"lines that are no header field: {len(lines)}, the first: {first!r}",)
