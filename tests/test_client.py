"""The blocking client against the embedded server."""

from __future__ import annotations

import io
import shutil
import socket
from collections.abc import Iterator
from typing import Any

import pytest

import pop3lib
import pop3lib.sasl
from pop3lib import CommandError, Limits, Security, State, WrongStateError
from pop3lib.protocol import Command, Noop, Retr, Stat
from pop3lib.testing import LazyMessage, Maildrop, Server, Settings, script
from pop3lib.testing.listener import Listener
from tests import faces
from tests.conftest import Tls

pytestmark = pytest.mark.usefixtures("face")

MESSAGES = [b"Subject: number %d\r\n\r\n.body\r\n%d\r\n" % (n, n) for n in range(1, 6)]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(messages=MESSAGES) as server:
        yield server
    assert server.violations == []


def client(server: Any, **options: Any) -> pop3lib.Client:
    usual: dict[str, Any] = {"security": Security.PLAINTEXT, "timeout": 10}
    usual["allow_insecure_login"] = True
    return faces.Client(server.host, server.port, **(usual | options))


def logged_in(server: Any, **options: Any) -> pop3lib.Client:
    pop = client(server, **options).connect()
    pop.login("ann", "secret")
    return pop


# --- the block is a transaction


def test_leaving_normally_commits(server: Server) -> None:
    with client(server) as pop:
        pop.login("ann", "secret")
        pop.dele(2)
        assert pop.deleted == {2}
    server.settle()
    assert server.maildrops["ann"].messages == [m for n, m in enumerate(MESSAGES, 1) if n != 2]
    assert server.log[-2] == "C: QUIT"


def test_DAT_05_leaving_by_an_exception_commits_nothing(server: Server) -> None:
    with pytest.raises(KeyError), client(server) as pop:
        pop.login("ann", "secret")
        pop.dele(2)
        raise KeyError
    server.settle()
    assert server.maildrops["ann"].messages == MESSAGES
    assert "C: QUIT" not in server.log


def test_close_commits_nothing_and_quit_says_what_it_did(server: Server) -> None:
    pop = logged_in(server)
    pop.dele(1)
    pop.close()
    server.settle()
    assert server.maildrops["ann"].messages == MESSAGES
    pop = logged_in(server)
    pop.dele(1)
    pop.dele(3)
    assert pop.quit() == {1, 3}
    assert len(server.maildrops["ann"].messages) == 3
    pop.close()
    with pytest.raises(WrongStateError):
        pop.stat()


def test_quit_and_close_inside_the_block_are_enough(server: Server) -> None:
    with client(server) as pop:
        pop.quit()
    with client(server) as pop:
        pop.login("ann", "secret")
        pop.dele(1)
        pop.close()
    server.settle()
    assert server.maildrops["ann"].messages == MESSAGES


def test_DAT_02_marks_lost_with_the_line_are_not_passed_over_in_silence() -> None:
    lines = "S: +OK\nC: USER a\nS: +OK\nC: PASS ***\nS: +OK\nC: DELE 1\nS: +OK\nC: NOOP\n"
    lost = pytest.raises(WrongStateError, match=r"messages \[1\]")
    with script(lines) as server, lost, client(server) as pop:
        pop.user("a")
        pop.pass_("b")
        pop.dele(1)
        with pytest.raises(pop3lib.ServerDisconnected, match="NOOP"):
            pop.noop()


def test_a_server_that_hung_up_is_no_error_where_nothing_was_marked() -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(b"+OK\r\n")
        connection.recv(100)
        connection.sendall(b"-ERR [IN-USE] busy\r\n")

    listener = Listener(serve)
    try:
        refused = pytest.raises(pop3lib.MaildropInUseError)
        options: dict[str, Any] = {"security": Security.PLAINTEXT, "allow_insecure_login": True}
        with faces.Client("127.0.0.1", listener.port, **options) as pop, refused:
            pop.user("a")
        assert pop.state is State.CLOSED
    finally:
        listener.stop()


# --- what it returns


def test_every_listing(server: Server) -> None:
    with client(server) as pop:
        pop.login("ann", "secret")
        sizes = {n: len(message) for n, message in enumerate(MESSAGES, 1)}
        assert pop.list() == sizes and pop.list(3) == sizes[3]
        assert pop.stat() == pop3lib.DropListing(5, sum(sizes.values()))
        assert list(pop.uidl().values()) == server.maildrops["ann"].uids
        assert pop.uidl(3) == server.maildrops["ann"].uids[2]
        assert pop.capabilities.pipelining and "x-foo" not in pop.capabilities
        assert pop.capa() == pop.capabilities
        pop.noop()
        pop.dele(4)
        pop.rset()
        assert pop.deleted == frozenset()


