"""What both clients have in common: everything that needs no waiting."""

from __future__ import annotations

import socket
import ssl
from typing import Any, Self

from pop3lib.endpoint import Endpoint, Security
from pop3lib.errors import WrongStateError
from pop3lib.patience import Patience
from pop3lib.protocol.capabilities import Capabilities
from pop3lib.protocol.connection import Connection
from pop3lib.protocol.limits import NO_QUIRKS, Limits, Quirk
from pop3lib.protocol.state import State
from pop3lib.protocol.trace import Trace
from pop3lib.sasl import Credentials
from pop3lib.sasl.channel_binding import tls_server_end_point
from pop3lib.secret import SecretText


class BaseClient:
    """A client that has been told where the server is, and what is known of its session."""

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        security: Security = Security.TLS,
        ssl_context: ssl.SSLContext | None = None,
        timeout: float | None = 60.0,
        deadline: float | None = None,
        limits: Limits | None = None,
        quirks: Quirk = NO_QUIRKS,
        pipelining: bool = True,
        allow_insecure_login: bool = False,
        source_address: tuple[str, int] | None = None,
        trace: Trace | None = None,
    ) -> None:
        """Take note of where the server is; nothing is sent before the client connects.

        :param host: the server's name, against which its certificate is checked.
        :param port: its port; the usual one for *security* where None.
        :param security: how the connection is protected.
        :param ssl_context: a context of your own; by default certificate and host name are
            verified and TLS 1.2 or newer is required.
        :param timeout: seconds of silence allowed at any wait, connecting and the TLS handshake
            included; None for no bound.
        :param deadline: seconds that one whole command may keep us waiting, against servers that
            send a little now and then; None for no bound.
        :param limits: how much the server may send.
        :param quirks: which of its mistakes are put up with.
        :param pipelining: whether to send several commands at once where the server offers it.
        :param allow_insecure_login: whether a password may be sent without TLS.
        :param source_address: the local address to connect from, as for ``socket``.
        :param trace: called with each line that crosses the wire, secrets removed.
        :raises InvalidArgumentError: for what is no host name, no port, or no number of seconds.
        """
        self._endpoint = Endpoint.of(host, port, security)
        self._context = ssl_context
        self._patience = Patience(timeout, deadline)
        self._source_address = source_address
        self._protocol = Connection(
            limits=limits,
            quirks=quirks,
            pipelining=pipelining,
            secure=security is Security.TLS,
            allow_insecure_login=allow_insecure_login,
            trace=trace,
        )
        self._given: socket.socket | None = None
        self._connected = self._closed = False
        self._prepare()

    @classmethod
    def from_url(cls, url: str, *, security: Security | None = None, **options: Any) -> Self:
        """Return a client for a POP URL, such as ``pops://ann@pop.example.org``.

        ``pops://`` means TLS from the start; ``pop://`` means STLS, required, unless *security*
        says something else. ``login`` uses the URL's user and mechanism where none are given.

        :param options: as for the class.
        :raises InvalidArgumentError: for what is no POP URL (:rfc:`2384`).
        """
        endpoint = Endpoint.from_url(url, security)
        client = cls(endpoint.host, endpoint.port, security=endpoint.security, **options)
        client._endpoint = endpoint
        return client

    @classmethod
    def from_socket(cls, sock: socket.socket, *, host: str, **options: Any) -> Self:
        """Return a client for a connected socket (a proxy's, a tunnel's, a test's).

        :param host: the server's name, against which its certificate is checked.
        :param options: as for the class.
        """
        client = cls(host, **options)
        client._given = sock
        return client

    # --- looking ---

    @property
    def state(self) -> State:
        """Where the session stands."""
        return self._protocol.state

    @property
    def greeting(self) -> str | None:
        """What the server said first, or None; forgotten when TLS starts."""
        return self._protocol.greeting

    @property
    def capabilities(self) -> Capabilities:
        """What the server said it can do in this state; empty where it was not asked."""
        return self._protocol.capabilities

    @property
    def secure(self) -> bool:
        """Whether TLS is on."""
        return self._protocol.secure and self._has_line()

    @property
    def deleted(self) -> frozenset[int]:
        """The numbers of the messages marked in this session; QUIT's ``+OK`` removes them."""
        return self._protocol.deleted

    def __repr__(self) -> str:
        name, security = type(self).__name__, self._endpoint.security.value
        return f"<{name} {self._endpoint} {self.state.name} {security}{self._unverified()}>"

    def _unverified(self) -> str:
        context = self._context
        if context is None or (context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname):
            return ""
        return ", certificate or host name NOT VERIFIED"

    # --- for the two of them ---

    def _prepare(self) -> None:
        """Make what the line is reached through."""
        raise NotImplementedError

    def _has_line(self) -> bool:
        """Whether there is a connection."""
        raise NotImplementedError

    def _certificate(self) -> bytes | None:
        """The server's certificate in DER, or None without TLS."""
        raise NotImplementedError

    def _begin(self) -> None:
        if self._connected or self._closed:
            raise WrongStateError("this client was connected or closed before; make a new one")
        self._connected = True

    def _need_connection(self) -> None:
        if not self._connected:
            raise WrongStateError("not connected yet: use a 'with' block or call connect()")
        if not self._closed:
            self._protocol.tell()

    def _over(self) -> bool:
        return self._protocol.state in (State.UPDATE, State.CLOSED)

    def _credentials(
        self,
        user: str | None,
        password: SecretText | None,
        token: SecretText | None,
    ) -> Credentials:
        return Credentials(
            (self._endpoint.user if user is None else user) or "",
            password,
            token,
            host=self._endpoint.host,
            port=self._endpoint.port,
            channel_binding=tls_server_end_point(self._certificate()),
        )

    def _tell_of_lost_marks(self) -> None:
        """Raise where the line broke, nobody closed it, and messages had been marked."""
        failure = self._protocol.failure
        if failure is not None and not self._closed and self.deleted:
            raise WrongStateError(
                f"messages {sorted(self.deleted)} were marked as deleted and are not: the "
                f"connection broke before QUIT: {failure}"
            ) from failure
