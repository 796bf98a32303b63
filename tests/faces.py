"""The two clients behind one face, so that every test of one is a test of both.

``faces.Client`` is what a test uses in the place of ``pop3lib.Client``. Which client that is, the
fixture of :mod:`tests.conftest` says. The asyncio client is made to look like the blocking one:
each call runs the loop until it is answered, and between calls the loop stands still.
"""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pop3lib
from pop3lib.aio import AsyncClient, AsyncMessageStream
from pop3lib.stream import MessageStream

T = TypeVar("T")

#: Which client is behind the face: "blocking", "asyncio" or "uvloop".
kind = "blocking"
_loops: dict[str, asyncio.AbstractEventLoop] = {}


def loop() -> asyncio.AbstractEventLoop:
    """Return the loop of the kind that is on, made when it is first wanted."""
    if kind not in _loops:
        _loops[kind] = _FACTORIES[kind]()
    return _loops[kind]


def _uvloop() -> asyncio.AbstractEventLoop:
    import uvloop

    return cast("asyncio.AbstractEventLoop", uvloop.new_event_loop())


_FACTORIES: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": _uvloop,
}


def close_loops() -> None:
    """Close the loops, once all tests are done."""
    while _loops:
        _loops.popitem()[1].close()


def finish(awaitable: Awaitable[T]) -> T:
    """Run the loop until *awaitable* has its result."""

    async def wait() -> T:
        return await awaitable

    return loop().run_until_complete(wait())


def iterate(source: AsyncGenerator[T, None]) -> Iterator[T]:
    """Yield what *source* does; left early, it is closed as a loop that goes on would close it."""
    try:
        while True:
            try:
                item = finish(anext(source))
            except StopAsyncIteration:
                return
            yield item
    finally:
        finish(source.aclose())


class Stream(io.RawIOBase):
    """An asyncio client's message stream as a file."""

    def __init__(self, inner: AsyncMessageStream) -> None:
        super().__init__()
        self.inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        octets = finish(self.inner.read(len(buffer)))
        buffer[: len(octets)] = octets
        return len(octets)

    def __iter__(self) -> Iterator[bytes]:
        return iterate(cast("AsyncGenerator[bytes, None]", aiter(self.inner)))

    def close(self) -> None:
        self.inner.close()
        super().close()


class Face:
    """An asyncio client that looks like a blocking one."""

    def __init__(self, *given: Any, **options: Any) -> None:
        self.inner = AsyncClient(*given, **options)

    @classmethod
    def from_url(cls, url: str, **options: Any) -> Face:
        return cls._of(AsyncClient.from_url(url, **options))

    @classmethod
    def from_socket(cls, sock: socket.socket, **options: Any) -> Face:
        return cls._of(AsyncClient.from_socket(sock, **options))

    @classmethod
    def _of(cls, inner: AsyncClient) -> Face:
        face = cls.__new__(cls)
        face.inner = inner
        return face

    def connect(self) -> Face:
        finish(self.inner.connect())
        return self

    def __enter__(self) -> Face:
        finish(self.inner.__aenter__())
        return self

    def __exit__(self, *error: Any) -> None:
        finish(self.inner.__aexit__(*error))

    def open(self, number: int) -> Stream:
        return Stream(finish(self.inner.open(number)))

    def summaries(self, numbers: Iterable[int] | None = None) -> Iterator[Any]:
        return iterate(cast("Any", self.inner.summaries(numbers)))

    def messages(self, numbers: Iterable[int] | None = None) -> Iterator[Any]:
        return iterate(cast("Any", self.inner.messages(numbers)))

    def execute_all(self, commands: Iterable[Any], *, stream: bool = False) -> Iterator[Any]:
        return iterate(self.inner.execute_all(commands, stream=stream))

    def __repr__(self) -> str:
        return repr(self.inner).replace("AsyncClient", "Client")

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if not asyncio.iscoroutinefunction(found):
            return found
        return lambda *given, **options: finish(found(*given, **options))


if TYPE_CHECKING:
    Client = pop3lib.Client
    MessageStream = MessageStream
else:

    class Client:
        """Whichever client is on."""

        def __new__(cls, *given: Any, **options: Any) -> Any:
            return _class()(*given, **options)

        @staticmethod
        def from_url(*given: Any, **options: Any) -> Any:
            return _class().from_url(*given, **options)

        @staticmethod
        def from_socket(*given: Any, **options: Any) -> Any:
            return _class().from_socket(*given, **options)


def _class() -> Any:
    return pop3lib.Client if kind == "blocking" else Face
