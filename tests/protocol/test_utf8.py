"""UTF8: what RFC 6856 allows before it, behind it, and only with ``UTF8 USER``."""

from __future__ import annotations

from hashlib import md5
from typing import Any

import pytest

from pop3lib import InvalidArgumentError, UnsupportedError, WrongStateError
from pop3lib.protocol import Apop, Capa, Command, Connection, Pass, Stls, User, Utf8
from pop3lib.protocol.flows import apop
from pop3lib.sasl import Credentials

STAMP = "<1896.697170952@dbc.mtview.ca.us>"
BEYOND: list[Command[Any]] = [User("änn"), Pass("pä55"), Apop("änn", "d1ge57")]


def greeted(utf8: bytes | None = None) -> Connection:
    """Return a connection; where *utf8* is something the server was asked, and has that line."""
    connection = Connection()
    connection.receive_data(f"+OK ready {STAMP}\r\n".encode())
    if utf8 is not None:
        connection.send(Capa())
        connection.receive_data(b"+OK\r\nUSER\r\n" + utf8 + b"\r\n.\r\n")
    connection.data_to_send()
    return connection


@pytest.mark.parametrize("utf8", [None, b"TOP", b"UTF8"])
@pytest.mark.parametrize("command", BEYOND, ids=lambda command: command.verb)
def test_INJ_08_beyond_ascii_only_where_the_server_says_UTF8_USER(
    command: Command[Any], utf8: bytes | None
) -> None:
    connection = greeted(utf8)
    with pytest.raises(UnsupportedError, match="UTF8 USER") as caught:
        connection.send(command)
    assert "pä55" not in str(caught.value)
    assert connection.data_to_send() == b""


@pytest.mark.parametrize("command", BEYOND, ids=lambda command: command.verb)
def test_INJ_08_with_UTF8_USER_they_go_as_they_are_before_UTF8_is_said(
    command: Command[Any],
) -> None:
    connection = greeted(b"utf8 user")
    connection.send(command)
    assert "ä".encode() in connection.data_to_send()


def test_what_was_said_in_clear_does_not_count_inside_TLS() -> None:
    connection = greeted(b"UTF8 USER")
    connection.send(Stls())
    connection.receive_data(b"+OK\r\n")
    connection.tls_started()
    with pytest.raises(UnsupportedError):
        connection.send(User("änn"))


def test_a_refused_name_takes_nothing_back() -> None:
    connection = greeted(b"UTF8 USER")
    connection.send(User("änn"))
    connection.receive_data(b"-ERR\r\n")
    connection.send(User("bjørn"))
    assert connection.data_to_send().endswith("USER bjørn\r\n".encode())


# --- STLS behind UTF8


@pytest.mark.parametrize("answered", [False, True])
def test_no_TLS_is_started_behind_UTF8(answered: bool) -> None:
    connection = greeted()
    connection.send(Utf8())
    if answered:
        connection.receive_data(b"+OK\r\n")
    with pytest.raises(WrongStateError, match="before UTF8"):
        connection.send(Stls())


def test_a_refused_UTF8_leaves_the_way_to_TLS_open() -> None:
    connection = greeted()
    connection.send(Utf8())
    connection.receive_data(b"-ERR\r\n")
    connection.send(Stls())
    assert connection.data_to_send().endswith(b"STLS\r\n")


# --- APOP


def sent_by_apop(connection: Connection, user: str, password: str, *answers: bytes) -> bytes:
    """Return the last line that APOP comes to."""
    procedure = connection.run(apop(connection.session, Credentials(user, password)))
    for answer in answers:
        connection.data_to_send()
        connection.receive_data(answer)
    if procedure.done:
        procedure.result()
    return connection.data_to_send()


def test_APOP_digests_one_spelling_of_a_password() -> None:
    digest = md5(f"{STAMP}IX pässe".encode()).hexdigest()
    for password in ("Ⅸ pässe", "Ⅸ\u00a0pa\u0308sse"):
        line = sent_by_apop(greeted(b"UTF8 USER"), "\uff41nn", password)
        assert line == f"APOP ann {digest}\r\n".encode()


def test_APOP_leaves_ascii_alone_and_asks_nothing_for_it() -> None:
    digest = md5(f"{STAMP}tan  staaf".encode()).hexdigest()
    assert sent_by_apop(greeted(), "mrose", "tan  staaf") == f"APOP mrose {digest}\r\n".encode()


@pytest.mark.parametrize(("user", "password"), [("änn", "x"), ("ann", "pä55")])
def test_APOP_beyond_ascii_asks_first_and_is_not_sent_without_UTF8_USER(
    user: str, password: str
) -> None:
    with pytest.raises(UnsupportedError, match="UTF8 USER"):
        sent_by_apop(greeted(), user, password, b"+OK\r\nUTF8\r\n.\r\n")
    line = sent_by_apop(greeted(), user, password, b"+OK\r\nUTF8 USER\r\n.\r\n")
    assert line.startswith(f"APOP {user} ".encode())


def test_a_password_that_SASLprep_refuses_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="Unicode 3"):
        sent_by_apop(greeted(b"UTF8 USER"), "ann", "\U0001f600")
