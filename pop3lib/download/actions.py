"""What the policy asks to be done: it waits for nothing and touches nothing itself.

The policy is a generator of actions; :mod:`~pop3lib.download.blocking` does them one way and
:mod:`~pop3lib.download.aio` the other. Each returns what it was asked for, or raises it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from pop3lib.base import BaseClient
from pop3lib.protocol.exchange import Command, Exchange, Flow

T = TypeVar("T")

#: Calls of a store, one after the other; each is given the result of the one before.
Errand: TypeAlias = Generator[Callable[[], Any], Any, T]


@dataclass(frozen=True)
class Run:
    """Step through a flow, and return what it returns."""

    flow: Flow[Any]


@dataclass(frozen=True)
class Send:
    """Begin to send commands, pipelined; what was begun before is left."""

    commands: Iterable[Command[Any]]
    #: whether the answers are read by :class:`Read` as they come
    stream: bool = False


@dataclass(frozen=True)
class Next:
    """Return the next exchange of what was begun, or None at its end."""


@dataclass(frozen=True)
class Read:
    """Return the next octets of an answer, or ``b""``."""

    exchange: Exchange[Any]


@dataclass(frozen=True)
class Look:
    """Return what a function sees in the client."""

    at: Callable[[BaseClient], Any]


@dataclass(frozen=True)
class Visit:
    """Run an errand to the store."""

    errand: Errand[Any]


@dataclass(frozen=True)
class Call:
    """Call a function that may block."""

    function: Callable[[], Any]


@dataclass(frozen=True)
class Quit:
    """End the session; raise where that is not confirmed."""


@dataclass(frozen=True)
class Close:
    """Drop the connection."""


@dataclass(frozen=True)
class Again:
    """Wait so many seconds, connect anew, and go on with the new client."""

    pause: float


Action: TypeAlias = Run | Send | Next | Read | Look | Visit | Call | Quit | Close | Again
#: Policy: a generator of actions that returns a T.
Steps: TypeAlias = Generator[Action, Any, T]
