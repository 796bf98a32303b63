"""TLS without I/O, against a server's side in memory."""

from __future__ import annotations

import ssl
from contextlib import suppress

import pytest

from pop3lib.aio.tls import Tls as Ours
from tests.conftest import Tls


class Pair:
    """Our side, and a server's."""

    def __init__(self, tls: Tls, name: str = "127.0.0.1") -> None:
        self.ours = Ours(tls.client, name)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.server = tls.server.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def shake_hands(self) -> None:
        """Carry the octets of the handshake to and fro until it is done."""
        while not self.ours.up:
            self.ours.shake_hands()
            self.to_server()
            with suppress(ssl.SSLWantReadError):
                self.server.do_handshake()
            if octets := self._outgoing.read():  # none at all would mean the end
                self.ours.receive(octets)

    def to_server(self) -> None:
        """Carry over what our side has to send."""
        self._incoming.write(self.ours.data_to_send())

    def say(self, octets: bytes) -> bytes:
        """Return what is on the line when the server says *octets*."""
        self.server.write(octets)
        return self._outgoing.read()

    def hang_up(self) -> bytes:
        """Return what is on the line when the server ends the session in order."""
        with suppress(ssl.SSLWantReadError):
            self.server.unwrap()
        return self._outgoing.read()


@pytest.fixture
def pair(tls: Tls) -> Pair:
    """Two sides that have shaken hands."""
    made = Pair(tls)
    made.shake_hands()
    return made


def test_octets_go_both_ways(tls: Tls) -> None:
    pair = Pair(tls)
    assert pair.ours.certificate() is None
    pair.ours.write(b"USER ann\r\n")  # too early: it waits for the handshake
    pair.shake_hands()
    assert pair.ours.certificate() is not None
    assert pair.ours.read() == b""
    pair.to_server()
    assert pair.server.read(99) == b"USER ann\r\n"
    pair.ours.receive(pair.say(b"+OK\r\n"))
    assert (pair.ours.read(), pair.ours.ended) == (b"+OK\r\n", False)


def test_all_records_that_have_come_are_read_at_once(pair: Pair) -> None:
    octets = bytes(range(256)) * 400  # seven records
    pair.ours.receive(pair.say(octets))
    assert pair.ours.read() == octets
    assert pair.ours.read() == b""


def test_one_octet_at_a_time(pair: Pair) -> None:
    found = b""
    for octet in pair.say(b"+OK first\r\n") + pair.say(b"+OK second\r\n"):
        pair.ours.receive(bytes([octet]))
        found += pair.ours.read()
    assert found == b"+OK first\r\n+OK second\r\n"
    assert not pair.ours.ended


@pytest.mark.parametrize("left", [0, 3], ids=["behind a record", "inside a record"])
def test_a_line_that_is_cut_has_ended(pair: Pair, left: int) -> None:
    whole, cut = pair.say(b"+OK\r\n"), pair.say(b"lost\r\n")
    pair.ours.receive(whole + cut[:left])
    assert (pair.ours.read(), pair.ours.ended) == (b"+OK\r\n", False)
    pair.ours.receive(b"")
    assert (pair.ours.read(), pair.ours.ended) == (b"", True)


def test_a_session_that_is_closed_in_order_has_ended(pair: Pair) -> None:
    pair.ours.receive(pair.say(b"+OK\r\n") + pair.hang_up())
    assert (pair.ours.read(), pair.ours.ended) == (b"+OK\r\n", True)


def test_what_is_no_TLS_is_an_error(pair: Pair) -> None:
    pair.ours.receive(b"+OK in clear\r\n")
    with pytest.raises(ssl.SSLError):
        pair.ours.read()


def test_a_certificate_for_another_is_refused_with_an_alert(tls: Tls) -> None:
    pair = Pair(tls, "pop.example.org")
    with pytest.raises(ssl.SSLCertVerificationError):
        pair.shake_hands()
    assert not pair.ours.up
    pair.to_server()
    with pytest.raises(ssl.SSLError, match="ALERT"):
        pair.server.do_handshake()
