"""The blocking client: the core on a socket.

All logic is in :mod:`pop3lib.protocol`. What is here does one of three things when the core
wants it: start TLS, write, read; and minds the clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from pop3lib.base import BaseClient
from pop3lib.endpoint import Security
from pop3lib.errors import ServerDisconnected, WrongStateError
from pop3lib.headers import Headers, parse_headers
from pop3lib.patience import translated
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
from pop3lib.protocol.exchange import Command, Exchange, Flow, Pending
from pop3lib.protocol.flows import apop, log_in, start_tls
from pop3lib.protocol.state import State
from pop3lib.protocol.values import DropListing, Language, Listing
from pop3lib.sasl import Credentials
from pop3lib.sasl.mechanism import Mechanism
from pop3lib.secret import Secret, SecretText, wrapped
from pop3lib.stream import MessageStream
from pop3lib.survey import Message, Summary, has_top, header_command, survey
from pop3lib.transport import Transport

T = TypeVar("T")

_BUSY = "another thread is using this client; give each its own. Nothing was sent"


class Client(BaseClient):
    """A POP3 session over a socket; the ``with`` block is the session as a transaction.

    ::

        with pop3lib.Client("pop.example.org") as pop:
            pop.login("ann", "secret")
            for message in pop.summaries():
                print(message.number, message.size, message.headers.subject)
            pop.dele(3)

    Leaving the block normally sends QUIT, and the marked messages are removed. Leaving it by an
    exception drops the connection, and nothing is removed. Constructing does no I/O.

    Whatever asks something of the server can raise :exc:`CommandError` where the server refuses,
    :exc:`LocalProtocolError` where the command cannot be sent here and now, and
    :exc:`ConnectionBroken` where the conversation cannot go on; the methods name what is particular
    to them. A client is for one thread at a time.
    """

    def _prepare(self) -> None:
        self._transport = Transport(
            self._endpoint, self._context, self._patience, self._source_address
        )
        self._settled = 0
        self._unsent = b""
        self._busy = threading.Lock()

    def _need_connection(self) -> None:
        super()._need_connection()
        self._need_peace()

    def _need_peace(self) -> None:
        if self._busy.locked():  # before a command is queued, which would be sent all the same
            raise WrongStateError(_BUSY)

    def _has_line(self) -> bool:
        return self._transport.connected

    def _certificate(self) -> bytes | None:
        return self._transport.certificate()

    # --- opening and closing ---

    def connect(self) -> Self:
        """Connect, start TLS as asked, read the greeting; return the client itself.

        :raises ServerDisconnected: where the server cannot be reached.
        :raises ServerTimeout: where it keeps us waiting.
        :raises InsecureError: where TLS by STLS is refused.
        :raises ssl.SSLError: where its certificate cannot be trusted.
        :raises CommandError: where it greets us with ``-ERR``.
        """
        self._begin()
        with self._guarded():
            self._transport.open(self._given)
        if self._endpoint.security is Security.TLS:
            with self._guarded():
                self._transport.start_tls()
        self._wait(self._protocol.greeted)
        self._protocol.tell()
        if self._endpoint.security is Security.STARTTLS:
            self._or_close(start_tls(self._protocol.session))
        return self

    def quit(self) -> frozenset[int]:
        """End the session: the server removes the marked messages; return their numbers.

        :raises CommandError: where it could not remove them all (:rfc:`1939#section-6`).
        :raises ServerDisconnected: where it hung up unheard: whether they are gone is unknown.
        """
        marked = self.deleted
        try:
            self.execute(Quit())
        finally:
            if self._over():
                self._transport.close()
        return marked

    def close(self) -> None:
        """Drop the connection without QUIT: nothing that was marked is removed. Never fails."""
        self._closed = True
        if not self._over():
            self._protocol.fail(ServerDisconnected("the client was closed by close()"))
        self._transport.close()

    def __enter__(self) -> Self:
        return self if self._connected else self.connect()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.close()
        elif self._over():
            self._tell_of_lost_marks()
        else:
            self._leave()

    def _leave(self) -> None:
        """Send QUIT; a server that hung up before it took nothing with it but marks."""
        try:
            self.quit()
        except ServerDisconnected:  # Dovecot hangs up after [IN-USE], Twisted after a refused AUTH
            if self.deleted:
                raise

    # --- logging in ---

    def login(
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
        self.run(log_in(self._protocol.session, credentials, named))

    def auth(self, mechanism: Mechanism) -> None:
        """Log in by a SASL mechanism (:rfc:`5034`); one attempt.

        :raises AuthenticationError: where the credentials are refused.
        :raises InsecureError: where the mechanism would show a secret in clear.
        """
        self.execute(Auth(mechanism))

    def user(self, name: str) -> None:
        """Say whose maildrop is wanted (:rfc:`1939#section-7`).

        :raises UnsupportedError: where it is not ASCII, and CAPA did not say ``UTF8 USER``
            (:rfc:`6856#section-2.2`).
        """
        self.execute(User(name))

    def pass_(self, password: SecretText) -> None:
        """Give the password for the name of the last USER (:rfc:`1939#section-7`).

        :raises InsecureError: where it would cross in clear.
        :raises UnsupportedError: where it is not ASCII, and CAPA did not say ``UTF8 USER``
            (:rfc:`6856#section-2.2`).
        """
        password = Secret(password)
        self.execute(Pass(password))

    def apop(self, user: str, password: SecretText) -> None:
        """Log in by a digest of the greeting's stamp; weak (:rfc:`1939#section-7`).

        :raises UnsupportedError: where the greeting has no stamp, or name or password is not
            ASCII and the server does not say ``UTF8 USER``.
        """
        password = Secret(password)
        self.run(apop(self._protocol.session, Credentials(user, password)))

    def stls(self) -> None:
        """Start TLS now, but not behind UTF8 (:rfc:`2595`); what was learnt before is forgotten."""
        self.execute(Stls())

    def capa(self) -> Capabilities:
        """Ask what the server can do, here and now (:rfc:`2449#section-5`).

        :raises CommandError: where it does not know CAPA; what it can do is then not known.
        """
        return self.execute(Capa())

    def utf8(self) -> None:
        """Ask for UTF-8, before logging in (:rfc:`6856#section-2`).

        :raises CommandError: where the server does not know it; ``capabilities.utf8`` tells before.
        """
        self.execute(Utf8())

    @overload
    def lang(self, tag: None = None) -> tuple[Language, ...]: ...
    @overload
    def lang(self, tag: str) -> str: ...
    def lang(self, tag: str | None = None) -> tuple[Language, ...] | str:
        """List the languages of the server's texts, or choose one (:rfc:`6856#section-3`).

        :param tag: a language tag such as ``"en"``, or ``"*"`` for the server's choice; None to
            list them.
        :raises CommandError: where the server has no such language, or does not know LANG.
        """
        return self.execute(Lang()) if tag is None else self.execute(Lang(tag))

    # --- the maildrop ---

    def stat(self) -> DropListing:
        """Return how many messages there are, and their octets (:rfc:`1939#section-5`).

        Messages marked as deleted are not counted.
        """
        return self.execute(Stat())

    @overload
    def list(self, number: None = None) -> Listing[int]: ...
    @overload
    def list(self, number: int) -> int: ...
    def list(self, number: int | None = None) -> Listing[int] | int:
        """Return the sizes in octets by number, or one size (:rfc:`1939#section-5`).

        A size is a hint: servers count differently from what they send.

        :param number: the message, from 1; None for all of them.
        :raises CommandError: where there is no such message.
        """
        return self.execute(List()) if number is None else self.execute(List(number))

    @overload
    def uidl(self, number: None = None) -> Listing[str]: ...
    @overload
    def uidl(self, number: int) -> str: ...
    def uidl(self, number: int | None = None) -> Listing[str] | str:
        """Return the unique-ids by number, or one unique-id (:rfc:`1939#section-7`).

        :param number: the message, from 1; None for all of them.
        :raises CommandError: where there is no such message, or the server has no UIDL.
        """
        return self.execute(Uidl()) if number is None else self.execute(Uidl(number))

    def retr(self, number: int) -> bytes:
        """Return a message whole, its octets exactly as sent (:rfc:`1939#section-5`).

        :raises CommandError: where there is no such message.
        :raises LimitExceededError: where it has more than ``Limits.max_message`` octets;
            :meth:`open` has no such bound.
        """
        return self.execute(Retr(number))

    def top(self, number: int, lines: int = 0) -> bytes:
        """Return the header block and the first *lines* of the body (:rfc:`1939#section-7`).

        :raises CommandError: where there is no such message, or the server has no TOP.
        :raises LimitExceededError: where it has more than ``Limits.max_headers`` octets, or with
            lines of the body more than ``Limits.max_message``.
        """
        return self.execute(Top(number, lines))

    def open(self, number: int) -> MessageStream:
        """Return a message as a readable binary stream, in constant memory.

        :raises CommandError: where the server refuses; that is known at once.
        """
        exchange = self._send(Retr(number), stream=True)
        while exchange.reply is None and not exchange.done:
            self._step()
        if exchange.reply is None or not exchange.reply.ok:
            exchange.result()  # raises
        return MessageStream(lambda: self.next_chunk(exchange), exchange.discard)

    def headers(self, number: int) -> Headers:
        """Return a message's header block: by TOP, or by RETR read up to the empty line.

        :raises CommandError: where there is no such message.
        :raises LimitExceededError: where it has more than ``Limits.max_headers`` octets.
        """
        top = self.run(has_top(self._protocol.session))
        return parse_headers(self.execute(header_command(number, top)))

    def summaries(self, numbers: Iterable[int] | None = None) -> Iterator[Summary]:
        """Yield each message's number, size, unique-id and headers; nothing is downloaded.

        LIST, UIDL and TOP are pipelined where the server allows it. A message that is refused
        has an ``error`` and stops nothing.

        :param numbers: the messages, in the order wanted; None for all of them.
        """
        plan = self.run(survey(self._protocol.session, numbers))
        found = self.execute_all(plan.header_commands())
        for number, exchange in zip(plan.numbers, found, strict=False):
            yield plan.summary(number, exchange)

    def messages(self, numbers: Iterable[int] | None = None) -> Iterator[Message]:
        """Yield the messages themselves, pipelined; a refused one has an ``error``.

        :param numbers: the messages, in the order wanted; None for all of them.
        :raises LimitExceededError: where one has more than ``Limits.max_message`` octets.
        """
        plan = self.run(survey(self._protocol.session, numbers))
        found = self.execute_all(plan.message_commands())
        for number, exchange in zip(plan.numbers, found, strict=False):
            yield plan.message(number, exchange)

    def dele(self, number: int) -> None:
        """Mark a message as deleted; :meth:`quit` makes it so (:rfc:`1939#section-5`).

        :raises CommandError: where there is no such message.
        :raises WrongStateError: where it is marked already; nothing was sent.
        """
        self.execute(Dele(number))

    def rset(self) -> None:
        """Take back all marks of deletion (:rfc:`1939#section-5`)."""
        self.execute(Rset())

    def noop(self) -> None:
        """Do nothing but keep the session alive (:rfc:`1939#section-5`)."""
        self.execute(Noop())

    # --- the door for everything else ---

    def execute(self, command: Command[T]) -> T:
        """Send a command, wait for its answer, and return what it means.

        :raises CommandError: where the server refuses it.
        :raises LocalProtocolError: where it cannot be sent; the connection is still good.
        :raises ConnectionBroken: where there will be no answer.
        """
        return self._wait(self._send(command))

    def run(self, flow: Flow[T]) -> T:
        """Step through a flow, and return what it returns; what it raises is raised."""
        self._need_connection()
        return self._wait(self._protocol.run(flow))

    def execute_all(
        self, commands: Iterable[Command[T]], *, stream: bool = False
    ) -> Iterator[Exchange[T]]:
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
                while not batch.ready(exchange):
                    self._step()
                yield exchange
        finally:
            batch.abandon()  # left early: what is under way is dropped as it arrives

    def next_chunk(self, exchange: Exchange[Any]) -> bytes:
        """Return the next octets of an answer that is read as it comes; ``b""`` at its end.

        :raises CommandError: where the server refused.
        :raises ConnectionBroken: where the answer cannot be completed.
        """
        while not (octets := exchange.take()):
            if exchange.done:
                exchange.result()  # raises what broke the message off
                return b""
            self._step()
        return octets

    def _next(self, batch: Batch[T]) -> Exchange[T] | None:
        self._need_peace()
        return batch.next()

    # --- the wire ---

    def _send(self, command: Command[T], stream: bool = False) -> Exchange[T]:
        self._need_connection()
        return self._protocol.stream(command) if stream else self._protocol.send(command)

    def _wait(self, pending: Pending[T]) -> T:
        while not pending.done:
            self._step()
        return pending.result()

    def _or_close(self, flow: Flow[T]) -> T:
        try:
            return self.run(flow)
        except Exception:
            self.close()
            raise

    def _step(self) -> None:
        if not self._busy.acquire(blocking=False):
            raise WrongStateError(_BUSY)
        try:
            with self._guarded():
                self._turn()
        finally:
            self._busy.release()

    def _turn(self) -> None:
        """Do the one thing the protocol waits for."""
        if self._protocol.settled != self._settled:
            self._settled = self._protocol.settled
            self._patience.restart()
        if self._protocol.wants_tls:
            self._transport.start_tls()
            self._protocol.tls_started()
        elif not self._protocol.awaiting and (stray := self._transport.read_stray()) is not None:
            self._protocol.receive_stray(stray)  # no answer to what is written now
        elif data := self._unsent or self._protocol.data_to_send():
            self._unsent = self._transport.write(data)
            if self._unsent and (came := self._transport.read_stray()) is not None:
                self._protocol.receive_data(came)
        else:
            self._protocol.receive_data(self._transport.read())

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Be closed by whatever goes wrong in the block, and let go of a dead connection.

        Its time counts towards the deadline: a server may flood as well as drip.
        """
        began = time.monotonic()
        try:
            yield
        except BaseException as error:
            met = translated(error, self._endpoint, self._patience, self._protocol)
            self._protocol.fail(met)
            if met is error:
                raise
            raise met from error
        finally:
            self._patience.waited(time.monotonic() - began)
            # At once: as long as the server sees a connection, the maildrop is locked.
            if self._protocol.state is State.CLOSED:
                self._transport.close()
