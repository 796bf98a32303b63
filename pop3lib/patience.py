"""How long a server may keep us waiting, and how it is told when it is over."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from pop3lib.endpoint import Endpoint, Security
from pop3lib.errors import InvalidArgumentError, POP3Error, ServerDisconnected, ServerTimeout

if TYPE_CHECKING:
    from pop3lib.protocol.connection import Connection

#: What OpenSSL calls the greeting of a server that speaks in clear.
_NO_TLS = {"WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}


class Patience:
    """The seconds that are left; it has no clock of its own, but is told how long we waited.

    :param timeout: seconds of silence allowed at any wait, or None.
    :param deadline: seconds that one command may keep us waiting, or None.
    :raises InvalidArgumentError: for what is no number of seconds above 0.
    """

    def __init__(self, timeout: float | None, deadline: float | None) -> None:
        _check_seconds("timeout", timeout)
        _check_seconds("deadline", deadline)
        self._timeout = timeout
        self._deadline = deadline
        self._waited = 0.0

    def left(self) -> float | None:
        """Return the seconds to wait now: the timeout, or what is left of the deadline.

        :raises TimeoutError: where the deadline has passed.
        """
        if self._deadline is None:
            return self._timeout
        left = self._deadline - self._waited
        if left <= 0:
            raise TimeoutError
        return left if self._timeout is None else min(left, self._timeout)

    def waited(self, seconds: float) -> None:
        """Count *seconds* of waiting towards the deadline."""
        self._waited += seconds

    def restart(self) -> None:
        """Begin to count the deadline anew: a command was answered."""
        self._waited = 0.0

    def __str__(self) -> str:
        bounds = {"timeout": self._timeout, "deadline": self._deadline}
        named = (f"{name}={value:g}" for name, value in bounds.items() if value is not None)
        return f"{' or '.join(named)} seconds allow"


def _check_seconds(name: str, seconds: float | None) -> None:
    if seconds is None:
        return
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 1e9:
        raise InvalidArgumentError(
            f"{name} is a number of seconds above 0, or None for no bound, not {seconds!r:.80}"
        )


def translated(
    error: BaseException, endpoint: Endpoint, patience: Patience, core: Connection
) -> BaseException:
    """Return what the caller is to meet in the place of *error*, which came from *core*'s line."""
    if isinstance(error, POP3Error):
        return error
    if isinstance(error, TimeoutError):
        return ServerTimeout(
            f"{endpoint} kept us waiting longer than {patience}{core.unfinished}; "
            "the connection is closed"
        )
    if isinstance(error, ssl.SSLError):
        return _located(error, endpoint, core)
    if isinstance(error, OSError):
        return ServerDisconnected(f"the connection to {endpoint} failed{core.unfinished}: {error}")
    return error


def _located(error: ssl.SSLError, endpoint: Endpoint, core: Connection) -> ssl.SSLError:
    """Have *error* say which server it was; it stays what it is, to be caught as such."""
    if error.strerror and str(endpoint) not in error.strerror:
        hint = ""
        first = core.greeting is None and endpoint.security is Security.TLS
        if error.reason in _NO_TLS and first:
            hint = ". This port does not speak TLS from the start; Security.STARTTLS, perhaps?"
        error.strerror = f"TLS with {endpoint} failed{core.unfinished}: {error.strerror}{hint}"
    return error
