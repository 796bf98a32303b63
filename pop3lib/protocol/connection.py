"""The connection: bytes go in and out; nothing here does I/O.

Its rules:

* POP3 has no tags: an answer belongs to a command only by counting. So whenever the count may be
  off, the connection is finished, and every exchange ever given out is settled.
* :meth:`Connection.receive_data` never raises. What went wrong comes out of the exchanges.
* A command waits in a :mod:`pipeline <pop3lib.protocol.pipeline>` until it may travel. What is
  under way is less than any transport's buffer, so writing never waits for reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from pop3lib.errors import (
    ConnectionBroken,
    InsecureError,
    InvalidArgumentError,
    RemoteProtocolError,
    ServerDisconnected,
    WrongStateError,
)
from pop3lib.protocol.body import Body
from pop3lib.protocol.capabilities import Capabilities
from pop3lib.protocol.commands import Dele, Greeting, Rset, Utf8
from pop3lib.protocol.conversation import CANCEL, Conversation
from pop3lib.protocol.dots import DotReader
from pop3lib.protocol.ends import disconnected, unfinished, unreadable
from pop3lib.protocol.exchange import AnswerTo, Command, Exchange, Flow, Procedure, wire_line
from pop3lib.protocol.greeting import check_greeting
from pop3lib.protocol.limits import NO_QUIRKS, Limits, Quirk
from pop3lib.protocol.lines import LineReader
from pop3lib.protocol.pipeline import Pipeline
from pop3lib.protocol.refusal import CODES, refused
from pop3lib.protocol.reply import Reply
from pop3lib.protocol.session import Session
from pop3lib.protocol.state import State
from pop3lib.protocol.status import is_status
from pop3lib.protocol.trace import Trace
from pop3lib.protocol.witness import Witness
from pop3lib.sasl.mechanism import MechanismError

T = TypeVar("T")

#: Octets that a stream's reader may leave unread before the server is stopped from filling memory.
_STREAM = 1024 * 1024


class Connection:
    """The client's side of one POP3 session, without any I/O.

    ::

        sock = socket.create_connection(("pop.example.org", 110))
        connection = Connection()
        exchange = connection.send(Capa())
        while not exchange.done:
            if data := connection.data_to_send():
                sock.sendall(data)
            else:
                connection.receive_data(sock.recv(65536))
        capabilities = exchange.result()

    :param limits: how much the server may send.
    :param quirks: which of its mistakes are put up with.
    :param pipelining: whether to use PIPELINING where the server offers it.
    :param secure: whether the bytes travel over TLS from the start.
    :param allow_insecure_login: whether a password may be sent without TLS. OAuth tokens never are.
    :param trace: called with each line that crosses the wire, secrets removed.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        quirks: Quirk = NO_QUIRKS,
        pipelining: bool = True,
        secure: bool = False,
        allow_insecure_login: bool = True,
        trace: Trace | None = None,
    ) -> None:
        #: how much the server may send
        self.limits: Limits = Limits() if limits is None else limits
        bound = self.limits.max_message
        #: the same, with room for what a stream's reader leaves unread
        self._ahead = replace(
            self.limits, max_message=None if bound is None else max(bound, _STREAM)
        )
        self._quirks = quirks
        self._eol = b"\n" if Quirk.BARE_LF in quirks else b"\r\n"
        self._witness = Witness(self._eol, self.limits.max_status_line)
        self.watch(trace)
        #: the facts of the session; look, do not touch
        self.session: Session = Session(secure=secure, allow_insecure_login=allow_insecure_login)
        self._expected = self.session.expected()
        self._pipeline = Pipeline(self.session, pipelining)
        self._outbox: list[bytes] = []
        #: how many answers may still be in what is being taken in
        self._due = 0
        self._lines = LineReader(self.limits, self._eol)
        self._reader: DotReader | None = None
        self._wants_tls = False
        self._failure: BaseException | None = None
        self._untold = False
        #: whether what takes long to compute is left to the adapter; see :attr:`job`
        self.deferring: bool = False
        self._job: Callable[[], bytes] | None = None
        #: the status line that was read last, whichever command it answers
        self.last_reply: Reply | None = None
        #: how many answers have come; grows, so that a clock can see progress
        self.settled: int = 0
        #: done when the server has greeted us
        self.greeted: Exchange[str] = Exchange(Greeting())
        self._pipeline.begin(self.greeted)
        self.greeted.command.effect(self._expected)

    # --- looking ---

    def watch(self, trace: Trace | None) -> None:
        """Show *trace* each line from now on, or nobody; between two commands."""
        self._witness.watch(trace)

    @property
    def state(self) -> State:
        """Where the session stands."""
        return self.session.state

    @property
    def greeting(self) -> str | None:
        """The server's first words, or None while they have not come."""
        return self.session.greeting

    @property
    def capabilities(self) -> Capabilities:
        """What the server said it can do in this state; empty where it was not asked."""
        return self.session.known()

    @property
    def secure(self) -> bool:
        """Whether TLS is on."""
        return self.session.secure

    @property
    def deleted(self) -> frozenset[int]:
        """The numbers of the messages marked as deleted in this session."""
        return frozenset(self.session.deleted)

    @property
    def failure(self) -> BaseException | None:
        """What broke the connection, or None."""
        return self._failure

    @property
    def idle(self) -> bool:
        """Whether no answer is expected: whatever comes now was not asked for."""
        return self._pipeline.first is None

    @property
    def awaiting(self) -> bool:
        """Whether an answer may come: to a line that :meth:`data_to_send` has given out."""
        return self._job is None and len(self._pipeline.under_way) > len(self._outbox)

    @property
    def unfinished(self) -> str:
        """What is cut short if the connection ends now, as a part of an error's message."""
        return unfinished(self.session, self._pipeline.under_way if self.awaiting else ())

    @property
    def hungry(self) -> bool:
        """Whether another command could travel at once: for those who feed from an iterator."""
        return self._pipeline.hungry

    @property
    def wants_tls(self) -> bool:
        """Whether the TLS handshake is to be done now; then call :meth:`tls_started`."""
        return self._wants_tls

    @property
    def job(self) -> Callable[[], bytes] | None:
        """What is to be computed now, in whatever thread; then call :meth:`job_done`.

        None where there is nothing, and always unless :attr:`deferring`.
        """
        return self._job

    # --- sending ---

    def send(self, command: Command[T]) -> Exchange[T]:
        """Queue *command* and return its exchange.

        What counts is the state expected once everything queued has succeeded, so several
        commands can be sent in one breath.

        :raises LocalProtocolError: where it cannot be sent; nothing was, and all is as before.
        :raises InsecureError: where it would show a secret.
        """
        if self._failure is not None:
            raise WrongStateError(
                f"{command}: the connection is closed since this happened: {self._failure}"
            ) from self._failure
        if not isinstance(command, Command):
            raise InvalidArgumentError(
                f"what is sent is a command such as pop3lib.protocol.Stat(), not a "
                f"{type(command).__name__}. Nothing was sent"
            )
        command.check(self._expected)
        exchange = Exchange(command)
        exchange.conversation = command.converse(self.limits)
        exchange.wire = self._wire(command, exchange.conversation)
        command.effect(self._expected)
        self._pipeline.add(exchange)
        self._release()
        return exchange

    def stream(self, command: Command[T]) -> Exchange[T]:
        """Queue *command*, whose body is read by :meth:`Exchange.take` as it comes.

        Only what is not taken counts towards ``max_message``.
        """
        exchange = self.send(command)
        exchange.streamed = True
        exchange.body = Body(self._ahead, "max_message", f"the unread part of {command}")
        return exchange

    def run(self, flow: Flow[T]) -> Procedure[T]:
        """Step through *flow* as the answers come, and return what will be done with it."""
        return Procedure(flow, self.send)

    def withdraw(self, exchange: Exchange[Any]) -> bool:
        """Take back what was queued and has not been given out; say whether that was so."""
        if not self._pipeline.withdraw(exchange):
            return False
        self._expect_anew()
        exchange.settle(error=WrongStateError(f"{exchange.command} was withdrawn, not sent"))
        self._release()
        return True

    def data_to_send(self) -> bytes:
        """Return the bytes to be written now, whole commands only, and count them as written."""
        data = b"".join(self._outbox)
        self._outbox.clear()
        return data

    def _wire(self, command: Command[Any], conversation: Conversation | None) -> bytes:
        try:
            line = command.line() if conversation is None else conversation.opening()
        except (MechanismError, ValueError) as error:
            raise InvalidArgumentError(f"{command}: {error}. Nothing was sent") from None
        return wire_line(command, line)

    def _release(self) -> None:
        for exchange in self._pipeline.release():
            self._outbox.append(exchange.wire)
            self._witness.sent(exchange.shown)

    # --- receiving ---

    def receive_data(self, data: bytes) -> None:
        """Take in what was read; ``b""`` means that the server has hung up. Never raises.

        It can answer the commands that are under way. A flow sends its next one while an answer
        is still being read: what stands behind that answer came before, and is none to it.
        """
        self._receive(data, len(self._pipeline.under_way))

    def receive_stray(self, data: bytes) -> None:
        """Take in what was read before the lines that are due to be written were.

        To those it is no answer. Adapters look for it before they write; never raises.
        """
        self._receive(data, len(self._pipeline.under_way) - len(self._outbox))

    def _receive(self, data: bytes, due: int) -> None:
        self._due = due if self._job is None else 0
        if self.state in (State.CLOSED, State.UPDATE):
            self.session.state = State.CLOSED  # what comes behind QUIT's answer means nothing
        else:
            self._attempt(lambda: self._take_in(data) if data else self._hang_up())

    def _attempt(self, step: Callable[[], None]) -> None:
        """Do *step*, be closed by whatever it raises, and let go what may travel then."""
        try:
            step()
        except (ConnectionBroken, InsecureError) as error:
            # Its frames have what the server said in their variables, secrets and all.
            self.fail(error.with_traceback(None))
        except Exception as error:  # a private command's parse(), a watcher's own mistake
            self.fail(unreadable(self._pipeline.first, error))
        self._release()

    def fail(self, error: BaseException) -> None:
        """Be closed: every exchange that is not done gets *error*.

        Adapters call it when reading or writing failed, took too long, or was interrupted.
        """
        if not isinstance(error, Exception):  # KeyboardInterrupt, CancelledError: not for others
            error = ServerDisconnected(f"the connection was dropped because of {error!r}")
        exchanges = self._pipeline.clear()
        if self._failure is None and self.state is not State.CLOSED:
            self._failure = error
            self._untold = not exchanges
        self.session.state = self._expected.state = State.CLOSED
        self._wants_tls = False
        self._job = None
        self._outbox.clear()
        self._witness.forget()
        for exchange in exchanges:
            exchange.settle(error=error)

    def tell(self) -> None:
        """Raise, once, what broke the connection where no command was there to be told."""
        if self._untold and self._failure is not None:
            self._untold = False
            raise self._failure.with_traceback(None)

    def tls_started(self) -> None:
        """Go on inside TLS: what was learnt in clear is forgotten (:rfc:`2595#section-4`)."""
        self._wants_tls = False
        exchange = self._pipeline.first
        assert exchange is not None and exchange.reply is not None  # it was what made TLS wanted
        reply = exchange.reply

        def secured() -> None:
            self._witness.secured()
            self._succeed(exchange, reply, None)

        self._attempt(secured)

    def job_done(self, outcome: Callable[[], bytes]) -> None:
        """Go on with what *outcome* returns or raises: what came of :attr:`job`."""
        if self._job is not None:  # else the connection was closed in the meantime
            self._job = None
            self._attempt(lambda: self._respond(outcome()))

    def _hang_up(self) -> None:
        exchange = self._pipeline.first
        secrets = () if exchange is None else exchange.command.secrets
        self._witness.hung_up(self._lines.partial, secrets)
        asked = self._pipeline.under_way if self._due > 0 else ()
        raise disconnected(self.session, asked)

    def _take_in(self, data: bytes) -> None:
        pos, end = 0, len(data)
        while pos < end:
            if self._wants_tls:
                raise InsecureError(
                    "the server (or someone in between) sent more behind its answer to STLS, "
                    "before TLS was up; none of it is believed and the connection is closed"
                )
            if self.state in (State.CLOSED, State.UPDATE):
                return
            exchange = self._pipeline.first
            if exchange is None or self._due <= 0:
                if Quirk.BLANK_LINES in self._quirks and not data[pos:].strip(self._eol):
                    return
                self._witness.stray(data[pos:])
                raise RemoteProtocolError(
                    f"the server sent what nobody asked for: {self._witness.quoted(data[pos:])}; "
                    "the connection is closed"
                )
            if self._reader is None:
                pos = self._read_status(exchange, data, pos)
            else:
                pos = self._read_body(exchange, self._reader, data, pos)

    def _read_status(self, exchange: Exchange[Any], data: bytes, pos: int) -> int:
        line, end = self._lines.feed(data, pos, AnswerTo(exchange.command))
        if exchange is self.greeted:
            self._check_greeting(line)
        if line is None:
            return len(data)
        if not line and Quirk.BLANK_LINES in self._quirks:
            self._witness.replied(line)
            self.session.defects.append(f"an empty line before the answer to {exchange.command}")
        elif self._read_line(exchange, line):
            return self._begin_body(end)
        return end + len(self._eol)

    def _check_greeting(self, line: bytes | None) -> None:
        seen = self._lines.partial if line is None else line
        try:
            check_greeting(seen, self._eol)
        except RemoteProtocolError:
            self._witness.stray(seen if line is None else line + self._eol)
            raise

    def _begin_body(self, end: int) -> int:
        """Read on at the status line's own line end; at -1 its CR was in the chunk before."""
        self._reader = DotReader(self._eol)
        if end < 0:
            self._reader.feed(self._eol[:1])
            self._witness.body(self._eol[:1])
        return max(end, 0)

    def _read_line(self, exchange: Exchange[Any], line: bytes) -> bool:
        """Act on a status line; say whether a body follows."""
        conversation, command = exchange.conversation, exchange.command
        if conversation is not None and (line == b"+" or line.startswith(b"+ ")):
            self._challenged(exchange, conversation, line[2:])
            return False
        if b"\n" in line:
            self._witness.replied(self._witness.line(line, command.secrets))
            raise RemoteProtocolError(
                f"a line feed inside the answer to {command}: "
                f"{self._witness.quoted(line, command.secrets)}"
            )
        reply = self._reply(exchange, line)
        if conversation is not None and reply.ok and not conversation.spoken:
            # Exchange 2003 says +OK where + belongs (MailKit #391). No success is possible yet.
            self._challenged(exchange, conversation, b"")
            return False
        exchange.reply = reply
        if not reply.ok:
            self._refuse(exchange, reply)
        elif command.has_body():
            exchange.body = exchange.body or command.body(self.limits, self._eol)
            if exchange.unwanted:
                exchange.body.discard()
            return True
        elif command.starts_tls:
            self._wants_tls = True
        else:
            self._complete(exchange, reply, b"")
        return False

    def _reply(self, exchange: Exchange[Any], line: bytes) -> Reply:
        secrets = exchange.command.secrets
        shown = self._witness.line(line, secrets)
        self._witness.replied(shown)
        reply = exchange.command.read_status(line if is_status(line) else shown)
        if shown != line:
            hide = self._witness.hide
            code = reply.code if reply.code in CODES else reply.code and hide(reply.code, secrets)
            reply = replace(reply, code=code, text=hide(reply.text, secrets), line=shown)
        self.last_reply = reply
        return reply

    def _challenged(
        self, exchange: Exchange[Any], conversation: Conversation, challenge: bytes
    ) -> None:
        if conversation.error is not None:
            raise RemoteProtocolError(f"{exchange.command}: the server goes on though we cancelled")
        self._due = 0  # the server does not go on before it has the response
        self._witness.challenged(challenge, exchange.command.secrets)
        if self.deferring and conversation.takes_long:
            self._job = partial(conversation.respond, challenge)
        else:
            self._respond(conversation.respond(challenge))

    def _respond(self, response: bytes) -> None:
        self._outbox.append(response + b"\r\n")
        self._witness.responded("*" if response == CANCEL else "***")

    def _read_body(self, exchange: Exchange[Any], reader: DotReader, data: bytes, pos: int) -> int:
        octets, end = reader.feed(data, pos)
        body, reply = exchange.body, exchange.reply
        assert body is not None and reply is not None  # set when the status line was read
        after = len(data) if end < 0 else end
        self._witness.body(data[pos:after])  # seen even where it breaks a limit
        body.add(octets)
        if end >= 0:
            self._reader = None
            self._complete(exchange, reply, b"" if exchange.streamed else body.take())
        return after

    # --- settling ---

    def _complete(self, exchange: Exchange[Any], reply: Reply, body: bytes) -> None:
        if exchange.conversation is not None and not exchange.conversation.finish():
            self._refuse(exchange, reply)
            raise RemoteProtocolError("the server claimed a login that it could not prove")
        self._succeed(exchange, reply, exchange.command.parse(reply, body))

    def _succeed(self, exchange: Exchange[Any], reply: Reply, value: object) -> None:
        self._pop(exchange)
        known = self.session.capabilities
        exchange.command.effect(self.session)
        exchange.command.learn(self.session, reply, value)
        logged_in = exchange.command.authenticates and self.state is State.TRANSACTION
        if logged_in:
            self._witness.forget()
        if logged_in or self.session.capabilities is not known:
            self._expect_anew()  # a private command may have learnt only now that this was it
        exchange.settle(value)

    def _refuse(self, exchange: Exchange[Any], reply: Reply) -> None:
        self._pop(exchange)
        command = exchange.command
        error = refused(exchange, reply, self.state)
        if command.final or exchange is self.greeted:
            # RFC 1939 section 6: the server hangs up after QUIT, whatever it answered.
            exchange.settle(error=error)
            self.fail(error)
            self._untold = False  # the exchange has told it
            return
        if command.leads_to or command.starts_tls or isinstance(command, Dele | Rset | Utf8):
            self._expect_anew()
        exchange.settle(error=error)

    def _pop(self, exchange: Exchange[Any]) -> None:
        self._witness.answered(exchange.shown)
        self._pipeline.finish()
        self._due -= 1
        self._witness.keep(exchange.command.secrets)
        self.settled += 1

    def _expect_anew(self) -> None:
        self._expected = self.session.expected()
        for exchange in self._pipeline:
            exchange.command.effect(self._expected)
