"""TLS and what can be done to it: rows of the catalogue of threats, by their ids."""

from __future__ import annotations

import datetime
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pop3lib import (
    ConnectionBroken,
    InsecureError,
    RemoteProtocolError,
    Security,
    ServerDisconnected,
    State,
    UnsupportedError,
    WrongStateError,
)
from pop3lib.endpoint import Endpoint
from pop3lib.patience import Patience
from pop3lib.testing import Server, faults
from pop3lib.transport import Transport
from tests import faces
from tests.conftest import Tls
from tests.security.hostile import Peer, client, says_login, serving

pytestmark = pytest.mark.usefixtures("face")

BEGIN = b"+OK begin TLS\r\n"
CAPA = b"+OK\r\nSTLS\r\nUSER\r\nSASL PLAIN\r\n.\r\n"
INJECTED = b"+OK caps\r\nUSER\r\n.\r\n" + b"+OK 7 7777\r\n" * 20


def polite(peer: Peer) -> None:
    """Answer as if all were well."""
    peer.answer(CAPA, b"+OK\r\n", b"+OK\r\n", CAPA, b"+OK 1 1\r\n", b"+OK\r\n")


# --- before the handshake


@pytest.mark.parametrize("again", range(5))  # it is a race that an attacker may lose
def test_TLS_05_nothing_is_believed_before_TLS_from_the_start(tls: Tls, again: int) -> None:
    def act(peer: Peer) -> None:
        peer.say(b"+OK injected <1.2@evil.example>\r\n")
        peer.start_tls(tls.server)
        peer.say(b"+OK\r\n")

    with serving(act) as server:
        pop = client(server, security=Security.TLS, ssl_context=tls.client)
        with pytest.raises(ssl.SSLError):
            pop.connect()
        assert pop.greeting is None
        assert pop.state is State.CLOSED


@pytest.mark.parametrize("apart", [False, True], ids=["same segment", "own segment"])
@pytest.mark.parametrize("handshake", [True, False])
@pytest.mark.parametrize("injected", [INJECTED, b"+OK x\r\nSASL PLAIN X-INJ ", b"\r\n", b"+"])
def test_TLS_05_06_24_nothing_said_before_TLS_is_believed(
    tls: Tls, apart: bool, handshake: bool, injected: bytes
) -> None:
    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(CAPA)
        peer.hear()
        if apart:
            peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer.say(BEGIN)
            peer.say(injected)
        else:
            peer.say(BEGIN + injected)
        if handshake:
            peer.start_tls(tls.server)
            polite(peer)

    with serving(act) as server:
        pop = client(server, security=Security.STARTTLS, ssl_context=tls.client)
        with pytest.raises((InsecureError, ssl.SSLError, ConnectionBroken)):
            pop.connect()
            pop.login("ann", "secret")
            pop.stat()
        assert pop.state is State.CLOSED
        assert "X-INJ" not in pop.capabilities
    assert server.connections == 1 and not any(map(says_login, server.heard))


@pytest.mark.parametrize("reply", [b"+ go ahead\r\n", b"+OKAY\r\n", b"OK\r\n", b"\r\n", b"+ok\r\n"])
def test_TLS_04_only_OK_starts_a_handshake(tls: Tls, reply: bytes) -> None:
    first = []

    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(CAPA, reply)
        first.append(peer.socket.recv(1))

    with serving(act) as server:
        pop = client(server, security=Security.STARTTLS, ssl_context=tls.client)
        with pytest.raises(RemoteProtocolError):
            pop.connect()
        assert server.through.wait(10)
    assert first == [b""]  # no ClientHello


def test_TLS_27_silent_until_the_handshake(tls: Tls) -> None:
    early: list[object] = []

    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(CAPA)
        peer.hear()
        early.extend(select.select([peer.socket], [], [], 0.2)[0])
        peer.say(BEGIN)
        peer.start_tls(tls.server)
        peer.answer(b"+OK 1 1\r\n")

    with serving(act) as server:
        pop = client(server, security=Security.STARTTLS, ssl_context=tls.client).connect()
        assert pop.secure and server.connections == 1
        pop.close()
    assert early == []


def test_TLS_07_answers_behind_a_refused_STLS(tls: Tls) -> None:
    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(CAPA, b"-ERR no\r\n+OK user\r\n+OK pass\r\n+OK 1 100\r\n")

    with serving(act) as server:
        pop = client(server, security=Security.STARTTLS, ssl_context=tls.client)
        with pytest.raises((InsecureError, ConnectionBroken)):
            pop.connect()
        assert pop.state is State.CLOSED
    assert server.heard == [b"CAPA\r", b"STLS\r"]


