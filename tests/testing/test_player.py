"""Transcripts with TLS and ends in them, and what is said of a client that leaves them."""

from __future__ import annotations

import poplib
import socket

import pytest

from pop3lib.testing import Script, ScriptError, parse_scripts, script
from pop3lib.testing.script import Then
from tests.conftest import Tls

LOGIN = """\
S: +OK hello
C: USER ann
S: +OK
C: PASS ***
S: +OK
"""


def say(port: int, *pieces: bytes) -> bytes:
    """Say each of *pieces* once a line has come, then read to the end."""
    with socket.create_connection(("127.0.0.1", port), 10) as sock, sock.makefile("rb") as file:
        got = b""
        for piece in pieces:
            got += file.readline()
            sock.sendall(piece)
        return got + file.read()


@pytest.mark.parametrize("chunk", [0, 1, 5])
def test_poplib_keeps_to_a_script(chunk: int) -> None:
    text = f"{LOGIN}C: RETR 1\nS: +OK\nS: ..dot\nS: .\nC: QUIT\nS: +OK bye\n"
    with script(text, chunk=chunk) as server:
        pop = poplib.POP3(server.host, server.port, timeout=10)
        pop.user("ann")
        pop.pass_("any password")
        assert pop.retr(1)[1] == [b".dot"]
        pop.quit()


def test_a_script_can_start_TLS(tls: Tls) -> None:
    # poplib asks CAPA before STLS.
    begin = "S: +OK\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\nS: +OK\n-- TLS\n"
    log_in = LOGIN.partition("\n")[2]
    with script(begin + log_in, tls_context=tls.server) as server:
        pop = poplib.POP3(server.host, server.port, timeout=10)
        pop.stls(tls.client)
        pop.user("ann")
        pop.pass_("secret")
        pop.close()


def test_TLS_may_come_first(tls: Tls) -> None:
    with script("-- TLS\nS: +OK in\n", tls_context=tls.server) as server:
        pop = poplib.POP3_SSL(server.host, server.port, context=tls.client, timeout=10)
        assert pop.getwelcome() == b"+OK in"
        pop.close()


def test_TLS_without_a_context_is_told() -> None:
    with pytest.raises(ScriptError, match="no tls_context"), script("-- TLS\n") as server:
        say(server.port)


def test_the_failure_shows_where_and_what_and_the_lines_before() -> None:
    with pytest.raises(ScriptError) as caught, script(LOGIN) as server:
        say(server.port, b"USER ann\r\n", b"APOP x\r\n")
    assert str(caught.value) == (
        "line 4: the script has b'PASS ***' next, but the client said b'APOP x'\n"
        "    S: +OK hello\n"
        "    C: USER ann\n"
        "    S: +OK\n"
        "  - PASS ***\n"
        "  + APOP x"
    )


def test_a_client_that_does_not_wait_for_its_turn_fails() -> None:
    with (
        pytest.raises(ScriptError, match="said more before its turn: b'PASS x"),
        script(LOGIN) as server,
    ):
        say(server.port, b"USER ann\r\nPASS x\r\n")


def test_a_client_that_falls_silent_fails() -> None:
    with (
        pytest.raises(ScriptError, match="nothing for too long"),
        script(LOGIN, timeout=0.05) as server,
    ):
        say(server.port)


def test_a_script_that_nobody_plays_fails() -> None:
    with pytest.raises(ScriptError, match="no client ever connected"), script(LOGIN):
        pass


def test_a_second_connection_fails() -> None:
    with pytest.raises(ScriptError, match="a second time"), script("S: +OK\n") as server:
        say(server.port)
        say(server.port)


@pytest.mark.parametrize("noticed", [False, True])
@pytest.mark.parametrize("said", [b"", b"USER an"])
def test_what_goes_wrong_in_the_test_itself_is_not_hidden_by_the_unplayed_rest(
    said: bytes, noticed: bool
) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        script(LOGIN) as server,
        socket.create_connection(("127.0.0.1", server.port), 10) as sock,
    ):
        sock.recv(100)
        sock.sendall(said)
        if noticed:  # the player sees the end before the block does
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(100):
                pass
        raise ZeroDivisionError


def test_a_client_that_hangs_up_is_told_by_itself() -> None:
    with (
        pytest.raises(ScriptError, match=r"line 2: .* but the client hung up"),
        script(LOGIN) as server,
        socket.create_connection(("127.0.0.1", server.port), 10) as sock,
    ):
        sock.recv(100)
        sock.shutdown(socket.SHUT_WR)
        assert sock.recv(100) == b""


