"""The server around its sessions: TLS, faults on order, errors, speed and the end."""

from __future__ import annotations

import contextlib
import gc
import socket
import ssl
import threading
import time
from base64 import b64decode
from collections.abc import Iterator

import pytest

from pop3lib.sasl import Scram, tls_server_end_point
from pop3lib.testing import MECHANISMS, LazyMessage, Maildrop, Server, Settings, faults
from tests.conftest import Tls
from tests.testing.talk import encoded

MIB = b"x" * 1022 + b"\r\n"


class Peer:
    """A client that says octets and reads them."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.file = connection.makefile("rb")

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()

    def say(self, *lines: str) -> bytes:
        """Say *lines* at once, and return the next line that comes."""
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode())
        return self.file.readline()


def connect(port: int) -> Peer:
    return Peer(socket.create_connection(("127.0.0.1", port), 10))


def greeted(port: int) -> Peer:
    peer = connect(port)
    assert peer.file.readline().startswith(b"+OK")
    return peer


def inside(port: int, context: ssl.SSLContext) -> Peer:
    raw = socket.create_connection(("127.0.0.1", port), 10)
    peer = Peer(context.wrap_socket(raw, server_hostname="127.0.0.1"))
    assert peer.file.readline().startswith(b"+OK")
    return peer


def test_ten_thousand_commands_are_answered_in_order() -> None:
    messages = [b"Subject: %d\r\n\r\n.\r\n" % n for n in range(5000)]
    with Server(messages=messages) as server, greeted(server.port) as peer:
        peer.say("USER ann")
        peer.say("PASS secret")
        said = "".join(f"TOP {n} 0\r\nUIDL {n}\r\n" for n in range(1, 5001)).encode()
        writer = threading.Thread(target=peer.socket.sendall, args=(said,))
        begun = time.monotonic()
        writer.start()
        for number in range(1, 5001):
            body = [peer.file.readline() for _ in range(4)]
            assert body == [b"+OK\r\n", b"Subject: %d\r\n" % (number - 1), b"\r\n", b".\r\n"]
            assert peer.file.readline().startswith(b"+OK %d " % number)
        writer.join()
        assert time.monotonic() - begun < 10  # it takes a good half second


def test_a_message_of_any_size_takes_little_memory() -> None:
    made = 0

    def chunks() -> Iterator[bytes]:
        nonlocal made
        for _ in range(64 * 1024):
            made += 1
            yield MIB

    message = LazyMessage(64 * 1024 * len(MIB), chunks)
    with Server(messages=[message]) as server, greeted(server.port) as peer:
        peer.say("USER ann")
        peer.say("PASS secret")
        assert peer.say("TOP 1 3") == b"+OK\r\n"  # no empty line: all of it is header
        peer.file.read(10 * len(MIB))
        # The client has read 10 KiB; what is made ahead fills buffers, not 64 MiB.
        assert made < 32 * 1024


def test_a_QUIT_with_much_unread_is_answered_all_the_same() -> None:
    with Server(messages=[MIB * 1000]) as server, greeted(server.port) as peer:
        peer.say("USER ann")
        peer.say("PASS secret")
        peer.socket.sendall(b"RETR 1\r\nQUIT\r\n" + b"NOOP\r\n" * 10)
        assert peer.file.read().endswith(b"\r\n.\r\n+OK goodbye\r\n")


@pytest.mark.parametrize("by", ["STLS", "TLS"])
def test_SCRAM_PLUS_binds_to_the_certificate_of_the_server(tls: Tls, by: str) -> None:
    settings = Settings(sasl=MECHANISMS)
    with Server(settings=settings, tls_context=tls.server) as server:
        if by == "TLS":
            peer = inside(server.tls_port, tls.client)
        else:
            plain = greeted(server.port)
            assert b"+OK" in plain.say("STLS")
            plain.file.close()
            peer = Peer(tls.client.wrap_socket(plain.socket, server_hostname="127.0.0.1"))
        with peer:
            assert isinstance(peer.socket, ssl.SSLSocket)
            binding = tls_server_end_point(peer.socket.getpeercert(True))
            mechanism = Scram("ann", "secret", channel_binding=binding)
            first = peer.say(f"AUTH SCRAM-SHA-256-PLUS {encoded(mechanism.start())}")
            final = peer.say(encoded(mechanism.answer(b64decode(first[2:]))))
            assert peer.say(encoded(mechanism.answer(b64decode(final[2:])))).startswith(b"+OK")
            mechanism.finish()
        server.settle()
        assert server.violations == [] and "-- TLS" in server.log


def test_EXTERNAL_is_who_the_clients_certificate_says(tls: Tls) -> None:
    wary = tls.server_for("127.0.0.1")
    tls.authority.configure_trust(wary)
    wary.verify_mode = ssl.CERT_REQUIRED
    shown = ssl.create_default_context()
    tls.authority.configure_trust(shown)
    tls.authority.issue_cert("ann@example.org").configure_cert(shown)
    maildrops = {"ann@example.org": Maildrop()}
    with (
        Server(maildrops, settings=Settings(sasl=MECHANISMS), tls_context=wary) as server,
        inside(server.tls_port, shown) as peer,
    ):
        assert peer.say("AUTH EXTERNAL =") == b"+OK 0 messages\r\n"


def test_a_failed_handshake_is_in_the_log_and_the_server_goes_on(tls: Tls) -> None:
    with Server(tls_context=tls.server) as server:
        with connect(server.tls_port) as rude:
            rude.socket.sendall(b"CAPA\r\n")
            with contextlib.suppress(ConnectionResetError):
                rude.socket.recv(100)
        server.settle()
        assert any(line.startswith("-- the TLS handshake failed") for line in server.log)
        inside(server.tls_port, tls.client).__exit__()


def test_TLS_ends_with_a_close_notify(tls: Tls) -> None:
    # Without it the client could not tell the end from a line that was cut.
    with Server(tls_context=tls.server) as server:
        raw = socket.create_connection(("127.0.0.1", server.tls_port), 10)
        strict = tls.client.wrap_socket(
            raw, server_hostname="127.0.0.1", suppress_ragged_eofs=False
        )
        with Peer(strict) as peer:
            peer.file.readline()
            assert peer.say("QUIT") == b"+OK goodbye\r\n" and peer.file.read() == b""


def test_stopping_does_not_wait_for_clients_in_TLS_or_in_a_handshake(tls: Tls) -> None:
    with Server(tls_context=tls.server) as server:
        peers = [inside(server.tls_port, tls.client), connect(server.tls_port)]
        peers.append(greeted(server.port))
        before = time.monotonic()
    assert time.monotonic() - before < 5
    for peer in peers:
        peer.__exit__()


def test_nothing_is_left_behind(tls: Tls) -> None:
    before = threading.active_count()
    with Server(tls_context=tls.server) as server:
        for _ in range(3):
            inside(server.tls_port, tls.client).__exit__()
            greeted(server.port).__exit__()
    gc.collect()  # a socket that was not closed would be a ResourceWarning here
    assert threading.active_count() == before
    server.stop()  # and once more does no harm


def test_an_error_in_a_session_is_raised_when_the_server_stops() -> None:
    def broken() -> Iterator[bytes]:
        raise ZeroDivisionError("a message that cannot be made")
        yield b""

    with (
        pytest.raises(ZeroDivisionError, match="cannot be made"),
        Server(messages=[LazyMessage(7, broken)]) as server,
        greeted(server.port) as peer,
    ):
        peer.say("USER ann")
        peer.say("PASS secret", "RETR 1")
        peer.file.read()


def test_a_client_that_drops_and_comes_right_back_is_let_in() -> None:
    with Server() as server:
        for _ in range(20):
            with greeted(server.port) as peer:
                peer.say("USER ann")
                assert peer.say("PASS secret") == b"+OK 0 messages\r\n"


def test_where_it_is_can_be_had_as_a_URL(tls: Tls) -> None:
    with Server(tls_context=tls.server) as server:
        assert server.url == f"pop://127.0.0.1:{server.port}"
        assert server.tls_url == f"pops://127.0.0.1:{server.tls_port}"


# --- faults on order


def test_a_cut_hangs_up_after_so_many_octets() -> None:
    settings = Settings(greeting="hi", apop=False)
    with (
        Server(settings=settings, faults=lambda _: faults.cut(10)) as server,
        connect(server.port) as peer,
    ):
        peer.socket.sendall(b"CAPA\r\n")
        assert peer.file.read() == b"+OK hi\r\n+O"


def test_a_reset_is_seen_as_one() -> None:
    with (
        Server(faults=lambda _: faults.cut(3, reset=True)) as server,
        connect(server.port) as peer,
        pytest.raises(ConnectionResetError),
    ):
        peer.file.read()


def test_a_drip_sends_the_same_in_pieces() -> None:
    with Server(faults=lambda _: faults.drip(3)) as server, greeted(server.port) as peer:
        assert peer.say("CAPA") == b"+OK\r\n"
        assert b"PIPELINING\r\n" in iter(peer.file.readline, b".\r\n")


def test_garbage_comes_in_the_place_of_an_answer() -> None:
    order = faults.at("UTF8", faults.garbage(b"HTTP/1.1 400\r\n"), times=1)
    with Server(faults=lambda _: order) as server, greeted(server.port) as peer:
        assert peer.say("UTF8") == b"HTTP/1.1 400\r\n"
        assert peer.say("UTF8") == b"+OK\r\n"


def test_a_delay_does_not_keep_the_server_from_stopping() -> None:
    before = time.monotonic()
    with Server(faults=lambda _: faults.delay(3600)) as server, connect(server.port):
        while not server.sessions:  # until it has begun to wait
            time.sleep(0.001)
    assert time.monotonic() - before < 5


def test_a_fault_can_be_that_of_one_connection_only() -> None:
    def first_only(number: int) -> faults.Fault | None:
        return faults.cut(0) if number == 1 else None

    with Server(faults=first_only) as server:
        with connect(server.port) as unlucky:
            assert unlucky.file.read() == b""
        greeted(server.port).__exit__()
