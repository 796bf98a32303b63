"""Faults to order: at a named command or octet, and what the log tells of them."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

import pop3lib
from pop3lib.testing import Maildrop, Server
from pop3lib.testing.faults import (
    Action,
    Fault,
    HangUp,
    Pause,
    Remark,
    at,
    chain,
    cut,
    delay,
    drip,
    garbage,
    insert,
    no_fault,
    refuse,
    rewrite,
    silence,
)
from tests import faces

ANSWER = [b"+OK 7 octets\r\n", b"Hello\r\n", b".\r\n"]


def done(fault: Fault, *commands: str) -> list[Action]:
    """Return what is done at *commands*, each answered by ANSWER; remarks left out."""
    actions = [action for command in commands for action in fault(command, ANSWER)]
    return [action for action in actions if not isinstance(action, Remark)]


def sent(fault: Fault, *commands: str) -> bytes:
    return b"".join(action for action in done(fault, *commands) if isinstance(action, bytes))


@pytest.mark.parametrize(
    ("fault", "actions"),
    [
        (no_fault, ANSWER),
        (delay(2), [Pause(2), *ANSWER]),
        (silence(), [Pause(None)]),
        (refuse("[SYS/PERM] no"), [b"-ERR [SYS/PERM] no\r\n"]),
        (garbage(b"\0"), [b"\0"]),
        (insert(b"\r\n"), [b"\r\n" + b"".join(ANSWER)]),
        (insert(b"?", after=3), [b"+OK? 7 octets\r\nHello\r\n.\r\n"]),
        (rewrite(bytes.lower), [b"+ok 7 octets\r\nhello\r\n.\r\n"]),
        (cut(16), [ANSWER[0], b"He", HangUp()]),
        (cut(0, reset=True), [b"", HangUp(reset=True)]),
    ],
)
def test_what_a_fault_makes_of_an_answer(fault: Fault, actions: list[Action]) -> None:
    assert done(fault, "RETR 1") == actions


def test_a_drip_pauses_after_each_piece() -> None:
    actions = done(drip(4, 0.5), "RETR 1")
    assert actions[:4] == [b"+OK ", Pause(0.5), b"7 oc", Pause(0.5)]
    assert sent(drip(4, 0.5), "RETR 1") == b"".join(ANSWER)


@pytest.mark.parametrize(
    ("place", "commands", "hit"),
    [
        ("RETR 2", ["RETR 1", "RETR 2", "RETR 22", "RETR 2"], [False, True, False, True]),
        ("RETR", ["RETR 1", "TOP 1 0", "RETR 2"], [True, False, True]),
        ("greeting", ["greeting", "STAT"], [True, False]),
    ],
)
def test_a_fault_at_a_command_is_at_no_other(
    place: str, commands: list[str], hit: list[bool]
) -> None:
    fault = at(place, garbage(b"?"))
    assert [sent(fault, command) == b"?" for command in commands] == hit


def test_a_fault_may_come_so_many_times_and_no_more() -> None:
    fault = at("STAT", garbage(b"?"), times=2)
    assert [sent(fault, "STAT") == b"?" for _ in range(3)] == [True, True, False]


def test_a_cut_at_a_command_counts_its_octets_only() -> None:
    fault = at("RETR 2", cut(3))
    assert sent(fault, "greeting", "RETR 1") == b"".join(ANSWER) * 2
    assert done(fault, "RETR 2") == [b"+OK", HangUp()]


def test_a_chain_does_one_fault_after_the_other() -> None:
    fault = chain(at("LIST", insert(b"\r\n")), drip(2), delay(1))
    assert done(fault, "LIST")[:3] == [Pause(1), b"\r\n", Pause(0.0)]
    assert done(chain(delay(9), insert(b"?"), cut(2)), "STAT") == [Pause(9), b"?+", HangUp()]
    assert done(chain(delay(1), drip(99)), "STAT")[:2] == [Pause(1), ANSWER[0]]
    assert done(chain(), "STAT") == ANSWER


@pytest.mark.parametrize("fault", [refuse(), silence(), at("DELE 1", refuse())])
def test_what_is_refused_was_never_done(fault: Fault) -> None:
    def act() -> Iterator[bytes]:
        acted.append(True)
        yield b"+OK\r\n"

    acted: list[bool] = []
    list(fault("DELE 1", act()))
    assert acted == []


# --- with a client on the other side


@contextmanager
def serving(fault: Fault, timeout: float = 10) -> Iterator[tuple[Server, pop3lib.Client]]:
    """Run a server with two messages and *fault*, and a client that is logged in."""
    mail = Maildrop("secret", [b"A: 1\r\n\r\nHello\r\n", b"A: 2\r\n\r\nWorld\r\n"])
    plain = pop3lib.Security.PLAINTEXT
    with (
        Server({"ann": mail}, faults=lambda _: fault) as server,
        faces.Client(
            server.host, server.port, security=plain, allow_insecure_login=True, timeout=timeout
        ) as pop,
    ):
        pop.login("ann", "secret", mechanism="USER")
        yield server, pop


@pytest.mark.usefixtures("face")
def test_a_refusal_leaves_the_connection_good_and_the_mark_unset() -> None:
    with serving(at("DELE 1", refuse("[SYS/TEMP] later"), times=1)) as (server, pop):
        with pytest.raises(pop3lib.ServerSystemError, match="later"):
            pop.dele(1)
        assert pop.stat().count == 2
        pop.dele(1)
        assert "-- on order: DELE 1 is refused" in server.log


@pytest.mark.usefixtures("face")
def test_a_cut_inside_a_message_is_a_server_that_hung_up() -> None:
    with (
        pytest.raises(pop3lib.ServerDisconnected, match="RETR 2"),
        serving(at("RETR 2", cut(20))) as (server, pop),
    ):
        assert pop.retr(1) == b"A: 1\r\n\r\nHello\r\n"
        pop.retr(2)
    assert "-- on order: cut after 20 octets, in the answer to RETR 2" in server.log


@pytest.mark.usefixtures("face")
def test_silence_is_met_by_the_timeout() -> None:
    with (
        pytest.raises(pop3lib.ServerTimeout),
        serving(at("STAT", silence()), timeout=0.2) as (server, pop),
    ):
        pop.stat()
    assert "-- on order: silence at STAT" in server.log


@pytest.mark.usefixtures("face")
def test_a_refused_response_ends_the_exchange() -> None:
    with Server(faults=lambda _: at("response", refuse("no"), times=1)) as server:
        plain = pop3lib.Security.PLAINTEXT
        with faces.Client(
            server.host, server.port, security=plain, allow_insecure_login=True
        ) as pop:
            with pytest.raises(pop3lib.AuthenticationError):
                pop.login("ann", "secret", mechanism="LOGIN")
            pop.login("ann", "secret", mechanism="LOGIN")
            assert pop.stat().count == 0


def test_a_fault_is_told_the_command_without_its_secret() -> None:
    said: list[str] = []

    def listen(command: str, actions: Iterable[Action]) -> Iterator[Action]:
        said.append(command)
        return iter(actions)

    with (
        Server(faults=lambda _: listen) as server,
        socket.create_connection((server.host, server.port)) as peer,
    ):
        peer.sendall(b"apop ann 0123456789abcdef\r\nAUTH PLAIN AGFubgBubw==\r\nUSER ann\r\n")
        peer.sendall(b"PASS s e c r e t\r\nAUTH LOGIN\r\n*\r\nQUIT\r\n")
        with peer.makefile("rb") as answers:
            answers.read()
    assert said == [
        "greeting", "APOP ann ***", "AUTH PLAIN ***", "USER ann", "PASS ***", "AUTH LOGIN",
        "response", "QUIT",
    ]  # fmt: skip
