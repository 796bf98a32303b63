"""A transcript: what the two sides of a session say, as data.

The notation: ``C: `` and ``S: `` begin a line of the client or the server, without its CRLF.
Octets that are not printable ASCII are escapes (``\\r``, ``\\n``, ``\\t``, ``\\0``, ``\\xNN``, and
``\\\\``); a single backslash at the end of a line says that no CRLF follows. ``C: PASS ***`` takes
any password, as ``C: ***`` takes any line, and ``S: + ***`` is a challenge that the mechanism named
by AUTH makes itself. Lines that begin with ``--``, ``==``
or ``#`` are remarks, so are empty ones; but three remarks are orders:

``-- TLS``
    the TLS handshake comes here;
``-- the server closed the connection``
    the server hangs up here;
``-- pipelining``
    anywhere: the client may say its lines before their turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from pop3lib.secret import MASK
from pop3lib.testing.notation import CRLF, read_line

_MASK = MASK.encode()
#: The remark that lets a client speak before its turn.
PIPELINING = "pipelining"
#: A challenge that is not written down.
CHALLENGE = b"+ " + _MASK + CRLF


class ScriptError(AssertionError):
    """The client did not say what the transcript has, or the transcript is none."""


class Then(Enum):
    """What comes when a turn's lines are said."""

    #: the other side's turn
    GO_ON = "go on"
    #: the TLS handshake
    START_TLS = "TLS"
    #: the server hangs up
    CLOSE = "the server closed the connection"


class Line(NamedTuple):
    """One line of a transcript."""

    #: where it stands in the text, counted from 1
    number: int
    #: as it goes over the wire, with its line end
    octets: bytes

    def matches(self, said: bytes) -> bool:
        """Say whether the client said this line; ``***`` at its end takes any secret."""
        bare = self.octets.removesuffix(CRLF)
        if bare == self.octets or not (bare == _MASK or bare.endswith(b" " + _MASK)):
            return said == self.octets
        if bare == _MASK:  # a response may be empty
            return said.endswith(CRLF)
        start = bare.removesuffix(_MASK)
        return said.startswith(start) and said.endswith(CRLF) and len(said) > len(start) + 2


@dataclass(frozen=True)
class Turn:
    """What one side says before it waits for the other, and what comes then."""

    client: bool
    spoken: tuple[Line, ...]
    then: Then = Then.GO_ON

    @property
    def lines(self) -> tuple[bytes, ...]:
        """The lines, without their CRLF."""
        return tuple(line.octets.removesuffix(CRLF) for line in self.spoken)

    @property
    def octets(self) -> bytes:
        """The lines as they go over the wire."""
        return b"".join(line.octets for line in self.spoken)


@dataclass(frozen=True)
class Script:
    """A transcript, as turns of the two sides."""

    turns: tuple[Turn, ...]
    #: whether the client may say its lines before their turn
    pipelined: bool = False

    @classmethod
    def parse(cls, text: str) -> Script:
        """Read a transcript.

        :raises ScriptError: for a line that is neither said by a side nor a remark.
        """
        turns: list[Turn] = []
        for number, line in enumerate(text.split("\n"), 1):
            try:
                _read(turns, number, line)
            except ValueError as error:
                raise ScriptError(f"line {number} of the script: {error}") from None
        remarks = [line[2:].strip() for line in text.split("\n") if line.startswith("--")]
        return cls(tuple(turns), PIPELINING in remarks)

    @property
    def client_octets(self) -> bytes:
        """All that the client says."""
        return b"".join(turn.octets for turn in self.turns if turn.client)

    @property
    def server_octets(self) -> bytes:
        """All that the server says."""
        return b"".join(turn.octets for turn in self.turns if not turn.client)


def parse_scripts(text: str) -> dict[str, Script]:
    """Read a text of several transcripts, each under a line ``== title``; return them by title.

    What stands before the first title is skipped.
    """
    _, *sections = f"\n{text}".split("\n== ")
    titled = [section.partition("\n") for section in sections]
    return {title: Script.parse(lines) for title, _, lines in titled}


def _read(turns: list[Turn], number: int, text: str) -> None:
    """Put one line of the text into the turn to which it belongs."""
    side, content = text[:2], text[3:]
    if side in ("C:", "S:") and text[2:3] in ("", " "):
        line = Line(number, read_line(content))
        turns.append(Turn(side == "C:", (*_spoken_before(turns, side == "C:"), line)))
    elif text.startswith("--"):
        _obey(turns, text[2:].strip())
    elif text.strip() and not text.startswith(("==", "#")):
        raise ValueError(f"neither C: nor S: nor a remark: {text!r}")


def _spoken_before(turns: list[Turn], client: bool) -> tuple[Line, ...]:
    """Take back the last turn where this side goes on speaking, and return its lines."""
    if turns and turns[-1].then is Then.CLOSE:
        raise ValueError("something is said after the server has closed the connection")
    if turns and turns[-1].client == client and turns[-1].then is Then.GO_ON:
        return turns.pop().spoken
    return ()


def _obey(turns: list[Turn], remark: str) -> None:
    for then in (Then.START_TLS, Then.CLOSE):
        if remark == then.value:
            last = turns.pop() if turns and not turns[-1].client else Turn(False, ())
            if last.then is not Then.GO_ON:
                turns.append(last)
                last = Turn(False, ())
            turns.append(replace(last, then=then))
