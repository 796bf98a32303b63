"""One message of 50 MB, to nowhere, to a file and to memory; in clear and over TLS.

Run it as ``python -m tests.benchmarks.big_message``. The bare loop drains the same octets and looks
at none. The peak of memory is that of a process of its own, over what it had before.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import IO

from pop3lib import AsyncClient, Client
from tests.benchmarks.mail import attachment, dotted, stuffed, text
from tests.benchmarks.race import Run, mib, options, peak, race, table
from tests.benchmarks.serving import served
from tests.benchmarks.sessions import (
    LOOPS,
    Place,
    by_async_client,
    by_client,
    by_poplib,
    by_socket,
    drained,
    under,
)

#: An attachment in base64, text in lines with full stops, and lines that all begin with a dot.
KINDS: dict[str, Callable[[int], bytes]] = {
    "attachment": attachment,
    "text": text,
    "dotted": dotted,
}
SINKS = ("null", "file", "memory")


def bare(place: Place, octets: int) -> float:
    """Receive the answer and look at none of it."""
    with by_socket(place) as sock:
        sock.sendall(b"RETR 1\r\n")
        return drained(sock, len(b"+OK\r\n") + octets)


def client(place: Place, sink: str) -> float:
    """Read by the blocking client."""
    with by_client(place) as pop, tempfile.TemporaryFile() as file:
        began = perf_counter()
        _read(pop, sink, file)
        return perf_counter() - began


def _read(pop: Client, sink: str, file: IO[bytes]) -> None:
    if sink == "memory":
        pop.retr(1)
        return
    with pop.open(1) as message:
        if sink == "file":
            shutil.copyfileobj(message, file)
            return
        for _chunk in message:
            pass


async def async_client(place: Place, sink: str) -> float:
    """Read by the asyncio client."""
    async with by_async_client(place) as pop:
        with tempfile.TemporaryFile() as file:
            began = perf_counter()
            await _read_async(pop, sink, file)
            return perf_counter() - began


async def _read_async(pop: AsyncClient, sink: str, file: IO[bytes]) -> None:
    if sink == "memory":
        await pop.retr(1)
        return
    async with pop.open(1) as message:
        async for chunk in message:
            if sink == "file":
                file.write(chunk)


def by_lines(place: Place, sink: str) -> float:
    """Read by poplib, which forms a list of lines."""
    with by_poplib(place) as pop, tempfile.TemporaryFile() as file:
        began = perf_counter()
        lines = pop.retr(1)[1]
        if sink == "file":
            file.writelines(line + b"\r\n" for line in lines)
        elif sink == "memory":
            b"\r\n".join(lines)
        return perf_counter() - began


def ways(place: Place, sink: str, octets: int) -> dict[str, Run]:
    """Return the ways to read the message, by name."""
    found: dict[str, Run] = {
        "bare loop": partial(bare, place, octets),
        "poplib": partial(by_lines, place, sink),
        "Client": partial(client, place, sink),
    }
    for name, loop in LOOPS.items():
        found[name] = partial(under, loop, partial(async_client, place, sink))
    return found


def main() -> None:
    """Print a table for each kind of message, line and sink."""
    given = options(__doc__, rounds=9, megabytes=50)
    for kind, make in KINDS.items():
        octets = len(stuffed(make(given.megabytes * 10**6)))
        with served("canned", kind, given.megabytes * 10**6) as server:
            for line, place in {"in clear": server.plain, "TLS": server.tls}.items():
                for sink in SINKS:
                    racing = ways(place, sink, octets)
                    times = race(racing, given.rounds)
                    peaks = {name: mib(peak(run)) for name, run in racing.items()}
                    title = f"{kind}, {line}, to {sink}"
                    table(title, times, ("poplib", "bare loop", "Client"), {"peak": peaks})


if __name__ == "__main__":
    main()
