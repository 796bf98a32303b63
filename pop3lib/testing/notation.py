r"""How octets are written in a transcript: printable ASCII as it is, all else as an escape.

The escapes are ``\r \n \t \0 \xNN`` and ``\\``. A line stands without its CRLF; a single
backslash at its end says that there is none.
"""

from __future__ import annotations

import re

CRLF = b"\r\n"

_NAMES = {0x0D: r"\r", 0x0A: r"\n", 0x09: r"\t", 0x00: r"\0", 0x5C: r"\\"}
_OCTETS = {name[1]: octet for octet, name in _NAMES.items()}
_TABLE = [
    _NAMES.get(octet) or (chr(octet) if 0x20 <= octet < 0x7F else f"\\x{octet:02x}")
    for octet in range(256)
]
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|([rnt0\\])|(.?))", re.DOTALL)


def escape(octets: bytes) -> str:
    """Return *octets* as one line of printable ASCII."""
    return "".join(map(_TABLE.__getitem__, octets))


def unescape(text: str) -> bytes:
    """Return the octets that *text* stands for; raise ValueError for an unknown escape."""
    octets, position = bytearray(), 0
    for match in _ESCAPE.finditer(text):
        octets += text[position : match.start()].encode()
        octets.append(_octet(match))
        position = match.end()
    return bytes(octets + text[position:].encode())


def _octet(match: re.Match[str]) -> int:
    digits, name, unknown = match.groups()
    if unknown is not None:
        raise ValueError(f"unknown escape {match[0]!r}; known are \\r \\n \\t \\0 \\xNN and \\\\")
    return int(digits, 16) if digits else _OCTETS[name]


def write_line(line: bytes) -> str:
    """Return *line*, with its line end, as a transcript shows it."""
    return escape(line[:-2]) if line.endswith(CRLF) else escape(line) + "\\"


def read_line(text: str) -> bytes:
    """Return the octets of a transcript's line, with its line end."""
    backslashes = len(text) - len(text.rstrip("\\"))
    if backslashes % 2:  # the last one is not half of an escaped one
        return unescape(text[:-1])
    return unescape(text) + CRLF