def test_messages_come_as_they_are_kept(server: Server) -> None:
    with client(server) as pop:
        pop.login("ann", "secret")
        assert pop.retr(2) == MESSAGES[1]
        assert pop.top(2) == b"Subject: number 2\r\n\r\n"
        assert pop.top(2, 1) == b"Subject: number 2\r\n\r\n.body\r\n"
        assert str(pop.headers(2).subject) == "number 2"
        assert [message.content for message in pop.messages()] == MESSAGES
        assert [m.number for m in pop.messages([5, 1])] == [5, 1]


def test_summaries_download_nothing(server: Server) -> None:
    with client(server) as pop:
        pop.login("ann", "secret")
        found = list(pop.summaries())
    assert [str(summary.headers.subject) for summary in found] == [
        f"number {n}" for n in range(1, 6)
    ]
    assert [summary.size for summary in found] == [len(message) for message in MESSAGES]
    assert [summary.uid for summary in found] == server.maildrops["ann"].uids
    assert not any(line.startswith("C: RETR") for line in server.log)


def test_SEQ_08_one_refusal_stops_nothing(server: Server) -> None:
    with client(server) as pop:
        pop.login("ann", "secret")
        pop.dele(3)
        found = list(pop.messages([1, 3, 99, 5]))
        assert [type(message.error) for message in found] == [
            type(None), WrongStateError, CommandError, type(None),
        ]  # fmt: skip
        assert [message.content for message in found] == [MESSAGES[0], b"", b"", MESSAGES[4]]
        batch: list[Command[Any]] = [Stat(), Retr(77), Noop()]
        results = list(pop.execute_all(batch))
        assert results[0].result().count == 4
        with pytest.raises(CommandError, match="RETR 77"):
            results[1].result()
        assert results[2].result() is None


def test_a_batch_left_early_leaves_the_conversation_in_order(server: Server) -> None:
    with client(server) as pop:
        pop.login("ann", "secret")
        for message in pop.messages():
            assert message.number == 1
            break
        assert pop.stat().count == 5


@pytest.mark.parametrize(
    "settings", [Settings(top=False), Settings(uidl=False), Settings(capa=False)]
)
def test_servers_that_lack_something(settings: Settings) -> None:
    with Server(messages=MESSAGES, settings=settings) as server, client(server) as pop:
        pop.login("ann", "secret")
        found = list(pop.summaries())
        assert [str(summary.headers.subject) for summary in found][:2] == ["number 1", "number 2"]
        assert (found[0].uid is None) is not settings.uidl
        assert str(pop.headers(2).subject) == "number 2"


@pytest.mark.parametrize("pipelining", [True, False])
def test_SEQ_11_pipelining_only_where_it_is_offered(pipelining: bool) -> None:
    settings = Settings(pipelining=pipelining)
    with Server(messages=MESSAGES * 20, settings=settings) as server, client(server) as pop:
        pop.login("ann", "secret")
        assert len(list(pop.summaries())) == 100
    assert server.violations == []


# --- streams


def test_a_stream_is_a_readable_binary_file(server: Server) -> None:
    with client(server) as pop:
        pop.login("ann", "secret")
        with pop.open(1) as message:
            assert message.readable()
            assert message.read(5) + message.read() == MESSAGES[0]
            assert message.read() == b""
        with pop.open(2) as message:
            target = io.BytesIO()
            shutil.copyfileobj(message, target)
            assert target.getvalue() == MESSAGES[1]
        with pop.open(3) as message:
            first = message.read(3)
            assert first + b"".join(message) == MESSAGES[2]
        with pytest.raises(ValueError):
            message.read()
        with pytest.raises(CommandError, match="RETR 99"):
            pop.open(99)
        assert pop.stat().count == 5


def test_a_stream_can_be_buffered_and_read_by_lines(server: Server) -> None:
    with client(server) as pop:
        pop.login("ann", "secret")
        with io.BufferedReader(pop.open(1), 4) as message:
            assert list(message) == MESSAGES[0].splitlines(keepends=True)
        small = bytearray(3)
        with pop.open(2) as message:
            assert message.readinto(small) == 3 and small == MESSAGES[1][:3]
            assert bytes(small) + message.read() == MESSAGES[1]
            assert message.readinto(small) == 0
        assert pop.stat().count == 5


