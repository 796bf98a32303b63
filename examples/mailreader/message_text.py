"""A message as text for the screen: a row of the list, its headers, its raw header block.

Whatever a stranger wrote into the headers, the result moves no cursor and turns no direction.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.text import Text

from pop3lib import Summary
from pop3lib.headers import Headers, printable


class Row(NamedTuple):
    """What the list shows of a message."""

    sender: str
    subject: str
    date: str
    size: str


def row_of(summary: Summary) -> Row:
    """Return sender, subject, date in local time, and size."""
    headers, size = summary.headers, size_text(summary.size)
    if summary.error is not None:
        return Row("", f"(no headers: {summary.error})", "", size)
    return Row(_sender(headers), _subject(headers), _date(headers), size)


def _sender(headers: Headers) -> str:
    mailboxes = headers.from_.mailboxes if headers.from_ else ()
    return mailboxes[0].display if mailboxes else "(no sender)"


def _subject(headers: Headers) -> str:
    return (headers.subject.display if headers.subject else "") or "(no subject)"


def _date(headers: Headers) -> str:
    sent = headers.date.datetime if headers.date else None
    try:
        return f"{sent.astimezone():%Y-%m-%d %H:%M}" if sent else ""
    except (OverflowError, ValueError, OSError):  # the year 1, the year 9999
        return ""


def size_text(octets: int | None) -> str:
    """Return a size in few characters; the units are those of 1000."""
    if octets is None:
        return "?"
    if octets < 1000:
        return f"{octets} B"
    size, unit = octets / 1000, "k"
    if size >= 1000:
        size, unit = size / 1000, "M"
    return f"{size:.1f} {unit}B" if size < 10 else f"{size:.0f} {unit}B"


def details_of(summary: Summary) -> Text:
    """Return all fields of the header, decoded, with what was wrong with them."""
    text = Text()
    if summary.error is not None:
        return text.append(str(summary.error))
    for header in summary.headers:
        text.append(f"{printable(header.name)}: ", "bold").append(f"{header.display}\n")
    for defect in summary.headers.defects:
        text.append(f"! {defect}\n", "italic")
    return text


def raw_of(summary: Summary) -> Text:
    """Return the header block as it came; what is not printable ASCII is an escape."""
    lines = summary.headers.raw.split(b"\n")
    return Text("\n".join(_escaped(line.removesuffix(b"\r")) for line in lines))


def _escaped(line: bytes) -> str:
    return "".join(chr(octet) if 0x20 <= octet < 0x7F else f"\\x{octet:02x}" for octet in line)
