"""The table of RFC 1939, 2449, 2595, 5034 and 6856, written by hand: the classes must equal it."""

from __future__ import annotations

from typing import Any

import pytest

from pop3lib import protocol
from pop3lib.protocol import Command, State

A, T, U, C = State.AUTHORIZATION, State.TRANSACTION, State.UPDATE, State.CLOSED

# command: states it is allowed in, where its success leads, lines of its answer, travels alone
TABLE: dict[type[Command[Any]], tuple[set[State], dict[State, State], bool, bool]] = {
    protocol.Capa: ({A, T}, {}, True, True),
    protocol.User: ({A}, {}, False, True),
    protocol.Pass: ({A}, {A: T}, False, True),
    protocol.Apop: ({A}, {A: T}, False, True),
    protocol.Auth: ({A}, {A: T}, False, True),
    protocol.Stls: ({A}, {}, False, True),
    protocol.Utf8: ({A}, {}, False, True),
    protocol.Lang: ({A, T}, {}, False, True),
    protocol.Stat: ({T}, {}, False, False),
    protocol.List: ({T}, {}, False, False),
    protocol.Uidl: ({T}, {}, False, False),
    protocol.Retr: ({T}, {}, True, False),
    protocol.Top: ({T}, {}, True, False),
    protocol.Dele: ({T}, {}, False, False),
    protocol.Noop: ({T}, {}, False, False),
    protocol.Rset: ({T}, {}, False, False),
    protocol.Quit: ({A, T}, {A: C, T: U}, False, True),
}


@pytest.mark.parametrize("command", TABLE, ids=lambda command: command.__name__)
def test_the_class_says_what_the_rfc_says(command: type[Command[Any]]) -> None:
    allowed, leads_to, multiline, alone = TABLE[command]
    assert command.allowed == allowed
    assert dict(command.leads_to) == leads_to
    assert command.multiline is multiline
    assert command.barrier is alone


def test_the_table_has_every_public_command() -> None:
    public = {getattr(protocol, name) for name in protocol.__all__}
    commands = {c for c in public if isinstance(c, type) and issubclass(c, Command)}
    assert commands - {Command} == set(TABLE)


@pytest.mark.parametrize("number", [None, 3])
def test_LIST_and_UIDL_have_a_body_only_without_a_number(number: int | None) -> None:
    for command in (protocol.List, protocol.Uidl):
        made: Command[Any] = command() if number is None else command(number)
        assert made.has_body() is (number is None)
        assert made.verb in repr(made).upper()
