"""A complete POP3 server on loopback, in a thread."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from pop3lib.testing.listener import Listener
from pop3lib.testing.maildrop import LazyMessage, Maildrop
from pop3lib.testing.session import Session
from pop3lib.testing.settings import Settings


class Server:
    """A POP3 server for tests; use it as a ``with`` block.

    ::

        with Server(messages=[b"Subject: hello\\r\\n\\r\\nHi\\r\\n"]) as server:
            poplib_or_whatever(server.host, server.port, "ann", "secret")
        assert server.maildrops["ann"].messages == []

    :param maildrops: the maildrops by user; without them there is one, of *user*.
    :param messages: what the one maildrop holds.
    :param settings: what the server offers.
    :param tls_context: a server's context, for STLS and for :attr:`tls_port`.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        maildrops: Mapping[str, Maildrop] | None = None,
        *,
        messages: Iterable[bytes | LazyMessage] = (),
        user: str = "ann",
        password: str = "secret",
        settings: Settings | None = None,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        #: the maildrops by user; look at them when the session is over
        self.maildrops = dict(maildrops or {user: Maildrop(password, messages)})
        self._settings = settings or Settings()
        self._context = tls_context
        self._plain: Listener | None = None
        self._tls: Listener | None = None
        #: every session there was, in order: ``log`` and ``violations`` say what happened
        self.sessions: list[Session] = []

    @property
    def port(self) -> int:
        """The port that begins in clear."""
        assert self._plain is not None, "the server runs inside its 'with' block"
        return self._plain.port

    @property
    def tls_port(self) -> int:
        """The port that begins with TLS; there is one where a context was given."""
        assert self._tls is not None, "there is a TLS port inside 'with', given a context"
        return self._tls.port

    @property
    def log(self) -> list[str]:
        """The ``C:`` and ``S:`` lines of all sessions."""
        return [line for session in self.sessions for line in session.log]

    @property
    def violations(self) -> list[str]:
        """What clients should not have done, in words."""
        return [line for session in self.sessions for line in session.violations]

    def start(self) -> Self:
        """Start; ``with`` does it for you."""
        self._plain = Listener(self._serve)
        if self._context is not None:
            self._tls = Listener(self._serve_tls)
        return self

    def stop(self) -> None:
        """Close every connection and wait for the threads; ``with`` does it for you."""
        for listener in (self._plain, self._tls):
            if listener is not None:
                listener.stop()

    def settle(self) -> None:
        """Wait until the sessions that there are have ended: their locks are free then."""
        for listener in (self._plain, self._tls):
            if listener is not None:
                listener.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _serve(self, connection: socket.socket) -> None:
        can_start = self._context is not None
        self._converse(connection, Session(self.maildrops, self._settings, stls=can_start))

    def _serve_tls(self, connection: socket.socket) -> None:
        with self._wrapped(connection) as inside:
            self._converse(inside, Session(self.maildrops, self._settings, tls=True))

    def _wrapped(self, connection: socket.socket) -> ssl.SSLSocket:
        assert self._context is not None
        return self._context.wrap_socket(connection, server_side=True)

    def _converse(self, connection: socket.socket, session: Session) -> None:
        self.sessions.append(session)
        wrapped: ssl.SSLSocket | None = None
        try:
            connection.sendall(session.greet())
            while not session.over and (data := connection.recv(65536)):
                send_together(connection, session.receive(data))
                if session.wants_tls:
                    connection = wrapped = self._wrapped(connection)
                    session.tls_started()
        finally:
            session.close()
            if wrapped is not None:
                wrapped.close()


def send_together(connection: socket.socket, pieces: Iterable[bytes], size: int = 65536) -> None:
    """Send *pieces*, small ones together."""
    held: list[bytes] = []
    octets = 0
    for piece in pieces:
        held.append(piece)
        octets += len(piece)
        if octets >= size:
            connection.sendall(b"".join(held))
            held.clear()
            octets = 0
    connection.sendall(b"".join(held))
