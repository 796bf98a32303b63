"""Connections on loopback, each served in a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable


class Listener:
    """Accepts connections until it is stopped.

    :param serve: called with each connection, in a thread; the connection is closed after it.
    """

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._stopping = False
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if self._stopping:
                connection.close()
                return
            with self._guard:
                self._open.add(connection)
                thread = threading.Thread(target=self._run, args=(connection,), daemon=True)
                self._threads.append(thread)
            thread.start()

    def _run(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            # A client that hangs up in the middle is what tests are made of.
            with contextlib.suppress(OSError):
                self._serve(connection)
        finally:
            with self._guard:
                self._open.discard(connection)
            connection.close()

    def stop(self) -> None:
        """Close every connection, and wait for the threads."""
        self._stopping = True
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()  # wakes accept()
        self._acceptor.join()
        self._socket.close()
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.join()

    def join(self) -> None:
        """Wait for the connections that there are to end."""
        for thread in list(self._threads):
            thread.join()
