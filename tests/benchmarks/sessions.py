"""Sessions of every kind that races: this library's two clients, poplib, and bare sockets."""

from __future__ import annotations

import asyncio
import contextlib
import poplib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import cast

import uvloop

import pop3lib
from pop3lib import AsyncClient, Client, Security

#: Octets that a bare loop asks of its socket at once.
_CHUNK = 256 * 1024

#: The loops under which the asyncio client races, by the name of the way.
LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "AsyncClient": asyncio.new_event_loop,
    "AsyncClient, uvloop": lambda: cast("asyncio.AbstractEventLoop", uvloop.new_event_loop()),
}


@dataclass(frozen=True)
class Place:
    """Where a maildrop is to be had, and how.

    :param context: a context for TLS from the start; None for a session in clear.
    """

    port: int
    user: str = "ann"
    password: str = "secret"
    context: ssl.SSLContext | None = None
    host: str = "127.0.0.1"


@contextlib.contextmanager
def by_client(place: Place, pipelining: bool = True) -> Iterator[Client]:
    """Log in with the blocking client; drop the connection at the end."""
    pop = Client(
        place.host,
        place.port,
        security=Security.TLS if place.context else Security.PLAINTEXT,
        ssl_context=place.context,
        pipelining=pipelining,
        allow_insecure_login=True,
    ).connect()
    with contextlib.closing(pop):
        pop.login(place.user, place.password, mechanism="USER")
        yield pop


@contextlib.asynccontextmanager
async def by_async_client(place: Place) -> AsyncIterator[AsyncClient]:
    """Log in with the asyncio client; drop the connection at the end."""
    pop = pop3lib.AsyncClient(
        place.host,
        place.port,
        security=Security.TLS if place.context else Security.PLAINTEXT,
        ssl_context=place.context,
        allow_insecure_login=True,
    )
    await pop.connect()
    try:
        await pop.login(place.user, place.password, mechanism="USER")
        yield pop
    finally:
        await pop.close()


@contextlib.contextmanager
def by_poplib(place: Place) -> Iterator[poplib.POP3]:
    """Log in with the standard library's client; drop the connection at the end."""
    if place.context is None:
        pop = poplib.POP3(place.host, place.port)
    else:
        pop = poplib.POP3_SSL(place.host, place.port, context=place.context)
    try:
        pop.user(place.user)
        pop.pass_(place.password)
        yield pop
    finally:
        pop.close()


@contextlib.contextmanager
def by_socket(place: Place) -> Iterator[socket.socket]:
    """Log in by hand."""
    sock = socket.create_connection((place.host, place.port))
    if place.context is not None:
        sock = place.context.wrap_socket(sock, server_hostname=place.host)
    with sock:
        sock.recv(512)
        for line in (f"USER {place.user}", f"PASS {place.password}"):
            sock.sendall(f"{line}\r\n".encode())
            answer = sock.recv(512)
            assert answer.startswith(b"+OK"), answer
        yield sock


def drained(sock: socket.socket, octets: int) -> float:
    """Receive so many octets into one buffer and look at none; return the seconds it took."""
    buffer = bytearray(_CHUNK)
    began = perf_counter()
    while octets > 0:
        octets -= sock.recv_into(buffer)
    return perf_counter() - began


def under(
    loop: Callable[[], asyncio.AbstractEventLoop], main: Callable[[], Coroutine[None, None, float]]
) -> float:
    """Run *main* under a loop of its own; return the seconds that it measured."""
    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(main())
