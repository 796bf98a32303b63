"""Any state and any octets: nothing is raised, and after the end every exchange is done."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pop3lib import POP3Error, State
from pop3lib.protocol import Command, Connection, Exchange, Quirk
from tests.driver import command_of

LINES = [
    b"CAPA", b"USER a", b"PASS b", b"APOP a b", b"AUTH PLAIN x", b"AUTH LOGIN x", b"STLS", b"UTF8",
    b"LANG", b"LANG en", b"STAT", b"LIST", b"LIST 1", b"UIDL", b"UIDL 1", b"RETR 1", b"TOP 1 0",
    b"DELE 1", b"DELE 2", b"NOOP", b"RSET", b"QUIT",
]  # fmt: skip
ANSWERS = [
    b"+OK\r\n", b"+OK 1 100\r\n", b"-ERR [AUTH] no\r\n", b"-ERR\r\n", b"+ \r\n", b"+\r\n",
    b"1 100\r\n", b".\r\n", b"PIPELINING\r\n", b"+OK\r\nPIPELINING\r\nTOP\r\nUIDL\r\n.\r\n",
    b"+OK 1 abc\r\n", b"\r\n", b"\n", b"\r", b"+OK", b"..x\r\n", b"* OK\r\n",
]  # fmt: skip

steps = st.lists(
    st.one_of(
        st.sampled_from(LINES),
        st.sampled_from(ANSWERS).map(lambda octets: (octets,)),
        st.binary(min_size=1, max_size=20).map(lambda octets: (octets,)),
        st.just(None),
    ),
    max_size=40,
)


def run(steps: list[bytes | tuple[bytes] | None], connection: Connection) -> list[Exchange[Any]]:
    """Send and feed; None stands for a TLS handshake, where one is wanted."""
    exchanges: list[Exchange[Any]] = [connection.greeted]
    for step in steps:
        if step is None:
            if connection.wants_tls:
                connection.tls_started()
        elif isinstance(step, tuple):
            connection.receive_data(step[0])
        else:
            command: Command[Any] | None = command_of(step)
            assert command is not None
            try:
                exchanges.append(connection.send(command))
            except POP3Error:
                continue
        assert connection.state in State
        connection.data_to_send()
    return exchanges


@given(steps, st.sampled_from([Quirk(0), *Quirk]))
def test_any_order_of_anything_ends_in_a_known_state(
    steps: list[bytes | tuple[bytes] | None], quirks: Quirk
) -> None:
    connection = Connection(quirks=quirks)
    exchanges = run([(b"+OK\r\n",), *steps], connection)
    connection.receive_data(b"")
    assert connection.state is State.CLOSED
    for exchange in exchanges:
        assert exchange.done
        with contextlib.suppress(POP3Error):
            exchange.result()


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=20))
def test_any_octets_at_all(pieces: list[bytes]) -> None:
    connection = Connection()
    for piece in pieces:
        connection.receive_data(piece)
    connection.receive_data(b"")
    assert connection.greeted.done


@given(steps)
def test_every_line_that_leaves_is_one_command(
    steps: list[bytes | tuple[bytes] | None],
) -> None:
    connection = Connection()
    said = b""
    for step in [(b"+OK\r\n",), *steps]:
        run([step], connection)
        said += connection.data_to_send()
    for line in said.split(b"\r\n"):
        assert b"\r" not in line and b"\n" not in line and len(line) <= 253
