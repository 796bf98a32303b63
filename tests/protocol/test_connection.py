"""Order, pacing, TLS, ends, traces: the connection itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

import pop3lib
from pop3lib import (
    CommandError,
    InsecureError,
    InvalidArgumentError,
    RemoteProtocolError,
    State,
    WrongStateError,
)
from pop3lib.protocol import (
    Apop,
    Auth,
    Capa,
    Command,
    Connection,
    Dele,
    Flow,
    Lang,
    List,
    Noop,
    Pass,
    Quirk,
    Quit,
    Reply,
    Retr,
    Rset,
    Stat,
    Stls,
    Top,
    User,
    Utf8,
)
from pop3lib.protocol.pipeline import WINDOW
from pop3lib.sasl import Plain

CAPA = b"+OK\r\nPIPELINING\r\nTOP\r\nUIDL\r\n.\r\n"


def greeted(**options: Any) -> Connection:
    connection = Connection(**options)
    connection.receive_data(b"+OK ready\r\n")
    return connection


def logged_in(capa: bytes | None = CAPA, **options: Any) -> Connection:
    connection = greeted(**options)
    connection.send(Pass("x"))
    connection.receive_data(b"+OK\r\n")
    if capa is not None:
        connection.send(Capa())
        connection.receive_data(capa)
    connection.data_to_send()
    return connection


# --- pacing


def test_SEQ_11_without_PIPELINING_one_command_at_a_time() -> None:
    connection = logged_in(capa=None)
    connection.send(Noop())
    connection.send(Stat())
    assert not connection.hungry
    assert connection.data_to_send() == b"NOOP\r\n"
    connection.receive_data(b"+OK\r\n")
    assert connection.data_to_send() == b"STAT\r\n"


def test_with_PIPELINING_several_go_in_one_write() -> None:
    connection = logged_in()
    assert connection.hungry
    for command in (Noop(), Stat(), Top(1, 0)):
        connection.send(command)
    assert connection.data_to_send() == b"NOOP\r\nSTAT\r\nTOP 1 0\r\n"


def test_pipelining_can_be_switched_off() -> None:
    connection = logged_in(pipelining=False)
    connection.send(Noop())
    connection.send(Noop())
    assert connection.data_to_send() == b"NOOP\r\n"


def test_the_window_bounds_what_is_unanswered() -> None:
    connection = logged_in()
    exchanges = [connection.send(Noop()) for _ in range(WINDOW)]
    first = connection.data_to_send()
    assert WINDOW <= len(first) < WINDOW + 255 and first.endswith(b"\r\n")
    while not exchanges[-1].done:
        connection.receive_data(b"+OK\r\n" * 100)
        assert len(connection.data_to_send()) <= 600
    assert connection.idle


@pytest.mark.parametrize("command", [Quit(), Capa(), Lang(), Lang("en")])
def test_a_barrier_travels_alone(command: Command[Any]) -> None:
    connection = logged_in()
    connection.send(Noop())
    connection.send(command)
    assert connection.data_to_send() == b"NOOP\r\n"
    connection.receive_data(b"+OK\r\n")
    assert connection.data_to_send().startswith(command.verb.encode())


def test_an_optional_command_that_is_not_announced_travels_alone() -> None:
    connection = logged_in(capa=b"+OK\r\nPIPELINING\r\n.\r\n")
    connection.send(Top(1, 0))
    connection.send(Noop())
    assert connection.data_to_send() == b"TOP 1 0\r\n"


def test_commands_sent_before_the_greeting_wait_for_it() -> None:
    connection = Connection()
    connection.send(User("ann"))
    connection.send(Pass("secret"))
    connection.send(Stat())
    assert connection.data_to_send() == b""
    connection.receive_data(b"+OK\r\n")
    assert connection.data_to_send() == b"USER ann\r\n"
    connection.receive_data(b"+OK\r\n")
    assert connection.data_to_send() == b"PASS secret\r\n"


# --- local validation


def test_SEQ_20_what_counts_is_the_state_expected() -> None:
    connection = greeted()
    with pytest.raises(WrongStateError, match="STAT belongs to the state TRANSACTION"):
        connection.send(Stat())
    connection.send(Pass("x"))
    connection.send(Stat())
    with pytest.raises(WrongStateError, match="USER"):
        connection.send(User("ann"))
    connection.receive_data(b"-ERR [AUTH] no\r\n")
    assert connection.state is State.AUTHORIZATION
    connection.data_to_send()


def test_a_deleted_message_is_not_spoken_of() -> None:
    connection = logged_in()
    connection.send(Dele(1))
    for command in (Retr(1), Top(1), Dele(1), List(1)):
        with pytest.raises(WrongStateError, match="message 1 is marked"):
            connection.send(command)
    connection.receive_data(b"-ERR\r\n")
    connection.send(Retr(1))  # the mark was refused, so the message is there
    connection.receive_data(b"+OK\r\n.\r\n")
    connection.send(Dele(1))
    connection.send(Dele(2))
    connection.receive_data(b"+OK\r\n+OK\r\n")
    assert connection.deleted == {1, 2}
    connection.send(Rset())
    connection.send(Retr(1))
    connection.receive_data(b"+OK\r\n+OK\r\n.\r\n")
    assert connection.deleted == frozenset()


def test_nothing_can_be_sent_behind_QUIT() -> None:
    connection = logged_in()
    connection.send(Quit())
    with pytest.raises(WrongStateError, match="UPDATE"):
        connection.send(Noop())
    connection.receive_data(b"+OK bye\r\n")
    assert connection.state.name == "UPDATE"
    connection.receive_data(b"garbage that nobody reads")
    assert connection.state.name == "CLOSED"
    assert connection.failure is None


def test_QUIT_before_login_ends_without_UPDATE() -> None:
    connection = greeted()
    exchange = connection.send(Quit())
    connection.receive_data(b"+OK\r\n-ERR leftover\r\n")
    assert exchange.result() is None
    assert connection.state is State.CLOSED


def test_DAT_03_a_refused_QUIT_is_told_and_final() -> None:
    connection = logged_in()
    exchange = connection.send(Quit())
    connection.receive_data(b"-ERR [SYS/TEMP] some deleted messages not removed\r\n")
    with pytest.raises(pop3lib.ServerSystemError) as caught:
        exchange.result()
    assert not caught.value.permanent and caught.value.code == "SYS/TEMP"
    assert connection.state is State.CLOSED


def test_an_exchange_that_is_not_done_says_so() -> None:
    exchange = greeted().send(Capa())
    assert "under way" in repr(exchange)
    with pytest.raises(WrongStateError, match="not done"):
        exchange.result()
    assert exchange.take() == b""


# --- errors by code


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("[AUTH] ", pop3lib.AuthenticationError),
        ("[auth] ", pop3lib.AuthenticationError),
        ("", pop3lib.AuthenticationError),
        ("[X-ODD] ", pop3lib.AuthenticationError),
        ("[IN-USE] ", pop3lib.MaildropInUseError),
        ("[LOGIN-DELAY] ", pop3lib.LoginDelayError),
        ("[SYS/TEMP] ", pop3lib.ServerSystemError),
        ("[SYS/PERM] ", pop3lib.ServerSystemError),
    ],
)
def test_AUT_08_the_code_chooses_the_error(code: str, kind: type[CommandError]) -> None:
    connection = greeted()
    exchange = connection.send(Pass("hush-hush"))
    connection.receive_data(f"-ERR {code}no luck with hush-hush\r\n".encode())
    with pytest.raises(kind) as caught:
        exchange.result()
    assert type(caught.value) is kind
    assert caught.value.command == "PASS ***"
    assert "hush-hush" not in str(caught.value) + caught.value.reply.text  # SEC-04
    assert connection.state is State.AUTHORIZATION


def test_a_refusal_of_anything_else_is_a_plain_one() -> None:
    connection = logged_in()
    exchange = connection.send(Retr(9))
    connection.receive_data(b"-ERR\r\n")
    with pytest.raises(
        CommandError, match="RETR 9 was refused in the state TRANSACTION: no reason"
    ):
        exchange.result()
    assert not connection.idle or connection.state is State.TRANSACTION


# --- the greeting


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (b"* OK IMAP4rev1\r\n", "IMAP"),
        (b"220 smtp.example ESMTP\r\n", "SMTP"),
        (b"HTTP/1.1 400 Bad Request\r\n", "HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "TLS"),
        (b"+OK ready\n", "BARE_LF"),
        (b"+ ready\r\n", "expected"),
        (b"+OK a\r\n+OK b\r\n", "nobody asked"),
    ],
)
def test_SEQ_06_a_greeting_that_is_none(line: bytes, hint: str) -> None:
    connection = Connection()
    connection.receive_data(line)
    assert connection.state is State.CLOSED
    assert connection.failure is not None and hint in str(connection.failure)


def test_SEQ_06_a_greeting_that_refuses() -> None:
    connection = Connection()
    waiting = connection.send(User("ann"))
    connection.receive_data(b"-ERR [SYS/TEMP] come back later\r\n")
    for exchange in (connection.greeted, waiting):
        with pytest.raises(pop3lib.ServerSystemError, match="come back later"):
            exchange.result()
    assert connection.state is State.CLOSED


def test_the_greeting_keeps_a_code_as_text() -> None:
    connection = Connection()
    connection.receive_data(b"+OK [x-code] hello\r\n")
    assert connection.greeting == "[X-CODE] hello"


# --- framing


def test_FRM_07_a_line_feed_inside_a_status_line_is_an_end() -> None:
    connection = logged_in()
    exchange = connection.send(Noop())
    connection.receive_data(b"+OK\n+OK 99\r\n")
    with pytest.raises(RemoteProtocolError, match=r"expected|line feed"):
        exchange.result()


def test_FRM_07_a_line_feed_behind_the_token() -> None:
    connection = logged_in()
    exchange = connection.send(Noop())
    connection.receive_data(b"+OK done\n+OK 99\r\n")
    with pytest.raises(RemoteProtocolError, match="line feed"):
        exchange.result()


def test_FRM_05_only_CRLF_dot_CRLF_ends_a_message() -> None:
    body = b"before\n.\n+OK 99 9999\r\n\n.\r\nx\r\n\r.\r\nafter\r\n"
    connection = logged_in()
    message, totals = connection.send(Retr(1)), connection.send(Stat())
    connection.receive_data(b"+OK\r\n" + body + b".\r\n+OK 1 2\r\n")
    assert message.result() == body
    assert totals.result().count == 1


def test_quirk_BARE_LF_reads_the_whole_session_so() -> None:
    connection = Connection(quirks=Quirk.BARE_LF)
    connection.receive_data(b"+OK hi\n")
    connection.send(Pass("x"))
    connection.receive_data(b"+OK\n")
    connection.send(List())
    connection.receive_data(b"+OK\n1 5\n.\n")
    message = connection.send(Retr(1))
    connection.receive_data(b"+OK\na\n..\r\n..b\n.\n")
    assert message.result() == b"a\n.\r\n.b\n"


def test_quirk_BLANK_LINES_lets_them_stand_before_a_reply() -> None:
    connection = logged_in(quirks=Quirk.BLANK_LINES)
    exchange = connection.send(Noop())
    connection.receive_data(b"\r\n\r\n+OK\r\n")
    assert exchange.result() is None
    assert len(connection.session.defects) == 2
    strict = logged_in()
    refused = strict.send(Noop())
    strict.receive_data(b"\r\n+OK\r\n")
    with pytest.raises(RemoteProtocolError):
        refused.result()


def test_SEQ_13_a_refused_listing_has_no_body() -> None:
    connection = logged_in()
    refused, totals = connection.send(List()), connection.send(Stat())
    connection.receive_data(b"-ERR no\r\n+OK 1 2\r\n")
    with pytest.raises(CommandError):
        refused.result()
    assert totals.result().count == 1


def test_what_was_forgiven_in_one_line_is_noted() -> None:
    connection = logged_in()
    exchange = connection.send(pop3lib.protocol.Uidl(3))
    connection.receive_data(b"+OK abc\r\n")
    assert exchange.result() == "abc"
    assert connection.session.defects == ["UIDL 3 was answered without the number"]


# --- streams


def test_a_stream_is_taken_as_it_comes_and_can_be_left() -> None:
    connection = logged_in()
    stream, after = connection.stream(Retr(1)), connection.send(Stat())
    connection.receive_data(b"+OK\r\nfirst\r\n")
    assert stream.take() == b"first"
    connection.receive_data(b"second\r\n")
    stream.discard()
    connection.receive_data(b"third\r\n.\r\n+OK 1 2\r\n")
    assert stream.done and stream.take() == b""
    assert after.result().size == 2
    early = connection.send(Retr(2))
    early.discard()
    connection.receive_data(b"+OK\r\nnot wanted\r\n.\r\n")
    assert early.result() == b""


# --- TLS


def started() -> tuple[Connection, pop3lib.protocol.Exchange[None]]:
    connection = greeted()
    connection.send(Capa())
    connection.receive_data(CAPA)
    exchange = connection.send(Stls())
    connection.data_to_send()
    return connection, exchange


def test_STLS_is_done_when_TLS_is_up_and_forgets_what_was_before() -> None:
    connection, exchange = started()
    waiting = connection.send(Capa())
    connection.receive_data(b"+OK begin\r\n")
    assert connection.wants_tls and not exchange.done and not connection.secure
    assert connection.data_to_send() == b""  # TLS-27: silent until the handshake is done
    connection.tls_started()
    assert exchange.done and connection.secure and not connection.wants_tls
    assert connection.greeting is None and not connection.capabilities.pipelining
    assert connection.data_to_send() == b"CAPA\r\n"
    assert not waiting.done
    connection.receive_data(b"+OK\r\nUIDL\r\n.\r\n")
    assert not connection.capabilities.top and connection.capabilities.uidl
    with pytest.raises(WrongStateError, match="TLS is on already"):
        connection.send(Stls())


@pytest.mark.parametrize(
    "injected", [b"+OK caps\r\nUSER\r\n.\r\n", b"+OK x\r\nSASL X-INJ ", b"\x00"]
)
@pytest.mark.parametrize("together", [True, False])
def test_TLS_05_06_nothing_before_the_handshake_is_believed(
    injected: bytes, together: bool
) -> None:
    connection, exchange = started()
    if together:
        connection.receive_data(b"+OK begin\r\n" + injected)
    else:
        connection.receive_data(b"+OK begin\r\n")
        connection.receive_data(injected)
    assert connection.state is State.CLOSED and not connection.wants_tls
    with pytest.raises(InsecureError, match="before TLS was up"):
        exchange.result()


def test_TLS_07_replies_behind_a_refused_STLS_end_it() -> None:
    connection, exchange = started()
    connection.receive_data(b"-ERR no\r\n+OK user\r\n+OK pass\r\n")
    with pytest.raises(CommandError):
        exchange.result()
    assert connection.state is State.CLOSED


@pytest.mark.parametrize("answer", [b"+ go ahead", b"+OKAY", b"OK", b""])
def test_TLS_04_an_odd_answer_starts_nothing(answer: bytes) -> None:
    connection, exchange = started()
    connection.receive_data(answer + b"\r\n")
    assert not connection.wants_tls
    with pytest.raises(RemoteProtocolError):
        exchange.result()


@pytest.mark.parametrize("command", [User("ann"), Pass("x"), Auth(Plain("ann", "x"))])
def test_AUT_01_no_secret_in_clear_without_the_callers_word(command: Command[Any]) -> None:
    connection = greeted(allow_insecure_login=False)
    with pytest.raises(InsecureError, match="without TLS"):
        connection.send(command)
    assert connection.data_to_send() == b""
    greeted(allow_insecure_login=False, secure=True).send(command)


# --- ends


def test_after_the_end_every_exchange_is_done_and_says_why() -> None:
    connection = logged_in()
    connection.send(Dele(1))
    connection.receive_data(b"+OK\r\n")
    exchanges: list[pop3lib.protocol.Exchange[Any]] = [connection.send(Noop()) for _ in range(3)]
    connection.receive_data(b"")
    for exchange in exchanges:
        with pytest.raises(pop3lib.ServerDisconnected, match=r"NOOP.*1 messages.*pipelining=False"):
            exchange.result()
    with pytest.raises(WrongStateError, match="closed since"):
        connection.send(Noop())
    connection.receive_data(b"+OK\r\n")  # not even looked at
    assert connection.data_to_send() == b""


def test_the_first_failure_is_the_one_that_is_told() -> None:
    connection = logged_in()
    connection.fail(pop3lib.ServerTimeout("first"))
    connection.fail(pop3lib.ServerTimeout("second"))
    assert str(connection.failure) == "first"


def test_an_end_while_idle() -> None:
    connection = logged_in()
    connection.receive_data(b"")
    assert "nothing was asked" in str(connection.failure)


def test_a_private_command_whose_parse_fails_breaks_nothing_else() -> None:
    @dataclass(frozen=True)
    class Broken(Command[int]):
        verb: ClassVar[str] = "XTND"

        def parse(self, reply: Reply, body: bytes) -> int:
            return int(reply.text)

    connection = logged_in()
    good = connection.send(Broken())
    connection.receive_data(b"+OK 7\r\n")
    assert good.result() == 7
    exchange = connection.send(Broken())
    connection.receive_data(b"+OK seven\r\n")
    with pytest.raises(RemoteProtocolError, match="XTND could not be read"):
        exchange.result()


def test_a_command_without_parse_is_told_so() -> None:
    class Bare(Command[None]):
        verb = "XBARE"

    connection = logged_in()
    exchange = connection.send(Bare())
    connection.receive_data(b"+OK\r\n")
    with pytest.raises(RemoteProtocolError, match="no parse"):
        exchange.result()


def test_a_private_command_may_have_no_name_and_read_status_lines_of_its_own() -> None:
    class Response(Command[str]):
        """What goes between two lines of AUTH."""

        allowed = frozenset({State.AUTHORIZATION})

        def line(self) -> bytes:
            return b"=%"

        def read_status(self, line: bytes) -> Reply:
            return Reply(True, None, "go on", line) if line == b"+ " else super().read_status(line)

        def parse(self, reply: Reply, body: bytes) -> str:
            return reply.text

    connection = greeted()
    exchange = connection.send(Response())
    assert connection.data_to_send() == b"=%\r\n"
    connection.receive_data(b"+ \r\n")
    assert exchange.result() == "go on"
    assert exchange.reply is connection.last_reply
    assert exchange.reply is not None and exchange.reply.line == b"+ "


@pytest.mark.parametrize("line", [b"", b"a\r\nb", b"\x00"])
def test_a_line_without_a_name_is_one_line_all_the_same(line: bytes) -> None:
    class Odd(Command[None]):
        verb = ""
        allowed = frozenset({State.AUTHORIZATION})

        def line(self) -> bytes:
            return line

        def __str__(self) -> str:
            return "odd"

    connection = greeted()
    with pytest.raises(InvalidArgumentError):
        connection.send(Odd())
    assert connection.data_to_send() == b""


def test_the_line_of_a_reply_is_as_it_came_but_for_our_secrets() -> None:
    connection = greeted()
    refused = connection.send(Pass("s3cret"))
    connection.receive_data(b"-ERR [auth]  no s3cret \xc3\xa9\r\n")
    with pytest.raises(CommandError) as caught:
        refused.result()
    assert caught.value.reply.line == b"-ERR [auth]  no *** \xc3\xa9"
    assert "line" not in repr(caught.value.reply)


# --- flows


def test_a_flow_is_straight_line_code() -> None:
    def flow() -> Flow[int]:
        yield from User("ann")
        try:
            yield from Pass("wrong")
        except CommandError:
            yield from Pass("right")
        totals = yield from Stat()
        return totals.count

    connection = greeted()
    procedure = connection.run(flow())
    for answer in (b"+OK\r\n", b"-ERR\r\n", b"+OK\r\n", b"+OK 4 9\r\n"):
        assert not procedure.done
        connection.receive_data(answer)
    assert procedure.result() == 4


def test_a_flow_meets_what_may_not_be_sent_and_its_own_mistakes() -> None:
    def careless() -> Flow[str]:
        try:
            yield from Stat()
        except WrongStateError:
            return "caught"
        return "sent"

    def broken() -> Flow[None]:
        yield from Utf8()
        raise KeyError("mine")

    connection = greeted()
    assert connection.run(careless()).result() == "caught"
    procedure = connection.run(broken())
    connection.receive_data(b"+OK\r\n")
    with pytest.raises(KeyError):
        procedure.result()


# --- traces


def test_SEC_01_a_trace_has_every_line_and_no_secret() -> None:
    lines: list[str] = []
    connection = Connection(trace=lines.append)
    connection.receive_data(b"+OK hi\r\n")
    connection.send(User("ann"))
    connection.receive_data(b"+OK\r\n")
    connection.send(Pass("hush"))
    connection.receive_data(b"-ERR wrong: hush\r\n")
    connection.send(Apop("ann", "d1ge57"))
    connection.receive_data(b"-ERR d1ge57\r\n")
    connection.send(Auth(Plain("ann", "hush"), initial_response=False))
    connection.receive_data(b"+ \r\n")
    connection.receive_data(b"+OK\r\n")
    connection.send(Retr(1))
    for piece in (b"+OK\r\nA: \xe9\\\r", b"\n\r\n..\t\x00\r\n", b".\r\n"):
        connection.receive_data(piece)
    assert lines == [
        "S: +OK hi",
        "C: USER ann",
        "S: +OK",
        "C: PASS ***",
        "S: -ERR wrong: ***",
        "C: APOP ann ***",
        "S: -ERR ***",
        "C: AUTH PLAIN",
        "S: + ",
        "C: ***",
        "S: +OK",
        "C: RETR 1",
        "S: +OK",
        "S: A: \\xe9\\\\",
        "S: ",
        "S: ..\\t\\x00",
        "S: .",
    ]


def test_who_watches_may_come_later_and_leave_earlier() -> None:
    lines: list[str] = []
    connection = logged_in(capa=None)
    for watcher in (lines.append, None):
        connection.watch(watcher)
        connection.send(Noop())
        connection.receive_data(b"+OK\r\n")
    assert lines == ["C: NOOP", "S: +OK"]
