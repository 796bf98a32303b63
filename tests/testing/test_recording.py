"""A session written down and played: the same results, no secret, and nothing private."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import pop3lib
from pop3lib import Quirk, Security
from pop3lib.protocol import Auth, Command, Reply
from pop3lib.sasl import CramMd5, Login, Plain
from pop3lib.testing import (
    MECHANISMS,
    Maildrop,
    Recording,
    Script,
    Server,
    Settings,
    faults,
    presets,
    record,
    script,
)
from pop3lib.testing.faults import Fault
from pop3lib.testing.redaction import Filler
from tests import faces
from tests.conftest import Tls

pytestmark = pytest.mark.usefixtures("face")

PASSWORD = "m0retto-Pa55"
MAIL = [
    b"From: Ann <ann@example.org>\r\nSubject: one\r\n\r\n.\r\n..\r\n.dots\r\nno end",
    b"Subject: gr\xc3\xbc\xc3\x9fe\r\n\r\n" + bytes(range(256)) + b"\r\n" + b"long" * 500 + b"\r\n",
    b"Subject: three\r\n\r\nThe cipher is 4711.\r\n",
]


def outcome(ask: Callable[[], object]) -> object:
    """Return what comes of a question, or the error."""
    try:
        return ask()
    except pop3lib.POP3Error as error:
        return type(error), str(error)


def visit(pop: pop3lib.Client, mechanism: str = "USER") -> list[object]:
    """Do what one does with a mailbox, and return what came of it."""
    results: list[object] = []
    try:
        with pop:
            pop.login("ann@example.org", PASSWORD, mechanism=mechanism)
            results += [pop.capa(), pop.stat(), dict(pop.list()), dict(pop.uidl())]
            results += [summary.headers.raw for summary in pop.summaries()]
            results += [message.content for message in pop.messages()]
            results += [outcome(lambda: pop.retr(9)), outcome(lambda: pop.top(2, 1))]
            results += [outcome(lambda: pop.dele(2)), sorted(pop.deleted)]
    except (pop3lib.POP3Error, OSError) as error:
        results.append((type(error), str(error).replace(str(pop), "")))
    return results


def plain(host: str, port: int, **options: Any) -> pop3lib.Client:
    usual: dict[str, Any] = {"security": Security.PLAINTEXT, "allow_insecure_login": True}
    return faces.Client(host, port, **(usual | options))


def serve(settings: Settings | None = None, fault: Fault | None = None) -> Server:
    mail = {"ann@example.org": Maildrop(PASSWORD, MAIL)}
    return Server(mail, settings=settings, faults=lambda _: fault)


@dataclass
class Session:
    """What came of a session, and its transcript."""

    results: list[object]
    text: str


def recorded(server: Server, mechanism: str = "USER", **options: Any) -> Session:
    trace: Recording = options.pop("trace", None) or record(private=False)
    with server:
        results = visit(plain(server.host, server.port, trace=trace, **options), mechanism)
    assert PASSWORD not in trace.text
    return Session(results, trace.text)


def played(text: str, mechanism: str = "USER", **options: Any) -> list[object]:
    with script(text, password=PASSWORD) as server:
        return visit(plain(server.host, server.port, **options), mechanism)


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("mechanism", ["USER", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"])
def test_a_session_that_is_played_has_the_same_results(mechanism: str, pipelining: bool) -> None:
    server = serve(Settings(sasl=MECHANISMS))
    session = recorded(server, mechanism, pipelining=pipelining)
    assert session.results[1] == pop3lib.DropListing(3, sum(map(len, MAIL)) + 2)
    assert session.results[7:10] == [MAIL[0] + b"\r\n", *MAIL[1:]]
    assert played(session.text, mechanism, pipelining=pipelining) == session.results
    assert ("-- pipelining" in session.text) == pipelining


def test_each_answer_stands_behind_its_command_whatever_was_pipelined() -> None:
    with_pipelining = recorded(serve()).text.replace("-- pipelining\n", "")
    without = recorded(serve(), pipelining=False).text
    lines = with_pipelining.split("\n")
    place = lines.index("C: TOP 3 0")
    assert lines[place + 1 : place + 5] == ["S: +OK", "S: Subject: three", "S: ", "S: ."]

    def commands(text: str) -> list[str]:
        return [line for line in text.split("\n") if line.startswith("C: ")]

    assert commands(with_pipelining) == commands(without)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.at("STAT", faults.garbage(b"+WHAT 1 2\r\n")), pop3lib.RemoteProtocolError),
        (faults.at("greeting", faults.garbage(b"HTTP/1.1 400\r\n")), pop3lib.RemoteProtocolError),
        (faults.at("UIDL", faults.insert(b"\r\n")), pop3lib.RemoteProtocolError),
        (faults.at("LIST", faults.cut(7)), pop3lib.ServerDisconnected),
        (faults.at("RETR 2", faults.cut(100)), pop3lib.ServerDisconnected),
        (faults.at("PASS", faults.cut(0)), pop3lib.ServerDisconnected),
    ],
)
@pytest.mark.parametrize("pipelining", [True, False])
def test_a_session_that_broke_breaks_in_the_same_way(
    fault: Fault, error: type[pop3lib.POP3Error], pipelining: bool
) -> None:
    session = recorded(serve(fault=fault), pipelining=pipelining)
    last = session.results[-1]
    assert isinstance(last, tuple) and last[0] is error
    assert played(session.text, pipelining=pipelining) == session.results


def test_a_refused_login_is_refused_again() -> None:
    for mechanism in ("USER", "SCRAM-SHA-1", "PLAIN"):
        server = Server(
            {"ann@example.org": Maildrop("another")}, settings=Settings(sasl=MECHANISMS)
        )
        session = recorded(server, mechanism)
        assert isinstance(last := session.results[-1], tuple)
        assert last[0] is pop3lib.AuthenticationError
        assert played(session.text, mechanism) == session.results


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-1-PLUS"])
def test_a_session_with_STLS_is_played_with_STLS(tls: Tls, mechanism: str) -> None:
    trace = record(private=False)
    options = {"security": Security.STARTTLS, "ssl_context": tls.client}
    mail = {"ann@example.org": Maildrop(PASSWORD, MAIL)}
    sasl = Settings(sasl=MECHANISMS)
    with Server(mail, settings=sasl, tls_context=tls.server) as server:
        results = visit(plain(server.host, server.port, trace=trace, **options), mechanism)
    assert "C: STLS\nS: +OK begin TLS\n-- TLS\n" in trace.text
    with script(trace.text, tls_context=tls.server, password=PASSWORD) as again:
        assert visit(plain(again.host, again.port, **options), mechanism) == results


def test_a_session_on_TLS_is_played_on_TLS_or_without(tls: Tls) -> None:
    trace = record(private=False)
    options = {"security": Security.TLS, "ssl_context": tls.client}
    mail = {"ann@example.org": Maildrop(PASSWORD, MAIL)}
    with Server(mail, tls_context=tls.server) as server:
        results = visit(plain(server.host, server.tls_port, trace=trace, **options))
    assert played(trace.text) == results
    with script(f"-- TLS\n{trace.text}", tls_context=tls.server) as again:
        assert visit(plain(again.host, again.port, **options)) == results


@pytest.mark.parametrize("name", ["COURIER", "TWISTED", "GMAIL", "MICROSOFT365", "MAILPIT"])
def test_what_a_server_does_otherwise_is_recorded(name: str) -> None:
    settings: Settings = getattr(presets, name)
    quirks = Quirk.BLANK_LINES if name == "MICROSOFT365" else Quirk(0)
    session = recorded(serve(settings), quirks=quirks)
    assert played(session.text, quirks=quirks) == session.results


@dataclass(frozen=True)
class Verbose(Command[bytes]):
    """A command that the recording cannot know to have a body."""

    verb = "X-VERBOSE"
    multiline = True
    barrier = False

    def has_body(self) -> bool:
        return True

    def parse(self, reply: Reply, body: bytes) -> bytes:
        return body


def test_the_answer_to_a_private_command_is_told_from_the_next(tls: Tls) -> None:
    text = (
        "S: +OK\nC: CAPA\nS: +OK\nS: PIPELINING\nS: .\nC: USER ann\nS: +OK\nC: PASS ***\nS: +OK\n"
        "C: CAPA\nS: +OK\nS: PIPELINING\nS: .\n"
        "C: X-VERBOSE\nC: X-VERBOSE\nC: NOOP\n"
        "S: +OK\nS: +OK\nS: .\nS: +OK\nS: -ERR\nS: .\nS: +OK\nC: QUIT\nS: +OK\n"
    )
    trace = record(private=False)
    with script(text) as server, plain(server.host, server.port, trace=trace) as pop:
        pop.login("ann", PASSWORD, mechanism="USER")
        commands = [Verbose(), Verbose(), pop3lib.protocol.Noop()]
        assert [each.result() for each in pop.execute_all(commands)][:2] == [
            b"+OK\r\n",
            b"-ERR\r\n",
        ]
    behind = trace.text[trace.text.index("C: X-V") :].split("\n")
    assert behind[:9] == [
        "C: X-VERBOSE", "S: +OK", "S: +OK", "S: .", "C: X-VERBOSE", "S: +OK", "S: -ERR", "S: .",
        "C: NOOP",
    ]  # fmt: skip


# --- what nobody else may see


SECRETS = [PASSWORD, "ann@example.org", "Ann", "4711", "cipher", "gr\\xc3\\xbc"]


@pytest.mark.parametrize("mechanism", ["USER", "PLAIN", "SCRAM-SHA-256"])
def test_nothing_private_is_in_a_recording_that_is_private(mechanism: str) -> None:
    server = serve(Settings(sasl=MECHANISMS, greeting="Hello ANN@example.org"))
    session = recorded(server, mechanism, trace=record(hide=["ann@example.org"]))
    for secret in SECRETS:
        assert secret.lower() not in session.text.lower(), secret
    assert "From: Xxx <xxx@xxxxxxx.xxx>" in session.text.replace("S: ", "")
    assert "S: +OK Hello xxxxxxxxxxxxxxx" in session.text


def test_what_is_private_keeps_its_length_and_its_dots_and_what_it_is() -> None:
    session = recorded(serve(), trace=record())
    again = played(session.text)
    assert again[:4] == session.results[:4]
    contents: list[Any] = again[7:10]
    assert list(map(len, contents)) == [len(MAIL[0]) + 2, len(MAIL[1]), len(MAIL[2])]
    assert contents[0] == (
        b"From: Xxx <xxx@xxxxxxx.xxx>\r\nSubject: xxx\r\n\r\n.\r\n..\r\n.xxxx\r\nxx xxx\r\n"
    )
    assert contents[1].startswith("Subject: xxààx".encode())
    assert b"\x00\x01\x02" in contents[1] and contents[1].count(b"\r") == MAIL[1].count(b"\r")


def test_what_a_SCRAM_password_could_be_guessed_by_is_not_recorded() -> None:
    text = recorded(serve(Settings(sasl=MECHANISMS)), "SCRAM-SHA-256").text
    assert text.count("S: + ***") == 2
    assert not any(line.startswith("S: + ") and line != "S: + ***" for line in text.split("\n"))


@pytest.mark.parametrize(
    "mechanism", [Plain("ann", PASSWORD), Login("ann", PASSWORD), CramMd5("ann", PASSWORD)]
)
def test_a_server_that_repeats_the_password_does_not_betray_it(mechanism: Any) -> None:
    trace = record(private=False)
    echo = faults.rewrite(lambda answer: answer.replace(b"wrong name", PASSWORD.encode()))
    with (
        serve(fault=echo) as server,
        plain(server.host, server.port, trace=trace) as pop,
        pytest.raises(pop3lib.AuthenticationError),
    ):
        pop.execute(Auth(mechanism))
    assert PASSWORD not in trace.text and "*** or password" in trace.text


def test_only_the_names_of_fields_stay_and_not_what_looks_like_one() -> None:
    fields = b"Subject: x\r\n folded: too\r\nX-Bob : y\r\nno field\r\n"
    mail = fields + b"\r\nPatient: Bob\r\n\r\nAge: 42\r\n"
    trace = record()
    with Server(messages=[mail]) as server, plain(server.host, server.port, trace=trace) as pop:
        pop.login("ann", "secret", mechanism="USER")
        pop.retr(1)
    lines = [line.removeprefix("S: ") for line in trace.text.split("\n")]
    assert lines[lines.index("Subject: x") :][:8] == [
        "Subject: x", " xxxxxx: xxx", "X-Bob : x", "xx xxxxx", "", "Xxxxxxx: Xxx", "", "Xxx: 00",
    ]  # fmt: skip


def test_a_line_that_comes_in_parts_has_one_name() -> None:
    filler = Filler()
    parts = [filler.line(part) for part in (b"X-To: a", b"Ann: b", b"Bob: c\r\n", b"Cc: d\r\n")]
    assert parts == [b"X-To: x", b"Xxx: x", b"Xxx: x\r\n", b"Cc: x\r\n"]


# --- the file, and what else is told


def test_the_file_is_written_even_where_all_goes_wrong(tmp_path: Path) -> None:
    path = tmp_path / "session.txt"
    with (
        serve(fault=faults.at("CAPA", faults.silence())) as server,
        pytest.raises(pop3lib.ServerTimeout),
        record(path) as trace,
        plain(server.host, server.port, timeout=0.2, trace=trace) as pop,
    ):
        pop.capa()
    lines = path.read_text().split("\n")
    assert lines[0].startswith("-- Python 3.")
    assert lines[-3:] == ["C: CAPA", "-- ServerTimeout", ""]
    assert Script.parse(path.read_text()).client_octets == b"CAPA\r\n"


def test_what_is_slow_is_remarked() -> None:
    trace = record(private=False)
    trace("S: +OK")
    for seconds in ("0.999", "5.012"):
        trace("C: STAT")
        trace("S: +OK 1 2")
        trace(f"-- STAT took {seconds} s")
    assert "0.999" not in trace.text
    assert trace.text.endswith("C: STAT\nS: +OK 1 2\n-- STAT took 5.012 s\n")


def test_a_script_with_the_wrong_password_says_so() -> None:
    text = recorded(serve(Settings(sasl=MECHANISMS)), "SCRAM-SHA-256").text
    with (
        pytest.raises(pop3lib.testing.ScriptError, match="did not prove"),
        script(text, password="another") as server,
    ):
        visit(plain(server.host, server.port), "SCRAM-SHA-256")


def test_a_challenge_that_no_mechanism_makes_is_told_of() -> None:
    text = "S: +OK\nC: AUTH X-OWN\nS: + ***\nC: ***\nS: +OK\n"
    with (
        pytest.raises(pop3lib.testing.ScriptError, match="X-OWN is not a mechanism"),
        script(text) as server,
        socket.create_connection((server.host, server.port)) as peer,
    ):
        peer.sendall(b"AUTH X-OWN\r\n")
        assert peer.recv(100) == b"+OK\r\n" and peer.recv(100) == b""


def test_a_recording_needs_no_file_and_forgives_a_line_too_many() -> None:
    with record() as trace:
        for line in ("S: +OK", "C: NOOP", "S: +OK", "-- NOOP took 0.1 s", "-- NOOP took 0.1 s"):
            trace(line)
    assert trace.text.endswith("S: +OK\nC: NOOP\nS: +OK\n")
