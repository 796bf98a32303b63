"""Which messages are wanted: a function that looks at each before it is downloaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from pop3lib.errors import POP3Error
from pop3lib.headers import Headers, parse_headers


class Choice(Enum):
    """What to do with a message."""

    #: download and save it
    DOWNLOAD = "download"
    #: leave it where it is; it is asked about again next time
    SKIP = "skip"
    #: delete it without downloading it: it is lost
    DELETE = "delete"


@dataclass(frozen=True)
class Candidate:
    """A message that is not in the store, as a selection sees it."""

    #: its number in this session
    number: int
    #: its size in octets as LIST has it: a hint
    size: int | None
    #: its unique-id, or None where the server has none
    uid: str | None
    #: its header block; empty where the selection is not :func:`by_headers`, or on an error
    headers: Headers = field(default_factory=lambda: parse_headers(b""))
    #: why the server did not give the header block, or None
    error: POP3Error | None = None


#: Looks at a message that is not in the store, and says what to do with it.
Selection: TypeAlias = Callable[[Candidate], Choice]


@dataclass(frozen=True)
class by_headers:
    """Have *selection* see the header blocks, fetched by TOP, pipelined, before it is asked.

    ::

        @by_headers
        def wanted(message: Candidate) -> Choice:
            return Choice.SKIP if "list-id" in message.headers else Choice.DOWNLOAD
    """

    #: the function that is asked
    selection: Selection

    def __call__(self, message: Candidate) -> Choice:
        """Ask."""
        return self.selection(message)
