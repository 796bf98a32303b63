"""Servers that do what no server should, and what a client says to them."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pop3lib
from pop3lib import Security
from pop3lib.testing.listener import Listener
from tests import faces


class Peer:
    """The server's side of one connection: it talks by lines, and keeps what it heard."""

    def __init__(self, connection: socket.socket, heard: list[bytes]) -> None:
        self.socket = connection
        self.heard = heard
        self._rest = b""

    def say(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def hear(self) -> bytes:
        """Wait for a line and return it; ``b""`` once the client has hung up."""
        while b"\n" not in self._rest:
            more = self.socket.recv(4096)
            if not more:
                return b""
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        self.heard.append(line)
        return line

    def answer(self, *answers: bytes) -> None:
        """Say each of *answers* to the next line."""
        for each in answers:
            self.hear()
            self.say(each)

    def start_tls(self, context: ssl.SSLContext) -> None:
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def reset(self) -> None:
        """End the connection by a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def raw(self, octets: bytes) -> None:
        """Put *octets* on the line beside the TLS that runs on it."""
        beside = socket.socket(fileno=self.socket.fileno())
        try:
            beside.sendall(octets)
        finally:
            beside.detach()


class Hostile:
    """A server whose whole behaviour is *act*, one call for each connection."""

    def __init__(self, act: Callable[[Peer], None]) -> None:
        self._act = act
        self.heard: list[bytes] = []
        self.connections = 0
        #: set each time *act* is through
        self.through = threading.Event()
        self._listener = Listener(self._serve)
        self.host, self.port = "127.0.0.1", self._listener.port

    def _serve(self, connection: socket.socket) -> None:
        self.connections += 1
        peer = Peer(connection, self.heard)
        try:
            self._act(peer)
            self.through.set()
            while peer.hear():  # what else the client says
                pass
        except (OSError, ssl.SSLError):
            pass
        finally:
            self.through.set()
            if isinstance(peer.socket, ssl.SSLSocket):
                peer.socket.close()

    def stop(self) -> None:
        self._listener.stop()


@contextmanager
def serving(act: Callable[[Peer], None]) -> Iterator[Hostile]:
    """Run a server that does *act*."""
    server = Hostile(act)
    try:
        yield server
    finally:
        server.stop()


def client(server: Hostile, **options: Any) -> pop3lib.Client:
    """Return a client for it, without TLS unless *options* say so."""
    usual: dict[str, Any] = {"security": Security.PLAINTEXT, "timeout": 10}
    usual["allow_insecure_login"] = True
    return faces.Client(server.host, server.port, **(usual | options))


def says_login(line: bytes) -> bool:
    """Whether *line* begins or goes on with a login."""
    return line.split(b" ")[0].strip().upper() in (b"USER", b"PASS", b"APOP", b"AUTH")
