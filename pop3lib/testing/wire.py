"""Between a session and a socket: reading, writing, faults on order, TLS, and the end."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from pop3lib.sasl.channel_binding import ChannelBinding
from pop3lib.testing.channel import channel_of
from pop3lib.testing.faults import Action, Fault, HangUp, Pause, Remark
from pop3lib.testing.listener import Listener
from pop3lib.testing.session import Session

#: Octets that are gathered before they are sent.
_TOGETHER = 65536
#: Seconds that a client may take to close the connection after the server did.
_LINGER = 1.0
#: SO_LINGER on, with no time: close() resets the connection.
_RESET = struct.pack("ii", 1, 0)


class _Broken(OSError):
    """The connection was broken on order."""


class Wire:
    """One connection; use it as a ``with`` block."""

    def __init__(self, connection: socket.socket, listener: Listener, fault: Fault) -> None:
        self._socket = connection
        self._listener = listener
        self._fault = fault

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.forget(self._socket)
        self._socket.close()

    def carry(
        self,
        session: Session,
        context: ssl.SSLContext | None,
        binding: ChannelBinding | None,
        *,
        implicit_tls: bool,
    ) -> None:
        """Carry *session* to its end, over TLS from the start or once it asks for it."""
        if implicit_tls:
            self._start_tls(session, context, binding)
        self._do(session, self._fault("greeting", [session.greet()]))
        while not session.over and (data := self._socket.recv(_TOGETHER)):
            answers = session.answers(data)
            self._do(session, (action for each in answers for action in self._fault(*each)))
            if session.wants_tls:
                self._start_tls(session, context, binding)
        if session.over:
            self._leave()

    def _do(self, session: Session, actions: Iterable[Action]) -> None:
        """Send octets, small ones together, and do what else is ordered between them."""
        held: list[bytes] = []
        octets = 0
        for action in actions:
            if isinstance(action, bytes):
                held.append(action)
                octets += len(action)
            if octets >= _TOGETHER or not isinstance(action, bytes):
                self._socket.sendall(b"".join(held))
                held, octets = [], 0
                self._obey(session, action)
        self._socket.sendall(b"".join(held))

    def _obey(self, session: Session, action: Action) -> None:
        if isinstance(action, Pause):
            self._listener.stopping.wait(action.seconds)
        elif isinstance(action, Remark):
            session.remark(action.text)
        elif isinstance(action, HangUp):
            if action.reset:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            raise _Broken("hung up, on order")

    def _start_tls(
        self, session: Session, context: ssl.SSLContext | None, binding: ChannelBinding | None
    ) -> None:
        assert context is not None, "STLS is not offered without one"
        plain = self._socket
        # Not yet the handshake: whoever stops the server must know the new socket by then.
        inside = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self._socket = inside
        self._listener.replace(plain, inside)
        try:
            inside.do_handshake()
        except OSError as error:
            session.remark(f"the TLS handshake failed: {error}")
            raise
        session.tls_started(channel_of(inside, binding))

    def _leave(self) -> None:
        """Close in order: what was said last must reach the client, whatever it still sends.

        A socket that is closed with something unread in it resets the connection, and the client
        may lose what it has not read yet.
        """
        with contextlib.suppress(OSError, ValueError):
            self._socket.settimeout(0)
            if isinstance(self._socket, ssl.SSLSocket):
                self._socket.unwrap()  # says close_notify, and cannot wait for the answer to it
        # From here on the octets themselves, below TLS.
        self._socket.settimeout(_LINGER)
        socket.socket.shutdown(self._socket, socket.SHUT_WR)
        while socket.socket.recv(self._socket, _TOGETHER):
            pass
