"""What breaks the rules is in the trace: without it a report would lack the very line."""

from __future__ import annotations

import pytest

from pop3lib.protocol import Capa, Connection, Limits, Pass, Quirk, Retr, User
from pop3lib.testing import Script

NONE = Quirk(0)


def traced(*answers: bytes, quirks: Quirk = NONE) -> list[str]:
    """Return what is seen where CAPA is sent behind the greeting."""
    seen: list[str] = []
    limits = Limits(max_capabilities=2)
    connection = Connection(trace=seen.append, limits=limits, quirks=quirks)
    for number, answer in enumerate(answers):
        connection.receive_data(answer)
        if number == 0 and connection.greeted.done and connection.failure is None:
            connection.send(Capa())
            connection.data_to_send()
    return seen


@pytest.mark.parametrize(
    ("answers", "seen"),
    [
        ([b"HTTP/1.1 400 Bad"], ["S: HTTP/1.1 400 Bad\\"]),
        ([b"* OK IMAP4rev1\r\n"], ["S: * OK IMAP4rev1"]),
        ([b"+OK hi\n"], ["S: +OK hi\\n\\"]),
        ([b"hello\r\n"], ["S: hello"]),
        ([b"+OK\r\n+OK\r\n."], ["S: +OK", "S: +OK", "S: .\\"]),
        ([b"+OK\r\n", b"\r\n"], ["S: +OK", "C: CAPA", "S: "]),
        ([b"+OK\r\n", b"+ERR\r\n"], ["S: +OK", "C: CAPA", "S: +ERR"]),
        ([b"+OK\r\n", b"+OK a\nb\r\n"], ["S: +OK", "C: CAPA", "S: +OK a\\nb"]),
        (
            [b"+OK\r\n", b"+OK\r\nA\r\nB\r\nC\r\nD\r\n"],
            ["S: +OK", "C: CAPA", "S: +OK", "S: A", "S: B", "S: C", "S: D"],
        ),
    ],
)
def test_a_line_that_is_none_is_seen_before_it_breaks_the_connection(
    answers: list[bytes], seen: list[str]
) -> None:
    assert traced(*answers) == seen
    Script.parse("\n".join(seen))


@pytest.mark.parametrize("cut", [1, 70_000, 100_006])
def test_LIM_23_a_line_without_end_is_shown_in_pieces(cut: int) -> None:
    seen: list[str] = []
    connection = Connection(secure=True, trace=seen.append)
    connection.receive_data(b"+OK\r\n")
    connection.send(User("ann"))
    connection.send(Pass("secret"))
    connection.send(Retr(1))
    for answer in (b"+OK\r\n", b"+OK\r\n"):
        connection.data_to_send()
        connection.receive_data(answer)
    connection.data_to_send()
    said = b"+OK\r\n" + b"x" * 100_000 + b"\r\n.\r\n"
    connection.receive_data(said[:cut])
    shown = sum(map(len, seen))
    connection.receive_data(said[cut:])
    if cut > 65536 + 6:
        assert shown > 65536  # nothing of it was kept until its end
    whole = Script.parse("\n".join(seen)).server_octets
    assert whole.endswith(said)
    assert seen[-1] == "S: ."


@pytest.mark.parametrize(
    ("answers", "seen"),
    [
        ([b""], []),
        ([b"+OK he", b""], ["S: +OK he\\"]),
        ([b"+OK\r\n", b"+O", b"K", b""], ["S: +OK", "C: CAPA", "S: +OK\\"]),
        ([b"+OK\r\n", b"+OK\r\nTO", b"P", b""], ["S: +OK", "C: CAPA", "S: +OK", "S: TOP\\"]),
        ([b"+OK\r\n", b"-ERR\r\n", b""], ["S: +OK", "C: CAPA", "S: -ERR"]),
    ],
)
def test_the_line_in_which_the_server_hangs_up_is_seen(
    answers: list[bytes], seen: list[str]
) -> None:
    found = traced(*answers)
    assert found == [*seen, "-- the server closed the connection"]
    script = Script.parse("\n".join(found))
    assert script.server_octets == b"".join(answers)


def test_an_empty_line_is_seen_where_it_is_put_up_with() -> None:
    seen = traced(b"+OK\r\n", b"\r\n-ERR\r\n", quirks=Quirk.BLANK_LINES)
    assert seen == ["S: +OK", "C: CAPA", "S: ", "S: -ERR"]


def test_a_secret_in_such_a_line_is_not_seen() -> None:
    seen: list[str] = []
    connection = Connection(trace=seen.append, secure=True)
    connection.receive_data(b"+OK\r\n")
    connection.send(User("ann"))
    connection.receive_data(b"+OK\r\n")
    connection.send(Pass("moretto"))
    connection.receive_data(b"+WHAT moretto is no passw")
    connection.receive_data(b"")
    assert seen[-2:] == ["S: +WHAT *** is no passw\\", "-- the server closed the connection"]


def test_a_watcher_who_raises_at_the_end_breaks_nothing() -> None:
    def watch(line: str) -> None:
        raise ZeroDivisionError

    connection = Connection(trace=watch)
    connection.receive_data(b"")
    assert connection.greeted.done and connection.failure is not None
