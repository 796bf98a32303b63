"""Answers that come before their commands: a flow goes on while an answer is still being read."""

from __future__ import annotations

import threading
from base64 import b64encode

import pytest

import pop3lib
from pop3lib import InsecureError, RemoteProtocolError, Security, State
from pop3lib.protocol import Connection, Dele, Noop, Pass, User
from pop3lib.protocol.exchange import Flow
from pop3lib.protocol.flows import log_in, start_tls
from pop3lib.sasl import Credentials
from tests.conftest import Tls
from tests.security.hostile import Peer, client, serving

HELLO = b"+OK\r\n"


def talking(*said: bytes) -> Connection:
    """Return a connection that has heard *said*, and written before each what it had to say."""
    connection = Connection()
    for octets in said:
        connection.data_to_send()
        connection.receive_data(octets)
    return connection


def logging_in(connection: Connection, mechanism: str) -> pop3lib.protocol.exchange.Procedure[None]:
    connection.receive_data(HELLO)
    return connection.run(log_in(connection.session, Credentials("ann", "secret"), mechanism))


def test_SEQ_03_PASS_is_not_confirmed_before_it_is_sent() -> None:
    connection = Connection()
    procedure = logging_in(connection, "USER")
    for octets in (b"-ERR no CAPA\r\n", b"+OK\r\n+OK welcome\r\n"):
        assert connection.data_to_send()
        connection.receive_data(octets)
    with pytest.raises(RemoteProtocolError, match="nobody asked"):
        procedure.result()
    assert connection.state is State.CLOSED and connection.data_to_send() == b""


def test_SEQ_03_STLS_is_not_confirmed_before_it_is_sent() -> None:
    connection = talking(HELLO)
    procedure = connection.run(start_tls(connection.session))
    connection.data_to_send()
    connection.receive_data(b"+OK\r\nSTLS\r\n.\r\n+OK begin\r\n")
    assert not connection.wants_tls
    with pytest.raises(RemoteProtocolError):
        procedure.result()


@pytest.mark.parametrize("behind", [b"+OK\r\n", b"+ \r\n", b"-ERR\r\n", b"+O"])
def test_AUT_14_a_challenge_is_not_followed_by_anything_before_it_is_answered(
    behind: bytes,
) -> None:
    connection = Connection()
    procedure = logging_in(connection, "CRAM-MD5")
    connection.data_to_send()
    connection.receive_data(b"+OK\r\nSASL CRAM-MD5\r\n.\r\n")
    connection.data_to_send()
    connection.receive_data(b"+ " + b64encode(b"<1@x>") + b"\r\n" + behind)
    with pytest.raises(RemoteProtocolError):
        procedure.result()
    assert connection.state is State.CLOSED and connection.data_to_send() == b""


def test_pipelined_answers_may_stand_in_one_segment() -> None:
    connection = talking(HELLO)
    for command in (User("ann"), Pass("secret"), pop3lib.protocol.Capa()):
        connection.send(command)
        connection.data_to_send()
        connection.receive_data(b"+OK\r\n" + b"PIPELINING\r\n.\r\n" * (command.verb == "CAPA"))
    exchanges = [connection.send(Noop()) for _ in range(3)]
    connection.data_to_send()
    more = connection.send(Noop())
    connection.receive_data(b"+OK\r\n" * 3)
    assert all(exchange.done for exchange in exchanges) and not more.done
    connection.receive_stray(b"+OK\r\n")  # before it is given out
    with pytest.raises(RemoteProtocolError):
        more.result()


# --- on the wire


@pytest.mark.usefixtures("face")
def test_SEQ_03_no_password_is_sent_where_two_answers_came_to_USER() -> None:
    def act(peer: Peer) -> None:
        peer.say(HELLO)
        peer.answer(b"-ERR\r\n", b"+OK\r\n+OK welcome\r\n")

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises(RemoteProtocolError, match="nobody asked"):
            pop.login("ann", "secret")
        assert pop.state is State.CLOSED
    assert server.heard == [b"CAPA\r", b"USER ann\r"]


@pytest.mark.usefixtures("face")
def test_TLS_05_an_answer_to_STLS_that_came_with_the_capabilities(tls: Tls) -> None:
    def act(peer: Peer) -> None:
        peer.say(HELLO)
        peer.answer(b"+OK\r\nSTLS\r\n.\r\n+OK begin\r\n")
        assert peer.socket.recv(1) == b""  # neither STLS nor a handshake

    with serving(act) as server:
        pop = client(server, security=Security.STARTTLS, ssl_context=tls.client)
        with pytest.raises((RemoteProtocolError, InsecureError)):
            pop.connect()
        assert server.through.wait(10)
    assert server.heard == [b"CAPA\r"]


@pytest.mark.usefixtures("face")
def test_DAT_15_what_came_while_a_flow_was_busy_confirms_nothing() -> None:
    """As where a message is written to disk, and synced, before it is marked as deleted."""
    called, said = threading.Event(), threading.Event()

    def act(peer: Peer) -> None:
        peer.say(HELLO)
        peer.answer(b"+OK\r\n", b"+OK\r\n", b"+OK\r\n")
        assert called.wait(10)
        peer.say(b"+OK gone\r\n")
        said.set()

    def busy() -> Flow[None]:
        yield from Noop()
        called.set()
        assert said.wait(10)
        yield from Dele(1)

    with serving(act) as server:
        pop = client(server).connect()
        pop.user("ann")
        pop.pass_("secret")
        with pytest.raises(RemoteProtocolError, match="nobody asked"):
            pop.run(busy())
        assert pop.state is State.CLOSED
    assert server.heard == [b"USER ann\r", b"PASS secret\r", b"NOOP\r"]


@pytest.mark.usefixtures("face")
def test_SEQ_04_05_more_than_a_greeting_is_told_at_once() -> None:
    for more in (b"+OK\r\n+OK\r\n+OK 7 7\r\n", b"1 120\r\n2 200\r\n.\r\n"):
        with serving(lambda peer, more=more: peer.say(b"+OK ready\r\n" + more)) as server:  # type: ignore[misc]
            pop = client(server)
            with pytest.raises(RemoteProtocolError, match="nobody asked"):
                pop.connect()
            with pytest.raises(pop3lib.WrongStateError, match="nobody asked"):
                pop.login("ann", "secret")
        assert server.heard == []


@pytest.mark.usefixtures("face")
def test_FRM_10_what_stood_behind_an_answer_is_told_to_whoever_asks_next_and_once() -> None:
    def act(peer: Peer) -> None:
        peer.say(HELLO)
        peer.answer(b"+OK\r\n+OK 99 9999\r\n")

    with serving(act) as server:
        pop = client(server).connect()
        pop.utf8()
        assert pop.state is State.CLOSED
        with pytest.raises(RemoteProtocolError, match="nobody asked"):
            pop.login("ann", "secret")
        with pytest.raises(pop3lib.WrongStateError, match="nobody asked"):
            pop.login("ann", "secret")
    assert server.heard == [b"UTF8\r"]


@pytest.mark.usefixtures("face")
def test_SEQ_18_whoever_closed_it_is_not_told_that_it_broke() -> None:
    with serving(lambda peer: peer.say(HELLO)) as server:
        pop = client(server).connect()
        pop.close()
        with pytest.raises(pop3lib.WrongStateError, match="closed"):
            pop.utf8()
