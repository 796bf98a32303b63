"""One client and two event loops: a client belongs to the loop that it was connected in."""

from __future__ import annotations

import asyncio

import pytest

import pop3lib
from pop3lib import Security, State, WrongStateError
from pop3lib.testing import Server


def test_SEQ_18_a_second_loop_is_refused_and_nothing_is_sent(
    recwarn: pytest.WarningsRecorder,
) -> None:
    async def begin(server: Server) -> pop3lib.AsyncClient:
        pop = pop3lib.AsyncClient(
            server.host,
            server.port,
            security=Security.PLAINTEXT,
            allow_insecure_login=True,
            timeout=5,
        )
        await pop.connect()
        await pop.login("ann", "secret")
        return pop

    async def go_on(pop: pop3lib.AsyncClient) -> None:
        with pytest.raises(WrongStateError, match="another event loop"):
            await pop.dele(1)
        with pytest.raises(WrongStateError, match="another event loop"):
            [each async for each in pop.summaries()]
        await pop.close()

    with Server(messages=[b"Subject: hi\r\n\r\n"]) as server:
        with asyncio.Runner() as first:
            pop = first.run(begin(server))
            asyncio.run(go_on(pop))
            assert pop.state is State.CLOSED
            first.run(asyncio.sleep(0))  # the connection is closed where it belongs
        assert "C: DELE 1" not in server.log


def test_TLS_18_a_task_cancelled_while_TLS_begins_leaves_no_error_behind() -> None:
    lost: list[object] = []

    async def cancel(steps: int) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: lost.append(context))
        with Server(messages=[]) as server:  # it speaks no TLS
            pop = pop3lib.AsyncClient(server.host, server.port, timeout=5)
            task = asyncio.ensure_future(pop.connect())
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises((asyncio.CancelledError, pop3lib.POP3Error, OSError)):
                await task
            del task
            await pop.close()

    for steps in range(1, 16):
        asyncio.run(cancel(steps))
    assert lost == []
