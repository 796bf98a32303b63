"""The embedded server, asked by sockets and by the standard library's poplib."""

from __future__ import annotations

import poplib
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest

from pop3lib.testing import LazyMessage, Maildrop, Server, Settings
from tests.conftest import Tls

MESSAGES = [
    b"Subject: one\r\n\r\n.dot\r\n..\r\n.\r\nend\r\n",
    b"Subject: two\r\n\r\nbare\nlf \xff\0\r",
]
SENT = [MESSAGES[0], MESSAGES[1] + b"\r\n"]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(messages=MESSAGES) as server:
        yield server


class Raw:
    """A socket that says lines and reads them."""

    def __init__(self, server: Server) -> None:
        self.socket = socket.create_connection((server.host, server.port), 10)
        self.file = self.socket.makefile("rb")
        self.greeting = self.file.readline()

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()

    def say(self, line: str) -> bytes:
        self.socket.sendall(line.encode() + b"\r\n")
        return self.file.readline().rstrip(b"\r\n")

    def body(self) -> bytes:
        lines = iter(self.file.readline, b".\r\n")
        return b"".join(line[1:] if line.startswith(b".") else line for line in lines)

    def log_in(self) -> None:
        assert self.say("USER ann") == b"+OK"
        assert self.say("PASS secret") == b"+OK 2 messages"


def test_a_session_with_poplib(server: Server) -> None:
    pop = poplib.POP3(server.host, server.port, timeout=10)
    assert b"pop3lib.testing" in pop.getwelcome()
    assert "PIPELINING" in pop.capa()
    pop.apop("ann", "secret")
    assert pop.stat() == (2, len(SENT[0]) + len(SENT[1]))
    assert pop.list()[1] == [b"%d %d" % (n, len(m)) for n, m in enumerate(SENT, 1)]
    assert [line.split()[1].decode() for line in pop.uidl()[1]] == server.maildrops["ann"].uids
    assert b"\r\n".join(pop.retr(1)[1]) + b"\r\n" == SENT[0]
    assert pop.top(1, 1)[1] == [b"Subject: one", b"", b".dot"]
    pop.dele(1)
    pop.quit()
    server.settle()
    assert server.maildrops["ann"].messages == SENT[1:]
    assert len(server.maildrops["ann"].removed) == 1


def test_octets_are_sent_as_they_are_kept(server: Server) -> None:
    with Raw(server) as raw:
        raw.log_in()
        for number, sent in enumerate(SENT, 1):
            assert raw.say(f"RETR {number}") == f"+OK {len(sent)} octets".encode()
            assert raw.body() == sent


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("STAT", b"-ERR not in this state"),
        ("XYZZY", b"-ERR unknown command"),
        ("STLS", b"-ERR unknown command"),
        ("PASS secret", b"-ERR USER comes first"),
        ("APOP ann", b"-ERR [AUTH] wrong name or password"),
        ("AUTH X-NONE", b"-ERR no such mechanism"),
        ("AUTH PLAIN !!", b"-ERR that is not base64"),
        ("AUTH PLAIN AGFubgB4", b"-ERR [AUTH] wrong name or password"),
        ("AUTH PLAIN AGFubgBzZWNyZXQ=", b"+OK 2 messages"),
        ("auth plain AGFubgBzZWNyZXQ=", b"+OK 2 messages"),
        ("UTF8", b"+OK"),
    ],
)
def test_answers_before_login(server: Server, line: str, answer: bytes) -> None:
    with Raw(server) as raw:
        assert raw.say(line) == answer


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("LIST 3", b"-ERR no such message, there are 2"),
        ("LIST 0", b"-ERR no such message, there are 2"),
        ("RETR", b"-ERR a message number is wanted"),
        ("RETR one", b"-ERR a message number is wanted"),
        ("TOP 1", b"-ERR a count of lines is wanted"),
        ("TOP 1 -1", b"-ERR a count of lines is wanted"),
        ("USER ann", b"-ERR not in this state"),
        ("noop", b"+OK"),
    ],
)
def test_answers_after_login(server: Server, line: str, answer: bytes) -> None:
    with Raw(server) as raw:
        raw.log_in()
        assert raw.say(line) == answer


