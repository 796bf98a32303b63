"""Logging in to servers that mean no good: rows of the catalogue of threats, by their ids."""

from __future__ import annotations

import socket
import ssl
from base64 import b64decode, b64encode
from time import monotonic

import pytest

import pop3lib
from pop3lib import (
    AuthenticationError,
    CommandError,
    InsecureError,
    RemoteProtocolError,
    Security,
    ServerDisconnected,
    ServerSystemError,
    State,
    UnsupportedError,
    sasl,
)
from pop3lib.testing import Maildrop, Server, Settings
from tests import faces
from tests.conftest import Tls
from tests.security.hostile import Peer, client, says_login, serving

pytestmark = pytest.mark.usefixtures("face")

ALL = (
    b"+OK\r\nUSER\r\nUIDL\r\nSASL PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 "
    b"OAUTHBEARER XOAUTH2\r\n.\r\n"
)
STAMP = b"+OK ready <1896.697170952@dbc.mtview.ca.us>\r\n"


def greet(peer: Peer, capabilities: bytes = ALL, greeting: bytes = STAMP) -> None:
    peer.say(greeting)
    peer.answer(capabilities)


# --- in clear


@pytest.mark.parametrize("mechanism", [None, "USER", "APOP", "PLAIN", "LOGIN", "CRAM-MD5"])
def test_AUT_01_02_no_password_in_clear_unless_told(mechanism: str | None) -> None:
    with serving(lambda peer: greet(peer, ALL.replace(b"SCRAM", b"X"))) as server:
        pop = client(server, allow_insecure_login=False).connect()
        if mechanism in ("APOP", "CRAM-MD5"):  # named: allowed, and they hide the password
            pop.close()
            return
        with pytest.raises((InsecureError, UnsupportedError)):
            pop.login("ann", "secret", mechanism=mechanism)
        pop.close()
    assert not any(map(says_login, server.heard))


@pytest.mark.parametrize("mechanism", [None, "OAUTHBEARER", "XOAUTH2"])
def test_AUT_18_a_token_in_clear_never_whatever_the_switch(mechanism: str | None) -> None:
    with serving(greet) as server:
        pop = client(server, allow_insecure_login=True).connect()
        with pytest.raises(InsecureError):
            pop.login("ann", token="token", mechanism=mechanism)
        pop.close()
    assert not any(map(says_login, server.heard))


@pytest.mark.parametrize(
    "greeting",
    [
        b"+OK <no-at-sign>\r\n",
        b"+OK <a\xff@x>\r\n",
        b"+OK <a\x01b@x>\r\n",
        b"+OK <" + b"1" * 400 + b"@x>\r\n",
        b"+OK <1@x\r\n",
        b"+OK no stamp\r\n",
    ],
)
def test_AUT_03_a_stamp_that_is_none(greeting: bytes) -> None:
    with serving(lambda peer: peer.say(greeting)) as server:
        pop = client(server).connect()
        with pytest.raises(UnsupportedError):
            pop.apop("ann", "secret")
        pop.close()
    assert not any(map(says_login, server.heard))


def test_AUT_04_a_greeting_made_to_be_slow() -> None:
    with serving(lambda peer: peer.say(b"+OK " + b"<" * 1900 + b"\r\n")) as server:
        pop = client(server).connect()
        began = monotonic()
        with pytest.raises(UnsupportedError):
            pop.apop("ann", "secret")
        assert monotonic() - began < 0.5
        pop.close()


# --- stripped and refused


def test_AUT_05_a_named_mechanism_is_a_floor(tls: Tls) -> None:
    with (
        Server(messages=[b"x\r\n"], tls_context=tls.server) as server,
        faces.Client(server.host, server.tls_port, ssl_context=tls.client) as pop,
        pytest.raises(UnsupportedError),
    ):
        pop.login("ann", "secret", mechanism="SCRAM-SHA-256")
    assert not any(line.startswith(("C: AUTH", "C: USER")) for line in server.log)


