"""Commands, and what becomes of them: the contract between the parts of the core.

A :class:`Command` is a value that knows its line and how to read its answer. Sending one gives
an :class:`Exchange`, which is done when the answer has come. A :data:`Flow` is a generator of
commands for what takes several; running one gives a :class:`Procedure`. Nothing here knows of
queues or buffers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar

from pop3lib.errors import InvalidArgumentError, POP3Error, WrongStateError
from pop3lib.printable import printable
from pop3lib.protocol.body import Body
from pop3lib.protocol.limits import Limits
from pop3lib.protocol.reply import Reply, decoded
from pop3lib.protocol.session import Session
from pop3lib.protocol.state import State
from pop3lib.protocol.status import parse_status
from pop3lib.secret import MASK, Secret

if TYPE_CHECKING:
    from pop3lib.protocol.conversation import Conversation

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_VERB = re.compile(rb"[A-Za-z][A-Za-z0-9-]{2,11}(?: .*)?", re.DOTALL)


class Command(Generic[T_co]):
    """One command of the protocol: a value that can read its own answer.

    Subclass it as a frozen dataclass to teach the library a command it does not know: give it
    :attr:`verb`, :attr:`allowed`, :meth:`line` where it has arguments, and :meth:`parse`.
    """

    #: the command's name on the wire; "" where the line need not begin with a name
    verb: ClassVar[str] = ""
    #: the states in which it may be sent
    allowed: ClassVar[frozenset[State]] = frozenset({State.TRANSACTION})
    #: the state that its success leads to, by the state it was sent in
    leads_to: ClassVar[Mapping[State, State]] = MappingProxyType({})
    #: whether a positive answer has more than one line
    multiline: ClassVar[bool] = False
    #: whether it travels alone: nothing is under way with it. So does a command that is not of
    #: RFC 1939, for a server that does not know it may leave all behind it unanswered (Twisted).
    barrier: ClassVar[bool] = True
    #: the capability that announces it, without which it travels alone as well
    capability: ClassVar[str | None] = None
    #: whether ``-ERR`` means that credentials were refused
    authenticates: ClassVar[bool] = False
    #: whether the session is over with its answer, whichever it is
    final: ClassVar[bool] = False
    #: whether TLS starts behind its success
    starts_tls: ClassVar[bool] = False
    #: octets that its line may have with its CRLF (:rfc:`2449#section-4`); None for no bound
    max_octets: ClassVar[int | None] = 255

    def line(self) -> bytes:
        """Return what is sent, without the line end."""
        return self.verb.encode("ascii")

    def read_status(self, line: bytes) -> Reply:
        """Read the first line of the answer, which comes without its line end.

        :raises RemoteProtocolError: where it is no status line; the connection is then closed.
        """
        return parse_status(line)

    def parse(self, reply: Reply, body: bytes) -> T_co:
        """Return what a positive answer means.

        :raises RemoteProtocolError: where it means nothing; the connection is then closed.
        """
        raise NotImplementedError(f"{type(self).__name__} has no parse()")

    def has_body(self) -> bool:
        """Whether a positive answer to this very command has more than one line."""
        return self.multiline

    def body(self, limits: Limits, eol: bytes) -> Body:
        """Return what gathers the body; *eol* is the line end of the session."""
        return Body(limits, "max_message", AnswerTo(self))

    def check(self, session: Session) -> None:
        """Raise what keeps this command from being sent in *session*."""
        if session.state not in self.allowed:
            where = " or ".join(sorted(state.name for state in self.allowed))
            raise WrongStateError(
                f"{self} belongs to the state {where}; this session is in "
                f"{session.state.name} ({session.state.value}). Nothing was sent"
            )

    def effect(self, session: Session) -> None:
        """Change *session* as a success of this command does."""
        state = self.leads_to.get(session.state) if self.leads_to else None
        if state is not None:
            session.state = state
            session.capabilities = None  # RFC 2449 section 5: they may differ by state

    def learn(self, session: Session, reply: Reply, result: Any) -> None:
        """Keep in *session* what the answer taught."""

    def alone(self, session: Session) -> bool:
        """Whether nothing may be under way together with this command."""
        return self.barrier or (
            self.capability is not None and self.capability not in session.known()
        )

    def expects(self) -> int:
        """Guess how many octets a positive answer has: so much is asked for at once, no more."""
        return 64

    @property
    def secrets(self) -> Sequence[Secret]:
        """What is hidden in whatever the server says, until a login succeeds."""
        return ()

    def converse(self, limits: Limits) -> Conversation | None:
        """Return the party that answers the server's challenges, if the command has one."""
        return None

    def __str__(self) -> str:
        """The line as one may show it."""
        return printable(decoded(self.line()))

    def __iter__(self) -> Generator[Command[Any], Exchange[Any], T_co]:
        """Let a flow say ``result = yield from command``."""
        exchange: Exchange[T_co] = yield self
        return exchange.result()


class AnswerTo:
    """What is in hand, for an error's message: most answers are never spoken of."""

    __slots__ = ("_command",)

    def __init__(self, command: Command[Any]) -> None:
        self._command = command

    def __str__(self) -> str:
        return f"the answer to {self._command}"