def test_TLS_10_a_failed_handshake_is_not_tried_again_in_clear(tls: Tls) -> None:
    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(CAPA, BEGIN)
        peer.socket.recv(4096)
        peer.say(b"\x15\x03\x03\x00\x02\x02\x28" + b"garbage")  # alert: handshake failure

    with serving(act) as server:
        pop = client(server, security=Security.STARTTLS, ssl_context=tls.client)
        with pytest.raises(ssl.SSLError):
            pop.connect()
        assert pop.state is State.CLOSED
        with pytest.raises(WrongStateError):
            pop.login("ann", "secret")
    assert server.connections == 1 and server.heard == [b"CAPA\r", b"STLS\r"]


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_TLS_19_hanging_up_in_the_handshake(tls: Tls, security: Security, reset: bool) -> None:
    def act(peer: Peer) -> None:
        if security is Security.STARTTLS:
            peer.say(b"+OK\r\n")
            peer.answer(CAPA, BEGIN)
        peer.socket.recv(4096)
        if reset:
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.socket.close()

    with serving(act) as server:
        pop = client(server, security=security, ssl_context=tls.client)
        with pytest.raises((ServerDisconnected, ssl.SSLError)):
            pop.connect()
        assert pop.state is State.CLOSED


# --- certificates


def names_of(tls: Tls, name: str) -> ssl.SSLContext:
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaves: dict[str, Callable[[], object]] = {
        "expired": lambda: tls.authority.issue_cert("127.0.0.1", not_after=now - day),
        "not yet valid": lambda: tls.authority.issue_cert("127.0.0.1", not_before=now + day),
        "another address": lambda: tls.authority.issue_cert("127.0.0.2"),
        "the address as a name": lambda: tls.authority.issue_cert("example.org"),
        "only a common name": lambda: tls.authority.issue_cert(
            "other.example", common_name="127.0.0.1"
        ),
        "a wildcard": lambda: tls.authority.issue_cert("*.0.0.1.example"),
    }
    leaf = leaves[name]()
    leaf.configure_cert(context)  # type: ignore[attr-defined]
    return context


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize(
    "leaf",
    ["expired", "not yet valid", "another address", "only a common name", "a wildcard"],
)
def test_TLS_11_13_14_a_certificate_that_does_not_fit(
    tls: Tls, leaf: str, security: Security
) -> None:
    with Server(messages=[b"x\r\n"], tls_context=names_of(tls, leaf)) as server:
        port = server.tls_port if security is Security.TLS else server.port
        pop = faces.Client(server.host, port, security=security, ssl_context=tls.client)
        with pytest.raises(ssl.SSLCertVerificationError):
            pop.connect()
    said = [line.removeprefix("C: ") for line in server.log if line.startswith("C: ")]
    assert said == ([] if security is Security.TLS else ["CAPA", "STLS"])


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_TLS_12_16_the_default_context_trusts_no_unknown_authority(
    tls: Tls, security: Security
) -> None:
    with Server(messages=[b"x\r\n"], tls_context=tls.server) as server:
        port = server.tls_port if security is Security.TLS else server.port
        with pytest.raises(ssl.SSLCertVerificationError) as caught:
            faces.Client(server.host, port, security=security).connect()
        assert f"127.0.0.1:{port}" in str(caught.value) and caught.value.verify_code


def test_TLS_15_nothing_older_than_1_2(tls: Tls) -> None:
    old = tls.server_for("127.0.0.1")
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        Server(messages=[b"x\r\n"], tls_context=old) as server,
        pytest.raises((ssl.SSLError, ServerDisconnected)),
    ):
        faces.Client(server.host, server.tls_port, ssl_context=tls.client).connect()


def test_TLS_26_the_name_asked_for_is_the_one_configured(tls: Tls) -> None:
    asked: list[str | None] = []
    context = tls.server_for("localhost", "127.0.0.1")
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    with Server(messages=[b"x\r\n"], tls_context=context) as server:
        for host in ("localhost", "127.0.0.1"):
            with faces.Client(host, server.tls_port, ssl_context=tls.client, timeout=10) as pop:
                assert pop.secure
    assert asked == ["localhost", None]


