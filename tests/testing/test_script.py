"""Transcripts that play the server."""

from __future__ import annotations

import socket

import pytest

from pop3lib.protocol.trace import escape
from pop3lib.testing import Script, ScriptError, script


def talk(port: int, octets: bytes, size: int) -> bytes:
    """Say *octets* and read until *size* octets have come."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), 10) as sock:
        sock.sendall(octets)
        while len(got) < size and (data := sock.recv(4096)):
            got += data
    return got


TEXT = """
== a remark
-- another
# and a third
S: +OK \\\\ \\x00\\xff\\r\\n\\t\\0
C: NOOP
C: PASS ***
S: +OK
S:
"""
SERVER = b"+OK \\ \x00\xff\r\n\t\x00\r\n+OK\r\n\r\n"


def test_the_notation() -> None:
    parsed = Script.parse(TEXT)
    assert parsed.server_octets == SERVER
    assert parsed.client_octets == b"NOOP\r\nPASS ***\r\n"
    assert [turn.client for turn in parsed.turns] == [False, True, False]


@pytest.mark.parametrize("octets", [bytes(range(256)), b"\\x41", b"plain"])
def test_a_trace_is_read_back_as_it_was(octets: bytes) -> None:
    assert Script.parse(f"S: {escape(octets)}").server_octets == octets + b"\r\n"


@pytest.mark.parametrize("chunk", [0, 1])
def test_a_client_that_keeps_to_the_script(chunk: int) -> None:
    with script(TEXT, chunk=chunk) as server:
        assert talk(server.port, b"NOOP\r\nPASS any thing\r\n", len(SERVER)) == SERVER


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"STAT\r\n", "b'NOOP' next, but the client said b'STAT'"),
        (b"NOOP\r\nUSER x\r\n", "but the client said b'USER x'"),
        (b"NOOP\r\n", "the client hung up"),
        (b"NOOP\r\nPASS x\r\nQUIT\r\n", "the client said more"),
    ],
)
def test_a_client_that_leaves_the_script_fails_the_test(said: bytes, told: str) -> None:
    with pytest.raises(ScriptError) as caught, script(TEXT) as server:
        talk(server.port, said, len(SERVER) if said.endswith(b"QUIT\r\n") else 10)
    assert told in str(caught.value)


@pytest.mark.parametrize("text", ["X: what", "S: \\q"])
def test_what_is_no_transcript(text: str) -> None:
    with pytest.raises(ScriptError):
        Script.parse(text)
