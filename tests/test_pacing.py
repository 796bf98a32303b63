"""How many commands are under way at once, in every client; no server brings it to a stop."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import pop3lib
from pop3lib import Client, CommandError, Security, ServerDisconnected, ServerTimeout
from pop3lib.protocol import Command, Noop, Retr, pipeline
from pop3lib.protocol.pipeline import AHEAD, WINDOW
from pop3lib.testing import Server, Settings
from pop3lib.testing.listener import Listener
from tests import faces
from tests.conftest import Tls

pytestmark = pytest.mark.usefixtures("face")

MESSAGES = [b"Subject: %d\r\n\r\n%d\r\n" % (n, n) for n in range(1, 101)]
CAPA = b"+OK\r\nPIPELINING\r\nUIDL\r\nTOP\r\n.\r\n"
#: What a server says to nothing, CAPA, USER, PASS and CAPA.
LOGIN = (b"+OK\r\n", CAPA, b"+OK\r\n", b"+OK\r\n", CAPA)

Serve = Callable[[socket.socket], None]


def answer(connection: socket.socket, *answers: bytes) -> None:
    """Say the first of *answers*, and each other when something was heard."""
    connection.sendall(answers[0])
    for each in answers[1:]:
        connection.recv(4096)
        connection.sendall(each)


@contextlib.contextmanager
def talking_to(serve: Serve, sock: socket.socket | None = None, **options: Any) -> Iterator[Client]:
    """Log in to a server that does as *serve* says."""
    listener = Listener(serve)
    usual: dict[str, Any] = {"security": Security.PLAINTEXT, "timeout": 10}
    usual["allow_insecure_login"] = True
    try:
        if sock is None:
            pop = faces.Client("127.0.0.1", listener.port, **(usual | options))
        else:
            sock.connect(("127.0.0.1", listener.port))
            pop = faces.Client.from_socket(sock, host="127.0.0.1", **(usual | options))
        pop.connect()
        with contextlib.closing(pop):
            pop.login("ann", "secret", mechanism="USER")
            yield pop
    finally:
        listener.stop()


def counted(commands: Iterator[Command[Any]], taken: list[int]) -> Iterator[Command[Any]]:
    """Yield *commands*, noting how many were taken."""
    for command in commands:
        taken[0] += 1
        yield command


def lines(connection: socket.socket) -> Iterator[bytes]:
    """Read one octet after the other, and yield each line as soon as it is there."""
    line = b""
    while octet := connection.recv(1):
        line += octet
        if line.endswith(b"\r\n"):
            yield line
            line = b""


def narrow(sock: socket.socket) -> None:
    """Give *sock* small buffers."""
    for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        sock.setsockopt(socket.SOL_SOCKET, buffer, 16 * 1024)


def test_the_window_is_kept_full_from_an_endless_iterable() -> None:
    taken, heard = [0], [0]

    def serve(connection: socket.socket) -> None:
        answer(connection, *LOGIN)
        for count, _line in enumerate(lines(connection), 1):
            heard[0] = count
            connection.sendall(b"+OK\r\n")

    most = WINDOW // len(b"NOOP\r\n") + 1
    with talking_to(serve) as pop:
        done = pop.execute_all(counted((Noop() for _ in itertools.count()), taken))
        for count, exchange in zip(range(1, 3001), done, strict=False):
            exchange.result()
            # Those answered are at least those that were handed over, and at most those heard.
            assert count + 100 < taken[0] <= heard[0] + 1 + most
        done.close()  # type: ignore[attr-defined]  # a generator in both clients
        pop.noop()  # what was under way is read and dropped


def test_the_window_counts_what_is_expected_to_come() -> None:
    taken = [0]
    large = AHEAD // 4

    def serve(connection: socket.socket) -> None:
        answer(connection, *LOGIN)
        for _line in lines(connection):
            connection.sendall(b"+OK\r\nbody\r\n.\r\n")

    with talking_to(serve) as pop:
        done = pop.execute_all(counted((Retr(n, large) for n in range(1, 51)), taken))
        for count, exchange in enumerate(done, 1):
            assert exchange.result() == b"body\r\n"
            # Four are expected to fill it, whatever really comes; one was handed over.
            assert taken[0] <= 50 and taken[0] >= count
            if count == 1:
                assert taken[0] == 4


@pytest.mark.parametrize("security", [Security.PLAINTEXT, Security.TLS])
def test_a_server_that_reads_nothing_until_its_answer_is_read(
    tls: Tls, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands of a window do not go into the buffers, and neither do their answers.

    No system here has buffers smaller than the window, so the window is made larger than they are.
    """
    monkeypatch.setattr(pipeline, "WINDOW", 2**20)
    count, body = 20000, b"x" * 200 + b"\r\n"
    numbers = range(2 * 10**9, 2 * 10**9 + count)

    def converse(connection: socket.socket) -> None:
        answer(connection, *LOGIN)
        for heard in iter(lambda: connection.recv(512), b""):
            connection.sendall((b"+OK\r\n" + body + b".\r\n") * heard.count(b"\n"))

    def serve(connection: socket.socket) -> None:
        narrow(connection)
        if security is Security.TLS:
            with tls.server.wrap_socket(connection, server_side=True) as connection:
                converse(connection)
        else:
            converse(connection)

    with socket.socket() as sock:
        narrow(sock)
        with talking_to(serve, sock, security=security, ssl_context=tls.client) as pop:
            found = pop.execute_all(Retr(n, 1) for n in numbers)
            assert all(each.result() == body for each in found)