def test_an_abandoned_stream_desynchronises_nothing() -> None:
    big = LazyMessage(50_000_000, lambda: (b".line\r\n" * 10_000 for _ in range(714)))
    with Server(messages=[big, MESSAGES[0]]) as server, client(server) as pop:
        pop.login("ann", "secret")
        with pop.open(1) as message:
            assert message.read(7) == b".line\r\n"
        assert pop.retr(2) == MESSAGES[0]


def test_LIM_07_a_message_past_the_limit_closes_and_a_stream_has_none() -> None:
    limits = Limits(max_message=10)
    with Server(messages=MESSAGES) as server:
        with logged_in(server, limits=limits) as pop, pop.open(1) as message:
            assert message.read() == MESSAGES[0]
        pop = logged_in(server, limits=limits)
        with pytest.raises(pop3lib.LimitExceededError, match="max_message=10"):
            pop.retr(1)
        assert pop.state is State.CLOSED


# --- logging in


def test_a_locked_maildrop(server: Server) -> None:
    with client(server) as first:
        first.login("ann", "secret")
        with client(server) as second, pytest.raises(pop3lib.MaildropInUseError):
            second.login("ann", "secret")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "USER", "APOP", None])
@pytest.mark.parametrize("password", ["secret", "wrong"])
def test_each_way_in(server: Server, mechanism: str | None, password: str) -> None:
    with client(server) as pop:
        if password == "secret":
            pop.login("ann", password, mechanism=mechanism)
            assert pop.stat().count == 5
        else:
            with pytest.raises(pop3lib.AuthenticationError) as caught:
                pop.login("ann", password, mechanism=mechanism)
            assert caught.value.code == "AUTH" and "wrong" not in str(caught.value.command)
            pop.login("ann", "secret", mechanism=mechanism)  # the connection is still good


def test_the_steps_one_by_one(server: Server) -> None:
    with client(server) as pop:
        pop.utf8()
        pop.apop("ann", "secret")
    with client(server) as pop:
        pop.auth(pop3lib.sasl.Plain("ann", "secret"))
        with pytest.raises(CommandError):
            pop.lang()
        with pytest.raises(CommandError):
            pop.lang("en")


@pytest.mark.parametrize("how", [{}, {"mechanism": "USER"}, {"mechanism": "LOGIN"}])
def test_AUT_01_no_password_in_clear_by_default(server: Server, how: dict[str, Any]) -> None:
    with client(server, allow_insecure_login=False) as pop:
        with pytest.raises(pop3lib.InsecureError):
            pop.login("ann", "secret", **how)
        assert pop.state is State.AUTHORIZATION
    assert not any(
        line.split()[1] in ("USER", "PASS", "AUTH") for line in server.log if line[0] == "C"
    )


# --- around it


def test_constructing_does_no_io_and_using_it_too_early_is_told() -> None:
    pop = faces.Client("pop.example.org")
    assert pop.state is State.GREETING and pop.greeting is None and not pop.secure
    assert "pop.example.org:995" in repr(pop)
    with pytest.raises(WrongStateError, match="not connected"):
        pop.stat()
    pop.close()


def test_a_client_connects_once(server: Server) -> None:
    with client(server).connect() as pop, pytest.raises(WrongStateError, match="make a new one"):
        pop.connect()


def test_a_socket_of_ones_own(server: Server) -> None:
    sock = socket.create_connection((server.host, server.port))
    with faces.Client.from_socket(
        sock, host="anything", security=Security.PLAINTEXT, allow_insecure_login=True
    ) as pop:
        pop.login("ann", "secret")
        assert pop.stat().count == 5


def test_SEQ_16_a_server_that_hung_up_while_idle(server: Server) -> None:
    pop = logged_in(server)
    server.stop()
    with pytest.raises(pop3lib.ServerDisconnected, match="nothing was asked"):
        pop.dele(1)
    assert pop.state is State.CLOSED
    with pytest.raises(WrongStateError, match="closed since"):
        pop.dele(1)


