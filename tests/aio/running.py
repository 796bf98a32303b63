"""Runs coroutines, and cancels them at a chosen place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar

import uvloop

import pop3lib
from pop3lib import AsyncClient, Security

T = TypeVar("T")

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}


def run(main: Coroutine[Any, Any, T], loop: str = "asyncio") -> T:
    """Run *main* on a loop of its own, for thirty seconds at most."""

    async def bounded() -> T:
        async with asyncio.timeout(30):
            return await main

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        return runner.run(bounded())


def client(server: Any, **options: Any) -> AsyncClient:
    """Return a client for a server on loopback, without TLS."""
    usual: dict[str, Any] = {"security": Security.PLAINTEXT, "timeout": 10}
    usual["allow_insecure_login"] = True
    return pop3lib.AsyncClient(server.host, server.port, **(usual | options))


class CancelledAt:
    """Awaits *inner* and has its task cancelled where it waits for the *place*-th time."""

    def __init__(self, inner: Coroutine[Any, Any, None], place: int) -> None:
        self._inner = inner
        self._place = place

    def __await__(self) -> Generator[Any, None, None]:
        steps, throw = 0, None
        while True:
            try:
                waited_for = self._inner.send(None) if throw is None else self._inner.throw(throw)
            except StopIteration:
                return
            task = asyncio.current_task()
            if steps == self._place and task is not None:
                asyncio.get_running_loop().call_soon(task.cancel)
            steps += 1
            try:
                throw = None
                yield waited_for
            except BaseException as error:
                throw = error
