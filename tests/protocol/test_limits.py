"""What a server may send, and not more; the same whether it comes whole or bytewise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pop3lib import InvalidArgumentError, LimitExceededError, Limits, State
from pop3lib.protocol import (
    Auth,
    Capa,
    Command,
    Connection,
    Lang,
    List,
    Pass,
    Retr,
    Top,
    Uidl,
)
from pop3lib.protocol.commands import RetrHeaders
from pop3lib.sasl import Login
from tests.driver import bytewise, whole

HEADERS = b"Subject: x\r\n\r\n"


def logged_in(limits: Limits) -> Connection:
    connection = Connection(limits=limits)
    connection.receive_data(b"+OK\r\n")
    connection.send(Pass("x"))
    connection.receive_data(b"+OK\r\n")
    connection.data_to_send()
    return connection


OK, END = b"+OK\r\n", b".\r\n"
# what, its limit, an answer that just fits, one that does not
BOUNDS: list[tuple[Command[Any], Limits, bytes, bytes]] = [
    (Retr(1), Limits(max_status_line=8), b"+OK 5678\r\n" + END, b"+OK 56789\r\n" + END),
    (List(), Limits(max_listing=2), OK + b"1 1\r\n2 1\r\n" + END, OK + b"1 1\r\n2 1\r\n3 1\r\n4"),
    (Uidl(), Limits(max_listing=1), OK + b"1 a\r\n" + END, OK + b"1 a\r\n2 b\r\n3"),
    (Lang(), Limits(max_listing=1), OK + b"en E\r\n" + END, OK + b"en E\r\nit I\r\nx"),
    (Uidl(), Limits(max_line=4), OK + b"1 ab\r\n" + END, OK + b"1 abc\r\n" + END),
    (Capa(), Limits(max_capabilities=1), OK + b"A\r\n" + END, OK + b"A\r\nB\r\nC"),
    (Retr(1), Limits(max_message=5), OK + b"abc\r\n" + END, OK + b"abcd\r\n" + END),
    (Top(1, 0), Limits(max_headers=14), OK + HEADERS + END, OK + b"xyz" + HEADERS + END),
    (Top(1, 1), Limits(max_message=14), OK + HEADERS + END, OK + b"xyz" + HEADERS + END),
    (
        RetrHeaders(1),
        Limits(max_headers=14),
        OK + HEADERS + b"long body\r\n" + END,
        OK + b"xyz" + HEADERS + END,
    ),
]


@pytest.mark.parametrize("cut", [whole, bytewise])
@pytest.mark.parametrize(("command", "limits", "fits", "too_much"), BOUNDS)
def test_LIM_01_to_07_up_to_the_limit_and_no_further(
    cut: Callable[[bytes], Iterable[bytes]],
    limits: Limits,
    command: Command[Any],
    fits: bytes,
    too_much: bytes,
) -> None:
    connection = logged_in(limits)
    exchange = connection.send(command)
    for piece in cut(fits):
        connection.receive_data(piece)
    exchange.result()
    again = connection.send(command)
    for piece in cut(too_much):
        connection.receive_data(piece)
    assert connection.state is State.CLOSED
    with pytest.raises(LimitExceededError, match="max_"):
        again.result()


@pytest.mark.parametrize("cut", [whole, bytewise])
def test_LIM_02_a_greeting_without_end(cut: Callable[[bytes], Iterable[bytes]]) -> None:
    connection = Connection()
    for piece in cut(b"+OK " + b"x" * 9000):
        connection.receive_data(piece)
    with pytest.raises(LimitExceededError, match="max_status_line=8192"):
        connection.greeted.result()


def test_AUT_11_challenges_are_counted_and_measured() -> None:
    for challenges in ([b"+ \r\n"] * 9, [b"+ " + b"QUJD" * 5000 + b"\r\n"]):
        connection = Connection(limits=Limits(max_status_line=None))
        connection.receive_data(b"+OK\r\n")
        exchange = connection.send(Auth(Patient()))
        for challenge in challenges:
            assert not exchange.done
            connection.receive_data(challenge)
        with pytest.raises(LimitExceededError):
            exchange.result()


class Patient(Login):
    """A mechanism that answers for ever."""

    def __init__(self) -> None:
        super().__init__("ann", "secret")

    def answer(self, challenge: bytes) -> bytes:
        return b"again"


def test_limits_can_be_switched_off_and_are_checked() -> None:
    connection = logged_in(Limits(max_status_line=None, max_message=None))
    exchange = connection.stream(Retr(1))
    connection.receive_data(b"+OK " + b"x" * 9000 + b"\r\nhello\r\n.\r\n")
    assert exchange.take() == b"hello\r\n"
    with pytest.raises(InvalidArgumentError, match="max_message"):
        Limits(max_message=0)
    with pytest.raises(InvalidArgumentError):
        Limits(max_line=True)


@pytest.mark.parametrize(
    ("message", "block"),
    [
        (b"A: 1\r\n\r\nbody\r\n", b"A: 1\r\n\r\n"),
        (b"\r\nbody\r\n\r\n", b"\r\n"),
        (b"A: 1\r\nB: 2\r\n", b"A: 1\r\nB: 2\r\n"),
        (b"A: 1\r\n\r\n\r\n\r\nx\r\n", b"A: 1\r\n\r\n"),
    ],
)
@pytest.mark.parametrize("cut", [whole, bytewise])
def test_headers_without_TOP_end_at_the_empty_line(
    message: bytes, block: bytes, cut: Callable[[bytes], Iterable[bytes]]
) -> None:
    connection = logged_in(Limits())
    exchange = connection.send(RetrHeaders(1))
    for piece in cut(b"+OK\r\n" + message + b".\r\n"):
        connection.receive_data(piece)
    assert exchange.result() == block
