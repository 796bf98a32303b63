"""How much a server may send, and which of its mistakes are put up with."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Flag, auto

from pop3lib.errors import InvalidArgumentError, LimitExceededError

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds on what a server can make this library keep; None switches a bound off.

    Going past one raises :class:`~pop3lib.LimitExceededError`, which closes the connection: what
    comes behind an answer that was not read to its end cannot be trusted.
    """

    #: octets of a status line, its CRLF not counted; RFC 1939 has 512, real CAPA lines more
    max_status_line: int | None = 8192
    #: lines of a CAPA answer (servers send fewer than 25)
    max_capabilities: int | None = 256
    #: entries of a LIST, UIDL or LANG answer (maildrops of 20,000 were seen)
    max_listing: int | None = 500_000
    #: octets of one line of a listing, its CRLF not counted
    max_line: int | None = 1024
    #: octets of a header block fetched with TOP n 0
    max_headers: int | None = _MIB
    #: octets of a message gathered in memory; a stream has no bound of its own
    max_message: int | None = 256 * _MIB
    #: octets of a SASL challenge in base64
    max_challenge: int | None = 16 * 1024
    #: challenges of one SASL exchange (SCRAM, the longest, has two)
    max_rounds: int | None = 8

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None or (type(value) is int and value >= 1):
                continue
            raise InvalidArgumentError(f"{field.name} is an int from 1, or None, not {value!r:.80}")

    def check(self, name: str, amount: int, what: object) -> None:
        """Raise :class:`~pop3lib.LimitExceededError` if *amount* is past the limit *name*."""
        bound: int | None = getattr(self, name)
        if bound is not None and amount > bound:
            raise LimitExceededError(
                f"{what} is larger than {name}={bound} allows; the connection is closed. "
                f"If the server is right, connect with limits=Limits({name}=...)"
            )


class Quirk(Flag):
    """A server's mistake that is put up with on request; one flag for each, none by default."""

    #: every line of the session ends in a bare LF; CRLF is not an end of line then
    BARE_LF = auto()
    #: empty lines may stand before a reply (seen with Microsoft 365)
    BLANK_LINES = auto()


#: the default: nothing is put up with
NO_QUIRKS = Quirk(0)
