"""1,000 header blocks over a line with a long round trip: connect, log in, list, fetch.

Run it as ``python -m tests.benchmarks.slow_line``. The server is Dovecot where it is installed, or
else the embedded one; a relay delays what passes. "Ideal" is one round trip for each of STEPS, and
the time that the loop written by hand takes without any delay. Poplib fetches a part of the
messages (``--poplib``); for the others as much time is added as these took.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from time import perf_counter

from tests.benchmarks import fetching, sessions
from tests.benchmarks.race import Lap, Laps, Run, options, race, table
from tests.benchmarks.serving import process
from tests.benchmarks.sessions import LOOPS, Place, under
from tests.benchmarks.small_messages import dovecot, embedded
from tests.live.servers import Dovecot

STEPS = ("handshake", "greeting", "CAPA", "USER", "PASS", "CAPA", "LIST and UIDL", "TOP")
#: Round trip in milliseconds, and megabits a second (0: no bound).
LINES = ((20, 0), (50, 0), (200, 0), (20, 10), (50, 10), (200, 10))


def bare(place: Place, count: int) -> float:
    """Do it by hand: no CAPA, the listing as one command."""
    began = perf_counter()
    with sessions.by_socket(place) as sock:
        sock.sendall(b"LIST\r\n")
        answer = b""
        while not answer.endswith(b"\r\n.\r\n"):
            answer += sock.recv(65536)
        fetching.by_hand(sock, "TOP", count)
        return perf_counter() - began


def poplib(place: Place, count: int, fetched: int) -> float:
    """Do it by poplib; fetch some, and reckon the time for all."""
    began = perf_counter()
    with sessions.by_poplib(place) as pop:
        pop.list()
        pop.uidl()
        prepared = perf_counter()
        fetching.by_lines(pop, "TOP", fetched)
        return prepared - began + (perf_counter() - prepared) * count / fetched


def client(place: Place, count: int) -> float:
    """Do it by the blocking client."""
    began = perf_counter()
    with sessions.by_client(place) as pop:
        found = list(pop.summaries())
        taken = perf_counter() - began
    assert len(found) == count
    return taken


async def async_client(place: Place, count: int) -> float:
    """Do it by the asyncio client."""
    began = perf_counter()
    async with sessions.by_async_client(place) as pop:
        found = [summary async for summary in pop.summaries()]
        taken = perf_counter() - began
    assert len(found) == count
    return taken


def ways(place: Place, count: int, fetched: int) -> dict[str, Run]:
    """Return the ways to do it, by name."""
    found: dict[str, Run] = {
        "loop by hand": partial(bare, place, count),
        "poplib": partial(poplib, place, count, fetched),
        "Client": partial(client, place, count),
    }
    for name, loop in LOOPS.items():
        found[name] = partial(under, loop, partial(async_client, place, count))
    return found


def over(place: Place, round_trip: int, megabits: int, racing: Mapping[str, int]) -> Laps:
    """Race over a line: *racing* has the rounds, the count of messages, and those of poplib."""
    with process("relay", place.port, round_trip, megabits) as told:
        far = replace(place, port=told["port"])
        return race(ways(far, racing["messages"], racing["poplib"]), racing["rounds"])


def main() -> None:
    """Print a table for each line."""
    given = vars(options(__doc__, rounds=5, messages=1000, poplib=50, longest=200))
    server = embedded if Dovecot.missing() else dovecot
    print(f"the server: {server.__name__}; steps of a round trip: {', '.join(STEPS)}")
    with server(given["messages"]) as place:
        for round_trip, megabits in LINES:
            if round_trip > given["longest"]:
                continue
            # Without delay only what does not wait for round trips counts: a few are enough.
            prompt = over(place, 0, megabits, {**given, "rounds": 3})["loop by hand"]
            times = dict(over(place, round_trip, megabits, given))
            travelling = len(STEPS) * round_trip / 1000
            times["ideal"] = [Lap(travelling + lap.seconds, lap.processor) for lap in prompt]
            rate = f", {megabits} Mbit/s" if megabits else ""
            table(f"{round_trip} ms{rate}", times, ("poplib", "ideal", "Client"))


if __name__ == "__main__":
    main()
