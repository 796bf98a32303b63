"""How long commands took, in the trace of a session."""

from __future__ import annotations

import pytest

import pop3lib
from pop3lib import RemoteProtocolError, Security, Timed
from pop3lib.protocol import Auth, Connection, List, Noop, Pass, Retr, Stat, Stls, User
from pop3lib.sasl import Plain
from pop3lib.testing import Script, Server
from tests import faces
from tests.conftest import Tls


class Clock:
    """A clock that stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def watched() -> tuple[Connection, Clock, list[str]]:
    lines: list[str] = []
    clock = Clock()
    return Connection(trace=Timed(lines.append, clock)), clock, lines


def test_SEC_01_the_time_stands_behind_the_answer_and_the_secret_nowhere() -> None:
    connection, clock, lines = watched()
    clock.now += 5
    connection.receive_data(b"+OK hi\r\n")
    connection.send(User("ann"))
    clock.now += 0.25
    connection.receive_data(b"+OK\r\n")
    connection.send(Pass("hush"))
    clock.now += 2
    connection.receive_data(b"-ERR hush\r\n")
    connection.send(Auth(Plain("ann", "hush"), initial_response=False))
    clock.now += 1
    connection.receive_data(b"+ \r\n")
    clock.now += 1
    connection.receive_data(b"+OK\r\n")
    assert lines == [
        "S: +OK hi",
        "C: USER ann",
        "S: +OK",
        "-- USER ann took 0.250 s",
        "C: PASS ***",
        "S: -ERR ***",
        "-- PASS *** took 2.000 s",
        "C: AUTH PLAIN",
        "S: + ",
        "C: ***",
        "S: +OK",
        "-- AUTH PLAIN took 2.000 s",
    ]


def test_a_message_takes_until_its_last_octet() -> None:
    connection, clock, lines = watched()
    connection.receive_data(b"+OK hi\r\n")
    for command in (User("ann"), Pass("hush")):
        connection.send(command)
        connection.receive_data(b"+OK\r\n")
    connection.send(Retr(1))
    for piece in (b"+OK\r\n", b"A: 1\r", b"\n\r\n", b".", b"\r\n"):
        clock.now += 1
        connection.receive_data(piece)
    assert lines[-2:] == ["S: .", "-- RETR 1 took 5.000 s"]


def test_pipelined_commands_are_told_apart() -> None:
    connection, clock, lines = watched()
    connection.receive_data(b"+OK hi\r\n")
    connection.send(User("ann"))
    connection.receive_data(b"+OK\r\n")
    connection.send(Pass("hush"))
    connection.receive_data(b"+OK\r\n")
    connection.send(pop3lib.protocol.Capa())
    connection.receive_data(b"+OK\r\nPIPELINING\r\n.\r\n")
    lines.clear()
    connection.send(Stat())
    clock.now += 1
    for command in (List(), Noop()):
        connection.send(command)
    for answer in (b"+OK 1 1\r\n", b"+OK\r\n1 1\r\n.\r\n", b"-ERR\r\n"):
        clock.now += 1
        connection.receive_data(answer)
    assert [line for line in lines if line.startswith("--")] == [
        "-- STAT took 2.000 s",
        "-- LIST took 2.000 s",
        "-- NOOP took 3.000 s",
    ]


def test_a_command_that_is_not_answered_has_no_time() -> None:
    connection, _, lines = watched()
    connection.receive_data(b"+OK hi\r\n")
    connection.send(User("ann"))
    connection.receive_data(b"")
    assert lines[-2:] == ["C: USER ann", "-- the server closed the connection"]


def test_a_clock_that_fails_leaves_nobody_waiting_for_tls() -> None:
    ticks = iter([0.0])  # for STLS; when its time is up there is none left

    connection = Connection(trace=Timed(lambda line: None, lambda: next(ticks)))
    connection.receive_data(b"+OK hi\r\n")
    exchange = connection.send(Stls())
    connection.receive_data(b"+OK\r\n")
    assert not exchange.done
    connection.tls_started()
    with pytest.raises(RemoteProtocolError, match="STLS"):
        exchange.result()
    assert connection.state is pop3lib.State.CLOSED


@pytest.mark.usefixtures("face")
def test_a_timed_trace_is_a_transcript_all_the_same(tls: Tls) -> None:
    lines: list[str] = []
    with (
        Server(messages=[b"x\r\n"], tls_context=tls.server) as server,
        faces.Client(
            server.host,
            server.port,
            security=Security.STARTTLS,
            ssl_context=tls.client,
            trace=Timed(lines.append),
        ) as pop,
    ):
        pop.login("ann", "secret")
        pop.retr(1)
    took = [line.split()[1] for line in lines if line.startswith("-- ") and " took " in line]
    assert took == ["CAPA", "STLS", "CAPA", "AUTH", "CAPA", "RETR", "QUIT"]
    assert all(float(line.split()[-2]) < 10 for line in lines if " took " in line)
    assert Script.parse("\n".join(lines)).client_octets.startswith(b"CAPA\r\nSTLS\r\n")
