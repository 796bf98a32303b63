"""Where the octets of a multi-line answer go while they arrive."""

from __future__ import annotations

from pop3lib.protocol.limits import Limits


class Body:
    """Gathers the octets of an answer, within a limit.

    :param limit: the name of the field of :class:`~pop3lib.Limits` that bounds what is kept here.
    """

    __slots__ = ("_chunks", "_kept", "_limit", "_limits", "_unwanted", "_what")

    def __init__(self, limits: Limits, limit: str, what: object) -> None:
        self._limits = limits
        self._limit = limit
        self._what = what
        self._chunks: list[bytes] = []
        self._kept = 0
        self._unwanted = False

    def add(self, octets: bytes) -> None:
        """Keep *octets*; raise :class:`~pop3lib.LimitExceededError` if that is too much."""
        if self._unwanted or not octets:
            return
        self._chunks.append(octets)
        self._kept += len(octets)
        self._limits.check(self._limit, self._kept, self._what)

    def take(self) -> bytes:
        """Hand over what is here and forget it."""
        chunks, self._chunks, self._kept = self._chunks, [], 0
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def discard(self) -> None:
        """Drop what is here and whatever comes."""
        self._unwanted = True
        self._chunks.clear()
        self._kept = 0


class LineBody(Body):
    """Gathers a listing: bounded in lines, in octets of a line, and so in octets."""

    __slots__ = ("_begun", "_line_limit", "_lines", "_reach")

    def __init__(self, limits: Limits, limit: str, line_limit: str, what: object) -> None:
        super().__init__(limits, limit, what)
        self._line_limit = line_limit
        bound: int | None = getattr(limits, line_limit)
        self._reach = (1 << 62 if bound is None else bound) + 1  # a CR may stand before the LF
        self._lines = 0
        self._begun = 0

    def add(self, octets: bytes) -> None:
        """Keep *octets*, counting the lines and measuring each."""
        if self._unwanted or not octets:
            return
        self._chunks.append(octets)
        self._lines += octets.count(b"\n")
        self._limits.check(self._limit, self._lines, self._what)
        # From one line end to the farthest that may be the next: all between them are short.
        place = -self._begun
        while (end := octets.rfind(b"\n", max(place, 0), place + self._reach + 1)) >= 0:
            place = end + 1
        self._begun = len(octets) - place
        self._limits.check(self._line_limit, self._begun - 1, f"a line of {self._what}")


class HeaderBody(Body):
    """Keeps the header block of a message and drops the rest as it arrives.

    For servers without TOP: the end of the header block is the first empty line, which is kept.
    """

    __slots__ = ("_blank", "_tail")

    def __init__(self, limits: Limits, eol: bytes, what: str) -> None:
        super().__init__(limits, "max_headers", what)
        self._blank = eol * 2
        self._tail = eol  # the end of the line in front: a block may be empty

    def add(self, octets: bytes) -> None:
        """Keep *octets* up to the empty line."""
        if self._unwanted or not octets:
            return
        seen = self._tail + octets
        end = seen.find(self._blank)
        if end < 0:
            super().add(octets)
            self._tail = seen[1 - len(self._blank) :]
        else:
            super().add(octets[: end + len(self._blank) - len(self._tail)])
            self._unwanted = True
