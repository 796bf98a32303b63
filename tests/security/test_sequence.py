"""Answers that come too early, too late or not at all: rows of the catalogue, by their ids."""

from __future__ import annotations

import threading
import time

import pytest

from pop3lib import (
    CommandError,
    InsecureError,
    RemoteProtocolError,
    Security,
    ServerDisconnected,
    ServerTimeout,
    State,
    WrongStateError,
)
from tests.conftest import Tls
from tests.security.hostile import Peer, client, says_login, serving

pytestmark = pytest.mark.usefixtures("face")

CAPA = b"+OK\r\nSTLS\r\nUSER\r\n.\r\n"


def test_TLS_05_STLS_is_not_answered_before_it_was_asked(tls: Tls) -> None:
    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(CAPA + b"+OK begin TLS\r\n")

    with serving(act) as server:
        pop = client(server, security=Security.STARTTLS, ssl_context=tls.client)
        with pytest.raises(RemoteProtocolError, match="nobody asked"):
            pop.connect()
        assert server.through.wait(10)
    assert server.heard == [b"CAPA\r"]  # no STLS, and no handshake


def test_SEQ_03_a_login_is_not_answered_before_it_was_asked() -> None:
    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(CAPA + b"+OK\r\n+OK\r\n+OK logged in\r\n")

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises(RemoteProtocolError, match="nobody asked"):
            pop.login("ann", "secret")
        assert pop.state is State.CLOSED
        assert server.through.wait(10)
    assert not any(map(says_login, server.heard))


@pytest.mark.parametrize("security", [Security.PLAINTEXT, Security.STARTTLS])
def test_SEQ_04_more_than_a_greeting_is_told_as_what_it_is(tls: Tls, security: Security) -> None:
    with serving(lambda peer: peer.say(b"+OK\r\n" + CAPA)) as server:
        pop = client(server, security=security, ssl_context=tls.client)
        with pytest.raises(RemoteProtocolError, match="nobody asked"):
            pop.connect().login("ann", "secret")
        with pytest.raises(WrongStateError, match="nobody asked"):
            pop.noop()  # who has been told is told that the client is closed
    assert server.heard == []


def test_TLS_09_a_status_line_among_the_capabilities() -> None:
    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(b"+OK 7 7777\r\n+OK\r\nUSER\r\n.\r\n")

    with serving(act) as server, pytest.raises(RemoteProtocolError, match="CAPA"):
        client(server).connect().capa()


def test_TLS_02_a_refused_STLS_does_not_leave_a_good_connection(tls: Tls) -> None:
    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(CAPA, b"-ERR [SYS/TEMP] not now\r\n")

    with serving(act) as server:
        pop = client(server, security=Security.STARTTLS, ssl_context=tls.client)
        with pytest.raises(InsecureError, match="not now") as caught:
            pop.connect()
        assert pop.state is State.CLOSED
    assert "still good" not in str(caught.value)


def test_TLS_18_a_handshake_that_drips_is_one_wait(tls: Tls) -> None:
    over = threading.Event()

    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(CAPA, b"+OK\r\n")
        peer.socket.recv(4096)  # the ClientHello
        peer.say(b"\x16\x03\x03\x40\x00")
        for _ in range(200):
            if over.wait(0.05):
                break
            peer.say(b"\x02")

    with serving(act) as server:
        pop = client(server, security=Security.STARTTLS, ssl_context=tls.client, timeout=0.5)
        with pytest.raises(ServerTimeout):
            pop.connect()
        assert not server.through.is_set()  # it would have gone on
        over.set()


def logged_in(peer: Peer) -> None:
    peer.say(b"+OK\r\n")
    peer.answer(b"-ERR\r\n", b"+OK\r\n", b"+OK\r\n")


def test_DAT_03_04_a_QUIT_that_fails_says_what_is_not_known() -> None:
    def silent(peer: Peer) -> None:
        logged_in(peer)
        peer.answer(b"+OK\r\n")
        peer.hear()

    def refusing(peer: Peer) -> None:
        logged_in(peer)
        peer.answer(b"+OK\r\n", b"-ERR\r\n")

    with serving(silent) as server:
        pop = client(server, timeout=0.3).connect()
        pop.login("ann", "secret")
        pop.dele(1)
        with pytest.raises(ServerTimeout, match=r"QUIT.* 1 messages .* not confirmed"):
            pop.quit()
    with serving(refusing) as server:
        pop = client(server).connect()
        pop.login("ann", "secret")
        pop.dele(1)
        with pytest.raises(CommandError, match="may still be there") as caught:
            pop.quit()
        assert "still good" not in str(caught.value)
        with pytest.raises(WrongStateError):
            pop.noop()  # it was told, and is not told again


def test_SEQ_06_a_greeting_that_refuses_leaves_no_good_connection() -> None:
    with serving(lambda peer: peer.say(b"-ERR\r\n")) as server:
        with pytest.raises(CommandError, match="closed") as caught:
            client(server).connect()
        assert "still good" not in str(caught.value)


def test_SEQ_15_a_reset_names_the_command_it_cut_off() -> None:
    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.hear()
        peer.reset()

    with serving(act) as server, pytest.raises(ServerDisconnected, match="CAPA"):
        client(server).connect().capa()


def test_LIM_09_the_deadline_covers_the_connect_and_the_handshake_together(tls: Tls) -> None:
    def act(peer: Peer) -> None:
        peer.socket.recv(4096)  # the ClientHello
        time.sleep(0.4)
        peer.socket.recv(4096)

    with serving(act) as server:
        pop = client(server, security=Security.TLS, ssl_context=tls.client, deadline=0.6)
        began = time.monotonic()
        with pytest.raises(ServerTimeout):
            pop.connect()
        assert time.monotonic() - began < 3
