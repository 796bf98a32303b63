"""The client against servers that nobody here wrote: Dovecot, Courier, Twisted."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pop3lib
from pop3lib import CommandError, Security, State
from pop3lib.sasl.channel_binding import tls_server_end_point
from tests.awkward import AWKWARD
from tests.live.servers import Dovecot, Server

THREE = [b"Subject: %d\n\nbody %d\n.\n" % (n, n) for n in (1, 2, 3)]


def client(server: Server, **options: Any) -> pop3lib.Client:
    usual: dict[str, Any] = {"security": Security.PLAINTEXT, "timeout": 30}
    usual["allow_insecure_login"] = True
    return pop3lib.Client(server.host, server.port, **(usual | options))


def tls_client(server: Server, user: str | None = None) -> pop3lib.Client:
    return pop3lib.Client(
        server.host, server.tls_port, ssl_context=server.context(user), timeout=30
    )


# --- logging in


def test_login_right(server: Server) -> None:
    server.fill("alice", THREE)
    with client(server) as pop:
        pop.login("alice", server.password)
        assert pop.state is State.TRANSACTION and pop.stat().count == 3


def test_login_wrong_leaves_the_connection_good(server: Server) -> None:
    with client(server) as pop:
        with pytest.raises(pop3lib.AuthenticationError) as caught:
            pop.login("alice", "wr0ng", mechanism="USER")
        assert "wr0ng" not in str(caught.value)
        pop.login("alice", server.password, mechanism="USER")


def test_TLS_from_the_start(server: Server) -> None:
    server.fill("alice", THREE)
    with tls_client(server) as pop:
        pop.login("alice", server.password, mechanism="USER")
        assert pop.secure and [m.error for m in pop.messages()] == [None] * 3


@pytest.mark.parametrize("name", ["dovecot", "courier"])
def test_TLS_by_STLS(name: str, request: pytest.FixtureRequest) -> None:
    server: Server = request.getfixturevalue(name)
    with client(
        server, security=Security.STARTTLS, ssl_context=server.context(), allow_insecure_login=False
    ) as pop:
        pop.login("alice", server.password)
        assert (pop.secure and not pop.capabilities.stls) or name == "courier"


def test_STLS_where_there_is_none_is_refused(twisted_server: Server) -> None:
    with pytest.raises(pop3lib.InsecureError):
        client(twisted_server, security=Security.STARTTLS).connect()


def test_a_certificate_of_an_unknown_authority_is_refused(server: Server) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        pop3lib.Client(server.host, server.tls_port, timeout=30).connect()


def test_no_password_in_clear_unless_one_says_so(server: Server) -> None:
    with client(server, allow_insecure_login=False) as pop, pytest.raises(pop3lib.POP3Error):
        pop.login("alice", server.password, mechanism="USER")


def test_a_server_that_wants_TLS_first_says_so(dovecot: Dovecot) -> None:
    strict = pop3lib.Client(
        dovecot.strict_host,
        dovecot.port,
        security=Security.PLAINTEXT,
        allow_insecure_login=True,
        timeout=30,
    )
    with strict as pop, pytest.raises(pop3lib.AuthenticationError, match=r"\[AUTH\]"):
        pop.login("alice", dovecot.password, mechanism="USER")


PASSWORD_WAYS = ["USER", "APOP", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"]


@pytest.mark.parametrize("secure", [False, True], ids=["clear", "TLS"])
@pytest.mark.parametrize("mechanism", PASSWORD_WAYS)
def test_each_way_of_Dovecot_right_and_wrong(
    dovecot: Dovecot, mechanism: str, secure: bool
) -> None:
    with tls_client(dovecot) if secure else client(dovecot) as pop:
        with pytest.raises(pop3lib.AuthenticationError) as caught:
            pop.login("alice", "wr0ng", mechanism=mechanism)
        assert caught.value.code == "AUTH"
        pop.login("alice", dovecot.password, mechanism=mechanism)
        assert pop.stat().count == 0


def test_the_strongest_way_is_taken_unasked(dovecot: Dovecot) -> None:
    lines: list[str] = []
    with client(dovecot, trace=lines.append, allow_insecure_login=False) as pop:
        pop.login("alice", dovecot.password)
    assert "C: AUTH SCRAM-SHA-256 ***" in lines
    assert dovecot.password not in "".join(lines)


@pytest.mark.parametrize("mechanism", ["OAUTHBEARER", "XOAUTH2", None])
def test_tokens_right_and_expired(dovecot: Dovecot, mechanism: str | None) -> None:
    with tls_client(dovecot) as pop:
        with pytest.raises(pop3lib.AuthenticationError) as caught:
            token = dovecot.token("alice", expired=True)
            pop.login("alice", token=token, mechanism=mechanism)
        assert caught.value.details.get("status") and token not in str(caught.value)
    with tls_client(dovecot) as pop:
        pop.login("alice", token=dovecot.token("alice"), mechanism=mechanism)
        assert pop.state is State.TRANSACTION
    with client(dovecot) as pop, pytest.raises(pop3lib.InsecureError):
        pop.login("alice", token=dovecot.token("alice"), mechanism=mechanism)


def test_EXTERNAL_with_a_client_certificate(dovecot: Dovecot) -> None:
    with tls_client(dovecot, "alice") as pop:
        pop.login("alice", mechanism="EXTERNAL")
        assert pop.stat().count == 0
    with tls_client(dovecot) as pop, pytest.raises(pop3lib.AuthenticationError):
        pop.login("alice", mechanism="EXTERNAL")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_each_way_of_Courier(courier: Server, mechanism: str) -> None:
    with client(courier) as pop:
        pop.login("alice", courier.password, mechanism=mechanism)
        assert pop.stat().count == 0


def test_the_one_way_of_Twisted(twisted_server: Server) -> None:
    with client(twisted_server) as pop:
        pop.login("alice", twisted_server.password, mechanism="CRAM-MD5")
        assert pop.stat().count == 0


def test_a_locked_maildrop(started: Callable[[Server], None]) -> None:
    server = Dovecot("mail_max_userip_connections = 1")
    started(server)
    with client(server) as first:
        first.login("alice", server.password)
        with client(server) as second, pytest.raises(pop3lib.MaildropInUseError, match="IN-USE"):
            second.login("alice", server.password)


def test_what_a_channel_is_bound_to_can_be_read_of_a_real_certificate(dovecot: Dovecot) -> None:
    with tls_client(dovecot) as pop:
        assert tls_server_end_point(pop._transport.certificate()) is not None


# --- listings and messages


def test_every_listing(server: Server) -> None:
    server.fill("alice", THREE)
    with client(server) as pop:
        pop.login("alice", server.password)
        sizes, uids = pop.list(), pop.uidl()
        assert list(sizes) == list(uids) == [1, 2, 3] and len(set(uids.values())) == 3
        assert pop.stat() == pop3lib.DropListing(3, sum(sizes.values()))
        assert (pop.list(2), pop.uidl(2)) == (sizes[2], uids[2])
        for refused in (lambda: pop.list(99), lambda: pop.uidl(99), lambda: pop.retr(99)):
            with pytest.raises(CommandError):
                refused()
        assert [str(s.headers.subject) for s in pop.summaries()] == ["1", "2", "3"]
        assert [s.uid for s in pop.summaries()] == list(uids.values())


def test_unique_ids_stay_from_session_to_session(server: Server) -> None:
    server.fill("alice", THREE)
    with client(server) as pop:
        pop.login("alice", server.password)
        before = pop.uidl()
        pop.dele(1)
    server.messages("alice")
    with client(server) as pop:
        pop.login("alice", server.password)
        assert list(pop.uidl().values()) == [before[2], before[3]]


def test_awkward_messages_come_octet_for_octet(server: Server) -> None:
    server.fill("alice", [message.stored for message in AWKWARD])
    with client(server) as pop:
        if server.name == "courier":
            pop.utf8()  # without it Courier wraps a message with 8-bit headers in a notice
        pop.login("alice", server.password)
        found = list(pop.messages())
        assert len(found) == len(AWKWARD)
        for message, awkward in zip(found, AWKWARD, strict=True):
            expected = awkward.delivered(server.name)
            assert message.content == (expected or b""), awkward.name
            assert (message.error is None) is (expected is not None), awkward.name
            if expected is None:
                continue
            assert pop.retr(message.number) == expected, awkward.name
            with pop.open(message.number) as stream:
                assert stream.read() == expected, awkward.name
            block = pop.top(message.number)
            assert expected.startswith(block.removesuffix(b"\r\n")), awkward.name


# --- what is deleted, and what is not


def left(server: Server) -> list[bytes]:
    return server.messages("alice")


def test_after_QUIT_the_marked_ones_are_gone(server: Server) -> None:
    server.fill("alice", THREE)
    with client(server) as pop:
        pop.login("alice", server.password)
        pop.dele(2)
        assert pop.quit() == {2}
    assert left(server) == [THREE[0], THREE[2]]


def test_after_close_nothing_is_gone(server: Server) -> None:
    server.fill("alice", THREE)
    pop = client(server).connect()
    pop.login("alice", server.password)
    pop.dele(2)
    pop.close()
    assert left(server) == THREE


def test_after_an_exception_nothing_is_gone(server: Server) -> None:
    server.fill("alice", THREE)
    with pytest.raises(KeyError), client(server) as pop:
        pop.login("alice", server.password)
        pop.dele(1)
        pop.dele(2)
        raise KeyError
    assert left(server) == THREE


def test_RSET_takes_the_marks_back(server: Server) -> None:
    server.fill("alice", THREE)
    with client(server) as pop:
        pop.login("alice", server.password)
        pop.dele(1)
        pop.rset()
        assert pop.deleted == frozenset() and pop.stat().count == 3
    assert left(server) == THREE


def test_a_thousand_messages_pipelined(server: Server) -> None:
    server.fill("alice", [b"Subject: %d\n\n.\n" % n for n in range(1000)])
    with client(server) as pop:
        pop.login("alice", server.password)
        assert len({str(s.headers.subject) for s in pop.summaries()}) == 1000
        assert all(m.content.endswith(b"\r\n\r\n.\r\n") for m in pop.messages())


def test_the_same_one_by_one(server: Server) -> None:
    # Few: Twisted answers in two segments, and each serial answer of its waits for a delayed ACK.
    server.fill("alice", [b"Subject: %d\n\n.\n" % n for n in range(30)])
    with client(server, pipelining=False) as pop:
        pop.login("alice", server.password)
        assert len({str(s.headers.subject) for s in pop.summaries()}) == 30


# --- the quick start


def test_the_quick_start_on_a_real_server(server: Server, tmp_path: Path) -> None:
    server.fill("alice", THREE)
    script = Path(__file__).parent.parent.parent / "examples" / "quickstart.py"
    url = f"pops://alice@localhost:{server.tls_port}"
    for arguments, remaining in (([], THREE), (["--delete", "3"], THREE[:2])):
        done = subprocess.run(
            [sys.executable, str(script), url, "--ca-file", str(server.ca_file), *arguments],
            cwd=tmp_path,
            env={**os.environ, "POP3_PASSWORD": server.password},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert left(server) == remaining
