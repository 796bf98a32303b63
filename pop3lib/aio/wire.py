"""The line of one session: octets between an asyncio transport and the core, and the clock.

It is an :class:`asyncio.Protocol`, not a pair of streams: streams keep what came in clear before
TLS started and serve it afterwards. Octets are taken in only while somebody waits for an answer,
so whoever reads slowly holds the server back, and needs no more memory than one chunk.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from pop3lib.aio.dial import dial
from pop3lib.aio.tls import Tls
from pop3lib.endpoint import Endpoint, Security, default_context
from pop3lib.patience import Patience, translated
from pop3lib.protocol.connection import Connection
from pop3lib.protocol.exchange import Pending
from pop3lib.protocol.state import State


class Wire(asyncio.Protocol):
    """One connection to *endpoint*, for *core*.

    :param context: the TLS context; None for one that verifies all there is to verify.
    :param patience: how long to wait for the server.
    :param source_address: the local address to connect from.
    """

    def __init__(
        self,
        core: Connection,
        endpoint: Endpoint,
        context: ssl.SSLContext | None,
        patience: Patience,
        source_address: tuple[str, int] | None,
    ) -> None:
        self._core = core
        core.deferring = True
        self._endpoint = endpoint
        self._context = context
        self._patience = patience
        self._source_address = source_address
        self._loop: asyncio.AbstractEventLoop | None = None
        self._transport: asyncio.Transport | None = None
        self._gone = asyncio.Event()
        self._tls: Tls | None = None
        self._secured: asyncio.Future[None] | None = None
        self._watchers: list[asyncio.Future[None]] = []
        self._waiting = 0
        self._paused = self._flushing = False
        self._since = 0.0
        self._settled = 0
        self._timer: asyncio.TimerHandle | None = None
        self._computing: asyncio.Future[bytes] | None = None

    # --- for the client ---

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._transport is not None and not self._transport.is_closing()

    def certificate(self) -> bytes | None:
        """Return the server's certificate in DER, or None without TLS."""
        return self._tls.certificate() if self._tls is not None else None

    async def open(self, given: socket.socket | None) -> None:
        """Connect, or take over a socket that is connected; with TLS where it comes first."""
        loop = self._loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._patience.left()):
            sock = given or await dial(
                self._endpoint.host, self._endpoint.port, self._source_address
            )
            sock.setblocking(False)
            if self._endpoint.security is Security.TLS:
                self._secured = loop.create_future()
                self._secured.add_done_callback(_heard)
            await loop.create_connection(lambda: self, sock=sock)
            if self._secured is not None:
                await self._secured

    @property
    def foreign(self) -> bool:
        """Whether the loop that runs now is another one than that of the connection."""
        return self._loop not in (None, asyncio.get_running_loop())

    def flush(self) -> None:
        """Write what the core has to send, once all who are about to send have done so.

        What came before that is let in first: it was not asked for by what is written now.
        """
        if not self._flushing:
            self._flushing = True
            loop = asyncio.get_running_loop()
            # Twice: what runs between is first the selector, then whoever reads.
            loop.call_soon(loop.call_soon, self._flush)

    async def wait(self, pending: Pending[Any]) -> None:
        """Wait until *pending* is done."""
        if not pending.done:
            waiter = asyncio.get_running_loop().create_future()
            pending.when_done(lambda: _wake(waiter))
            await self._listen(waiter)

    async def progress(self) -> None:
        """Wait until something has come, or nothing will come any more."""
        waiter = asyncio.get_running_loop().create_future()
        self._watchers.append(waiter)
        await self._listen(waiter)

    def fail(self, error: BaseException) -> BaseException:
        """Be closed by *error*; return what the caller is to meet in its place."""
        met = self._translated(error)
        self._core.fail(met)
        self.drop()
        return met

    def drop(self) -> None:
        """Let go of the connection at once: as long as the server sees it, it keeps the lock."""
        if self._transport is not None:
            self._transport.abort()

    async def gone(self) -> None:
        """Let go of the connection, and wait until it is closed."""
        if self.foreign:
            self._leave()
        else:
            self.drop()
            if self._transport is not None:
                await self._gone.wait()

    def _leave(self) -> None:
        """Let go of a connection that belongs to another loop, which may be closed."""
        transport, self._transport = self._transport, None
        if self._loop is not None and transport is not None:
            with suppress(RuntimeError):  # it is closed, and its sockets with it
                self._loop.call_soon_threadsafe(transport.abort)

    # --- waiting ---

    async def _listen(self, waiter: asyncio.Future[None]) -> None:
        if not self._waiting:
            self._since = asyncio.get_running_loop().time()
        self._waiting += 1
        try:
            self._resume()
            self._set_timer()
            await waiter
        finally:
            self._waiting -= 1

    def _resume(self) -> None:
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    def _pause(self) -> None:
        if not self._paused and self._transport is not None and not self._transport.is_closing():
            self._paused = True
            self._transport.pause_reading()

    def _set_timer(self) -> None:
        """Fail if the time is up, else look again when it may be: each chunk puts it off."""
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        try:
            left = self._patience.left()
            if left is not None and self._since + left <= loop.time():
                raise TimeoutError
        except TimeoutError as error:
            self.fail(error)
        else:
            if left is not None:
                self._timer = loop.call_at(self._since + left, self._look_at_clock)

    def _look_at_clock(self) -> None:
        self._timer = None
        if self._waiting:
            self._set_timer()

    def _count_waiting(self) -> None:
        if self._waiting:
            now = asyncio.get_running_loop().time()
            self._patience.waited(now - self._since)
            self._since = now

    # --- for asyncio ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport, and begin TLS before an octet can come that would be believed."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        if self._secured is not None:
            try:
                self._begin_tls()
            except Exception as error:  # a host name that TLS does not take
                self._secured.set_exception(error)

    def data_received(self, data: bytes) -> None:
        """Hand to the core what came, and do what it wants done."""
        if not self._shaking_hands:  # which is one wait, however many octets come
            self._count_waiting()
        if self._tls is None:
            self._take_in(data)
        else:
            self._decrypt(self._tls, data)
        if not (self._waiting or self._core.idle or self._shaking_hands):
            self._pause()

    def eof_received(self) -> None:
        """Tell the core that the server has hung up; asyncio closes the transport."""
        if self._tls is None:
            self._take_in(b"")
        else:
            self._decrypt(self._tls, b"")

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the core that nothing will come any more, and why."""
        self._transport = None
        self._take_in(b"", error)
        if self._secured is not None and not self._secured.done():
            self._secured.set_exception(error or ConnectionResetError("cut while TLS began"))
        if self._timer is not None:
            self._timer.cancel()
        self._gone.set()

    def _take_in(self, data: bytes, error: BaseException | None = None) -> None:
        if self._core.state is State.UPDATE:
            return  # what comes behind QUIT's answer means nothing
        if error is None:
            take_in = self._core.receive_data if self._core.awaiting else self._core.receive_stray
            take_in(data)
        else:
            self._core.fail(self._translated(error))
        self._act()

    def _translated(self, error: BaseException) -> BaseException:
        return translated(error, self._endpoint, self._patience, self._core)

    # --- what the core wants ---

    def _flush(self) -> None:
        self._flushing = False
        self._send()
        self._act()

    def _send(self) -> None:
        if data := self._core.data_to_send():
            self._write(data)

    def _act(self) -> None:
        """Do what the core waits for, and wake who waits for it."""
        if self._core.settled != self._settled:
            self._settled = self._core.settled
            self._patience.restart()
        self._do_one_thing()
        watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            _wake(watcher)

    def _do_one_thing(self) -> None:
        if self._core.state is State.CLOSED:
            self.drop()
        elif self._core.wants_tls:
            if self._tls is None:
                self._begin_tls()
        elif (job := self._core.job) is not None:
            self._compute(job)
        elif self._core.awaiting:
            self._send()
        elif not self._core.idle:
            self.flush()

    def _compute(self, job: Callable[[], bytes]) -> None:
        """Have a thread do what takes long: SCRAM hashes a password up to a million times."""
        if self._computing is None:
            loop = asyncio.get_running_loop()
            self._computing = loop.run_in_executor(None, job)
            self._computing.add_done_callback(self._computed)
            if self._timer is not None:
                self._timer.cancel()  # the server has done its part, and is not to be blamed

    def _computed(self, computing: asyncio.Future[bytes]) -> None:
        self._computing = None
        self._since = asyncio.get_running_loop().time()
        self._look_at_clock()
        if not computing.cancelled():  # else the loop is coming to its end
            self._core.job_done(computing.result)
            self._act()

    def _write(self, data: bytes = b"") -> None:
        """Send *data*, and what TLS itself has to send."""
        if self._tls is not None:
            self._tls.write(data)
            data = self._tls.data_to_send()
        if data and self._transport is not None:
            self._transport.write(data)

    # --- TLS ---

    @property
    def _shaking_hands(self) -> bool:
        return self._tls is not None and not self._tls.up

    def _begin_tls(self) -> None:
        context = default_context() if self._context is None else self._context
        self._tls = Tls(context, self._endpoint.certified_name)
        self._decrypt(self._tls)

    def _decrypt(self, tls: Tls, data: bytes | None = None) -> None:
        """Take in what came over the line, and hand to the core what is inside."""
        try:
            if data is not None:
                tls.receive(data)
            if tls.up or self._shake_hands(tls):
                octets = tls.read()
                self._write()
                if octets:
                    self._take_in(octets)
                if tls.ended:
                    self._take_in(b"")
        except ssl.SSLError as error:
            self._write()  # the alert that says why
            if self._secured is not None and not self._secured.done():
                self._secured.set_exception(error)
            else:
                self._take_in(b"", error)

    def _shake_hands(self, tls: Tls) -> bool:
        done = tls.shake_hands()
        self._write()
        if done and self._secured is not None:
            _wake(self._secured)
        elif done:
            self._core.tls_started()
            self._act()
        return done


def _heard(waiter: asyncio.Future[None]) -> None:
    """Take note of how *waiter* ended: whoever was cancelled does not ask any more."""
    if not waiter.cancelled():
        waiter.exception()


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
