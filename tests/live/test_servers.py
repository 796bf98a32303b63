"""The servers that the live tests rest on do what those tests expect of them.

Seen with the standard library's poplib, and over a bare socket where poplib would be in the way:
it loses bare line feeds, and refuses lines of more than 2048 octets.
"""

from __future__ import annotations

import base64
import hmac
import os
import poplib
import select
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.awkward import AWKWARD, Awkward
from tests.live.conftest import require
from tests.live.servers import Courier, Dovecot, Server, TwistedServer
from tests.live.servers.ports import free_ports, greets
from tests.live.servers.process import Process
from tests.live.wire import Wire

Start = Callable[[Server], None]

_THREE = [b"Subject: %d\n\nbody of %d\n" % (number, number) for number in (1, 2, 3)]


@contextmanager
def logged_in(server: Server, user: str = "alice") -> Iterator[poplib.POP3]:
    """Log in with poplib; drop the connection in the end."""
    pop = poplib.POP3(server.host, server.port, timeout=30)
    try:
        pop.user(user)
        pop.pass_(server.password)
        yield pop
    finally:
        pop.close()


def listens(port: int) -> bool:
    """Whether anybody takes connections there."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


# --- every server -------------------------------------------------------------------------------


def test_messages_are_listed_and_retrieved_in_the_order_given(server: Server) -> None:
    server.fill("alice", _THREE)
    with logged_in(server) as pop:
        numbers = [line.split()[0] for line in pop.list()[1]]
        subjects = [pop.retr(number)[1][0] for number in (1, 2, 3)]
    assert numbers == [b"1", b"2", b"3"]
    assert subjects == [b"Subject: 1", b"Subject: 2", b"Subject: 3"]


def test_what_quit_deletes_is_gone_from_the_disk(server: Server) -> None:
    server.fill("alice", _THREE)
    with logged_in(server) as pop:
        pop.dele(2)
        assert server.messages_now("alice") == _THREE
        pop.quit()
    assert server.messages("alice") == [_THREE[0], _THREE[2]]


def test_a_dropped_connection_deletes_nothing_on_disk(server: Server) -> None:
    server.fill("alice", _THREE)
    with logged_in(server) as pop:
        pop.dele(2)
    assert server.messages("alice") == _THREE


def test_a_maildrop_filled_again_holds_only_the_new_messages(server: Server) -> None:
    server.fill("alice", _THREE)
    with logged_in(server) as pop:
        pop.retr(1)
        pop.quit()
    server.fill("alice", [b"Subject: new\n\n"])
    with logged_in(server) as pop:
        assert pop.stat()[0] == 1
        assert pop.retr(1)[1][0] == b"Subject: new"


def test_a_maildrop_can_be_filled_while_an_old_session_is_open(server: Server) -> None:
    server.fill("alice", _THREE)
    with logged_in(server) as old:
        old.dele(1)
        server.fill("alice", _THREE[:1])
        with logged_in(server) as new:
            assert new.stat()[0] == 1
    assert server.messages("alice") == _THREE[:1]


def test_the_users_have_maildrops_of_their_own(server: Server) -> None:
    server.fill("bob", _THREE)
    with logged_in(server, "alice") as pop:
        assert pop.stat() == (0, 0)
    with logged_in(server, "bob") as pop:
        assert pop.stat()[0] == 3


def test_a_wrong_password_is_refused(server: Server) -> None:
    pop = poplib.POP3(server.host, server.port, timeout=30)
    pop.user("alice")
    with pytest.raises(poplib.error_proto, match="-ERR"):
        pop.pass_("wrong")
    pop.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_certificate_is_for_the_address_and_the_name(server: Server, host: str) -> None:
    pop = poplib.POP3_SSL(host, server.tls_port, timeout=30, context=server.context())
    pop.user("alice")
    assert pop.pass_(server.password).startswith(b"+OK")
    pop.close()


def test_the_certificate_is_worth_nothing_to_who_does_not_know_the_authority(
    server: Server,
) -> None:
    context = ssl.create_default_context()
    with pytest.raises(ssl.SSLCertVerificationError):
        Wire(server, context=context)


@pytest.mark.parametrize("message", AWKWARD, ids=str)
def test_awkward_messages_are_delivered_as_their_table_says(
    server: Server, message: Awkward
) -> None:
    server.fill("alice", [message.stored])
    with Wire(server) as wire:
        if message.wants_utf8 and server.name == "courier":
            assert wire.ask("UTF8").startswith(b"+OK")
        wire.log_in(server)
        accepted = wire.ask("RETR 1").startswith(b"+OK")
        assert (wire.body() if accepted else None) == message.delivered(server.name)


@pytest.mark.parametrize("kind", [Dovecot, Courier, TwistedServer])
def test_a_stopped_server_leaves_neither_a_listener_nor_a_file(kind: type[Server]) -> None:
    with require(kind()) as server:
        assert greets(server.host, server.port)
        context = server.context()
    assert not greets(server.host, server.port)
    assert not greets(server.host, server.tls_port, context)
    assert not server.work.exists()


@pytest.mark.parametrize("kind", [Dovecot, Courier, TwistedServer])
def test_a_kill_of_the_tests_leaves_no_server_behind(kind: type[Server]) -> None:
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed, so a server cannot be told to end with its parent")
    require(kind())
    script = (
        f"from tests.live.servers import {kind.__name__}\n"
        f"with {kind.__name__}() as server:\n"
        "    print(server.port, server.work, flush=True)\n"
        "    input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    ) as tests:
        assert tests.stdout is not None
        port, work = tests.stdout.readline().split()
        assert greets("127.0.0.1", int(port))
        tests.kill()
    give_up = time.monotonic() + 10
    while listens(int(port)) and time.monotonic() < give_up:
        select.select([], [], [], 0.02)
    shutil.rmtree(work)
    assert not listens(int(port))


# --- Dovecot's own ------------------------------------------------------------------------------


def _answer_to(wire: Wire, *lines: str) -> bytes:
    """Send the lines of a SASL exchange; return the answer to the last."""
    *challenged, last = lines
    for line in challenged:
        assert wire.ask(line).startswith(b"+ ")
    return wire.ask(last)


def _xoauth2(user: str, token: str) -> str:
    return base64.b64encode(f"user={user}\1auth=Bearer {token}\1\1".encode()).decode()


def test_dovecot_offers_every_mechanism_that_is_tested_on_it(dovecot: Dovecot) -> None:
    with Wire(dovecot) as wire:
        wire.ask("CAPA")
        capabilities = wire.body().decode().splitlines()
    (sasl,) = (line.split()[1:] for line in capabilities if line.startswith("SASL "))
    assert set(sasl) >= {
        "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "OAUTHBEARER", "XOAUTH2",
        "EXTERNAL",
    }  # fmt: skip
    assert "PIPELINING" in capabilities


def test_dovecot_takes_a_token_of_the_user_it_is_for(dovecot: Dovecot) -> None:
    with Wire(dovecot) as wire:
        response = _xoauth2("alice", dovecot.token("alice"))
        assert _answer_to(wire, f"AUTH XOAUTH2 {response}").startswith(b"+OK")


@pytest.mark.parametrize(("owner", "expired"), [("alice", True), ("bob", False)])
def test_dovecot_refuses_a_token_expired_or_of_another_user(
    dovecot: Dovecot, owner: str, expired: bool
) -> None:
    with Wire(dovecot) as wire:
        response = _xoauth2("alice", dovecot.token(owner, expired=expired))
        assert _answer_to(wire, f"AUTH XOAUTH2 {response}", "").startswith(b"-ERR [AUTH]")


def test_dovecot_knows_the_user_by_the_client_certificate(dovecot: Dovecot) -> None:
    dovecot.fill("bob", _THREE)
    with Wire(dovecot, context=dovecot.context("bob")) as wire:
        assert wire.ask("AUTH EXTERNAL =").startswith(b"+OK")
        assert wire.ask("STAT").startswith(b"+OK 3 ")


def test_dovecot_refuses_external_without_a_client_certificate(dovecot: Dovecot) -> None:
    with Wire(dovecot, context=dovecot.context()) as wire:
        assert wire.ask("AUTH EXTERNAL =").startswith(b"-ERR")


def test_dovecot_takes_apop(dovecot: Dovecot) -> None:
    pop = poplib.POP3(dovecot.host, dovecot.port, timeout=30)
    assert pop.apop("alice", dovecot.password).startswith(b"+OK")
    pop.close()


def test_dovecot_takes_a_password_on_its_strict_address_only_inside_tls(dovecot: Dovecot) -> None:
    with Wire(dovecot, dovecot.strict_host) as wire:
        assert wire.ask("USER alice").startswith(b"-ERR [AUTH]")
    pop = poplib.POP3(dovecot.strict_host, dovecot.port, timeout=30)
    pop.stls(dovecot.context())
    pop.user("alice")
    assert pop.pass_(dovecot.password).startswith(b"+OK")
    pop.close()


def test_dovecot_can_be_started_with_settings_of_its_own(started: Start) -> None:
    server = Dovecot("login_greeting = At your service.")
    started(server)
    with Wire(server) as wire:
        assert wire.greeting.startswith(b"+OK At your service.")


# --- Courier's own ------------------------------------------------------------------------------


def test_courier_starts_tls_by_stls(courier: Courier) -> None:
    pop = poplib.POP3(courier.host, courier.port, timeout=30)
    pop.stls(courier.context())
    pop.user("alice")
    assert pop.pass_(courier.password).startswith(b"+OK")
    pop.close()


def test_courier_logs_in_by_a_challenge(courier: Courier) -> None:
    with Wire(courier) as wire:
        challenge = base64.b64decode(wire.ask("AUTH CRAM-MD5")[2:])
        digest = hmac.new(courier.password.encode(), challenge, "md5").hexdigest()
        response = base64.b64encode(f"alice {digest}".encode()).decode()
        assert wire.ask(response).startswith(b"+OK")


def test_courier_can_be_started_with_settings_of_its_own(started: Start) -> None:
    server = Courier(POP3AUTH="", POP3AUTH_ORIG="")
    started(server)
    with Wire(server) as wire:
        wire.ask("CAPA")
        assert b"SASL" not in wire.body()


# --- the fixtures themselves --------------------------------------------------------------------


class Absent(TwistedServer):
    """A server that is not installed."""

    @classmethod
    def missing(cls) -> str | None:
        """Say so."""
        return "it was never written"


def test_a_missing_server_skips_its_tests_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POP3LIB_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="it was never written"):
        require(Absent())


def test_a_missing_server_fails_its_tests_where_servers_are_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POP3LIB_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="it was never written"):
        require(Absent())


def test_a_server_that_ends_at_once_is_reported_with_its_log(tmp_path: Path) -> None:
    process = Process(
        [sys.executable, "-c", "import sys; sys.exit('cannot go on')"], tmp_path / "log"
    )
    with pytest.raises(RuntimeError, match=r"status 1\.\ncannot go on"):
        process.wait_until(lambda: False)
    process.stop()


def test_a_process_is_stopped_with_its_children_even_where_they_ignore_sigterm(
    tmp_path: Path,
) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    script = 'trap "" TERM; exec 3>"$0"; sleep 600 & echo begun; wait'
    process = Process(["bash", "-c", script, str(alive)], tmp_path / "log", stop_after=0.2)
    process.wait_until(lambda: "begun" in process.log_text())
    process.stop()
    # The pipe is at its end once nobody who had it open for writing is left.
    assert select.select([reader], [], [], 5)[0]
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_free_ports_are_free_and_differ() -> None:
    ports = free_ports(20, ("127.0.0.1", "127.0.0.2"))
    assert len(set(ports)) == 20
    assert not any(greets("127.0.0.1", port) for port in ports)
