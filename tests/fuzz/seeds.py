"""What the harnesses begin with: the transcripts and header blocks of the other tests."""

from __future__ import annotations

from collections.abc import Iterator

from pop3lib.protocol import Command
from tests.driver import NAMES, command_of, load
from tests.fuzz.core import COMMANDS, END_OF_TURN, FIRST_ACTION
from tests.headers.consensus import SAMPLE
from tests.headers.readings import cases

_LONGEST = 4096


def core() -> Iterator[bytes]:
    """Yield each transcript with each set of options that makes a difference to it."""
    for name in NAMES:
        body = b"".join(_turns(name))
        for options in (0b0000000, 0b0100001, 0b1000010, 0b0001000, 0b1110000):
            yield bytes([options]) + body


def headers() -> Iterator[bytes]:
    """Yield the blocks of real mail, and the cases of each kind of field."""
    for path in sorted(SAMPLE.glob("*/*.hdr")):
        yield b"\0" + path.read_bytes()[:_LONGEST]
    for case in cases():
        yield b"\0" + case.raw[:_LONGEST]


def _turns(name: str) -> Iterator[bytes]:
    """Yield a transcript's turns, as :mod:`tests.fuzz.core` takes them."""
    for turn in load(name).turns:
        if turn.client:
            commands = filter(None, map(command_of, turn.lines))
            yield bytes(map(_octet, commands))
        else:
            yield turn.octets + bytes([END_OF_TURN])


def _octet(command: Command[object]) -> int:
    """Return the octet for *command*, or for one that differs in a name or number only."""

    def likeness(octet: int) -> tuple[bool, bool]:
        other = COMMANDS[octet - FIRST_ACTION]()
        return str(other) == str(command), type(other) is type(command)

    return max(range(FIRST_ACTION, FIRST_ACTION + len(COMMANDS)), key=likeness)
