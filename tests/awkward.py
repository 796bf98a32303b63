"""Messages that mail software gets wrong, and the octets in which real servers deliver them.

They are given as they lie on disk, with LF line ends as mail is kept on Unix. On the wire every
line ends in CRLF (RFC 1939 section 3); what a server makes of the rest is its own affair, and was
seen with Dovecot 2.3.19, Courier 1.0.16 and Twisted 26.10.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ANY_LF = re.compile(rb"\n")
_BARE_LF = re.compile(rb"(?<!\r)\n")


@dataclass(frozen=True)
class Awkward:
    """One message, stored and delivered."""

    #: what makes it awkward
    name: str
    #: its octets on disk
    stored: bytes
    #: whether Courier wraps it in a notice unless the session has said UTF8 (:rfc:`6856`)
    wants_utf8: bool = False

    def delivered(self, server: str) -> bytes | None:
        """Return the octets that RETR delivers, dots unstuffed; None where it is refused.

        :param server: ``"dovecot"``, ``"courier"`` or ``"twisted"``.
        """
        if not self.stored:
            # To Twisted a message of size 0 is one that was deleted.
            return None if server == "twisted" else b"\r\n"
        # Dovecot leaves a stored CRLF alone; the others put a CR before every LF there is.
        lone = _BARE_LF if server == "dovecot" else _ANY_LF
        octets = lone.sub(b"\r\n", self.stored)
        return octets if octets.endswith(b"\r\n") else octets + b"\r\n"

    def __str__(self) -> str:
        return self.name


def _mail(name: str, body: bytes, *, subject: bytes | None = None) -> bytes:
    """Return a message with a header block, an empty line, and *body*."""
    title = name.encode() if subject is None else subject
    return (
        b"Return-Path: <sender@example.org>\n"
        b"Date: Thu, 1 Jan 2026 12:00:00 +0000\n"
        b"From: A Sender <sender@example.org>\n"
        b"To: Alice <alice@example.net>\n"
        b"Message-ID: <" + name.replace(" ", "-").encode() + b"@example.org>\n"
        b"Subject: " + title + b"\n"
        b"\n" + body
    )


def _message(name: str, body: bytes) -> Awkward:
    return Awkward(name, _mail(name, body))


_ALL_OCTETS = bytes(octet for octet in range(256) if octet != 0x0A)
_CRLF = _mail("stored CRLF", b"one\n.two\n..three\n").replace(b"\n", b"\r\n")

#: A message that nothing is wrong with, for comparison.
PLAIN = _message("plain", b"one\ntwo\nthree\n")

AWKWARD: tuple[Awkward, ...] = (
    PLAIN,
    _message("a lone dot", b"before\n.\nafter\n"),
    _message("a dot on the first line", b".\n"),
    _message("only dots", b".\n..\n...\n....\n"),
    _message("dots before text", b".a\n..b\n. c\n.\td\n a.\n"),
    _message("dot at the very end", b"the end\n."),
    _message("a reply inside", b"\n.\n+OK 99 9999\n-ERR no\n.\n+OK\n"),
    _message("eight bits", "gr\u00fc\u00dfe \u20ac\n".encode() + bytes(range(0x80, 0x100)) + b"\n"),
    Awkward(
        "an 8-bit header",
        _mail("an 8-bit header", b"text\n", subject="caf\u00e9 \U0001f600".encode()),
        wants_utf8=True,
    ),
    _message("every octet", _ALL_OCTETS + b"\n"),
    _message("NUL", b"a\0b\n\0\n\0\0\n.\0\n"),
    _message("a CR inside a line", b"one\rtwo\n\rthree\n.\rfour\n"),
    _message("a CR before the line end", b"one\r\r\ntwo\r\r\r\n"),
    _message("CR dot", b"one\r.\ntwo\r.\r\nthree\n"),
    Awkward("stored CRLF", _CRLF),
    Awkward("CRLF and LF mixed", _mail("mixed", b"lf\ncrlf\r\n.lf\n.crlf\r\n\n\r\n")),
    _message("a line of 100 kB", b"0123456789" * 10_000 + b"\nnext\n"),
    _message("a line of 100 kB of dots", b"." * 100_000 + b"\n.\n"),
    _message("ten thousand short lines", b".\n" * 10_000),
    _message("empty lines", b"\n" * 100),
    _message("no final line end", b"one\ntwo"),
    _message("From at a line's start", b"From here\n>From there\n\nFrom a@b Thu Jan  1 1970\n"),
    _message("blanks at the line end", b"one \ntwo\t\n \n\t\n"),
    Awkward("a header block and an empty line only", _mail("no body", b"")),
    Awkward("headers without an empty line", _mail("no blank", b"").removesuffix(b"\n")),
    Awkward("an empty line first", b"\nno header block\n"),
    Awkward("an empty line only", b"\n"),
    Awkward("one character", b"x"),
    Awkward("empty", b""),
)