def test_a_server_that_neither_reads_nor_answers_meets_the_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pipeline, "WINDOW", 2**20)
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        narrow(connection)
        answer(connection, *LOGIN)
        over.wait(30)

    with socket.socket() as sock:
        narrow(sock)
        with talking_to(serve, sock, timeout=0.3) as pop:
            try:
                with pytest.raises(ServerTimeout):
                    for each in pop.execute_all(Noop() for _ in range(100000)):
                        each.result()
            finally:
                over.set()


@pytest.mark.parametrize("offered", [True, False])
@pytest.mark.parametrize("wanted", [True, False])
def test_one_at_a_time_where_it_is_not_offered_or_not_wanted(offered: bool, wanted: bool) -> None:
    """The most commands that the server found in what it had not answered yet."""
    most = [0]

    def serve(connection: socket.socket) -> None:
        capa = CAPA if offered else CAPA.replace(b"PIPELINING\r\n", b"")
        answer(connection, *(capa if each == CAPA else each for each in LOGIN))
        while heard := connection.recv(65536):
            most[0] = max(most[0], heard.count(b"\n"))
            connection.sendall(b"+OK\r\n" * heard.count(b"\n"))

    with talking_to(serve, pipelining=wanted) as pop:
        assert len([each.result() for each in pop.execute_all(Noop() for _ in range(50))]) == 50
    assert (most[0] > 1) is (offered and wanted)


def test_one_refusal_among_many_stops_nothing() -> None:
    settings = Settings(refusals={"RETR 3": "not this one", "TOP 5 0": "nor this"})
    with Server(messages=MESSAGES, settings=settings) as server:
        options: dict[str, Any] = {"security": Security.PLAINTEXT, "allow_insecure_login": True}
        with faces.Client(server.host, server.port, **options) as pop:
            pop.login("ann", "secret")
            found = list(pop.messages())
            assert [each.number for each in found if each.error] == [3]
            assert isinstance(found[2].error, CommandError)
            assert [each.content for each in found if not each.error] == MESSAGES[:2] + MESSAGES[3:]
            seen = list(pop.summaries())
            assert [each.number for each in seen if each.error] == [5]
            assert [str(each.headers.subject) for each in seen[5:]] == list(map(str, range(6, 101)))
    assert server.violations == []


def test_LIST_and_UIDL_travel_together() -> None:
    heard = [b""]

    def serve(connection: socket.socket) -> None:
        answer(connection, *LOGIN)
        while heard[0].count(b"\n") < 2:  # no answer before both are there
            heard[0] += connection.recv(4096)
        answer(connection, b"+OK\r\n1 9\r\n.\r\n+OK\r\n1 a\r\n.\r\n", b"+OK\r\nA: b\r\n\r\n.\r\n")

    with talking_to(serve) as pop:
        (summary,) = pop.summaries()
    assert heard[0] == b"LIST\r\nUIDL\r\n"
    assert (summary.size, summary.uid) == (9, "a")


def test_a_refused_UIDL_behind_LIST_leaves_the_sizes() -> None:
    def serve(connection: socket.socket) -> None:
        answer(connection, *LOGIN)
        answer(connection, b"", b"+OK\r\n1 9\r\n.\r\n-ERR no\r\n", b"+OK\r\nA: b\r\n\r\n.\r\n")

    with talking_to(serve) as pop:
        (summary,) = pop.summaries()
    assert (summary.size, summary.uid) == (9, None)


def test_a_server_that_drops_the_connection_on_pipelining() -> None:
    """The error names the switch; with one command under way it does not."""

    def serve(connection: socket.socket) -> None:
        answer(connection, *LOGIN)
        while heard := connection.recv(4096):
            if heard.count(b"\n") > 1:
                return
            connection.sendall(b"+OK\r\n")

    with talking_to(serve) as pop:
        (first, *_others) = list(pop.execute_all([Noop(), Noop(), Noop()]))
        with pytest.raises(ServerDisconnected, match="try pipelining=False"):
            first.result()
    with talking_to(serve, pipelining=False) as pop:
        assert all(each.result() is None for each in pop.execute_all([Noop()] * 3))


def test_a_server_that_hangs_up_on_one_command_is_not_told_of_the_switch() -> None:
    with talking_to(lambda connection: answer(connection, *LOGIN)) as pop:
        with pytest.raises(pop3lib.ServerDisconnected) as caught:
            pop.noop()
        assert "pipelining" not in str(caught.value)
