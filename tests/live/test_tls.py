"""TLS with real servers: by STLS and from the start, and with certificates not to be trusted."""

from __future__ import annotations

import socket
import ssl

import pytest

from pop3lib import Client, InsecureError, Security
from tests import faces
from tests.live.servers import Courier, Dovecot, Server, TwistedServer
from tests.live.visit import THREE, client

pytestmark = pytest.mark.usefixtures("face")

#: Twisted has no STLS.
_WITH_STLS = ["dovecot", "courier"]
_WAYS = [
    ("dovecot", Security.TLS),
    ("dovecot", Security.STARTTLS),
    ("courier", Security.TLS),
    ("courier", Security.STARTTLS),
    ("twisted_server", Security.TLS),
]
_each_way = pytest.mark.parametrize(("kind", "security"), _WAYS, ids=lambda part: str(part))


@pytest.fixture
def way(kind: str, request: pytest.FixtureRequest) -> Server:
    """The server called *kind*."""
    found: Server = request.getfixturevalue(kind)
    return found


@_each_way
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_session_inside_tls(way: Server, security: Security, host: str) -> None:
    way.fill("alice", THREE)
    with client(way, security, host=host) as pop:
        assert pop.secure
        pop.login("alice", way.password)
        assert [message.content for message in pop.messages()] == [
            stored.replace(b"\n", b"\r\n") for stored in THREE
        ]
        assert not pop.capabilities.stls or way.name == "courier"
        pop.dele(1)
    assert way.messages("alice") == THREE[1:]


@_each_way
def test_an_unknown_authority_is_an_ssl_error(way: Server, security: Security) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        client(way, security, context=ssl.create_default_context()).connect()


@_each_way
def test_a_certificate_for_another_host_is_an_ssl_error(way: Server, security: Security) -> None:
    port = way.tls_port if security is Security.TLS else way.port
    pop = Client.from_socket(
        socket.create_connection((way.host, port), timeout=30),
        host="pop.example.org",
        security=security,
        ssl_context=way.context(),
        timeout=30,
    )
    with pytest.raises(ssl.SSLCertVerificationError, match=r"pop\.example\.org"):
        pop.connect()
    assert not pop.secure


@pytest.mark.parametrize("kind", _WITH_STLS)
def test_stls_on_request_hides_itself_afterwards(way: Server) -> None:
    with client(way) as pop:
        assert pop.capa().stls
        assert not pop.secure
        pop.stls()
        assert pop.secure
        assert pop.greeting is None
        assert not pop.capa().stls


def test_no_session_is_begun_in_clear_where_tls_is_required_and_missing(
    twisted_server: TwistedServer,
) -> None:
    with pytest.raises(InsecureError, match="STLS"):
        client(twisted_server, Security.STARTTLS).connect()


def test_tls_from_the_start_on_the_port_for_clear_text_is_an_ssl_error(dovecot: Dovecot) -> None:
    pop = faces.Client(dovecot.host, dovecot.port, ssl_context=dovecot.context(), timeout=30)
    with pytest.raises(ssl.SSLError):
        pop.connect()


def test_a_password_stays_here_where_nothing_protects_it(courier: Courier) -> None:
    seen: list[object] = []
    with faces.Client(
        courier.host,
        courier.port,
        security=Security.PLAINTEXT,
        timeout=30,
        trace=lambda *event: seen.append(event),
    ) as pop:
        with pytest.raises(InsecureError):
            pop.login("alice", courier.password)
        assert not any("PASS" in str(event) or "AUTH " in str(event) for event in seen)
        assert seen