@pytest.mark.parametrize(
    "refusal",
    [b"-ERR [AUTH] no\r\n", b"-ERR no\r\n", b"-ERR [SYS/PERM] no\r\n"],
)
def test_AUT_06_one_attempt(refusal: bytes) -> None:
    def act(peer: Peer) -> None:
        greet(peer, b"+OK\r\nUSER\r\nSASL PLAIN LOGIN\r\n.\r\n")
        peer.answer(refusal)

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises(CommandError):
            pop.login("ann", "secret")
        pop.close()
    assert [line.split()[0] for line in server.heard] == [b"CAPA", b"AUTH"]


def test_AUT_07_no_PASS_behind_a_refused_USER() -> None:
    def act(peer: Peer) -> None:
        greet(peer, b"+OK\r\nUSER\r\n.\r\n")
        peer.answer(b"-ERR no such user\r\n")

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises(AuthenticationError):
            pop.login("ann", "secret")
        pop.close()
    assert server.heard == [b"CAPA\r", b"USER ann\r"]


CODES: dict[bytes, type[CommandError]] = {
    b"[AUTH]": AuthenticationError,
    b"[IN-USE]": pop3lib.MaildropInUseError,
    b"[LOGIN-DELAY]": pop3lib.LoginDelayError,
    b"[SYS/TEMP]": ServerSystemError,
    b"[SYS/PERM]": ServerSystemError,
}


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("mechanism", ["USER", "APOP", "PLAIN", "SCRAM-SHA-256"])
@pytest.mark.parametrize("code", CODES)
def test_AUT_08_21_the_reason_is_a_type(code: bytes, mechanism: str, lower: bool) -> None:
    said = code.lower() if lower else code

    def act(peer: Peer) -> None:
        greet(peer)
        if mechanism == "USER":
            peer.answer(b"+OK\r\n")
        if mechanism.startswith("SCRAM"):
            peer.answer(b"+ cj14\r\n")  # in the midst of it: the client cancels
        peer.answer(b"-ERR " + said + b" not now\r\n")

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises(CommandError) as caught:
            pop.login("ann", "secret", mechanism=mechanism)
        assert isinstance(caught.value, CODES[code])
        assert caught.value.code == code.strip(b"[]").decode()
        if isinstance(caught.value, ServerSystemError):
            assert caught.value.permanent is (code == b"[SYS/PERM]")
        assert pop.state is State.AUTHORIZATION
        pop.close()


# --- challenges


@pytest.mark.parametrize("prompt", [b"+ Zm9v\r\n", b"+ Username:\r\n", b"+\r\n", b"+ \r\n"])
def test_AUT_09_20_prompts_of_LOGIN_are_not_read(prompt: bytes) -> None:
    def act(peer: Peer) -> None:
        greet(peer, b"+OK\r\nSASL LOGIN\r\n.\r\n")
        peer.answer(prompt if prompt != b"+ Username:\r\n" else b"+ VXNlcm5hbWU6\r\n")
        peer.answer(b"+ UGFzc3dvcmQ6\r\n", b"+OK\r\n", ALL)

    with serving(act) as server:
        pop = client(server).connect()
        pop.login("ann", "secret")
        assert pop.state is State.TRANSACTION
        pop.close()
    assert b64encode(b"secret") + b"\r" in server.heard


def test_AUT_09_a_second_challenge_to_PLAIN_is_cancelled() -> None:
    def act(peer: Peer) -> None:
        greet(peer)
        peer.answer(b"+ Zm9v\r\n", b"-ERR cancelled\r\n")

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises(AuthenticationError):
            pop.login("ann", "secret", mechanism="PLAIN")
        pop.close()
    assert server.heard[-1] == b"*\r"


@pytest.mark.parametrize("junk", [b"+ !!\r\n", b"+ Zm9\r\n", b"+ \xff\xfe\r\n", b"+ Zm9v=Zm9v\r\n"])
def test_AUT_10_a_challenge_that_is_no_base64_is_cancelled(junk: bytes) -> None:
    def act(peer: Peer) -> None:
        greet(peer)
        peer.answer(junk, b"-ERR cancelled\r\n")

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises(AuthenticationError):
            pop.login("ann", "secret", mechanism="CRAM-MD5")
        pop.close()
    assert server.heard[-1] == b"*\r"


