"""What may go wrong between the server and the client, on order.

A fault stands between what a session answers and the socket: it is called for each answer, with
the command and what would be done, and yields what to do in its place. One object serves one
connection, so it may count octets over all answers. A command acts while its answer is taken:
what a fault does not take has not happened. Nothing here does I/O or sleeps; the server does as
it is told.

:func:`at` names the command; each of the others is a fault for every answer, the greeting
included, where it stands alone. :func:`chain` puts several in a row::

    from pop3lib.testing import Server
    from pop3lib.testing.faults import at, chain, cut, delay

    Server(faults=lambda _: chain(at("RETR 2", cut(100)), at("STAT", delay(0.5))))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "Action",
    "Fault",
    "Faults",
    "HangUp",
    "Pause",
    "Remark",
    "at",
    "chain",
    "cut",
    "delay",
    "drip",
    "garbage",
    "insert",
    "no_fault",
    "refuse",
    "rewrite",
    "silence",
]


@dataclass(frozen=True)
class Pause:
    """Wait; stopping the server ends the wait."""

    #: how many seconds; None: until the server stops
    seconds: float | None


@dataclass(frozen=True)
class HangUp:
    """Close the connection now, without another word."""

    #: whether by a reset, as of a machine that crashed, and not in order
    reset: bool = False


@dataclass(frozen=True)
class Remark:
    """Put a line into the session's log: what was done on order is told there."""

    #: the line, without the ``--`` in front
    text: str


#: Octets to send, or what else to do.
Action: TypeAlias = bytes | Pause | HangUp | Remark
#: Called for each answer with the command and what would be done; yields what is done instead.
#: The command is as the client said it, its verb in upper case and secrets masked (``"RETR 2"``,
#: ``"PASS ***"``), or ``"greeting"``, or ``"response"`` for a line inside AUTH.
Fault: TypeAlias = Callable[[str, Iterable[Action]], Iterator[Action]]
#: Called for each connection, counted from 1; None where nothing goes wrong on it.
Faults: TypeAlias = Callable[[int], Fault | None]


def no_fault(command: str, actions: Iterable[Action]) -> Iterator[Action]:
    """Do all as it is."""
    return iter(actions)


def at(command: str, fault: Fault, *, times: int | None = None) -> Fault:
    """Have *fault* at one command only: ``"RETR 2"``, or ``"RETR"`` for every message.

    :param command: a whole command or its first words, ``"greeting"``, or ``"response"`` (a line
        in AUTH); secrets are ``***``.
    :param times: how often, counted from the first such command; None for always.
    """
    left = times

    def located(said: str, actions: Iterable[Action]) -> Iterator[Action]:
        nonlocal left
        if left == 0 or not f"{said} ".startswith(f"{command} "):
            return iter(actions)
        left = None if left is None else left - 1
        return fault(said, actions)

    return located


def chain(*faults: Fault) -> Fault:
    """Have several faults: each is given what the one before it made of the answer."""

    def chained(command: str, actions: Iterable[Action]) -> Iterator[Action]:
        for fault in faults:
            actions = fault(command, actions)
        return iter(actions)

    return chained


def refuse(text: str = "[SYS/TEMP] not now") -> Fault:
    """Answer ``-ERR`` with *text*; the command does nothing."""

    def fault(command: str, actions: Iterable[Action]) -> Iterator[Action]:
        yield Remark(f"on order: {command} is refused")
        yield f"-ERR {text}\r\n".encode()

    return fault


def silence() -> Fault:
    """Say nothing any more, and keep the connection open; the command does nothing."""

    def fault(command: str, actions: Iterable[Action]) -> Iterator[Action]:
        yield Remark(f"on order: silence at {command}")
        yield Pause(None)

    return fault


def delay(seconds: float) -> Fault:
    """Wait before the answer."""

    def fault(command: str, actions: Iterable[Action]) -> Iterator[Action]:
        yield Pause(seconds)
        yield from actions

    return fault


def drip(octets: int = 1, seconds: float = 0.0) -> Fault:
    """Send *octets* at a time, with a pause of *seconds* between."""

    def fault(command: str, actions: Iterable[Action]) -> Iterator[Action]:
        for action in actions:
            if not isinstance(action, bytes):
                yield action
                continue
            for start in range(0, len(action), octets):
                yield action[start : start + octets]
                yield Pause(seconds)

    return fault


def cut(octets: int, *, reset: bool = False) -> Fault:
    """Hang up when *octets* have been sent.

    They are those of the whole connection, the greeting included, or under :func:`at` those of
    the answers named there: ``at("RETR 2", cut(100))`` breaks off inside that message.

    :param reset: whether by a reset, as of a machine that crashed.
    """
    left = octets

    def fault(command: str, actions: Iterable[Action]) -> Iterator[Action]:
        nonlocal left
        for action in actions:
            if not isinstance(action, bytes):
                yield action
                continue
            yield action[:left]
            left -= len(action)
            if left <= 0:
                yield Remark(f"on order: cut after {octets} octets, in the answer to {command}")
                yield HangUp(reset)
                return

    return fault


def garbage(octets: bytes) -> Fault:
    """Send *octets* in the place of the answer; the command acts all the same."""
    return rewrite(lambda answer: octets)


def insert(octets: bytes, *, after: int = 0) -> Fault:
    """Send *octets* inside the answer, after so many of its own, or in front of it."""
    return rewrite(lambda answer: answer[:after] + octets + answer[after:])


def rewrite(change: Callable[[bytes], bytes]) -> Fault:
    """Send what *change* makes of the whole answer, final dot and all, in its place."""

    def fault(command: str, actions: Iterable[Action]) -> Iterator[Action]:
        said: list[bytes] = []
        for action in actions:
            if isinstance(action, bytes):
                said.append(action)
            else:
                yield action
        yield change(b"".join(said))

    return fault
