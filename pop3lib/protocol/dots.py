"""Dot-stuffing undone, on whole chunks.

RFC 1939 section 3: a multi-line answer ends with CRLF ``.`` CRLF, and a line that begins with a
``.`` was given another one in front. Lines are never formed here. A chunk is searched once for
the line end and dot that both begin with; where there is none, it is passed on as it came.
"""

from __future__ import annotations


class DotReader:
    """Reads the body of one multi-line answer.

    The body is read as if the line end of the status line still stood in front of it, so that a
    dot in the very first line is like any other. Between chunks at most four octets are held
    back: the longest proper beginning of CRLF ``.`` CRLF.
    """

    __slots__ = ("_dot", "_end", "_eol", "_fresh", "_held", "_starts")

    def __init__(self, eol: bytes = b"\r\n") -> None:
        self._eol = eol
        self._dot = eol + b"."
        self._end = self._dot + eol
        self._starts = tuple(self._end[:n] for n in range(len(self._end) - 1, 0, -1))
        self._held = b""
        self._fresh = True

    def feed(self, data: bytes, pos: int = 0) -> tuple[bytes, int]:
        """Return the octets of the body in ``data[pos:]``, and where the answer ends in *data*.

        The first call must begin at the line end of the status line. The second value is -1 as
        long as the end has not come.
        """
        shift = pos - len(self._held)
        if self._held:
            data, pos = self._held + data[pos:], 0
        else:
            shift = 0
        dot = data.find(self._dot, pos)
        if dot >= 0:
            end = data.find(self._end, dot)
            if end >= 0:
                self._held = b""
                stop = end + len(self._eol)
                return self._body(data, pos, stop, dot < end), end + len(self._end) + shift
        stop = len(data) - self._held_back(data, pos)
        self._held = data[stop:]
        return self._body(data, pos, stop, 0 <= dot < stop), -1

    def _held_back(self, data: bytes, pos: int) -> int:
        for start in self._starts:
            if data.endswith(start, pos):
                return len(start)
        return 0

    def _body(self, data: bytes, pos: int, stop: int, stuffed: bool) -> bytes:
        if self._fresh and stop > pos:
            # The status line's own line end is not content, but the dot behind it may be stuffing.
            self._fresh = False
            start = pos + len(self._eol)
            if data.startswith(b".", start) and start < stop:
                start += 1
            pos = start
        body = data[pos:stop]
        # Any character may follow the dot: RFC 1939 has the client strip the first octet.
        return body.replace(self._dot, self._eol) if stuffed else body