def test_a_script_that_was_left_is_told_with_the_tests_own_error_behind_it() -> None:
    with pytest.raises(ScriptError) as caught, script(LOGIN) as server:
        say(server.port, b"NOOP\r\n")
        raise ZeroDivisionError
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_what_is_said_into_a_connection_that_hung_up_is_no_fault() -> None:
    text = "S: +OK\nC: NOOP\n-- the server closed the connection\n"
    with script(text) as server, socket.create_connection(("127.0.0.1", server.port), 10) as sock:
        sock.sendall(b"NOOP\r\n")
        while sock.recv(100):
            pass
        sock.sendall(b"QUIT\r\n")


def test_a_line_may_lack_its_end() -> None:
    parsed = Script.parse("S: +OK par\\\n-- the server closed the connection")
    assert parsed.server_octets == b"+OK par"
    assert Script.parse("S: a\\\nS: b\\\\").server_octets == b"ab\\\r\n"
    assert Script.parse("C: NOOP\\n\\").client_octets == b"NOOP\n"
    with script("S: +OK\nC: NO\\\nC: OP\nS: +OK\n") as server:
        assert say(server.port, b"NOOP\r\n") == b"+OK\r\n+OK\r\n"


def test_remarks_that_are_orders_stand_in_the_turns() -> None:
    closing = "-- the server closed the connection"
    turns = Script.parse(f"S: +OK\n-- TLS\n-- TLSv1.3\nC: A\n{closing}").turns
    assert [(turn.client, turn.then) for turn in turns] == [
        (False, Then.START_TLS),
        (True, Then.GO_ON),
        (False, Then.CLOSE),
    ]
    with pytest.raises(ScriptError, match=r"line 3.*after the server"):
        Script.parse(f"S: a\n{closing}\nS: b")


@pytest.mark.parametrize(
    ("line", "said", "matches"),
    [
        ("PASS ***", b"PASS x\r\n", True),
        ("PASS ***", b"PASS two words\r\n", True),
        ("PASS ***", b"PASS \r\n", False),
        ("PASS ***", b"APOP x\r\n", False),
        ("***", b"abc\r\n", True),
        ("***", b"\r\n", True),
        ("USER a***", b"USER abc\r\n", False),
        ("USER a***", b"USER a***\r\n", True),
        ("PASS ***", b"PASS x\n", False),
    ],
)
def test_stars_stand_for_one_secret(line: str, said: bytes, matches: bool) -> None:
    (turn,) = Script.parse(f"C: {line}").turns
    assert turn.spoken[0].matches(said) is matches


def test_several_scripts_in_one_text() -> None:
    text = "A recording.\n\n== one\nS: 1\n\n== two\nC: 2\n-- remark\nS: 3\n"
    scripts = parse_scripts(text)
    assert list(scripts) == ["one", "two"]
    assert scripts["two"].server_octets == b"3\r\n"
    assert parse_scripts("== first\nS: 1")["first"].server_octets == b"1\r\n"


def test_a_client_that_is_still_there_at_the_end_is_told_what_is_unplayed() -> None:
    with (
        pytest.raises(ScriptError, match="'USER ann' next, but the client hung up or said no more"),
        socket.socket() as sock,
        script(LOGIN) as server,
    ):
        sock.connect((server.host, server.port))
        sock.recv(100)


def test_a_handshake_that_fails_in_a_script_is_told(tls: Tls) -> None:
    with (
        pytest.raises(ScriptError, match="the TLS handshake failed"),
        script("-- TLS\nS: +OK\n", tls_context=tls.server) as server,
        socket.create_connection((server.host, server.port), 10) as sock,
    ):
        sock.sendall(b"CAPA\r\n")
        sock.recv(100)


@pytest.mark.parametrize(
    ("said", "came"), [(b"USER an", "USER an\\"), (b"USER ann\n", "USER ann\\n\\")]
)
def test_a_line_with_another_end_is_told_as_it_came(said: bytes, came: str) -> None:
    with (
        pytest.raises(ScriptError) as caught,
        script(LOGIN) as server,
        socket.create_connection((server.host, server.port), 10) as sock,
    ):
        sock.recv(100)
        sock.sendall(said)
        sock.shutdown(socket.SHUT_WR)
        sock.recv(100)
    assert str(caught.value).endswith(f"  + {came}")


def test_a_server_may_hang_up_right_after_the_handshake() -> None:
    turns = Script.parse("-- TLS\n-- the server closed the connection").turns
    assert [(turn.octets, turn.then) for turn in turns] == [
        (b"", Then.START_TLS),
        (b"", Then.CLOSE),
    ]


def test_a_client_that_goes_on_behind_the_end_is_told_of() -> None:
    with (
        pytest.raises(ScriptError, match="the script is over, but the client said more: b'NOOP"),
        script("S: +OK\n") as server,
        socket.create_connection((server.host, server.port), 10) as peer,
    ):
        assert peer.recv(100) == b"+OK\r\n" and peer.recv(100) == b""  # it has hung up
        peer.sendall(b"NOOP\r\n")
