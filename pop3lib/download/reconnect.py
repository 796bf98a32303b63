"""What to do when the line is lost: give up, or connect anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Reconnect(Generic[T_co]):
    """Connect anew when the line is lost, so many times in one download.

    In the new session LIST and UIDL are read again before a message number is used: the numbers
    of a session are worth nothing in the next. A server without UIDL is not gone back to.
    """

    #: returns a new client that is logged in (for asyncio, an awaitable of one); it is closed by
    #: the download
    connect: Callable[[], T_co]
    #: how often at most
    attempts: int = 3
    #: seconds to wait before the first attempt; each further one waits twice as long
    pause: float = 2.0
