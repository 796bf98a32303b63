"""Which way in is taken unasked, on a real server that has them all."""

from __future__ import annotations

from typing import Any

import pytest

import pop3lib
from pop3lib import Security
from pop3lib.sasl.channel_binding import tls_server_end_point
from tests import faces
from tests.live.servers import Dovecot, Server

pytestmark = pytest.mark.usefixtures("face")


def client(server: Server, **options: Any) -> pop3lib.Client:
    usual: dict[str, Any] = {"security": Security.PLAINTEXT, "timeout": 30}
    usual["allow_insecure_login"] = True
    return faces.Client(server.host, server.port, **(usual | options))


def tls_client(server: Server, user: str | None = None) -> pop3lib.Client:
    return faces.Client(server.host, server.tls_port, ssl_context=server.context(user), timeout=30)


def test_the_strongest_way_is_taken_unasked(dovecot: Dovecot) -> None:
    lines: list[str] = []
    with client(dovecot, trace=lines.append, allow_insecure_login=False) as pop:
        pop.login("alice", dovecot.password)
    assert "C: AUTH SCRAM-SHA-256 ***" in lines
    assert dovecot.password not in "".join(lines)


def test_a_token_never_goes_in_clear(dovecot: Dovecot) -> None:
    with client(dovecot) as pop, pytest.raises(pop3lib.InsecureError):
        pop.login("alice", token=dovecot.token("alice"))


def test_what_a_channel_is_bound_to_can_be_read_of_a_real_certificate(dovecot: Dovecot) -> None:
    with tls_client(dovecot) as pop:
        assert tls_server_end_point(pop._certificate()) is not None