class Patient(sasl.Plain):
    """A mechanism that answers for ever."""

    def answer(self, challenge: bytes) -> bytes:
        return b""


@pytest.mark.parametrize("challenges", [[b"+ \r\n"] * 200, [b"+ " + b"QUFB" * 6_000_000]])
def test_AUT_11_challenges_without_end(challenges: list[bytes]) -> None:
    def act(peer: Peer) -> None:
        peer.say(STAMP)
        peer.answer(*challenges)

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises(pop3lib.LimitExceededError):
            pop.auth(Patient("ann", "secret"))
        assert pop.state is State.CLOSED


def test_AUT_11_challenges_that_do_not_wait_for_their_answer() -> None:
    def act(peer: Peer) -> None:
        peer.say(STAMP)
        peer.hear()
        peer.say(b"+ \r\n" * 200)

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises(RemoteProtocolError, match="nobody asked"):
            pop.auth(Patient("ann", "secret"))
        assert pop.state is State.CLOSED
    assert len(server.heard) == 1


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
@pytest.mark.parametrize(
    "first",
    [
        "r=other,s=QUJD,i=4096",
        "r={nonce},s=QUJD,i=4096",
        "r={nonce}x,s=QUJD,i=1",
        "r={nonce}x,s=QUJD,i=0",
        "r={nonce}x,s=QUJD,i=-4096",
        "r={nonce}x,s=QUJD,i=4_096",
        "r={nonce}x,s=QUJD,i=2147483647",
        "m=ext,r={nonce}x,s=QUJD,i=4096",
        "r={nonce}x,s=QUJD",
        "r={nonce}x,r={nonce}x,s=QUJD,i=4096",
        "r={nonce}x,s=,i=4096",
        "r={nonce}x,s=QUJD,i=٤٠٩٦",
        "e=other-error",
    ],
)
def test_AUT_12_13_16_no_proof_for_a_wrong_first_message(mechanism: str, first: str) -> None:
    def act(peer: Peer) -> None:
        greet(peer)
        opening = peer.hear().split(b" ")[2]
        nonce = b64decode(opening).decode().partition("r=")[2]
        peer.say(b"+ " + b64encode(first.format(nonce=nonce).encode()) + b"\r\n")
        peer.answer(b"-ERR\r\n")

    with serving(act) as server:
        pop = client(server).connect()
        began = monotonic()
        with pytest.raises(AuthenticationError):
            pop.login("ann", "secret", mechanism=mechanism)
        assert monotonic() - began < 2
        pop.close()
    assert server.heard[-1] == b"*\r"


@pytest.mark.parametrize("how", ["early", "unproven", "wrong"])
def test_AUT_14_a_success_that_the_server_cannot_prove(how: str) -> None:
    def act(peer: Peer) -> None:
        greet(peer)
        opening = peer.hear().split(b" ")[2]
        if how != "early":
            nonce = b64decode(opening).decode().partition("r=")[2]
            first = f"r={nonce}x,s=QUJD,i=4096"
            peer.say(b"+ " + b64encode(first.encode()) + b"\r\n")
            peer.hear()
        if how == "wrong":
            peer.say(b"+ " + b64encode(b"v=" + b64encode(bytes(32))) + b"\r\n")
            peer.hear()
        peer.say(b"+OK welcome\r\n")

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises((AuthenticationError, RemoteProtocolError)):
            pop.login("ann", "secret", mechanism="SCRAM-SHA-256")
        assert pop.state is State.CLOSED


@pytest.mark.parametrize("form", [b"+\r\n", b"+ \r\n", b"+ go ahead\r\n", b"+OK go ahead\r\n"])
def test_AUT_19_20_a_long_initial_response_waits_to_be_asked(form: bytes, tls: Tls) -> None:
    def act(peer: Peer) -> None:
        peer.start_tls(tls.server)
        greet(peer)
        peer.answer(form, b"+OK\r\n", ALL)

    with serving(act) as server:
        pop = client(server, security=Security.TLS, ssl_context=tls.client).connect()
        pop.login("ann@example.org", token="t" * 1500, mechanism="XOAUTH2")
        assert pop.state is State.TRANSACTION
        pop.close()
    assert server.heard[1] == b"AUTH XOAUTH2\r"


