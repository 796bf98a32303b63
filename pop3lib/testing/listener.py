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
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)  # many may come at once
        self.port: int = self._socket.getsockname()[1]
        #: set once the listener is being stopped: what waits for something else looks here too
        self.stopping: threading.Event = threading.Event()
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._errors: list[Exception] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if self.stopping.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self._run, args=(connection,), daemon=True)
            with self._guard:
                self._open.add(connection)
                self._threads = [*filter(threading.Thread.is_alive, self._threads), thread]
                # Started in here, so that whoever joins the threads finds no unstarted one.
                thread.start()

    def _run(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._serve(connection)
        except OSError:
            pass  # a client that hangs up in the middle is what tests are made of
        except Exception as error:
            self._errors.append(error)
        finally:
            with self._guard:
                self._open.discard(connection)
            connection.close()

    def replace(self, old: socket.socket, new: socket.socket) -> None:
        """Have *new* closed when all stops, in the place of *old*: TLS makes a socket anew."""
        with self._guard:
            self._open.discard(old)
            self._open.add(new)
        if self.stopping.is_set():
            _hang_up(new)

    def forget(self, connection: socket.socket) -> None:
        """Leave *connection* to its owner."""
        with self._guard:
            self._open.discard(connection)

    def stop(self) -> None:
        """Close every connection, wait for the threads; raise the first error there was in one."""
        self.stopping.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()  # wakes accept()
        self._acceptor.join()
        self._socket.close()
        with self._guard:
            for connection in self._open:
                _hang_up(connection)
        self.join()
        errors, self._errors = self._errors, []
        if errors:
            raise errors[0]

    def join(self) -> None:
        """Wait for the connections that there are to end."""
        with self._guard:
            threads = list(self._threads)
        for thread in threads:
            thread.join()


def _hang_up(connection: socket.socket) -> None:
    """Wake whoever waits for *connection*; not by SSLSocket's own method, which is not for that."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
