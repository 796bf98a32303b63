"""Several tasks, one client; readers that are slower than the server."""

from __future__ import annotations

import asyncio
import select
import socket
import threading

import pytest

import pop3lib
from pop3lib import AsyncClient, CommandError, Security
from pop3lib.testing import Server
from pop3lib.testing.listener import Listener
from tests.aio.running import LOOPS, client, run

MESSAGES = [b"Subject: %d\r\n\r\n.%d\r\n" % (n, n) for n in range(1, 51)]


@pytest.mark.parametrize("loop", LOOPS)
def test_tasks_share_a_client_and_each_gets_its_own_answer(loop: str) -> None:
    async def story(server: Server) -> None:
        async with client(server) as pop:
            await pop.login("ann", "secret")
            found = await asyncio.gather(*(pop.retr(n) for n in reversed(range(1, 51))))
            assert found == MESSAGES[::-1]

    with Server(messages=MESSAGES) as server:
        run(story(server), loop)
    assert server.violations == []


def test_one_refusal_among_tasks_stops_nothing() -> None:
    async def story(server: Server) -> None:
        async with client(server) as pop:
            await pop.login("ann", "secret")
            numbers = (1, 99, 2)
            found = await asyncio.gather(*map(pop.retr, numbers), return_exceptions=True)
            assert [found[0], found[2]] == MESSAGES[:2]
            assert isinstance(found[1], CommandError)

    with Server(messages=MESSAGES) as server:
        run(story(server))


CAPA = b"+OK\r\nPIPELINING\r\nUIDL\r\nTOP\r\n.\r\n"
#: What a server says to CAPA, USER, PASS, CAPA, behind its greeting.
LOGIN = [b"+OK\r\n", CAPA, b"+OK\r\n", b"+OK\r\n", CAPA]


def answer(connection: socket.socket, answers: list[bytes]) -> None:
    """Say the first of *answers*, and each other when something was heard."""
    connection.sendall(answers[0])
    for each in answers[1:]:
        connection.recv(4096)
        connection.sendall(each)


async def logged_in(port: int) -> AsyncClient:
    """Return a client that has logged in by USER and PASS."""
    pop = AsyncClient("127.0.0.1", port, security=Security.PLAINTEXT, allow_insecure_login=True)
    await pop.connect()
    await pop.login("ann", "secret", mechanism="USER")
    return pop


def test_what_tasks_ask_at_once_travels_at_once() -> None:
    """A server that answers none before it has heard all."""
    heard = b""

    def serve(connection: socket.socket) -> None:
        nonlocal heard
        answer(connection, LOGIN)
        while len(heard) < 20 * len(b"NOOP\r\n"):
            heard += connection.recv(4096)
        answer(connection, [b"+OK\r\n" * 20, b"+OK\r\n"])

    async def story() -> None:
        async with await logged_in(listener.port) as pop:
            await asyncio.gather(*(pop.noop() for _ in range(20)))

    listener = Listener(serve)
    try:
        run(story())
    finally:
        listener.stop()
    assert heard == b"NOOP\r\n" * 20


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("how", ["stream", "batch"])
def test_a_slow_reader_holds_the_server_back(loop: str, how: str) -> None:
    """Of 200 MB the server gets rid of what the buffers of TCP hold, and no more."""
    blocked, sent, total = threading.Event(), [0], 200 * 2**20
    answers = list(LOGIN)
    if how == "batch":
        answers += [b"+OK\r\n1 8\r\n2 8\r\n.\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n"]
        answers += [b"+OK\r\nfirst\r\n.\r\n+OK\r\n"]
    else:
        answers += [b"+OK\r\n"]

    def serve(connection: socket.socket) -> None:
        answer(connection, answers)
        connection.setblocking(False)
        chunk = b"0123456789abcde\n" * 4096
        while sent[0] < total and select.select([], [connection], [], 0.5)[1]:
            sent[0] += connection.send(chunk)
        blocked.set()
        connection.recv(1)

    async def story() -> None:
        pop = await logged_in(listener.port)
        if how == "stream":
            message = await pop.open(1)
            assert (await message.read(5)) == b"01234"
        else:
            content = (await anext(aiter(pop.messages()))).content
            assert content == b"first\r\n"
        while not blocked.is_set():  # the loop goes round: it could read if it wanted
            await asyncio.sleep(0.01)
        await pop.close()

    listener = Listener(serve)
    try:
        run(story(), loop)
    finally:
        listener.stop()
    assert sent[0] < 40 * 2**20


def test_a_server_that_does_not_stand_pipelining_is_told_of_the_switch() -> None:
    async def story() -> None:
        async with await logged_in(listener.port) as pop:
            await asyncio.gather(pop.retr(1), pop.retr(2))

    listener = Listener(lambda connection: answer(connection, [*LOGIN, b""]))
    try:
        with pytest.raises(pop3lib.ServerDisconnected, match="try pipelining=False"):
            run(story())
    finally:
        listener.stop()


def test_a_name_with_an_address_where_nobody_listens() -> None:
    """``localhost`` may mean ::1 first; the server is on 127.0.0.1."""

    async def story(server: Server) -> None:
        pop = AsyncClient(
            "localhost", server.port, security=Security.PLAINTEXT, allow_insecure_login=True
        )
        async with pop:
            await pop.login("ann", "secret")
            assert (await pop.stat()).count == 50

    with Server(messages=MESSAGES) as server:
        run(story(server))
