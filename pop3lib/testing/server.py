"""A complete POP3 server on loopback, in a thread."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import Self

from pop3lib.sasl.channel_binding import ChannelBinding
from pop3lib.secret import SecretText
from pop3lib.testing.channel import own_binding
from pop3lib.testing.faults import Faults, chain, no_fault
from pop3lib.testing.listener import Listener
from pop3lib.testing.maildrop import Given, Maildrop
from pop3lib.testing.session import Session
from pop3lib.testing.settings import Settings
from pop3lib.testing.wire import Wire


class Server:
    """A POP3 server for tests; use it as a ``with`` block.

    ::

        with Server(messages=[b"Subject: hello\\r\\n\\r\\nHi\\r\\n"]) as server:
            clear = {"security": pop3lib.Security.PLAINTEXT, "allow_insecure_login": True}
            with pop3lib.Client(server.host, server.port, **clear) as pop:
                pop.login("ann", "secret")
                pop.dele(1)
        assert server.maildrops["ann"].messages == []

    An error inside a session that is not the client's fault, such as one raised by a message
    that is made while it is sent, is raised again when the server stops.

    :param maildrops: the maildrops by user; without them there is one, of *user*.
    :param messages: what the one maildrop holds.
    :param settings: what the server offers.
    :param tls_context: a server's context, for STLS and for :attr:`tls_port`.
    :param faults: what goes wrong on which connection; see :mod:`pop3lib.testing.faults`.
    """

    #: the address to connect to
    host = "127.0.0.1"

    def __init__(
        self,
        maildrops: Mapping[str, Maildrop] | None = None,
        *,
        messages: Iterable[Given] = (),
        user: str = "ann",
        password: SecretText = "secret",
        settings: Settings | None = None,
        tls_context: ssl.SSLContext | None = None,
        faults: Faults | None = None,
    ) -> None:
        #: the maildrops by user; look at them when the session is over
        self.maildrops: dict[str, Maildrop] = dict(
            maildrops or {user: Maildrop(password, messages)}
        )
        self._settings = settings or Settings()
        self._context = tls_context
        self._faults = faults
        self._plain: Listener | None = None
        self._tls: Listener | None = None
        self._guard = threading.Lock()
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
    def url(self) -> str:
        """The URL of the port that begins in clear (:rfc:`2384`)."""
        return f"pop://{self.host}:{self.port}"

    @property
    def tls_url(self) -> str:
        """The URL of the port that begins with TLS."""
        return f"pops://{self.host}:{self.tls_port}"

    @property
    def log(self) -> list[str]:
        """The ``C:``, ``S:`` and ``--`` lines of all sessions, as of :attr:`Session.log`."""
        return [line for session in list(self.sessions) for line in session.log]

    @property
    def violations(self) -> list[str]:
        """What clients should not have done, in words."""
        return [line for session in list(self.sessions) for line in session.violations]

    def start(self) -> Self:
        """Start; ``with`` does it for you."""
        self._plain = Listener(self._serve)
        if self._context is not None:
            self._tls = Listener(self._serve_tls)
        return self

    def stop(self) -> None:
        """Close every connection and wait for the threads; ``with`` does it for you.

        What went wrong in a session is raised here.
        """
        with contextlib.ExitStack() as stack:
            for listener in filter(None, (self._plain, self._tls)):
                stack.callback(listener.stop)

    def settle(self) -> None:
        """Wait until the sessions that there are have ended: their locks are free then."""
        for listener in filter(None, (self._plain, self._tls)):
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

    @cached_property
    def _binding(self) -> ChannelBinding | None:
        wanted = any(name.endswith("-PLUS") for name in self._settings.sasl)
        return own_binding(self._context) if wanted and self._context is not None else None

    def _serve(self, connection: socket.socket) -> None:
        assert self._plain is not None
        self._converse(connection, self._plain, implicit_tls=False)

    def _serve_tls(self, connection: socket.socket) -> None:
        assert self._tls is not None
        self._converse(connection, self._tls, implicit_tls=True)

    def _converse(
        self, connection: socket.socket, listener: Listener, *, implicit_tls: bool
    ) -> None:
        session = Session(self.maildrops, self._settings, stls=self._context is not None)
        with self._guard:
            self.sessions.append(session)
            number = len(self.sessions)
        ordered = self._faults(number) if self._faults is not None else None
        fault = chain(*(habit() for habit in self._settings.habits), ordered or no_fault)
        with contextlib.closing(session), Wire(connection, listener, fault) as wire:
            wire.carry(session, self._context, self._binding, implicit_tls=implicit_tls)
