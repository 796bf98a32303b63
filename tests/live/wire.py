"""A bare POP3 socket, for looking at servers without any library in between."""

from __future__ import annotations

import socket
import ssl
from types import TracebackType
from typing import Self

from tests.live.servers import Server


class Wire:
    """One connection: lines out, lines and bodies in, nothing interpreted.

    :param host: where to connect, if not to the server's first address.
    :param context: for TLS from the start.
    """

    def __init__(
        self, server: Server, host: str | None = None, context: ssl.SSLContext | None = None
    ) -> None:
        host = host or server.host
        port = server.port if context is None else server.tls_port
        sock = socket.create_connection((host, port), timeout=30)
        self._sock = sock if context is None else context.wrap_socket(sock, server_hostname=host)
        self._lines = self._sock.makefile("rb")
        #: the server's first line
        self.greeting = self._lines.readline()

    def ask(self, line: str) -> bytes:
        """Send a line and return the first line of the answer."""
        self._sock.sendall(line.encode() + b"\r\n")
        return self._lines.readline()

    def log_in(self, server: Server, user: str = "alice") -> None:
        """Give name and password."""
        self.ask(f"USER {user}")
        assert self.ask(f"PASS {server.password}").startswith(b"+OK")

    def body(self) -> bytes:
        """Return the rest of a multi-line answer, dots unstuffed, its end left out."""
        octets = b"\r\n"
        while not octets.endswith(b"\r\n.\r\n"):
            line = self._lines.readline()
            assert line, f"the connection ended inside a body of {len(octets)} octets"
            octets += line
        return octets[:-3].replace(b"\r\n.", b"\r\n")[2:]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lines.close()
        self._sock.close()
