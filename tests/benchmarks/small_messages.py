"""2,000 header blocks and 2,000 messages of 5 kB, from Dovecot and from the embedded server.

Run it as ``python -m tests.benchmarks.small_messages``. Without Dovecot it says so, and goes on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from time import perf_counter

from tests.benchmarks import fetching, sessions
from tests.benchmarks.mail import small, with_lf
from tests.benchmarks.race import Run, options, race, table
from tests.benchmarks.serving import served
from tests.benchmarks.sessions import LOOPS, Place, under
from tests.live.servers import Dovecot


def bare(place: Place, verb: str, count: int) -> float:
    """Fetch by a loop written by hand."""
    with sessions.by_socket(place) as sock:
        began = perf_counter()
        found = fetching.by_hand(sock, verb, count)
        taken = perf_counter() - began
    assert len(found) == count
    return taken


def poplib(place: Place, verb: str, count: int) -> float:
    """Fetch by poplib."""
    with sessions.by_poplib(place) as pop:
        began = perf_counter()
        fetching.by_lines(pop, verb, count)
        return perf_counter() - began


def client(place: Place, verb: str, count: int) -> float:
    """Fetch by the blocking client."""
    with sessions.by_client(place) as pop:
        began = perf_counter()
        found = fetching.by_client(pop, verb, count)
        taken = perf_counter() - began
    assert len(found) == count
    return taken


def summaries(place: Place, count: int) -> float:
    """Do the whole of ``summaries()``: LIST, UIDL, TOP, and header blocks cut into fields."""
    with sessions.by_client(place) as pop:
        began = perf_counter()
        found = list(pop.summaries())
        taken = perf_counter() - began
    assert len(found) == count
    return taken


async def async_client(place: Place, verb: str, count: int) -> float:
    """Fetch by the asyncio client."""
    async with sessions.by_async_client(place) as pop:
        began = perf_counter()
        found = await fetching.by_async_client(pop, verb, count)
        taken = perf_counter() - began
    assert len(found) == count
    return taken


def ways(place: Place, verb: str, count: int) -> dict[str, Run]:
    """Return the ways to fetch, by name."""
    found: dict[str, Run] = {
        "loop by hand": partial(bare, place, verb, count),
        "poplib": partial(poplib, place, verb, count),
        "Client": partial(client, place, verb, count),
    }
    for name, loop in LOOPS.items():
        found[name] = partial(under, loop, partial(async_client, place, verb, count))
    if verb == "TOP":
        found["Client.summaries()"] = partial(summaries, place, count)
    return found


@contextlib.contextmanager
def dovecot(count: int) -> Iterator[Place]:
    """Have Dovecot serve *count* small messages."""
    with Dovecot() as server:
        server.fill("alice", with_lf(small(count)))
        yield Place(server.port, "alice", server.password)


@contextlib.contextmanager
def embedded(count: int) -> Iterator[Place]:
    """Have the embedded server serve *count* small messages."""
    with served("embedded", count) as server:
        yield server.plain


def main() -> None:
    """Print a table for each server and command."""
    given = options(__doc__, rounds=9, messages=2000)
    missing = Dovecot.missing()
    if missing is not None:
        print(f"not from Dovecot: {missing}")
    servers = {"embedded": embedded} if missing else {"Dovecot": dovecot, "embedded": embedded}
    for name, server in servers.items():
        with server(given.messages) as place:
            for verb, what in fetching.NAMES.items():
                times = race(ways(place, verb, given.messages), given.rounds)
                title = f"{given.messages:,} {what}, {name}"
                table(title, times, ("poplib", "loop by hand", "Client"))


if __name__ == "__main__":
    main()
