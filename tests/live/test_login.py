"""Logging in to real servers: each way that each has, the right secret and a wrong one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pop3lib import (
    AuthenticationError,
    MaildropInUseError,
    Security,
    State,
    UnsupportedError,
)
from tests.live.servers import Courier, Dovecot, Server, TwistedServer
from tests.live.visit import THREE, client

pytestmark = pytest.mark.usefixtures("face")

Start = Callable[[Server], None]

_WITH_PASSWORD = ["USER", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"]
_WITH_TOKEN = ["OAUTHBEARER", "XOAUTH2"]
#: Each way with each channel where it can be had; STLS makes the stamp that APOP needs forgotten.
_WAYS = [
    *((mechanism, channel) for mechanism in _WITH_PASSWORD for channel in Security),
    ("APOP", Security.PLAINTEXT),
    ("APOP", Security.TLS),
]


def test_a_wrong_password_is_refused_and_the_right_one_taken_after_it(server: Server) -> None:
    server.fill("alice", THREE)
    with client(server, Security.TLS) as pop:
        with pytest.raises(AuthenticationError) as caught:
            pop.login("alice", "a-wr0ng-one")
        assert "a-wr0ng-one" not in f"{caught.value} {caught.value!r} {caught.value.command}"
        assert pop.state is State.AUTHORIZATION
        pop.login("alice", server.password)
        assert pop.stat().count == 3


def test_each_user_gets_their_own_maildrop(server: Server) -> None:
    server.fill("bob", THREE)
    for user, count in (("alice", 0), ("bob", 3)):
        with client(server) as pop:
            pop.login(user, server.password)
            assert pop.stat().count == count


@pytest.mark.parametrize(("mechanism", "channel"), _WAYS, ids=lambda part: str(part))
def test_dovecot_refuses_a_wrong_password_and_takes_the_right_one(
    dovecot: Dovecot, mechanism: str, channel: Security
) -> None:
    with client(dovecot, channel) as pop:
        with pytest.raises(AuthenticationError) as caught:
            pop.login("alice", "wrong", mechanism=mechanism)
        assert caught.value.code == "AUTH"
        pop.login("alice", dovecot.password, mechanism=mechanism)
        assert pop.state is State.TRANSACTION


@pytest.mark.parametrize("mechanism", ["USER", "PLAIN", "LOGIN", "CRAM-MD5"])
def test_courier_takes_the_right_password(courier: Courier, mechanism: str) -> None:
    with client(courier, Security.TLS) as pop:
        pop.login("alice", courier.password, mechanism=mechanism)
        assert pop.state is State.TRANSACTION


@pytest.mark.parametrize("channel", [Security.TLS, Security.PLAINTEXT], ids=str)
@pytest.mark.parametrize("mechanism", ["USER", "CRAM-MD5"])
def test_twisted_refuses_a_wrong_password_and_takes_the_right_one(
    twisted_server: TwistedServer, mechanism: str, channel: Security
) -> None:
    with client(twisted_server, channel) as pop:
        with pytest.raises(AuthenticationError):
            pop.login("alice", "wrong", mechanism=mechanism)
        pop.login("alice", twisted_server.password, mechanism=mechanism)
        assert pop.state is State.TRANSACTION


def test_a_digest_that_twisted_does_not_take_is_a_refusal(twisted_server: TwistedServer) -> None:
    """It greets with a stamp, but compares the digest as text with one in octets: none is right."""
    with client(twisted_server) as pop:
        with pytest.raises(AuthenticationError):
            pop.login("alice", twisted_server.password, mechanism="APOP")
        pop.login("alice", twisted_server.password, mechanism="USER")


def test_courier_has_no_stamp_for_apop(courier: Courier) -> None:
    with client(courier) as pop, pytest.raises(UnsupportedError, match="APOP needs a stamp"):
        pop.login("alice", courier.password, mechanism="APOP")


_CHANNELS_WITH_TLS = pytest.mark.parametrize("channel", [Security.TLS, Security.STARTTLS], ids=str)


@_CHANNELS_WITH_TLS
@pytest.mark.parametrize("mechanism", [None, *_WITH_TOKEN])
def test_dovecot_takes_a_token(dovecot: Dovecot, mechanism: str | None, channel: Security) -> None:
    with client(dovecot, channel) as pop:
        pop.login("alice", token=dovecot.token("alice"), mechanism=mechanism)
        assert pop.state is State.TRANSACTION


@pytest.mark.parametrize(
    ("mechanism", "status"), [("OAUTHBEARER", "invalid_token"), ("XOAUTH2", "401")]
)
def test_dovecot_says_what_is_wrong_with_an_expired_token(
    dovecot: Dovecot, mechanism: str, status: str
) -> None:
    with client(dovecot, Security.TLS) as pop:
        with pytest.raises(AuthenticationError) as caught:
            pop.login("alice", token=dovecot.token("alice", expired=True), mechanism=mechanism)
        assert caught.value.details["status"] == status
        pop.login("alice", token=dovecot.token("alice"), mechanism=mechanism)


@pytest.mark.parametrize("mechanism", _WITH_TOKEN)
def test_dovecot_refuses_the_token_of_another_user(dovecot: Dovecot, mechanism: str) -> None:
    with client(dovecot, Security.TLS) as pop:
        with pytest.raises(AuthenticationError):
            pop.login("alice", token=dovecot.token("bob"), mechanism=mechanism)
        assert pop.state is State.AUTHORIZATION


@_CHANNELS_WITH_TLS
def test_dovecot_knows_the_user_by_the_certificate(dovecot: Dovecot, channel: Security) -> None:
    dovecot.fill("bob", THREE)
    with client(dovecot, channel, context=dovecot.context("bob")) as pop:
        pop.login(mechanism="EXTERNAL")
        assert pop.stat().count == 3


def test_dovecot_refuses_external_without_a_certificate(dovecot: Dovecot) -> None:
    with client(dovecot, Security.TLS) as pop, pytest.raises(AuthenticationError):
        pop.login("bob", mechanism="EXTERNAL")


def test_dovecot_refuses_external_in_clear(dovecot: Dovecot) -> None:
    with client(dovecot) as pop, pytest.raises(AuthenticationError):
        pop.login("bob", mechanism="EXTERNAL")


def test_a_password_is_refused_in_clear_where_the_server_wants_tls(dovecot: Dovecot) -> None:
    with client(dovecot, host=dovecot.strict_host) as pop:
        with pytest.raises(AuthenticationError) as caught:
            pop.login("alice", dovecot.password, mechanism="USER")
        assert caught.value.command == "USER alice"
        # What shows no password is allowed there, and is what the client chooses unasked.
        pop.login("alice", dovecot.password)
        assert pop.state is State.TRANSACTION


def test_a_password_is_taken_behind_stls_where_the_server_wants_tls(dovecot: Dovecot) -> None:
    with client(dovecot, Security.STARTTLS, host=dovecot.strict_host) as pop:
        pop.login("alice", dovecot.password, mechanism="USER")
        assert pop.state is State.TRANSACTION


def test_one_session_too_many_is_told_from_a_wrong_password(started: Start) -> None:
    server = Dovecot("mail_max_userip_connections = 1")
    started(server)
    with client(server) as first, client(server) as second:
        first.login("alice", server.password)
        with pytest.raises(MaildropInUseError) as caught:
            second.login("alice", server.password)
        assert caught.value.code == "IN-USE"