def test_a_trace_can_be_replayed_as_a_script() -> None:
    lines: list[str] = []

    def talk(server: Any, **options: Any) -> bytes:
        with client(server, pipelining=False, **options) as pop:
            pop.login("ann", "secret", mechanism="USER")
            return pop.retr(1)

    with Server(messages=[b"A: \xff\\\r\n\r\n..x\r\n"]) as server:
        content = talk(server, trace=lines.append)
    assert "C: PASS ***" in lines and "secret" not in "".join(lines)
    with script("\n".join(lines)) as replay:
        assert talk(replay) == content


def test_a_trace_with_STLS_in_it_can_be_replayed_as_a_script(tls: Tls) -> None:
    lines: list[str] = []

    def talk(server: Any, **options: Any) -> bytes:
        options |= {"security": Security.STARTTLS, "ssl_context": tls.client, "pipelining": False}
        with client(server, **options) as pop:
            pop.login("ann", "secret", mechanism="USER")
            return pop.retr(1)

    with Server(messages=[b"A: b\r\n\r\nx\r\n"], tls_context=tls.server) as server:
        content = talk(server, trace=lines.append)
    assert lines[lines.index("C: STLS") + 2] == "-- TLS"
    with script("\n".join(lines), tls_context=tls.server) as replay:
        assert talk(replay) == content


# --- TLS


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_TLS_by_both_ways(tls: Tls, security: Security) -> None:
    with Server(messages=MESSAGES, tls_context=tls.server) as server:
        port = server.tls_port if security is Security.TLS else server.port
        with faces.Client(
            server.host, port, security=security, ssl_context=tls.client, timeout=10
        ) as pop:
            assert pop.secure
            pop.login("ann", "secret")
            assert [message.content for message in pop.messages()] == MESSAGES
            pop.dele(1)
        server.settle()
        assert len(server.maildrops["ann"].messages) == 4
    assert server.violations == []


def test_STLS_by_hand(tls: Tls) -> None:
    options = {"ssl_context": tls.client, "allow_insecure_login": False}
    with (
        Server(messages=MESSAGES, tls_context=tls.server) as server,
        client(server, **options) as pop,
    ):
        before = pop.secure
        pop.stls()
        assert (before, pop.secure, pop.greeting) == (False, True, None)
        pop.login("ann", "secret")


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("why", ["unknown authority", "another name"])
def test_TLS_11_12_16_a_certificate_must_be_right(tls: Tls, security: Security, why: str) -> None:
    import ssl

    context = tls.server if why == "unknown authority" else tls.server_for("mail.other.example")
    trust = None if why == "unknown authority" else tls.client
    with Server(messages=MESSAGES, tls_context=context) as server:
        port = server.tls_port if security is Security.TLS else server.port
        pop = faces.Client(server.host, port, security=security, ssl_context=trust, timeout=10)
        with pytest.raises(ssl.SSLCertVerificationError, match=r"127\.0\.0\.1|self.signed|unable"):
            pop.connect()
        assert pop.state is State.CLOSED
    assert not any("ann" in line or "secret" in line for line in server.log)


def test_TLS_01_STARTTLS_where_there_is_none() -> None:
    with (
        Server(messages=MESSAGES) as server,
        pytest.raises(pop3lib.InsecureError, match="does not offer STLS"),
    ):
        client(server, security=Security.STARTTLS).connect()
    assert [line for line in server.log if line.startswith("C:")] == ["C: CAPA"]


def test_TLS_17_a_port_that_speaks_no_TLS() -> None:
    import ssl

    with Server(messages=MESSAGES) as server, pytest.raises(ssl.SSLError) as caught:
        client(server, security=Security.TLS).connect()
    assert f"127.0.0.1:{server.port}" in str(caught.value)
    assert "does not speak TLS from the start" in str(caught.value)
    assert caught.value.reason  # what OpenSSL said is there as it was


def test_maildrops_from_a_folder_and_a_maildir(tmp_path: Any) -> None:
    for sub in ("cur", "new", "tmp"):
        (tmp_path / sub).mkdir()
    (tmp_path / "one.eml").write_bytes(b"A: 1\n\nx\n")
    (tmp_path / "new" / "2").write_bytes(b"B: 2\n\n")
    (tmp_path / "cur" / "1:2,S").write_bytes(b"C: 3\r\n\r\n")
    assert Maildrop.from_folder(tmp_path).messages == [b"A: 1\r\n\r\nx\r\n"]
    assert Maildrop.from_maildir(tmp_path).messages == [b"C: 3\r\n\r\n", b"B: 2\r\n\r\n"]
