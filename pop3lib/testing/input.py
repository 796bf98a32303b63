"""What the client has said and the server has not heard yet."""

from __future__ import annotations

from collections.abc import Callable


class Input:
    """Octets, line by line.

    :param violation: called with what the client should not have done.
    """

    def __init__(self, violation: Callable[[str], None]) -> None:
        self._octets = bytearray()
        self._violation = violation

    def __len__(self) -> int:
        return len(self._octets)

    @property
    def lines(self) -> int:
        """How many lines there are to their ends."""
        return self._octets.count(b"\n")

    def add(self, octets: bytes) -> None:
        """Take in what has come."""
        self._octets += octets

    def next_line(self) -> bytes | None:
        """Return the next line without its end, or None where no line is whole."""
        end = self._octets.find(b"\n") + 1
        if not end:
            return None
        line = bytes(self._octets[:end])
        del self._octets[:end]
        if not line.endswith(b"\r\n"):  # RFC 1939 section 3; real servers let it pass
            self._violation("a line that ends in LF alone")
            return line[:-1]
        return line[:-2]

    def lose(self) -> int:
        """Forget all of it; return how many octets those were."""
        lost = len(self._octets)
        self._octets.clear()
        return lost
