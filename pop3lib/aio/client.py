"""The asyncio client: the core on an :class:`asyncio.Protocol`.

All logic is in :mod:`pop3lib.protocol`. What is here waits.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from pop3lib.aio.stream import AsyncMessageStream
from pop3lib.aio.wire import Wire
from pop3lib.base import BaseClient
from pop3lib.endpoint import Security
from pop3lib.errors import ServerDisconnected, WrongStateError
from pop3lib.headers import Headers, parse_headers
from pop3lib.protocol.batch import Batch
from pop3lib.protocol.capabilities import Capabilities
from pop3lib.protocol.commands import (
    Auth,
    Capa,
    Dele,
    Lang,
    List,
    Noop,
    Pass,
    Quit,
    Retr,
    Rset,
    Stat,
    Stls,
    Top,
    Uidl,
    User,
    Utf8,
)
from pop3lib.protocol.exchange import Command, Exchange, Flow, Pending, Procedure
from pop3lib.protocol.flows import apop, log_in, start_tls
from pop3lib.protocol.values import DropListing, Language, Listing
from pop3lib.sasl import Credentials
from pop3lib.sasl.mechanism import Mechanism
from pop3lib.secret import Secret, SecretText, wrapped
from pop3lib.survey import Message, Summary, has_top, header_command, survey

T = TypeVar("T")


class AsyncClient(BaseClient):
    """A POP3 session under asyncio; the ``async with`` block is the session as a transaction.

    ::

        async with pop3lib.AsyncClient("pop.example.org") as pop:
            await pop.login("ann", "secret")
            async for message in pop.summaries():
                print(message.number, message.size, message.headers.subject)
            await pop.dele(3)

    Names, parameters and errors are those of :class:`pop3lib.Client`. Several tasks may use one
    client: what they ask for at the same time is pipelined. A task that is cancelled while it waits
    leaves the client in order: what was not sent is taken back, and an answer that nobody wants
    any more is dropped as it arrives. Only where a login, STLS or QUIT is cut short is the client
    closed. :meth:`close` does not wait for what is left of a large message.
    """

    def _prepare(self) -> None:
        self._wire = Wire(
            self._protocol, self._endpoint, self._context, self._patience, self._source_address
        )

    def _need_connection(self) -> None:
        super()._need_connection()
        if self._wire.foreign:  # asyncio.run() once more, say: there it would wait for ever
            raise WrongStateError(
                "this client was connected in another event loop; make a new one in each. Nothing "
                "was sent"
            )

    def _has_line(self) -> bool:
        return self._wire.connected

    def _certificate(self) -> bytes | None:
        return self._wire.certificate()

    # --- opening and closing ---

    async def connect(self) -> Self:
        """Connect, start TLS as asked, read the greeting; return the client itself.

        :raises ServerDisconnected: where the server cannot be reached.
        :raises ServerTimeout: where it keeps us waiting.
        :raises InsecureError: where TLS by STLS is refused.
        :raises ssl.SSLError: where its certificate cannot be trusted.
        :raises CommandError: where it greets us with ``-ERR``.
        """
        self._begin()
        try:
            await self._wire.open(self._given)
        except BaseException as error:
            met = self._wire.fail(error)
            if met is error:
                raise
            raise met from error
        try:
            await self._wait(self._protocol.greeted)
            self._protocol.tell()
            if self._endpoint.security is Security.STARTTLS:
                await self.run(start_tls(self._protocol.session))
        except BaseException:
            await self.close()
            raise
        return self

    async def quit(self) -> frozenset[int]:
        """End the session: the server removes the marked messages; return their numbers.

        :raises CommandError: where it could not remove them all (:rfc:`1939#section-6`).
        :raises ServerDisconnected: where it hung up unheard: whether they are gone is unknown.
        """
        marked = self.deleted
        try:
            await self.execute(Quit())
        finally:
            if self._over():
                await self._wire.gone()
        return marked

    async def close(self) -> None:
        """Drop the connection without QUIT: nothing that was marked is removed. Never fails."""
        self._closed = True
        if not self._over():
            self._protocol.fail(ServerDisconnected("the client was closed by close()"))
        await self._wire.gone()

    async def __aenter__(self) -> Self:
        return self if self._connected else await self.connect()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            await self.close()
        elif self._over():
            self._tell_of_lost_marks()
        else:
            await self._leave()

    async def _leave(self) -> None:
        """Send QUIT; a server that hung up before it took nothing with it but marks."""
        try:
            await self.quit()
        except ServerDisconnected:  # Dovecot hangs up after [IN-USE], Twisted after a refused AUTH
            if self.deleted:
                raise

    # --- logging in ---

    async def login(
        self,
        user: str | None = None,
        password: SecretText | None = None,
        *,
        token: SecretText | None = None,
        mechanism: str | Mechanism | None = None,
    ) -> None:
        """Log in the strongest way that the server and the channel allow; one attempt.

        CAPA is asked before and after. A refusal is never followed by a weaker way.

        :param token: an OAuth 2.0 access token, for OAUTHBEARER or XOAUTH2.
        :param mechanism: one way and no other: ``"USER"``, ``"APOP"``, the name of a SASL
            mechanism, or an object that is one.
        :raises AuthenticationError: where the credentials are refused.
        :raises MaildropInUseError: where another session holds the maildrop.
        :raises InsecureError: where a secret would cross in clear.
        :raises UnsupportedError: where the server does not offer what is needed.
        """
        # Wrapped first, so that no variable of ours holds what a traceback must not show.
        password, token = wrapped(password), wrapped(token)
        credentials = self._credentials(user, password, token)
        named = self._endpoint.mechanism if mechanism is None else mechanism
        await self.run(log_in(self._protocol.session, credentials, named))

    async def auth(self, mechanism: Mechanism) -> None:
        """Log in by a SASL mechanism (:rfc:`5034`); one attempt.

        :raises AuthenticationError: where the credentials are refused.
        :raises InsecureError: where the mechanism would show a secret in clear.
        """
        await self.execute(Auth(mechanism))

    async def user(self, name: str) -> None:
        """Say whose maildrop is wanted (:rfc:`1939#section-7`).

        :raises UnsupportedError: where it is not ASCII, and CAPA did not say ``UTF8 USER``
            (:rfc:`6856#section-2.2`).
        """
        await self.execute(User(name))

    async def pass_(self, password: SecretText) -> None:
        """Give the password for the name of the last USER (:rfc:`1939#section-7`).

        :raises InsecureError: where it would cross in clear.
        :raises UnsupportedError: where it is not ASCII, and CAPA did not say ``UTF8 USER``
            (:rfc:`6856#section-2.2`).
        """
        password = Secret(password)
        await self.execute(Pass(password))

    async def apop(self, user: str, password: SecretText) -> None:
        """Log in by a digest of the greeting's stamp; weak (:rfc:`1939#section-7`).

        :raises UnsupportedError: where the greeting has no stamp, or name or password is not
            ASCII and the server does not say ``UTF8 USER``.
        """
        password = Secret(password)
        await self.run(apop(self._protocol.session, Credentials(user, password)))

    async def stls(self) -> None:
        """Start TLS now, but not behind UTF8 (:rfc:`2595`); what was learnt before is forgotten."""
        await self.execute(Stls())

    async def capa(self) -> Capabilities:
        """Ask what the server can do, here and now (:rfc:`2449#section-5`).

        :raises CommandError: where it does not know CAPA; what it can do is then not known.
        """
        return await self.execute(Capa())

    async def utf8(self) -> None:
        """Ask for UTF-8, before logging in (:rfc:`6856#section-2`).

        :raises CommandError: where the server does not know it; ``capabilities.utf8`` tells before.
        """
        await self.execute(Utf8())

    @overload
    async def lang(self, tag: None = None) -> tuple[Language, ...]: ...
    @overload
    async def lang(self, tag: str) -> str: ...
    async def lang(self, tag: str | None = None) -> tuple[Language, ...] | str:
        """List the languages of the server's texts, or choose one (:rfc:`6856#section-3`).

        :param tag: a language tag such as ``"en"``, or ``"*"`` for the server's choice; None to
            list them.
        :raises CommandError: where the server has no such language, or does not know LANG.
        """
        return await self.execute(Lang()) if tag is None else await self.execute(Lang(tag))

    # --- the maildrop ---

    async def stat(self) -> DropListing:
        """Return how many messages there are, and their octets (:rfc:`1939#section-5`).

        Messages marked as deleted are not counted.
        """
        return await self.execute(Stat())

    @overload
    async def list(self, number: None = None) -> Listing[int]: ...
    @overload
    async def list(self, number: int) -> int: ...
    async def list(self, number: int | None = None) -> Listing[int] | int:
        """Return the sizes in octets by number, or one size (:rfc:`1939#section-5`).

        A size is a hint: servers count differently from what they send.

        :param number: the message, from 1; None for all of them.
        :raises CommandError: where there is no such message.
        """
        return await self.execute(List()) if number is None else await self.execute(List(number))

    @overload
    async def uidl(self, number: None = None) -> Listing[str]: ...
    @overload
    async def uidl(self, number: int) -> str: ...
    async def uidl(self, number: int | None = None) -> Listing[str] | str:
        """Return the unique-ids by number, or one unique-id (:rfc:`1939#section-7`).

        :param number: the message, from 1; None for all of them.
        :raises CommandError: where there is no such message, or the server has no UIDL.
        """
        return await self.execute(Uidl()) if number is None else await self.execute(Uidl(number))

    async def retr(self, number: int) -> bytes:
        """Return a message whole, its octets exactly as sent (:rfc:`1939#section-5`).

        :raises CommandError: where there is no such message.
        :raises LimitExceededError: where it has more than ``Limits.max_message`` octets;
            :meth:`open` has no such bound.
        """
        return await self.execute(Retr(number))

    async def top(self, number: int, lines: int = 0) -> bytes:
        """Return the header block and the first *lines* of the body (:rfc:`1939#section-7`).

        :raises CommandError: where there is no such message, or the server has no TOP.
        :raises LimitExceededError: where it has more than ``Limits.max_headers`` octets, or with
            lines of the body more than ``Limits.max_message``.
        """
        return await self.execute(Top(number, lines))

    def open(self, number: int) -> AsyncMessageStream:
        """Return a message as a readable binary stream, in constant memory.

        :raises CommandError: where the server refuses; that is known at once.
        """
        return AsyncMessageStream(lambda: self._start(Retr(number)), self.next_chunk)

    async def headers(self, number: int) -> Headers:
        """Return a message's header block: by TOP, or by RETR read up to the empty line.

        :raises CommandError: where there is no such message.
        :raises LimitExceededError: where it has more than ``Limits.max_headers`` octets.
        """
        top = await self.run(has_top(self._protocol.session))
        return parse_headers(await self.execute(header_command(number, top)))

    async def summaries(
        self, numbers: Iterable[int] | None = None
    ) -> AsyncGenerator[Summary, None]:
        """Yield each message's number, size, unique-id and headers; nothing is downloaded.

        LIST, UIDL and TOP are pipelined where the server allows it. A message that is refused
        has an ``error`` and stops nothing.

        :param numbers: the messages, in the order wanted; None for all of them.
        """
        plan = await self.run(survey(self._protocol.session, numbers))
        async with aclosing(self.execute_all(plan.header_commands())) as found:
            for number in plan.numbers:
                yield plan.summary(number, await anext(found))

    async def messages(self, numbers: Iterable[int] | None = None) -> AsyncGenerator[Message, None]:
        """Yield the messages themselves, pipelined; a refused one has an ``error``.

        :param numbers: the messages, in the order wanted; None for all of them.
        :raises LimitExceededError: where one has more than ``Limits.max_message`` octets.
        """
        plan = await self.run(survey(self._protocol.session, numbers))
        async with aclosing(self.execute_all(plan.message_commands())) as found:
            for number in plan.numbers:
                yield plan.message(number, await anext(found))

    async def dele(self, number: int) -> None:
        """Mark a message as deleted; :meth:`quit` makes it so (:rfc:`1939#section-5`).

        :raises CommandError: where there is no such message.
        :raises WrongStateError: where it is marked already; nothing was sent.
        """
        await self.execute(Dele(number))

    async def rset(self) -> None:
        """Take back all marks of deletion (:rfc:`1939#section-5`)."""
        await self.execute(Rset())

    async def noop(self) -> None:
        """Do nothing but keep the session alive (:rfc:`1939#section-5`)."""
        await self.execute(Noop())

    # --- the door for everything else ---

    async def execute(self, command: Command[T]) -> T:
        """Send a command, wait for its answer, and return what it means.

        :raises CommandError: where the server refuses it.
        :raises LocalProtocolError: where it cannot be sent; the connection is still good.
        :raises ConnectionBroken: where there will be no answer.
        """
        return await self._wait(self._send(command))

    async def run(self, flow: Flow[T]) -> T:
        """Step through a flow, and return what it returns; what it raises is raised."""
        self._need_connection()
        procedure = self._protocol.run(flow)
        self._wire.flush()
        return await self._wait(procedure)

    async def execute_all(
        self, commands: Iterable[Command[T]], *, stream: bool = False
    ) -> AsyncGenerator[Exchange[T], None]:
        """Send commands, several at once where the server allows; yield them done, in order.

        ``exchange.result()`` returns or raises; a refusal, or a command that cannot be sent,
        stops nothing. The commands are taken from the iterable as there is room for them.

        :param stream: yield each as soon as its status line is in, and leave the octets of its
            answer to :meth:`next_chunk`, in constant memory. What is left unread is dropped.
        """
        self._need_connection()
        batch = Batch(self._protocol, commands, stream)
        try:
            while (exchange := self._next(batch)) is not None:
                if stream:
                    while not batch.ready(exchange):
                        await self._progress(exchange)
                else:
                    await self._wire.wait(exchange)
                yield exchange
        finally:
            batch.abandon()  # left early: what is under way is dropped as it arrives

    async def next_chunk(self, exchange: Exchange[Any]) -> bytes:
        """Return the next octets of an answer that is read as it comes; ``b""`` at its end.

        :raises CommandError: where the server refused.
        :raises ConnectionBroken: where the answer cannot be completed.
        """
        while not (octets := exchange.take()):
            if exchange.done:
                exchange.result()  # raises what broke the message off
                return b""
            await self._progress(exchange)
        return octets

    def _next(self, batch: Batch[T]) -> Exchange[T] | None:
        exchange = batch.next()
        self._wire.flush()
        return exchange

    # --- the wire ---

    def _send(self, command: Command[T], stream: bool = False) -> Exchange[T]:
        self._need_connection()
        exchange = self._protocol.stream(command) if stream else self._protocol.send(command)
        self._wire.flush()
        return exchange

    async def _wait(self, pending: Pending[T]) -> T:
        try:
            await self._wire.wait(pending)
        except BaseException:
            self._abandon(pending.abandon() if isinstance(pending, Procedure) else pending)
            raise
        return pending.result()

    def _abandon(self, pending: Pending[Any] | None) -> None:
        """Keep the conversation in order though nobody waits for this answer any more."""
        if not isinstance(pending, Exchange) or pending.done or self._protocol.withdraw(pending):
            return
        if pending.critical:
            self._wire.fail(ServerDisconnected(f"{pending.command} was interrupted"))
        else:
            pending.discard()

    async def _start(self, command: Command[bytes]) -> Exchange[bytes]:
        exchange = self._send(command, stream=True)
        while exchange.reply is None and not exchange.done:
            await self._progress(exchange)
        if exchange.reply is None or not exchange.reply.ok:
            exchange.result()  # raises
        return exchange

    async def _progress(self, exchange: Exchange[Any]) -> None:
        try:
            await self._wire.progress()
        except BaseException:
            self._abandon(exchange)
            raise
