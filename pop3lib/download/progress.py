"""How far a download has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Progress:
    """How far a download has come, as told while octets arrive and after each message."""

    #: messages that are done
    messages: int
    #: messages that are wanted
    total_messages: int
    #: octets that have come
    octets: int
    #: octets that are wanted as LIST has them: a hint, and 0 where it gives no sizes
    total_octets: int
    #: the number of the message that is coming, in its session
    number: int


#: Called as a download goes on; what it raises ends the download.
Watcher: TypeAlias = Callable[[Progress], object]
