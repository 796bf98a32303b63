"""Lines found in chunks: the status lines and challenges of a session."""

from __future__ import annotations

from pop3lib.protocol.limits import Limits


class LineReader:
    """Finds one line after the other, keeping what is not whole yet, within a limit."""

    __slots__ = ("_eol", "_limits", "partial")

    def __init__(self, limits: Limits, eol: bytes) -> None:
        self._limits = limits
        self._eol = eol
        #: the beginning of a line whose end has not come
        self.partial: bytes = b""

    def feed(self, data: bytes, pos: int, what: object) -> tuple[bytes | None, int]:
        """Return the line that ends in ``data[pos:]``, and where its line end begins in *data*.

        The line is None where the end has not come. Where the chunks cut the line end in two,
        the place is -1: it began with the last octet of the chunk before.

        :raises LimitExceededError: for a line longer than ``max_status_line``.
        """
        kept = self.partial
        if kept:
            data, pos = kept + data[pos:], 0
        end = data.find(self._eol, pos)
        line = data[pos:end] if end >= 0 else data[pos:]
        # A CR at the end of what has come may be half of the line end.
        length = len(line) - (end < 0 and line.endswith(b"\r"))
        self._limits.check("max_status_line", length, what)
        self.partial = line if end < 0 else b""
        return (line, end - len(kept)) if end >= 0 else (None, len(data) - len(kept))