def test_AUT_20_OK_where_a_challenge_belongs_is_no_success() -> None:
    def act(peer: Peer) -> None:
        greet(peer, b"+OK\r\nSASL CRAM-MD5\r\n.\r\n")
        peer.answer(b"+OK welcome\r\n", b"-ERR\r\n")

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises((AuthenticationError, RemoteProtocolError)):
            pop.login("ann", "secret", mechanism="CRAM-MD5")
        assert pop.state is not State.TRANSACTION
        pop.close()


@pytest.mark.parametrize("mechanism", ["OAUTHBEARER", "XOAUTH2"])
def test_AUT_17_the_reason_of_a_refused_token(mechanism: str, tls: Tls) -> None:
    reason = b'{"status":"invalid_token","scope":"mail.example/pop","schemes":"bearer"}'

    def act(peer: Peer) -> None:
        peer.start_tls(tls.server)
        greet(peer)
        peer.answer(b"+ " + b64encode(reason) + b"\r\n", b"-ERR [AUTH] no\r\n")

    with serving(act) as server:
        pop = client(server, security=Security.TLS, ssl_context=tls.client).connect()
        with pytest.raises(AuthenticationError) as caught:
            pop.login("ann", token="stale", mechanism=mechanism)
        assert caught.value.details["status"] == "invalid_token"
        assert caught.value.details["scope"] == "mail.example/pop"
        pop.close()
    assert server.heard[-1] == (b"AQ==\r" if mechanism == "OAUTHBEARER" else b"\r")


# --- channel binding


SCRAMS = ("SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512")
PLUS = Settings(sasl=("PLAIN", *SCRAMS, *(f"{name}-PLUS" for name in SCRAMS)))


def maildrops() -> dict[str, Maildrop]:
    return {"ann": Maildrop("secret", [b"x\r\n"])}


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("mechanism", [None, *(f"{name}-PLUS" for name in SCRAMS)])
def test_PLUS_over_real_TLS(tls: Tls, security: Security, mechanism: str | None) -> None:
    with Server(maildrops(), tls_context=tls.server, settings=PLUS) as server:
        port = server.tls_port if security is Security.TLS else server.port
        with faces.Client(server.host, port, security=security, ssl_context=tls.client) as pop:
            with pytest.raises(AuthenticationError):
                pop.login("ann", "wrong", mechanism=mechanism)
            pop.login("ann", "secret", mechanism=mechanism)
            assert pop.stat().count == 1
        server.settle()
    chosen = [line.split()[2] for line in server.log if line.startswith("C: AUTH")]
    assert chosen == [mechanism or "SCRAM-SHA-512-PLUS"] * 2


def test_PLUS_with_someone_in_between(tls: Tls) -> None:
    """He has a certificate that we trust, and passes everything on; but it is another one."""
    other = tls.server_for("127.0.0.1")
    with Server(maildrops(), tls_context=tls.server, settings=PLUS) as server:

        def between(peer: Peer) -> None:
            peer.start_tls(other)
            trusting = ssl.create_default_context()
            tls.authority.configure_trust(trusting)
            with (
                socket.create_connection((server.host, server.tls_port)) as plain,
                trusting.wrap_socket(plain, server_hostname="127.0.0.1") as beyond,
            ):
                peer.say(beyond.recv(4096))
                while line := peer.hear():
                    beyond.sendall(line + b"\n")
                    peer.say(beyond.recv(65536))

        with serving(between) as proxy:
            options = {"security": Security.TLS, "ssl_context": tls.client}
            pop = client(proxy, **options).connect()
            with pytest.raises(AuthenticationError):
                pop.login("ann", "secret", mechanism="SCRAM-SHA-256-PLUS")
            assert pop.state is not State.TRANSACTION
            pop.close()


