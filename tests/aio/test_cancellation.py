"""A task is cancelled wherever it can wait: the client is usable or closed, never out of step."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator

import pytest

import pop3lib
from pop3lib import AsyncClient, Security, State, WrongStateError
from pop3lib.testing import LazyMessage, Maildrop, Server
from tests.aio.running import LOOPS, CancelledAt, client, run
from tests.conftest import Tls

MESSAGES = [b"Subject: %d\r\n\r\n.%d\r\n" % (n, n) * n for n in range(1, 8)]

Step = Callable[[AsyncClient], Awaitable[object]]


async def look(pop: AsyncClient) -> None:
    await pop.stat()
    await pop.list()
    await pop.uidl()
    assert str((await pop.headers(2)).subject) == "2"


async def fetch(pop: AsyncClient) -> None:
    assert await pop.retr(1) == MESSAGES[0]
    found = await asyncio.gather(*(pop.retr(n) for n in range(1, 8)))
    assert found == MESSAGES


async def stream(pop: AsyncClient) -> None:
    async with pop.open(7) as message:
        assert await message.read(3) == MESSAGES[6][:3]
    async with pop.open(6) as message:
        assert b"".join([chunk async for chunk in message]) == MESSAGES[5]


async def sweep(pop: AsyncClient) -> None:
    assert [m.content async for m in pop.messages()] == MESSAGES
    async for summary in pop.summaries():
        if summary.number == 3:
            break


async def mark(pop: AsyncClient) -> None:
    await pop.dele(2)
    await pop.rset()
    await pop.dele(3)


async def log_in(pop: AsyncClient) -> None:
    await pop.login("ann", "secret")


async def leave(pop: AsyncClient) -> None:
    await pop.quit()


#: Each step, and what is done before it.
STEPS: dict[str, tuple[Step, list[Step]]] = {
    "login": (log_in, []),
    "look": (look, [log_in]),
    "fetch": (fetch, [log_in]),
    "stream": (stream, [log_in]),
    "sweep": (sweep, [log_in]),
    "mark": (mark, [log_in]),
    "quit": (leave, [log_in, mark]),
}


async def cancelled(step: Step, pop: AsyncClient, place: int) -> bool:
    """Have *step* cancelled where it waits for the *place*-th time; say whether it came so far."""

    async def whole() -> None:
        await step(pop)

    task = asyncio.ensure_future(_await(CancelledAt(whole(), place)))
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


async def _await(inner: CancelledAt) -> None:
    await inner


async def still_right(pop: AsyncClient) -> None:
    """Whatever the client says now is true, if it says anything."""
    if pop.state is State.AUTHORIZATION:
        await pop.login("ann", "secret")
    if pop.state is State.TRANSACTION:
        await pop.rset()
        assert [m.content async for m in pop.messages()] == MESSAGES
        assert (await pop.uidl(5), await pop.list(6)) == ("uid-5", len(MESSAGES[5]))
    else:
        with pytest.raises((WrongStateError, pop3lib.ConnectionBroken)):
            await pop.stat()


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("name", STEPS)
def test_SEQ_12_cancelled_at_every_wait(name: str, loop: str) -> None:
    step, before = STEPS[name]

    async def story(server: Server, place: int) -> bool:
        async with client(server) as pop:
            for each in before:
                await each(pop)
            reached = await cancelled(step, pop, place)
            await still_right(pop)
            await pop.close()
            return reached

    place, reached = 0, True
    while reached:
        maildrop = Maildrop("secret", MESSAGES, uids=[f"uid-{n}" for n in range(1, 8)])
        with Server({"ann": maildrop}) as server:
            reached = run(story(server, place), loop)
            server.settle()
            assert server.violations == []
            # Only where QUIT was said is anything gone, and then what was marked.
            left = [m for n, m in enumerate(MESSAGES, 1) if n != 3]
            assert maildrop.messages == (left if "C: QUIT" in server.log else MESSAGES)
        place += 1
    assert place > 1


@pytest.mark.parametrize("security", Security)
def test_cancelled_while_connecting(tls: Tls, security: Security) -> None:
    async def story(server: Server, place: int) -> bool:
        port = server.tls_port if security is Security.TLS else server.port
        pop = AsyncClient(
            server.host, port, security=security, ssl_context=tls.client, allow_insecure_login=True
        )
        reached = await cancelled(AsyncClient.connect, pop, place)
        if reached:
            assert pop.state in (State.CLOSED, State.AUTHORIZATION)
        await pop.close()
        return reached

    with Server(messages=MESSAGES, tls_context=tls.server) as server:
        place = 0
        while run(story(server, place)):
            place += 1
        assert place > 1
        server.settle()


def test_what_was_not_sent_is_taken_back() -> None:
    cancelled = threading.Event()

    def held_back() -> Iterator[bytes]:
        assert cancelled.wait(10)
        yield MESSAGES[0]

    async def story(server: Server) -> None:
        async with client(server, pipelining=False) as pop:
            await pop.login("ann", "secret")
            first = asyncio.ensure_future(pop.retr(1))
            second = asyncio.ensure_future(pop.dele(2))
            await asyncio.sleep(0)
            while not any(line == "C: RETR 1" for line in server.log):
                await asyncio.sleep(0)
            second.cancel()
            cancelled.set()
            assert await first == MESSAGES[0]
            assert pop.deleted == frozenset()
            assert await pop.retr(2) == MESSAGES[1]

    held = LazyMessage(len(MESSAGES[0]), held_back)
    messages: list[bytes | LazyMessage] = [held, *MESSAGES[1:]]
    with Server(messages=messages) as server:
        run(story(server))
    assert "C: DELE 2" not in server.log


def test_a_timeout_around_a_call_is_a_cancellation() -> None:
    async def story(server: Server) -> None:
        async with client(server) as pop:
            await pop.login("ann", "secret")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await pop.retr(3)
            assert await pop.retr(4) == MESSAGES[3]

    with Server(messages=MESSAGES) as server:
        run(story(server))
