"""The lines of an mbox that would be taken for the begin of a message (``mboxrd`` quoting)."""

from __future__ import annotations

import re

_FROM = re.compile(rb"\n(>*From )")
#: What a chunk may end with that the next one makes such a line.
_PARTS = (b"From", b"Fro", b"Fr", b"F", b"")


class FromQuoter:
    """Puts ``>`` before each ``From`` that begins a line, be it quoted already or not.

    To take one ``>`` away from each line that begins with ``>From`` or ``>>From`` gives back the
    octets as they were. A line begins behind a line feed, with or without a carriage return before
    it: that is how those who read the file see it.
    """

    def __init__(self) -> None:
        self._held = b""
        #: what stands for all that came before: the begin of a line, or the midst of one
        self._before = b"\n"

    def feed(self, octets: bytes) -> bytes:
        """Return *octets* quoted, but for up to four that must wait for the next."""
        octets = self._before + self._held + octets
        part = next((each for each in _PARTS if _ends_with(octets, each)), None)
        self._held = part or b""
        octets = octets[: len(octets) - len(self._held)]
        self._before = b"x" if part is None else b"\n"
        return (_FROM.sub(rb"\n>\1", octets) if b"From " in octets else octets)[1:]

    def end(self) -> bytes:
        """Return what waited: nothing comes any more."""
        held, self._held = self._held, b""
        return held


def _ends_with(octets: bytes, part: bytes) -> bool:
    """Whether *octets* end in a line of ``>`` and *part*."""
    line = octets[: len(octets) - len(part)]
    return octets.endswith(part) and line.rstrip(b">").endswith(b"\n")