@pytest.mark.parametrize("mechanism", [f"{name}-PLUS" for name in SCRAMS])
def test_AUT_15_a_binding_that_is_not_offered(tls: Tls, mechanism: str) -> None:
    with (
        Server(maildrops(), tls_context=tls.server) as server,
        faces.Client(server.host, server.tls_port, ssl_context=tls.client) as pop,
        pytest.raises(UnsupportedError),
    ):
        pop.login("ann", "secret", mechanism=mechanism)
    assert not any(line.startswith("C: AUTH") for line in server.log)


def test_AUT_15_the_flag_tells_a_server_that_its_list_was_cut(tls: Tls) -> None:
    """``y``: we could, and were not offered it. A server that did offer it knows then."""

    def act(peer: Peer) -> None:
        peer.start_tls(tls.server)
        greet(peer, b"+OK\r\nSASL SCRAM-SHA-256\r\n.\r\n")
        peer.answer(b"-ERR [AUTH]\r\n")

    with serving(act) as server:
        pop = client(server, security=Security.TLS, ssl_context=tls.client).connect()
        with pytest.raises(AuthenticationError):
            pop.login("ann", "secret")
        pop.close()
    assert b64decode(server.heard[1].split()[2]).startswith(b"y,,")


# --- around it


def test_AUT_22_nothing_is_trimmed() -> None:
    with Server({" a b ": Maildrop("  pass word  ", [])}) as server:
        for mechanism in ("USER", "PLAIN", "LOGIN"):
            with client(server) as pop:  # type: ignore[arg-type]
                pop.login(" a b ", "  pass word  ", mechanism=mechanism)


def test_AUT_23_capabilities_are_asked_again_after_the_login() -> None:
    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(b"+OK\r\nUSER\r\nX-BEFORE\r\n.\r\n", b"+OK\r\n", b"+OK\r\n")
        peer.answer(b"+OK\r\nPIPELINING\r\nX-AFTER\r\n.\r\n")

    with serving(act) as server:
        pop = client(server).connect()
        pop.login("ann", "secret")
        assert "X-AFTER" in pop.capabilities and "X-BEFORE" not in pop.capabilities
        assert pop.capabilities.pipelining
        pop.close()


def test_AUT_24_old_mechanisms_are_not_chosen() -> None:
    old = b"+OK\r\nSASL CRAM-MD5 DIGEST-MD5 NTLM\r\n.\r\n"
    with serving(lambda peer: greet(peer, old)) as server:
        pop = client(server, allow_insecure_login=False).connect()
        with pytest.raises((InsecureError, UnsupportedError)):
            pop.login("ann", "secret")
        pop.close()
    assert not any(map(says_login, server.heard))


def test_AUT_25_a_line_lost_between_USER_and_PASS() -> None:
    def act(peer: Peer) -> None:
        greet(peer, b"+OK\r\nUSER\r\n.\r\n")
        peer.answer(b"+OK\r\n")
        peer.socket.close()

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises(ServerDisconnected):
            pop.login("ann", "secret")
    assert server.connections == 1


@pytest.mark.parametrize("where", ["before", "after"])
def test_UTF8_belongs_before_the_login(where: str) -> None:
    with Server(messages=[b"x\r\n"]) as server, client(server) as pop:  # type: ignore[arg-type]
        if where == "before":
            pop.utf8()
            pop.login("ann", "secret")
        else:
            pop.login("ann", "secret")
            with pytest.raises(pop3lib.WrongStateError):
                pop.utf8()
    assert ("C: UTF8" in server.log) is (where == "before")


def test_8bit_names_and_passwords_where_they_may_travel(tls: Tls) -> None:
    drops = {"änn": Maildrop("gehéim", [])}
    settings = Settings(utf8=False)
    with (
        Server(drops, tls_context=tls.server, settings=settings) as server,
        faces.Client(server.host, server.tls_port, ssl_context=tls.client) as pop,
    ):
        with pytest.raises(UnsupportedError, match="UTF8 USER"):
            pop.login("änn", "gehéim", mechanism="USER")
        pop.login("änn", "gehéim")
    assert not any(line.startswith("C: USER") for line in server.log)
