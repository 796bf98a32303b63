"""No argument can put a second command on the wire (INJ-01 to INJ-09, INJ-13, INJ-14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3lib import InvalidArgumentError, LocalProtocolError
from pop3lib.protocol import (
    Apop,
    Auth,
    Capa,
    Command,
    Connection,
    Dele,
    Lang,
    List,
    Pass,
    Retr,
    Top,
    Uidl,
    User,
)
from pop3lib.sasl import Plain

text = st.one_of(st.text(), st.text(alphabet="a \r\n\0\x7f\x01é\ud800", max_size=8))
TEXTUAL: list[Callable[[str], Command[Any]]] = [
    User,
    Pass,
    lambda text: Apop(text, "digest"),
    lambda text: Apop("ann", text),
    lambda text: Lang(text),
]


def of_utf8_users() -> Connection:
    """Return a connection to a server that takes names and passwords in UTF-8."""
    connection = Connection()
    connection.receive_data(b"+OK\r\n")
    connection.send(Capa())
    connection.receive_data(b"+OK\r\nUTF8 USER\r\n.\r\n")
    connection.data_to_send()
    return connection


@given(st.sampled_from(TEXTUAL), text)
def test_INJ_01_text_is_one_line_or_refused(make: Callable[[str], Command[Any]], text: str) -> None:
    connection = of_utf8_users()
    try:
        connection.send(make(text))
    except InvalidArgumentError:
        assert connection.data_to_send() == b""
    else:
        line = connection.data_to_send()
        assert line.count(b"\n") == 1 and line.endswith(b"\r\n") and len(line) <= 255
        assert not any(octet < 0x20 or octet == 0x7F for octet in line[:-2])


@pytest.mark.parametrize("octet", [*range(0x20), 0x7F])
@pytest.mark.parametrize("make", [User, Pass])
def test_INJ_03_every_control_is_refused(make: Callable[[str], Command[Any]], octet: int) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        make(f"hush{chr(octet)}hush")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("number", [0, -1, True, False, 2**31, 10**30, 1.0, "1", "1\r\nDELE 2"])
@pytest.mark.parametrize("make", [Retr, Dele, List, Uidl, Top])
def test_INJ_04_a_message_number_is_an_int_from_1(make: Callable[..., Any], number: object) -> None:
    with pytest.raises(InvalidArgumentError):
        make(number)


@pytest.mark.parametrize("lines", [-1, True, "0", "0\r\nDELE 2", 1.5])
def test_INJ_13_a_count_of_lines_is_an_int_from_0(lines: Any) -> None:
    with pytest.raises(InvalidArgumentError):
        Top(1, lines)


def test_INJ_05_a_private_command_cannot_smuggle_a_line() -> None:
    class Bad(Command[None]):
        verb = "XTND"
        allowed = frozenset(Command.allowed)

        def line(self) -> bytes:
            return b"XTND\r\nDELE 1"

    connection = Connection()
    connection.receive_data(b"+OK\r\n")
    connection.send(Pass("x"))
    connection.receive_data(b"+OK\r\n")
    connection.data_to_send()
    with pytest.raises(LocalProtocolError):
        connection.send(Bad())
    assert connection.data_to_send() == b""


def test_INJ_06_a_space_cannot_move_the_digest() -> None:
    with pytest.raises(InvalidArgumentError):
        Apop("alice extra", "digest")


def test_INJ_07_a_line_over_255_octets_is_refused_and_nothing_is_sent() -> None:
    connection = Connection()
    connection.receive_data(b"+OK\r\n")
    with pytest.raises(InvalidArgumentError, match="255"):
        connection.send(User("a" * 5000))
    assert connection.data_to_send() == b""
    connection.send(User("a" * 248))
    assert len(connection.data_to_send()) == 255


def test_INJ_08_a_password_goes_as_utf_8() -> None:
    connection = of_utf8_users()
    connection.send(Pass("pä55"))
    assert connection.data_to_send() == "PASS pä55\r\n".encode()


@pytest.mark.parametrize("password", ["secret\0admin", "x\r\nDELE 1", "", "\x01"])
def test_INJ_09_fields_of_plain_cannot_be_split(password: str) -> None:
    with pytest.raises(ValueError):
        Auth(Plain("ann", password))


def test_what_UTF_8_cannot_write_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="UTF-8"):
        User("lone \ud800")
