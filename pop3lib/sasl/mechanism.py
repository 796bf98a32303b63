"""What a SASL mechanism is: three methods and a name (:rfc:`4422`).

Bytes go in and out raw: base64, line lengths and cancelling belong to the protocol that carries
the exchange. Any object of this shape will do; no base class is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from pop3lib.secret import Secret


class MechanismError(Exception):
    """The exchange cannot go on: the server's challenge is not one that this mechanism allows.

    The protocol that carries the exchange cancels it and raises its own error from this one.
    """


class Mechanism(Protocol):
    """One authentication exchange, seen from the client.

    The calls come in this order: ``start``, then ``answer`` for each challenge, then ``finish``
    when the server says that it is satisfied. ``start`` begins anew, so that an object can serve
    for more than one exchange.
    """

    @property
    def name(self) -> str:
        """The registered name, such as ``"SCRAM-SHA-256"``."""

    def start(self) -> bytes | None:
        """Return the initial response, or None where the server speaks first."""

    def answer(self, challenge: bytes) -> bytes:
        """Return the response to *challenge*; raise :class:`MechanismError` to cancel."""

    def finish(self) -> None:
        """Accept the server's success; raise :class:`MechanismError` where it came too early."""


@runtime_checkable
class KeepsSecrets(Protocol):
    """A mechanism that says which secrets to mask, should the server repeat them."""

    @property
    def secrets(self) -> Sequence[Secret]:
        """The secrets that the exchange was built from."""


@runtime_checkable
class TakesLong(Protocol):
    """A mechanism that may take long to answer: an event loop has a thread do it (SCRAM)."""

    @property
    def takes_long(self) -> bool:
        """Whether the next answer may take longer than a few microseconds."""


@runtime_checkable
class ExplainsRefusal(Protocol):
    """A mechanism that learns, during the exchange, why the server refuses (OAuth)."""

    @property
    def refusal(self) -> Mapping[str, str]:
        """What the server said about the refusal; empty where it said nothing."""
