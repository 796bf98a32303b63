"""A message read as it comes: what ``AsyncClient.open`` returns."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from types import TracebackType
from typing import Self

from pop3lib.protocol.exchange import Exchange


class AsyncMessageStream:
    """The octets of a message, read as they come, in constant memory.

    ::

        async with pop3lib.AsyncClient("pop.example.org") as pop:
            await pop.login("ann", "secret")
            async with pop.open(7) as message:
                async for chunk in message:
                    print(len(chunk), "octets")

    ``await pop.open(7)`` opens it as well; then :meth:`close` it. What is left unread is dropped
    as it arrives, and the conversation stays in order. Nothing is read ahead of whoever reads.

    :param start: sends the command, and returns its exchange once the server has agreed.
    :param chunk: returns the next octets, or ``b""`` once the message is complete.
    """

    def __init__(
        self,
        start: Callable[[], Awaitable[Exchange[bytes]]],
        chunk: Callable[[Exchange[bytes]], Awaitable[bytes]],
    ) -> None:
        self._start = start
        self._chunk = chunk
        self._exchange: Exchange[bytes] | None = None
        self._rest = b""
        #: whether it was closed
        self.closed: bool = False

    def __await__(self) -> Generator[object, None, Self]:
        """Ask for the message; a refusal is raised here."""
        return self._opened().__await__()

    async def _opened(self) -> Self:
        if self._exchange is None:
            self._exchange = await self._start()
        return self

    async def __aenter__(self) -> Self:
        return await self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    async def read(self, size: int = -1) -> bytes:
        """Return up to *size* octets, at least one; all that are left where it is negative.

        ``b""`` means that the message is complete.

        :raises ConnectionBroken: where it cannot be completed.
        """
        if size < 0:
            return b"".join([chunk async for chunk in self])
        octets = self._rest or await self._next()
        self._rest = octets[size:]
        return octets[:size]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the octets in chunks, as they come."""
        if self._rest:
            rest, self._rest = self._rest, b""
            yield rest
        while chunk := await self._next():
            yield chunk

    def close(self) -> None:
        """Want no more; cheap, and never waits."""
        self.closed = True
        if self._exchange is not None:
            self._exchange.discard()

    async def _next(self) -> bytes:
        if self.closed or self._exchange is None:
            raise ValueError("the message is closed, or was not opened by await or async with")
        return await self._chunk(self._exchange)
