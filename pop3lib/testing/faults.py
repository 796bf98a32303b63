"""What may go wrong between the server and the client, on order.

A fault stands between what a session says and the socket: it is called with the pieces of each
answer and yields what to do in their place. One object serves one connection, so it can count
octets over all answers. Nothing here does I/O or sleeps; the server does as it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Pause:
    """Wait so many seconds; stopping the server ends the wait."""

    seconds: float


@dataclass(frozen=True)
class HangUp:
    """Close the connection now, without another word."""

    #: whether by a reset, as of a machine that crashed, and not in order
    reset: bool = False


Action: TypeAlias = bytes | Pause | HangUp
#: Turns the pieces of an answer into what is done instead.
Fault: TypeAlias = Callable[[Iterable[bytes]], Iterator[Action]]
#: Called for each connection, counted from 1; None where nothing goes wrong on it.
Faults: TypeAlias = Callable[[int], Fault | None]


def no_fault(pieces: Iterable[bytes]) -> Iterator[Action]:
    """Send all as it is."""
    return iter(pieces)


def drip(octets: int = 1, seconds: float = 0.0) -> Fault:
    """Send *octets* at a time, with a pause of *seconds* between."""

    def fault(pieces: Iterable[bytes]) -> Iterator[Action]:
        for piece in pieces:
            for start in range(0, len(piece), octets):
                yield piece[start : start + octets]
                yield Pause(seconds)

    return fault


def delay(seconds: float) -> Fault:
    """Wait before each answer."""

    def fault(pieces: Iterable[bytes]) -> Iterator[Action]:
        yield Pause(seconds)
        yield from pieces

    return fault


def cut(octets: int, *, reset: bool = False) -> Fault:
    """Hang up when *octets* have been sent, the greeting included."""
    left = octets

    def fault(pieces: Iterable[bytes]) -> Iterator[Action]:
        nonlocal left
        for piece in pieces:
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                yield HangUp(reset)
                return

    return fault


def garbage(octets: bytes, *, after: int = 1) -> Fault:
    """Send *octets* in the place of the answer that follows the first *after* of them."""
    answers = 0

    def fault(pieces: Iterable[bytes]) -> Iterator[Action]:
        nonlocal answers
        answers += 1
        said = b"".join(pieces)
        yield octets if answers == after + 1 else said

    return fault
