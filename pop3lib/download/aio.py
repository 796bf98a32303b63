"""The policy, carried out over an :class:`~pop3lib.AsyncClient`."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import Any, TypeVar

from pop3lib.aio import AsyncClient
from pop3lib.download.actions import (
    Action,
    Again,
    Call,
    Close,
    Errand,
    Look,
    Next,
    Quit,
    Read,
    Run,
    Send,
    Steps,
    Visit,
)
from pop3lib.download.blocking import run_errand
from pop3lib.download.keep import Keep
from pop3lib.download.options import Options
from pop3lib.download.policy import Policy
from pop3lib.download.progress import Watcher
from pop3lib.download.reconnect import Reconnect
from pop3lib.download.record import Record
from pop3lib.download.report import Report
from pop3lib.download.select import Selection
from pop3lib.download.store import AsyncStore, Store
from pop3lib.protocol.exchange import Command, Exchange
from pop3lib.uidstate import StateFile, UidState

T = TypeVar("T")


async def adownload(
    client: AsyncClient,
    store: Store | AsyncStore,
    *,
    state: StateFile | UidState | None = None,
    select: Selection | None = None,
    keep: Keep = Keep(),  # noqa: B008  it cannot change
    progress: Watcher | None = None,
    reconnect: Reconnect[Awaitable[AsyncClient]] | None = None,
    max_size: int | None = None,
    max_count: int | None = None,
    max_octets: int | None = None,
    quit: bool = True,
) -> Report:
    """Do what :func:`download` does, over an :class:`~pop3lib.AsyncClient`.

    A store that blocks is used in a thread, one call at a time, and so is the state file; an
    :class:`AsyncStore` is awaited. Where the task is cancelled, the call that is under way in the
    thread is waited for.
    """
    options = Options(select, keep, progress, reconnect, max_size, max_count, max_octets, quit)
    driver = _Driver(client, reconnect, inspect.iscoroutinefunction(store.sync))
    return await driver.drive(Policy(store, Record(state), options).run())


class _Driver:
    def __init__(
        self,
        client: AsyncClient,
        reconnect: Reconnect[Awaitable[AsyncClient]] | None,
        awaits: bool,
    ) -> None:
        self._client = client
        self._first = client
        self._reconnect = reconnect
        self._awaits = awaits
        self._exchanges: AsyncGenerator[Exchange[Any], None] | None = None

    async def drive(self, steps: Steps[T]) -> T:
        """Do what the policy asks for, one action after the other."""
        try:
            action = next(steps)
            while True:
                try:
                    result = await self._do(action)
                except BaseException as error:
                    action = steps.throw(error)
                else:
                    action = steps.send(result)
        except StopIteration as stop:
            value: T = stop.value
            return value
        finally:
            steps.close()
            await self._send((), False)
            if self._client is not self._first:
                await self._client.close()

    async def _do(self, action: Action) -> Any:  # noqa: C901  a case for each action
        match action:
            case Read(exchange):
                return await self._client.next_chunk(exchange)
            case Next():
                assert self._exchanges is not None  # the policy has sent something
                return await anext(self._exchanges, None)
            case Visit(errand):
                return await self._visit(errand)
            case Call(function):
                return await _in_thread(function)
            case Send(commands, stream):
                await self._send(commands, stream)
            case Run(flow):
                return await self._client.run(flow)
            case Look(at):
                return at(self._client)
            case Quit():
                return await self._client.quit()
            case Close():
                await self._client.close()
            case Again(pause):
                await self._again(pause)

    async def _send(self, commands: Iterable[Command[Any]], stream: bool) -> None:
        if self._exchanges is not None:
            await self._exchanges.aclose()
        self._exchanges = self._client.execute_all(commands, stream=stream)

    async def _visit(self, errand: Errand[T]) -> T:
        if not self._awaits:
            return await _in_thread(lambda: run_errand(errand))
        try:
            call = next(errand)
            while True:
                call = errand.send(await call())
        except StopIteration as stop:
            value: T = stop.value
            return value

    async def _again(self, pause: float) -> None:
        assert self._reconnect is not None  # else the policy would not ask
        await self._client.close()
        await asyncio.sleep(pause)
        self._client = await self._reconnect.connect()


async def _in_thread(function: Callable[[], T]) -> T:
    """Call *function* in a thread; when cancelled, wait for its end: it cannot be stopped."""
    task = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
