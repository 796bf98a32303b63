"""The lines that cross the wire, as one may show them.

The notation is that of the transcripts which :mod:`pop3lib.testing.script` replays: ``C:`` and
``S:`` in front, line ends left out, and every octet that is not printable ASCII as an escape. A
backslash behind a piece says that its line goes on, as a line of more than 64 KiB does.
Secrets never get here: commands name themselves, and server text comes masked.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeAlias, runtime_checkable

from pop3lib.protocol.veil import Veil

#: Called with each line. It had better not raise: what it raises breaks the connection.
Trace: TypeAlias = Callable[[str], None]


@runtime_checkable
class HasClock(Protocol):
    """A trace that wants to know how long each command took; the core has no clock."""

    @property
    def clock(self) -> Callable[[], float]:
        """What returns seconds since some moment."""
        raise NotImplementedError


_NAMES = {0x5C: "\\\\", 0x0D: "\\r", 0x0A: "\\n", 0x09: "\\t"}
_ESCAPES = {chr(octet): _NAMES.get(octet, f"\\x{octet:02x}") for octet in range(256)}
_UNPRINTABLE = re.compile(r"[^ -\[\]-~]")


def escape(octets: bytes) -> str:
    """Return *octets* as printable ASCII, in the notation of transcripts."""
    return _UNPRINTABLE.sub(lambda found: _ESCAPES[found[0]], octets.decode("latin-1"))


#: Octets of a line above which it is shown in pieces.
_LONGEST = 64 * 1024


class Tracer:
    """Forms lines out of what crosses the wire, for one who watches."""

    __slots__ = ("_begins", "_clock", "_eol", "_partial", "_since", "_trace", "_veil")

    def __init__(self, trace: Trace, eol: bytes, veil: Veil) -> None:
        self._trace = trace
        self._clock = trace.clock if isinstance(trace, HasClock) else None
        self._since: deque[float] = deque()
        self._eol = eol
        self._veil = veil
        self._partial = b""
        self._begins = True

    def begun(self, command: str) -> None:
        """Show a command that is given out to be sent."""
        if self._clock is not None:
            self._since.append(self._clock())
        self.sent(command)

    def answered(self, command: str) -> None:
        """Say how long it took until the answer to *command* was in, if somebody asks."""
        if self._clock is not None and self._since:  # nothing was sent to be greeted
            seconds = self._clock() - self._since.popleft()
            self._trace(f"-- {escape(command.encode())} took {seconds:.3f} s")

    def secured(self) -> None:
        """Show that TLS has started; a script takes the remark for an order."""
        self._trace("-- TLS")

    def sent(self, line: str) -> None:
        """Show a line that is given out to be sent."""
        self._trace(f"C: {escape(line.encode())}")

    def received(self, line: str) -> None:
        """Show a status line or a challenge."""
        self._begins = True
        self._trace(f"S: {escape(line.encode())}")

    def body(self, octets: bytes) -> None:
        """Show the lines of a multi-line answer, with their dots, as far as they are whole."""
        *lines, self._partial = (self._partial + octets).split(self._eol)
        if self._begins and lines:  # the body is handed over with the status line's end in front
            del lines[0]
            self._begins = False
        for line in lines:
            self._trace(f"S: {escape(self._veil.octets(line))}")
        if len(self._partial) > _LONGEST and not self._veil:
            # A message may be one line of gigabytes. Its last octet may be half of a line end.
            self._trace(f"S: {escape(self._partial[:-1])}\\")
            self._partial = self._partial[-1:]

    def stray(self, octets: bytes) -> None:
        """Show octets that are no answer; where their last line has no end, a backslash says so."""
        *lines, rest = octets.split(self._eol)
        for line in lines:
            self._trace(f"S: {escape(line)}")
        if rest:
            self._trace(f"S: {escape(rest)}\\")

    def hung_up(self, partial: bytes) -> None:
        """Show that the server hung up, and before it the line in which it did."""
        self.stray(self._veil.octets(self._partial) or partial)
        self._trace("-- the server closed the connection")
