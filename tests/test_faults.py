"""The connection cut, reset and silent: a typed error, never a hang or a wrong answer."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

import pytest

import pop3lib
from pop3lib import ConnectionBroken, ServerDisconnected, ServerTimeout, State
from pop3lib.protocol import Capa, Connection, Exchange
from pop3lib.testing import Script
from pop3lib.testing.listener import Listener
from tests import faces
from tests.driver import NAMES, command_of, load, outcome, play_core


def play_cut(script: Script, end: int) -> tuple[Connection, list[Exchange[Any]]]:
    """Play *script* until its server has said *end* octets, and hang up."""
    connection = Connection()
    exchanges: list[Exchange[Any]] = [connection.greeted]
    for turn in script.turns:
        if turn.client:
            found = [command for line in turn.lines if (command := command_of(line)) is not None]
            exchanges += [connection.send(command) for command in found]
            connection.data_to_send()
        else:
            connection.receive_data(turn.octets[:end] or b"")
            end -= len(turn.octets)
            if end <= 0:
                break
    connection.receive_data(b"")
    return connection, exchanges


@pytest.mark.parametrize("name", NAMES)
def test_FRM_09_a_cut_at_every_octet_gives_no_wrong_answer(name: str) -> None:
    script = load(name)
    right = play_core(script).results
    for end in range(len(script.server_octets)):
        connection, exchanges = play_cut(script, end)
        assert connection.state is State.CLOSED
        for exchange, expected in zip(exchanges, right, strict=False):
            assert outcome(exchange) in (expected, lost(exchange)), end
        # What was not answered whole has failed, so a deletion that was cut off is none.
        assert sum(outcome(e) != lost(e) for e in exchanges) <= len(right)


def lost(exchange: Exchange[Any]) -> object:
    """Return what a lost connection makes of *exchange*, or a thing that equals nothing."""
    try:
        exchange.result()
    except ServerDisconnected as error:
        return "ServerDisconnected", str(error)
    except pop3lib.POP3Error:
        pass
    return object()


@pytest.mark.parametrize("octet", [b"\x00", b"+OK\r\n", b".\r\n", b"-ERR\r\n", b"\n"])
def test_FRM_10_anything_behind_an_answer_ends_the_connection(octet: bytes) -> None:
    connection = Connection()
    connection.receive_data(b"+OK\r\n" + octet)
    assert connection.state is State.CLOSED
    with pytest.raises(pop3lib.WrongStateError, match="nobody asked"):
        connection.send(Capa())


STEPS: list[tuple[str, Callable[[pop3lib.Client], object]]] = [
    ("USER ann", lambda pop: pop.user("ann")),
    ("PASS ***", lambda pop: pop.pass_("secret")),
    ("STAT", lambda pop: pop.stat()),
    ("LIST", lambda pop: pop.list()),
    ("RETR 1", lambda pop: pop.retr(1)),
    ("DELE 1", lambda pop: pop.dele(1)),
    ("QUIT", lambda pop: pop.quit()),
]
ANSWERS = [b"+OK\r\n", b"+OK\r\n", b"+OK 1 7\r\n", b"+OK\r\n1 7\r\n.\r\n", b"+OK\r\nhi\r\n.\r\n"]
ANSWERS += [b"+OK\r\n", b"+OK\r\n"]


class Breaking:
    """A server that answers *good* commands and then does something else."""

    def __init__(self, good: int, then: Callable[[socket.socket], None]) -> None:
        self.good, self.then = good, then
        self.heard = b""
        self.gone = threading.Event()

    def serve(self, connection: socket.socket) -> None:
        connection.sendall(b"+OK\r\n")
        for answer in ANSWERS[: self.good]:
            self.heard += connection.recv(4096)
            connection.sendall(answer)
        self.heard += connection.recv(4096)
        self.then(connection)
        try:
            while data := connection.recv(4096):
                self.heard += data
        finally:
            self.gone.set()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def half_close(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_WR)


def say_nothing(connection: socket.socket) -> None:
    pass


@pytest.mark.usefixtures("face")
@pytest.mark.parametrize("good", range(len(STEPS)), ids=[name for name, _ in STEPS])
@pytest.mark.parametrize(
    ("then", "error"),
    [
        (reset, ServerDisconnected),
        (hang_up, ServerDisconnected),
        (half_close, ServerDisconnected),
        (say_nothing, ServerTimeout),
    ],
)
def test_SEQ_15_at_every_command(
    good: int, then: Callable[[socket.socket], None], error: type[ConnectionBroken]
) -> None:
    breaking = Breaking(good, then)
    listener = Listener(breaking.serve)
    try:
        client = faces.Client(
            "127.0.0.1",
            listener.port,
            security=pop3lib.Security.PLAINTEXT,
            allow_insecure_login=True,
            timeout=0.15 if then is say_nothing else 10,
        )
        with pytest.raises(error) as caught, client as pop:
            for _, step in STEPS:
                step(pop)
        assert client.state is State.CLOSED
        if error is ServerDisconnected and then is not reset:
            assert STEPS[good][0] in str(caught.value)
        with pytest.raises(pop3lib.WrongStateError):
            client.noop()
    finally:
        listener.stop()
    # A QUIT is heard only where it was the command that broke: nothing else may commit.
    assert (b"QUIT" in breaking.heard) == (good == len(STEPS) - 1)


@pytest.mark.usefixtures("face")
@pytest.mark.parametrize("apart", [False, True], ids=["same segment", "later"])
def test_SEQ_03_a_stray_answer_does_not_confirm_the_next_command(apart: bool) -> None:
    heard = []
    sent = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.sendall(b"+OK\r\n")
        heard.append(connection.recv(100))
        connection.sendall(b"+OK\r\n" + b"+OK 99 9999\r\n" * (not apart))
        if apart:
            connection.sendall(b"+OK 99 9999\r\n")
        sent.set()
        heard.append(connection.recv(100))

    listener = Listener(serve)
    try:
        client = faces.Client("127.0.0.1", listener.port, security=pop3lib.Security.PLAINTEXT)
        client.connect()
        client.utf8()
        assert sent.wait(10)
        with pytest.raises((pop3lib.RemoteProtocolError, pop3lib.WrongStateError)) as caught:
            client.utf8()
        assert "nobody asked" in str(caught.value)
    finally:
        listener.stop()
    assert heard == [b"UTF8\r\n", b""]  # the second command was never sent


@pytest.mark.usefixtures("face")
def test_LIM_09_a_dripping_server_meets_the_deadline() -> None:
    stop = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.sendall(b"+OK\r\n")
        connection.recv(100)
        while not stop.wait(0.02):
            connection.sendall(b"+")

    listener = Listener(serve)
    try:
        client = faces.Client(
            "127.0.0.1",
            listener.port,
            security=pop3lib.Security.PLAINTEXT,
            timeout=5,
            deadline=0.3,
        ).connect()
        with pytest.raises(ServerTimeout, match="deadline"):
            client.utf8()
    finally:
        stop.set()
        listener.stop()


def listen_only(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


@pytest.mark.usefixtures("face")
def test_LIM_10_a_server_that_never_greets_is_left() -> None:
    listener = Listener(listen_only)
    try:
        with pytest.raises(ServerTimeout):
            faces.Client(
                "127.0.0.1", listener.port, security=pop3lib.Security.PLAINTEXT, timeout=0.1
            ).connect()
    finally:
        listener.stop()


@pytest.mark.usefixtures("face")
def test_TLS_18_a_handshake_that_never_answers_is_left() -> None:
    listener = Listener(listen_only)
    try:
        with pytest.raises(ServerTimeout):
            faces.Client("127.0.0.1", listener.port, timeout=0.1).connect()
    finally:
        listener.stop()


@pytest.mark.usefixtures("face")
def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ServerDisconnected, match=str(port)) as caught:
        faces.Client("127.0.0.1", port).connect()
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)


def test_LIM_09_what_is_done_with_a_flood_counts_towards_the_deadline() -> None:
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.sendall(b"+OK\r\n")
        connection.recv(100)
        connection.sendall(b"+OK\r\nFIRST\r\n")
        over.wait(0.05)  # so that it is read by itself; the rest is there long before it is wanted
        connection.sendall(b"SECOND\r\n.\r\n")
        over.wait(10)

    def slow(line: str) -> None:
        if "FIRST" in line:
            over.wait(0.9)

    listener = Listener(serve)
    plain = pop3lib.Security.PLAINTEXT
    try:
        client = pop3lib.Client(
            "127.0.0.1",
            listener.port,
            security=plain,
            deadline=0.5,
            trace=slow,
        )
        with client, pytest.raises(ServerTimeout, match=r"deadline=0\.5"):
            client.capa()  # not one of its reads had to wait for long
    finally:
        over.set()
        listener.stop()