def wire_line(command: Command[Any], line: bytes) -> bytes:
    """Return *line* with its CRLF, once it is sure that it is one line of one command.

    :raises InvalidArgumentError: for a control character (a CR LF would begin a second command)
        and for a line that is too long.
    """
    named = not command.verb or _VERB.fullmatch(line)
    if not line or _CONTROL.search(line) or not named:
        raise InvalidArgumentError(
            f"{command.verb}: an argument has a control character (such as a line end or NUL). "
            "Nothing was sent"
        )
    if command.max_octets is not None and len(line) + 2 > command.max_octets:
        raise InvalidArgumentError(
            f"{command.verb}: the line would have {len(line) + 2} octets, and "
            f"{command.max_octets} are allowed (RFC 2449 section 4). Nothing was sent"
        )
    return line + b"\r\n"


class Pending(Generic[T_co]):
    """Something that will be done."""

    def __init__(self) -> None:
        self.done: bool = False
        self._value: Any = None
        self._error: BaseException | None = None
        self._waiter: Callable[[], None] | None = None

    def result(self) -> T_co:
        """Return the result or raise the error.

        :raises WrongStateError: while there is neither.
        """
        if not self.done:
            raise WrongStateError(f"{self} is not done: feed the connection until it is")
        if self._error is not None:
            raise self._error.with_traceback(None)
        value: T_co = self._value
        return value

    def when_done(self, waiter: Callable[[], None]) -> None:
        """Have *waiter* called once this is done."""
        self._waiter = waiter

    def settle(self, value: object = None, error: BaseException | None = None) -> None:
        """Be done."""
        self.done, self._value, self._error = True, value, error
        if self._waiter is not None:
            self._waiter()


class Exchange(Pending[T_co]):
    """One command and its answer, which may still be on its way."""

    def __init__(self, command: Command[T_co]) -> None:
        super().__init__()
        #: the command
        self.command = command
        #: the status line, as soon as it is in
        self.reply: Reply | None = None
        #: the octets of a multi-line answer; :meth:`take` reads them as they come
        self.body: Body | None = None
        #: whether the line was given out to be sent
        self.sent: bool = False
        #: the line itself, until it is answered
        self.wire: bytes = b""
        #: the party that answers the server's challenges, for AUTH
        self.conversation: Conversation | None = None
        #: whether the body is left to :meth:`take`
        self.streamed: bool = False
        #: whether nobody wants the body any more
        self.unwanted: bool = False

    @property
    def shown(self) -> str:
        """The line as one may see it; a mask in AUTH says that an initial response was in it."""
        text = str(self.command)
        apart = self.conversation is not None and not self.conversation.in_one_line
        return text.removesuffix(f" {MASK}") if apart else text

    def take(self) -> bytes:
        """Return the octets of a stream that have come since the last call, and forget them."""
        return b"" if self.body is None else self.body.take()

    def discard(self) -> None:
        """Drop what has come of the body and what will come; the conversation goes on in order."""
        self.unwanted = True
        if self.body is not None:
            self.body.discard()

    @property
    def critical(self) -> bool:
        """Whether the session cannot go on in order unless somebody reads this answer."""
        return self.command.final or self.command.starts_tls or bool(self.command.leads_to)

    def __repr__(self) -> str:
        return f"<Exchange {self.command}: {'done' if self.done else 'under way'}>"


class Ahead:
    """What a flow yields to send a command and go on: it is done once a later command is.

    ``listed = yield Ahead(List())`` gives the exchange at once. Answers come in order, so behind
    ``yield from Uidl()`` there is ``listed.result()``; where the server allows it, both have
    travelled together.
    """

    __slots__ = ("command",)

    def __init__(self, command: Command[Any]) -> None:
        #: what is to be sent
        self.command: Command[Any] = command


#: A generator of commands: multi-step policy, written as straight-line code.
Flow: TypeAlias = Generator[Command[Any] | Ahead, Exchange[Any], T]


class Procedure(Pending[T_co]):
    """A flow under way."""

    def __init__(
        self,
        flow: Generator[Command[Any] | Ahead, Exchange[Any], T_co],
        send: Callable[[Command[Any]], Exchange[Any]],
    ) -> None:
        super().__init__()
        self._flow = flow
        self._send = send
        self._exchange: Exchange[Any] | None = None
        self._step(lambda: next(flow))

    def abandon(self) -> Exchange[Any] | None:
        """Go no further; return the exchange under way, if there is one."""
        exchange, self._exchange = self._exchange, None
        self.settle(error=WrongStateError("the flow was abandoned"))
        self._flow.close()
        return exchange

    def _step(self, advance: Callable[[], Command[Any] | Ahead]) -> None:
        try:
            command = advance()
        except StopIteration as stop:
            self.settle(stop.value)
        except Exception as error:  # the flow's own word: result() raises it
            self.settle(error=error)
        else:
            self._wait_for(command)

    def _wait_for(self, command: Command[Any] | Ahead) -> None:
        ahead = isinstance(command, Ahead)
        try:
            self._exchange = self._send(command.command if isinstance(command, Ahead) else command)
        except POP3Error as error:
            refusal = error
            self._step(lambda: self._flow.throw(refusal))
        else:
            self._go_on() if ahead else self._exchange.when_done(self._go_on)

    def _go_on(self) -> None:
        exchange = self._exchange
        if exchange is not None:  # else it was abandoned
            self._step(lambda: self._flow.send(exchange))
