"""Dot-stuffing undone, on whole chunks.

RFC 1939 section 3: a multi-line answer ends with CRLF ``.`` CRLF, and a line that begins with a
``.`` was given another one in front. Lines are never formed here. A chunk without a dot is passed
on as it came, which is how most of an attachment in base64 goes; in others the line end and dot
that both marks begin with are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Octets that are split at once, so few that their lines stay in the processor's cache.
_PIECE = 16 * 1024

#: For each line end: a line end with a dot behind it, and that with another line end behind it.
#: A pattern finds them twice as fast as bytes.find() does: it leaps from CR to CR.
_MARKS = {
    eol: (re.compile(re.escape(eol + b".")), re.compile(re.escape(eol + b"." + eol)))
    for eol in (b"\r\n", b"\n")
}


class DotReader:
    """Reads the body of one multi-line answer.

    The body is read as if the line end of the status line still stood in front of it, so that a
    dot in the very first line is like any other. Between chunks at most four octets are held
    back: the longest proper beginning of CRLF ``.`` CRLF.
    """

    __slots__ = ("_dot", "_end", "_eol", "_fresh", "_held")

    def __init__(self, eol: bytes = b"\r\n") -> None:
        self._eol = eol
        self._dot, self._end = _MARKS[eol]
        self._held = b""
        self._fresh = True

    def feed(self, data: bytes, pos: int = 0) -> tuple[bytes, int]:
        """Return the octets of the body in ``data[pos:]``, and where the answer ends in *data*.

        The first call must begin at the line end of the status line. The second value is -1 as
        long as the end has not come.
        """
        shift = 0
        if self._held:
            shift = pos - len(self._held)
            data, pos = self._held + data[pos:], 0
        dot = self._first_dot(data, pos)
        if dot >= 0 and (end := self._end.search(data, dot)):
            self._held = b""
            stop = end.start() + len(self._eol)
            return self._body(data, pos, stop, dot < end.start()), end.end() + shift
        stop = len(data) - self._held_back(data, pos)
        self._held = data[stop:]
        return self._body(data, pos, stop, 0 <= dot < stop), -1

    def _first_dot(self, data: bytes, pos: int) -> int:
        """Return where the first line end with a dot behind it begins, or -1."""
        dot = data.find(b".", pos)
        if dot < 0:
            return -1
        found = self._dot.search(data, max(pos, dot - len(self._eol)))
        return found.start() if found else -1

    def _held_back(self, data: bytes, pos: int) -> int:
        whole = self._eol + b"." + self._eol
        for count in range(len(whole) - 1, 0, -1):
            if data.endswith(whole[:count], pos):
                return count
        return 0

    def _body(self, data: bytes, pos: int, stop: int, stuffed: bool) -> bytes:
        if self._fresh and stop > pos:
            # The status line's own line end is not content, but the dot behind it may be stuffing.
            self._fresh = False
            start = pos + len(self._eol)
            if data.startswith(b".", start) and start < stop:
                start += 1
            pos = start
        return self._unstuffed(data[pos:stop]) if stuffed else data[pos:stop]

    def _unstuffed(self, body: bytes) -> bytes:
        # Any character may follow the dot: RFC 1939 has the client strip the first octet.
        # Splitting and joining is faster than bytes.replace(), which looks for everything twice.
        eol, mark = self._eol, self._eol + b"."
        return b"".join([eol.join(piece.split(mark)) for piece in self._pieces(body)])

    def _pieces(self, body: bytes) -> Iterator[bytes]:
        """Cut *body* in front of line ends, so that no line end loses the dot behind it."""
        begin = 0
        while begin + _PIECE < len(body):
            far = begin + _PIECE
            end = body.rfind(self._eol, begin + 1, far)
            if end < 0:  # a line that is longer than a piece
                end = body.find(self._eol, far)
            if end < 0:
                break
            yield body[begin:end]
            begin = end
        yield body[begin:]