def test_TLS_28_a_context_that_does_not_verify_is_seen(tls: Tls) -> None:
    careless = ssl.create_default_context()
    careless.check_hostname = False
    assert "NOT VERIFIED" in repr(faces.Client("pop.example.org", ssl_context=careless))
    careless.verify_mode = ssl.CERT_NONE
    assert "NOT VERIFIED" in repr(faces.Client("pop.example.org", ssl_context=careless))
    for context in (None, tls.client):
        assert "VERIFIED" not in repr(faces.Client("pop.example.org", ssl_context=context))


# --- inside TLS


def begin_tls(peer: Peer, context: ssl.SSLContext, greeting: bytes = b"+OK\r\n") -> None:
    peer.say(greeting)
    peer.answer(CAPA, BEGIN)
    peer.start_tls(context)


def test_TLS_08_what_was_learnt_in_clear_is_forgotten(tls: Tls) -> None:
    def act(peer: Peer) -> None:
        peer.say(b"+OK <1.2@x>\r\n")
        peer.answer(b"+OK\r\nSTLS\r\nSASL PLAIN X-PRE\r\n.\r\n", BEGIN)
        peer.start_tls(tls.server)
        peer.answer(b"+OK\r\nUIDL\r\nX-POST\r\n.\r\n")

    with serving(act) as server:
        pop = client(server, security=Security.STARTTLS, ssl_context=tls.client).connect()
        assert not pop.capabilities and pop.greeting is None
        with pytest.raises(UnsupportedError):
            pop.apop("ann", "secret")
        found = pop.capa()
        assert "X-POST" in found and found.sasl == () and not found.stls
        pop.close()
    assert server.heard[2] == b"CAPA\r"  # inside TLS


def test_TLS_09_a_line_nobody_asked_for_behind_the_handshake(tls: Tls) -> None:
    said = threading.Event()

    def act(peer: Peer) -> None:
        begin_tls(peer, tls.server)
        peer.say(b"+OK 7 7777\r\n")
        said.set()

    with serving(act) as server:
        pop = client(server, security=Security.STARTTLS, ssl_context=tls.client).connect()
        assert said.wait(10)
        with pytest.raises(ConnectionBroken):
            pop.login("ann", "secret")
        assert pop.state is State.CLOSED
    assert not any(map(says_login, server.heard))


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_TLS_20_a_cut_without_close_notify_inside_a_message(tls: Tls, security: Security) -> None:
    def act(peer: Peer) -> None:
        if security is Security.STARTTLS:
            begin_tls(peer, tls.server)
        else:
            peer.start_tls(tls.server)
            peer.say(b"+OK\r\n")
        peer.answer(b"+OK\r\n", b"+OK\r\n", b"+OK\r\nhalf a mess")
        peer.socket.close()

    with serving(act) as server:
        pop = client(server, security=security, ssl_context=tls.client).connect()
        pop.user("ann")
        pop.pass_("secret")
        with pytest.raises(ServerDisconnected, match="RETR 1"):
            pop.retr(1)


def test_TLS_20_a_cut_behind_QUITs_answer_is_no_error(tls: Tls) -> None:
    def act(peer: Peer) -> None:
        peer.start_tls(tls.server)
        peer.say(b"+OK\r\n")
        peer.answer(b"+OK\r\n")
        peer.socket.close()

    with serving(act) as server, client(server, security=Security.TLS, ssl_context=tls.client):
        pass


def test_TLS_21_clear_octets_between_TLS_records(tls: Tls) -> None:
    def act(peer: Peer) -> None:
        peer.start_tls(tls.server)
        peer.say(b"+OK\r\n")
        peer.answer(b"+OK\r\n", b"+OK\r\n")
        peer.hear()
        peer.say(b"+OK\r\nhalf a mess")
        peer.raw(b"age\r\n.\r\n")

    with serving(act) as server:
        pop = client(server, security=Security.TLS, ssl_context=tls.client).connect()
        pop.user("ann")
        pop.pass_("secret")
        with pytest.raises((ssl.SSLError, ConnectionBroken)) as caught:
            pop.retr(1)
        assert pop.state is State.CLOSED
    assert "RETR 1" in str(caught.value)
    assert "STARTTLS" not in str(caught.value)  # which is for a port that never spoke TLS


class Negotiating(socket.socket):
    """A socket as TLS 1.2 makes it while the server negotiates anew: it must read to write."""

    def send(self, data: Any, flags: int = 0) -> int:
        raise ssl.SSLWantReadError


