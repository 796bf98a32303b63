"""Ports that nobody listens on, and the greeting that tells that somebody does now."""

from __future__ import annotations

import contextlib
import random
import socket
import ssl
from collections.abc import Iterator

#: Below the range from which systems take ports for outgoing connections: none of those can get
#: in between the choice of a port and the server that listens on it.
_RANGE = range(20000, 32000)


def free_ports(count: int, hosts: tuple[str, ...]) -> list[int]:
    """Return *count* ports that are free on every one of *hosts*."""
    free = (port for port in _shuffled() if _is_free(port, hosts))
    return [next(free) for _ in range(count)]


def greets(host: str, port: int, context: ssl.SSLContext | None = None) -> bool:
    """Whether a POP3 server answers there now, within TLS where there is a context."""
    try:
        with contextlib.ExitStack() as stack:
            sock = stack.enter_context(socket.create_connection((host, port), timeout=5))
            if context is not None:
                sock = stack.enter_context(context.wrap_socket(sock, server_hostname=host))
            return sock.recv(512).startswith(b"+OK")
    except OSError:  # nobody listens yet, or whoever does is not ready
        return False


def _shuffled() -> Iterator[int]:
    yield from random.sample(_RANGE, len(_RANGE))


def _is_free(port: int, hosts: tuple[str, ...]) -> bool:
    try:
        for host in hosts:
            with socket.socket() as sock:
                # As servers do: a port whose last connections linger is free nevertheless.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sock.bind((host, port))
    except OSError:
        return False
    return True
