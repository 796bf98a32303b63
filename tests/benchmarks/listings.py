"""LIST and UIDL of 100,000 messages: as mappings, and as poplib's users make them.

Run it as ``python -m tests.benchmarks.listings``. Poplib gives lines; what its users do with them
(split each line, turn numbers into ints, put both into a dict) is part of what is measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from time import perf_counter

from pop3lib import AsyncClient, Client
from tests.benchmarks import canned
from tests.benchmarks.race import Run, options, race, table
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


def bare(place: Place, verb: str, octets: int) -> float:
    """Receive the answer and look at none of it."""
    with by_socket(place) as sock:
        sock.sendall(f"{verb}\r\n".encode())
        return drained(sock, octets)


def client(place: Place, verb: str, count: int) -> float:
    """Have a mapping from the blocking client."""
    with by_client(place) as pop:
        began = perf_counter()
        listing: Mapping[int, object] = _of_client(pop, verb)
        taken = perf_counter() - began
    assert len(listing) == count
    return taken


def _of_client(pop: Client, verb: str) -> Mapping[int, object]:
    return pop.list() if verb == "LIST" else pop.uidl()


async def async_client(place: Place, verb: str, count: int) -> float:
    """Have a mapping from the asyncio client."""
    async with by_async_client(place) as pop:
        began = perf_counter()
        listing = await _of_async_client(pop, verb)
        taken = perf_counter() - began
    assert len(listing) == count
    return taken


async def _of_async_client(pop: AsyncClient, verb: str) -> Mapping[int, object]:
    return await pop.list() if verb == "LIST" else await pop.uidl()


def split(place: Place, verb: str, count: int) -> float:
    """Make a dict of poplib's lines."""
    with by_poplib(place) as pop:
        began = perf_counter()
        listing: dict[int, object] = {}
        if verb == "LIST":
            for line in pop.list()[1]:
                number, size = line.split()
                listing[int(number)] = int(size)
        else:
            for line in pop.uidl()[1]:
                number, uid = line.split()
                listing[int(number)] = uid.decode()
        taken = perf_counter() - began
    assert len(listing) == count
    return taken


def main() -> None:
    """Print a table for each command."""
    given = options(__doc__, rounds=15, messages=100_000)
    answers = canned.listing(given.messages)
    with served("canned", "listing", given.messages) as server:
        for verb in ("LIST", "UIDL"):
            place = server.plain
            ways: dict[str, Run] = {
                "bare loop": partial(bare, place, verb, len(answers[verb.encode()])),
                "poplib, split, int": partial(split, place, verb, given.messages),
                "Client": partial(client, place, verb, given.messages),
            }
            for name, loop in LOOPS.items():
                main = partial(async_client, place, verb, given.messages)
                ways[name] = partial(under, loop, main)
            title = f"{verb} of {given.messages:,}"
            table(title, race(ways, given.rounds), ("poplib, split, int", "bare loop", "Client"))


if __name__ == "__main__":
    main()