def test_TLS_25_a_server_that_negotiates_anew_and_falls_silent() -> None:
    far, near = socket.socketpair()
    transport = Transport(Endpoint("pop.example.org", 995), None, Patience(0.2, None))
    transport.open(Negotiating(fileno=near.detach()))
    with far:
        with pytest.raises(TimeoutError):
            transport.write(b"NOOP\r\n")
        far.sendall(b"what TLS waits for")
        assert transport.write(b"NOOP\r\n") == b"NOOP\r\n"  # once it was read
    transport.close()


def test_TLS_22_STLS_only_where_it_belongs(tls: Tls) -> None:
    with Server(messages=[b"x\r\n"], tls_context=tls.server) as server:
        with (
            faces.Client(server.host, server.tls_port, ssl_context=tls.client) as pop,
            pytest.raises(WrongStateError),
        ):
            pop.stls()
        with faces.Client(
            server.host, server.port, security=Security.PLAINTEXT, allow_insecure_login=True
        ) as pop:
            pop.login("ann", "secret")
            with pytest.raises(WrongStateError):
                pop.stls()
            assert pop.stat().count == 1
    assert "C: STLS" not in server.log


def test_TLS_23_connections_are_not_shared(tls: Tls) -> None:
    with Server(messages=[b"x\r\n"], tls_context=tls.server) as server:
        for _ in range(2):
            with faces.Client(server.host, server.tls_port, ssl_context=tls.client) as pop:
                pop.capa()
            with pytest.raises(WrongStateError, match="make a new one"):
                pop.connect()
        server.settle()
    assert server.log.count("C: QUIT") == 2


def test_TLS_25_every_octet_in_a_record_of_its_own(tls: Tls) -> None:
    messages = [b"Subject: one\r\n\r\n.dot\r\n"]
    with (
        Server(
            messages=messages, tls_context=tls.server, faults=lambda _: faults.drip(1)
        ) as server,
        faces.Client(server.host, server.tls_port, ssl_context=tls.client) as pop,
    ):
        pop.login("ann", "secret")
        assert [message.content for message in pop.messages()] == messages


def test_a_client_certificate_comes_from_the_callers_context(tls: Tls) -> None:
    asking = tls.server_for("127.0.0.1")
    asking.verify_mode = ssl.CERT_REQUIRED
    tls.authority.configure_trust(asking)
    own = ssl.create_default_context()
    tls.authority.configure_trust(own)
    tls.authority.issue_cert("ann@example.org").configure_cert(own)
    with Server(messages=[b"x\r\n"], tls_context=asking) as server:
        with faces.Client(server.host, server.tls_port, ssl_context=own, timeout=10) as pop:
            pop.capa()
        # TLS 1.3 tells the client that its certificate is missing only behind the handshake.
        with pytest.raises((ssl.SSLError, ConnectionBroken)):
            faces.Client(server.host, server.tls_port, ssl_context=tls.client, timeout=10).connect()


def test_a_name_with_the_dot_of_the_root(tls: Tls) -> None:
    """``localhost.`` is the name localhost, spelt for the resolver; certificates have no dot."""
    with Server(messages=[b"x\r\n"], tls_context=tls.server) as server:
        sock = socket.create_connection((server.host, server.tls_port))
        with faces.Client.from_socket(sock, host="localhost.", ssl_context=tls.client) as pop:
            assert pop.secure


def dripped(sock: socket.socket, context: ssl.SSLContext, *lines: bytes) -> None:
    """Be a TLS server that sends each octet of the handshake and of *lines* by itself."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    inside = context.wrap_bio(incoming, outgoing, server_side=True)
    done = False
    while not done:
        try:
            inside.do_handshake()
            done = True
            for line in lines:
                inside.write(line)
        except ssl.SSLWantReadError:
            pass
        for octet in outgoing.read():
            sock.sendall(bytes([octet]))
        if not done:
            incoming.write(sock.recv(4096))


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_handshake_that_comes_octet_by_octet(tls: Tls, security: Security) -> None:
    def act(peer: Peer) -> None:
        if security is Security.STARTTLS:
            peer.say(b"+OK\r\n")
            peer.answer(CAPA, BEGIN)
            dripped(peer.socket, tls.server)
        else:
            dripped(peer.socket, tls.server, b"+OK welcome\r\n")
        peer.socket.recv(4096)

    with serving(act) as server:
        pop = client(server, security=security, ssl_context=tls.client, timeout=10).connect()
        assert pop.secure and pop.state is State.AUTHORIZATION
        assert pop.greeting == ("welcome" if security is Security.TLS else None)
        pop.close()
