"""Ways to fetch many small things: TOP or RETR for each message, answers taken apart and kept."""

from __future__ import annotations

import poplib
import socket
from collections.abc import Iterator

from pop3lib import AsyncClient, Client
from pop3lib.protocol import Command, Retr, Top

#: Commands that the loop written by hand sends ahead.
_AHEAD = 300


def lines_for(verb: str, count: int) -> list[bytes]:
    """Return the command lines that fetch each of *count* messages."""
    pattern = b"TOP %d 0\r\n" if verb == "TOP" else b"RETR %d\r\n"
    return [pattern % number for number in range(1, count + 1)]


def by_hand(sock: socket.socket, verb: str, count: int) -> list[bytes]:
    """Pipeline as one would write it for this one job: no limits, no errors, no timeouts."""
    lines = lines_for(verb, count)
    batches = [lines[begin : begin + _AHEAD] for begin in range(0, count, _AHEAD)]
    found: list[bytes] = []
    rest, wanted = b"", 0
    sock.sendall(b"".join(batches[0]))
    for batch, following in zip(batches, [*batches[1:], []], strict=True):
        sock.sendall(b"".join(following))
        wanted += len(batch)
        while len(found) < wanted:
            *answers, rest = (rest + sock.recv(262144)).split(b"\r\n.\r\n")
            found += [_body(answer) for answer in answers]
    return found


def _body(answer: bytes) -> bytes:
    body = answer.partition(b"\r\n")[2] + b"\r\n"
    return body.replace(b"\r\n.", b"\r\n") if b"\r\n." in body else body


def by_lines(pop: poplib.POP3, verb: str, count: int) -> list[list[bytes]]:
    """Ask poplib for one after the other."""
    if verb == "TOP":
        return [pop.top(number, 0)[1] for number in range(1, count + 1)]
    return [pop.retr(number)[1] for number in range(1, count + 1)]


def commands(verb: str, count: int) -> Iterator[Command[bytes]]:
    """Yield the commands that fetch each of *count* messages."""
    kind: type[Top | Retr] = Top if verb == "TOP" else Retr
    return (kind(number) for number in range(1, count + 1))


def by_client(pop: Client, verb: str, count: int) -> list[bytes]:
    """Have the blocking client pipeline them."""
    return [exchange.result() for exchange in pop.execute_all(commands(verb, count))]


async def by_async_client(pop: AsyncClient, verb: str, count: int) -> list[bytes]:
    """Do the same under asyncio."""
    return [exchange.result() async for exchange in pop.execute_all(commands(verb, count))]


#: What each command fetches, in words.
NAMES: dict[str, str] = {"TOP": "header blocks", "RETR": "messages of 5 kB"}