def test_CRAM_MD5_of_rfc_2195_and_a_cancel(server: Server) -> None:
    import hmac
    from base64 import b64decode, b64encode

    with Raw(server) as raw:
        assert raw.say("AUTH LOGIN") == b"+ VXNlcm5hbWU6"
        assert raw.say("*") == b"-ERR cancelled"
        challenge = b64decode(raw.say("AUTH CRAM-MD5")[2:])
        digest = hmac.new(b"secret", challenge, "md5").hexdigest()
        assert raw.say(b64encode(f"ann {digest}".encode()).decode()) == b"+OK 2 messages"


def test_marks_are_taken_back_by_RSET_and_by_hanging_up(server: Server) -> None:
    with Raw(server) as raw:
        raw.log_in()
        assert raw.say("DELE 1") == b"+OK message 1 is marked"
        assert raw.say("DELE 1") == b"-ERR message 1 is marked as deleted"
        assert raw.say("STAT") == b"+OK 1 %d" % len(SENT[1])
        assert raw.say("RSET") == b"+OK"
        assert raw.say("DELE 2").startswith(b"+OK")
    server.settle()
    assert server.maildrops["ann"].messages == SENT


def test_the_lock_is_exclusive_and_given_back(server: Server) -> None:
    with Raw(server) as first:
        first.log_in()
        with Raw(server) as second:
            second.say("USER ann")
            assert second.say("PASS secret").startswith(b"-ERR [IN-USE]")
        assert first.say("QUIT").startswith(b"+OK")
    server.settle()
    with Raw(server) as third:
        third.log_in()


def test_new_mail_is_for_the_next_session_and_unique_ids_stay(server: Server) -> None:
    maildrop = server.maildrops["ann"]
    before = maildrop.uids
    with Raw(server) as raw:
        raw.log_in()
        uid = maildrop.deliver(MESSAGES[0])
        assert raw.say("STAT").startswith(b"+OK 2 ")
        raw.say("DELE 1")
        raw.say("QUIT")
    server.settle()
    assert maildrop.uids == [before[1], uid] and len({*before, uid}) == 3


def test_thousands_of_commands_in_one_send(server: Server) -> None:
    with Raw(server) as raw:
        raw.log_in()
        writer = threading.Thread(target=raw.socket.sendall, args=(b"NOOP\r\n" * 2000,))
        writer.start()
        assert [raw.file.readline() for _ in range(2000)] == [b"+OK\r\n"] * 2000
        writer.join()


def test_what_the_client_should_not_do_is_noted() -> None:
    with Server(messages=MESSAGES, settings=Settings(pipelining=False)) as server:
        with Raw(server) as raw:
            raw.socket.sendall(b"UTF8\r\nUTF8\r\n")
            raw.file.readline()
            raw.file.readline()
            raw.say("USER " + "a" * 300)
        server.settle()
        assert server.violations == [
            "several commands at once though PIPELINING is not announced",
            "a line of 307 octets: USER",
        ]


def test_secrets_are_not_in_the_log(server: Server) -> None:
    with Raw(server) as raw:
        raw.say("USER ann")
        raw.say("PASS hush")
        raw.say("AUTH PLAIN aHVzaA==")
        raw.say("AUTH LOGIN")
        raw.say("aHVzaA==")
    text = "\n".join(server.log)
    assert "hush" not in text and "aHVzaA" not in text and "C: PASS ***" in text


def test_TLS_from_the_start_and_by_STLS(tls: Tls) -> None:
    with Server(messages=MESSAGES, tls_context=tls.server) as server:
        inside = poplib.POP3_SSL(server.host, server.tls_port, context=tls.client, timeout=10)
        inside.user("ann")
        inside.pass_("secret")
        inside.quit()
        server.settle()
        begun = poplib.POP3(server.host, server.port, timeout=10)
        assert "STLS" in begun.capa()
        begun.stls(tls.client)
        assert isinstance(begun.sock, ssl.SSLSocket) and "STLS" not in begun.capa()
        begun.quit()


def test_a_message_made_while_it_is_sent() -> None:
    message = LazyMessage(3_000_000, lambda: (b".2345678\r\n" for _ in range(300_000)))
    with Server({"ann": Maildrop("secret", [message, b""])}) as server, Raw(server) as raw:
        raw.log_in()
        assert raw.say("LIST 1") == b"+OK 1 3000000"
        raw.say("RETR 1")
        assert raw.body() == b".2345678\r\n" * 300_000
        raw.say("RETR 2")
        assert raw.body() == b"\r\n"


def test_stopping_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    with Server(messages=MESSAGES) as server:
        raws = [Raw(server) for _ in range(5)]
    assert threading.active_count() == before
    for raw in raws:
        raw.__exit__()
