"""Plays a transcript against the bare core and against the client, and says what came out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pop3lib
from pop3lib import protocol
from pop3lib.protocol import Command, Connection, Exchange
from pop3lib.sasl import Login, Plain
from pop3lib.sasl.mechanism import Mechanism
from pop3lib.testing import Script, ScriptServer
from tests import faces

FOLDER = Path(__file__).parent / "transcripts"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))

Cutter = Callable[[bytes], Iterable[bytes]]

_MECHANISMS: dict[str, Callable[[], Mechanism]] = {
    "PLAIN": lambda: Plain("ann", "secret"),
    "LOGIN": lambda: Login("ann", "secret"),
}
_SIMPLE: dict[str, Callable[[], Command[Any]]] = {
    "CAPA": protocol.Capa,
    "STAT": protocol.Stat,
    "NOOP": protocol.Noop,
    "RSET": protocol.Rset,
    "QUIT": protocol.Quit,
    "UTF8": protocol.Utf8,
    "STLS": protocol.Stls,
    "LIST": lambda: protocol.List(),
    "UIDL": lambda: protocol.Uidl(),
    "LANG": lambda: protocol.Lang(),
}


def load(name: str) -> Script:
    """Return the transcript called *name*."""
    return Script.parse((FOLDER / f"{name}.txt").read_text(encoding="ascii"))


def command_of(line: bytes) -> Command[Any] | None:
    """Return the command that *line* is, or None for a line inside AUTH."""
    verb, *words = line.decode().split(" ")
    if not words:
        return _SIMPLE[verb]() if verb in _SIMPLE else None
    texts: dict[str, Callable[[], Command[Any]]] = {
        "USER": lambda: protocol.User(words[0]),
        "PASS": lambda: protocol.Pass(words[0]),
        "APOP": lambda: protocol.Apop(words[0], words[1]),
        "AUTH": lambda: protocol.Auth(_MECHANISMS[words[0]]()),
        "LANG": lambda: protocol.Lang(words[0]),
        "TOP": lambda: protocol.Top(int(words[0]), int(words[1])),
        "RETR": lambda: protocol.Retr(int(words[0])),
        "DELE": lambda: protocol.Dele(int(words[0])),
        "LIST": lambda: protocol.List(int(words[0])),
        "UIDL": lambda: protocol.Uidl(int(words[0])),
    }
    return texts[verb]() if verb in texts else None


def commands_of(script: Script) -> Iterator[list[Command[Any]]]:
    """Yield the commands of each turn of the client."""
    for turn in script.turns:
        if turn.client:
            # "AUTH LOGIN" has a word behind it and no response, so it is found by its verb.
            yield [command for line in turn.lines if (command := command_of(line)) is not None]


@dataclass(frozen=True)
class Played:
    """What came out of a session."""

    results: tuple[object, ...]
    said: bytes
    state: protocol.State


def outcome(exchange: Exchange[Any]) -> object:
    """Return the result, or the error as one can compare it; an exchange must be done."""
    assert exchange.done, exchange
    try:
        result = exchange.result()
    except pop3lib.POP3Error as error:
        return type(error).__name__, str(error)
    # Values compare without their defects; here they count.
    return result, getattr(result, "defects", ()), repr(result)


def whole(octets: bytes) -> Iterable[bytes]:
    """Give the octets at once."""
    return [octets] if octets else []


def bytewise(octets: bytes) -> Iterable[bytes]:
    """Give the octets one by one."""
    return (octets[i : i + 1] for i in range(len(octets)))


def play_core(script: Script, cut: Cutter = whole, **options: Any) -> Played:
    """Play *script* against a bare core, its server's octets cut by *cut*."""
    connection = Connection(**options)
    exchanges: list[Exchange[Any]] = [connection.greeted]
    said = b""
    for turn in script.turns:
        if turn.client:
            found = (command_of(line) for line in turn.lines)
            exchanges += [connection.send(command) for command in found if command is not None]
        else:
            for piece in cut(turn.octets):
                connection.receive_data(piece)
        said += connection.data_to_send()
    return Played(tuple(map(outcome, exchanges)), said, connection.state)


def play_client(script: Script, chunk: int = 0) -> Played:
    """Play *script* against the blocking client over loopback."""
    results: list[object] = []
    with ScriptServer(script, chunk=chunk) as server:
        client = faces.Client(
            server.host,
            server.port,
            security=pop3lib.Security.PLAINTEXT,
            allow_insecure_login=True,
            timeout=10,
        ).connect()
        results.append((client.greeting, (), repr(client.greeting)))
        for commands in commands_of(script):
            results += map(outcome, client.execute_all(commands))
        client.close()
    # The script server has checked each line as it came.
    return Played(tuple(results), script.client_octets, client.state)


PASSWORDS = re.compile(rb"secret|moretto|c2VjcmV0|AGFubgBzZWNyZXQ")
