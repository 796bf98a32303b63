"""A socket with TLS and a clock: what the blocking client reads from and writes to.

It knows nothing of POP3. Whatever fails here is raised as it came.
"""

from __future__ import annotations

import selectors
import socket
import ssl

from pop3lib.endpoint import Endpoint, default_context
from pop3lib.patience import Patience

#: Octets asked of the socket at once.
_CHUNK = 256 * 1024
#: Octets of a TLS record behind which another one is likely to be there.
_LARGE = 2048


class Transport:
    """One connection to *endpoint*.

    :param context: the TLS context; None for one that verifies all there is to verify.
    :param patience: how long to wait for it.
    :param source_address: the local address to connect from.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        context: ssl.SSLContext | None,
        patience: Patience,
        source_address: tuple[str, int] | None = None,
    ) -> None:
        #: the TLS context, which may be another one until TLS starts
        self.context = context
        #: the socket, for looking at; None where there is no connection
        self.sock: socket.socket | None = None
        self._endpoint = endpoint
        self._patience = patience
        self._source_address = source_address

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self.sock is not None

    def open(self, given: socket.socket | None = None) -> None:
        """Connect, or take over a socket that is connected."""
        self.sock = given or socket.create_connection(
            (self._endpoint.host, self._endpoint.port), self._patience.left(), self._source_address
        )

    def start_tls(self) -> None:
        """Do the TLS handshake, with the endpoint's host for a name."""
        context = default_context() if self.context is None else self.context
        sock = self._patient()
        self.sock = context.wrap_socket(sock, server_hostname=self._endpoint.certified_name)

    def certificate(self) -> bytes | None:
        """Return the server's certificate in DER, or None without TLS."""
        return self.sock.getpeercert(True) if isinstance(self.sock, ssl.SSLSocket) else None

    def write(self, data: bytes) -> bytes:
        """Write of *data* what the line takes, or wait until it takes or has some; return the rest.

        A server may stop reading until its answers are read: who only writes would wait for ever.
        """
        sock = self._patient()
        sock.settimeout(0)
        try:
            while data:
                data = data[sock.send(data) :]
        except ssl.SSLWantReadError:  # the server negotiates anew (TLS 1.2): first that
            self._wait_for(sock, selectors.EVENT_READ)
        except (BlockingIOError, ssl.SSLWantWriteError):
            self._wait_for(sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
        return data

    def _wait_for(self, sock: socket.socket, events: int) -> None:
        """Wait for one of *events* on *sock*."""
        with selectors.DefaultSelector() as selector:
            selector.register(sock, events)
            if not selector.select(self._patience.left()):
                raise TimeoutError

    def read(self) -> bytes:
        """Wait for octets and return them; ``b""`` means that the other side has hung up."""
        sock = self._patient()
        try:
            octets = sock.recv(_CHUNK)
        except ssl.SSLEOFError:  # the line was cut inside TLS: an end like any other
            return b""
        if isinstance(sock, ssl.SSLSocket) and len(octets) >= _LARGE:
            return octets + self._next_records(sock)
        return octets

    def _next_records(self, sock: ssl.SSLSocket) -> bytes:
        """Return the records that are there already: TLS gives one of them at a time."""
        sock.settimeout(0)
        records: list[bytes] = []
        while sum(map(len, records)) < _CHUNK:
            try:
                records.append(sock.recv(_CHUNK))
            except (ssl.SSLWantReadError, ssl.SSLEOFError):  # an end is met again by who reads on
                break
            if len(records[-1]) < _LARGE:
                break
        return b"".join(records)

    def read_stray(self) -> bytes | None:
        """Return what came unasked, without waiting; None where nothing did."""
        sock = self.sock
        if sock is None:
            return None
        sock.settimeout(0)
        try:
            return sock.recv(_CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None  # nothing, or a TLS record without content, such as a session ticket
        except ssl.SSLEOFError:
            return b""

    def close(self) -> None:
        """Let go of the connection."""
        sock, self.sock = self.sock, None
        if sock is not None:
            sock.close()

    def _patient(self) -> socket.socket:
        if self.sock is None:
            raise ConnectionError("the connection is closed")
        self.sock.settimeout(self._patience.left())
        return self.sock
