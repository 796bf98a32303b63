"""No argument becomes a second command: rows of the catalogue of threats, by their ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import pop3lib
from pop3lib import InvalidArgumentError, sasl
from pop3lib.testing import Server
from tests.security.hostile import client

pytestmark = pytest.mark.usefixtures("face")

MESSAGES = [b"one\r\n", b"two\r\n"]
CONTROLS = [chr(octet) for octet in (*range(0x20), 0x7F)]
Call = Callable[[pop3lib.Client, str], object]

BEFORE_LOGIN: dict[str, Call] = {
    "INJ-01 USER": lambda pop, text: pop.user(text),
    "INJ-02 PASS": lambda pop, text: pop.pass_(text),
    "INJ-01 login": lambda pop, text: pop.login(text, "secret"),
    "INJ-02 login": lambda pop, text: pop.login("ann", text),
    "INJ-02 USER": lambda pop, text: pop.login("ann", text, mechanism="USER"),
    "INJ-06 APOP": lambda pop, text: pop.apop(text, "secret"),
    "INJ-02 APOP": lambda pop, text: pop.apop("ann", text),
    "INJ-09 PLAIN": lambda pop, text: pop.auth(sasl.Plain("ann", text)),
    "INJ-09 PLAIN user": lambda pop, text: pop.auth(sasl.Plain(text, "secret")),
    "INJ-09 PLAIN authzid": lambda pop, text: pop.auth(sasl.Plain("ann", "secret", authzid=text)),
    "INJ-10 token": lambda pop, text: pop.login("ann", token=text),
    "INJ-10 OAuth user": lambda pop, text: pop.login(text, token="token"),
    "INJ-12 mechanism": lambda pop, text: pop.login("ann", "secret", mechanism=text),
    "LANG": lambda pop, text: pop.lang(text),
}


@pytest.mark.parametrize("name", BEFORE_LOGIN)
def test_INJ_01_02_03_09_10_no_control_character_in_any_argument(name: str) -> None:
    with Server(messages=MESSAGES) as server, client(server) as pop:  # type: ignore[arg-type]
        for control in CONTROLS:
            for text in (f"x{control}DELE 1", f"{control}x", f"x{control}"):
                with pytest.raises((pop3lib.LocalProtocolError, pop3lib.UnsupportedError)):
                    BEFORE_LOGIN[name](pop, text)
        pop.login("ann", "secret")  # the connection is as good as before
        assert pop.stat().count == 2
    said = [line.split()[1] for line in server.log if line.startswith("C: ")]
    assert "DELE" not in said and "APOP" not in said and said.count("AUTH") == 1


@pytest.mark.parametrize(
    "number", ["1\r\nDELE 2", "1 2", "1", -1, 0, True, 10**30, 1.0, None, b"1"]
)
def test_INJ_04_13_14_a_number_is_an_int_from_1(number: Any) -> None:
    with Server(messages=MESSAGES) as server, client(server) as pop:  # type: ignore[arg-type]
        pop.login("ann", "secret")
        calls: list[Callable[[Any], object]] = [pop.retr, pop.dele, pop.top, pop.open, pop.headers]
        if number is not None:
            calls += [pop.list, pop.uidl]
        for call in calls:
            with pytest.raises(InvalidArgumentError):
                call(number)
        for lines in ("0\r\nDELE 2", -5, 1.5, None):
            with pytest.raises(InvalidArgumentError):
                pop.top(1, lines)  # type: ignore[arg-type]
        assert pop.stat().count == 2
    assert not any(line.startswith(("C: DELE", "C: TOP", "C: RETR")) for line in server.log)


def test_INJ_06_a_space_in_the_name_would_move_the_digest() -> None:
    with (
        Server(messages=MESSAGES) as server,
        client(server) as pop,  # type: ignore[arg-type]
        pytest.raises(InvalidArgumentError),
    ):
        pop.apop("ann extra", "secret")
    assert not any(line.startswith("C: APOP") for line in server.log)


def test_INJ_07_a_line_of_more_than_255_octets_is_refused() -> None:
    with Server(messages=MESSAGES) as server, client(server) as pop:  # type: ignore[arg-type]
        for call in (pop.user, lambda text: pop.login("ann", text, mechanism="USER")):
            with pytest.raises(InvalidArgumentError, match="255"):
                call("x" * 5000)
        with pytest.raises(pop3lib.AuthenticationError):
            pop.auth(sasl.Plain("ann", "x" * 5000))  # SASL's answers are free (RFC 5034 section 4)
        pop.login("ann", "secret")
