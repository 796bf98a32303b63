"""Any octets as what a server says, in any cut, to any commands.

An input is one octet of options, and then turns, each ended by ``FF``. A turn begins with octets
from ``80`` on, each of which is something that the client does (:data:`ACTIONS`), and goes on with
what the server says then. So a transcript is an input, and most changes to one are, too.

Nothing may come out of ``receive_data``; after the end every exchange is done and tells its
result or a ``POP3Error``; and where all commands were sent before the answers came, it makes no
difference how those were cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pop3lib import protocol
from pop3lib.errors import ConnectionBroken, POP3Error, WrongStateError
from pop3lib.printable import printable
from pop3lib.protocol import Command, Connection, Exchange, Limits, Pending, Quirk
from pop3lib.protocol.commands import RetrHeaders
from pop3lib.protocol.flows import log_in
from pop3lib.sasl import CramMd5, Credentials, Login, OAuthBearer, Plain, Scram, XOAuth2
from pop3lib.survey import survey

END_OF_TURN = 0xFF
FIRST_ACTION = 0x80
SECRET = "s3cr3t-W0rd"
SMALL = Limits(64, 4, 4, 32, 128, 256, 64, 2)

_ABOUT_ONE: tuple[Callable[[int], Command[Any]], ...] = (
    protocol.List,
    protocol.Uidl,
    protocol.Retr,
    RetrHeaders,
    lambda number: protocol.Top(number, 0),
    protocol.Dele,
)


def _about(kind: Callable[[int], Command[Any]], number: int) -> Callable[[], Command[Any]]:
    return lambda: kind(number)


#: What the client may send; their order is that of the octets from 80 on.
COMMANDS: tuple[Callable[[], Command[Any]], ...] = (
    protocol.Capa,
    lambda: protocol.User("ann"),
    lambda: protocol.Pass(SECRET),
    lambda: protocol.Apop("ann", "0" * 32),
    lambda: protocol.Auth(Plain("ann", SECRET)),
    lambda: protocol.Auth(Login("ann", SECRET)),
    lambda: protocol.Auth(CramMd5("ann", SECRET)),
    lambda: protocol.Auth(Scram("ann", SECRET)),
    lambda: protocol.Auth(XOAuth2("ann", SECRET)),
    lambda: protocol.Auth(OAuthBearer("ann", SECRET)),
    protocol.Stls,
    protocol.Utf8,
    protocol.Lang,
    lambda: protocol.Lang("en"),
    protocol.Stat,
    lambda: protocol.List(),
    lambda: protocol.Uidl(),
    *(_about(kind, number) for kind in _ABOUT_ONE for number in (1, 2, 3, 5, 7, 9)),
    lambda: protocol.Top(1, 1),
    protocol.Noop,
    protocol.Rset,
    protocol.Quit,
)


class Conversation:
    """One session of the client, as an input has it."""

    def __init__(self, options: int, cut: int) -> None:
        self.cut = cut
        self.trace: list[str] = []
        self.connection = Connection(
            limits=SMALL if options & 1 else None,
            quirks=Quirk(options >> 1 & 3),
            pipelining=not options & 8,
            secure=bool(options & 16),
            trace=self.trace.append,
        )
        self.pending: list[Pending[Any]] = [self.connection.greeted]
        self.streams: list[tuple[Exchange[bytes], list[bytes]]] = []
        #: whether each answer came when all commands had been sent
        self.orderly = True

    def take_turn(self, actions: bytes, answer: bytes) -> None:
        """Do as the octets say, and hear what the server says."""
        for action in actions:
            try:
                self._act(action - FIRST_ACTION)
            except POP3Error as error:
                check_text(str(error))
        self._send()
        self.orderly = self.orderly and all(map(_is_sent, self.pending))
        size = self.cut or len(answer) or 1
        for start in range(0, len(answer), size):
            self.connection.receive_data(answer[start : start + size])
            # What is said in the midst of an answer was not said yet when all of it came at once.
            if self._send() and start + size < len(answer):
                self.orderly = False
            for exchange, taken in self.streams:
                taken.append(exchange.take())

    def _act(self, action: int) -> None:
        """Send a command, or do one of the other things that a client can do."""
        if action < len(COMMANDS):
            self.pending.append(self.connection.send(COMMANDS[action]()))
            return
        ACTIONS[(action - len(COMMANDS)) % len(ACTIONS)](self)

    def _send(self) -> bytes:
        said = self.connection.data_to_send()
        assert said == b"" or said.endswith(b"\r\n"), said
        return said

    def start_tls(self) -> None:
        """Have TLS started, where it is wanted."""
        if self.connection.wants_tls:
            self.connection.tls_started()

    def stream(self) -> None:
        """Read a message as it comes."""
        exchange = self.connection.stream(protocol.Retr(1))
        self.pending.append(exchange)
        self.streams.append((exchange, []))

    def discard(self) -> None:
        """Want nothing more of the last answer."""
        if isinstance(last := self.pending[-1], Exchange):
            last.discard()

    def log_in(self) -> None:
        """Log in the way the server and the client like best."""
        known = Credentials("ann", SECRET)
        self.pending.append(self.connection.run(log_in(self.connection.session, known)))

    def survey(self) -> None:
        """Ask what there is in the maildrop."""
        self.pending.append(self.connection.run(survey(self.connection.session, None)))

    def outcomes(self) -> Iterator[object]:
        """Hang up, and yield what came of everything."""
        self.connection.receive_data(b"")
        assert self.connection.state is protocol.State.CLOSED
        for pending in self.pending:
            assert pending.done, pending
            try:
                yield repr(pending.result())
            except POP3Error as error:
                check_text(str(error))
                # Which of several faults an answer broke by, and what of it is quoted, may depend
                # on how far it had come.
                broken = isinstance(error, ConnectionBroken | WrongStateError)
                yield "broken" if broken else (type(error).__name__, str(error))
        yield from ((b"".join(taken), exchange.done) for exchange, taken in self.streams)
        for line in self.trace:
            assert line.isascii() and line.isprintable(), line
            assert line[:3] == "S: " or SECRET not in line, line


ACTIONS: tuple[Callable[[Conversation], None], ...] = (
    Conversation.start_tls,
    Conversation.stream,
    Conversation.discard,
    Conversation.log_in,
    Conversation.survey,
)


def _is_sent(pending: Pending[Any]) -> bool:
    """Whether nothing will be sent for it any more; a flow sends as it goes."""
    return pending.done or (isinstance(pending, Exchange) and pending.sent)


def check_text(text: str) -> None:
    """Fail where an error's text could do something to a terminal."""
    assert printable(text) == text, repr(text)


def turns(octets: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield what the client does and what the server says in each turn."""
    for turn in octets.split(bytes([END_OF_TURN])):
        actions = len(turn) - len(turn.lstrip(_ACTION_OCTETS))
        yield turn[:actions], turn[actions:]


_ACTION_OCTETS = bytes(range(FIRST_ACTION, END_OF_TURN))
#: Octets that are received at once; 0: a turn's all.
_CUTS = (0, 1, 3, 7)


def play(octets: bytes, options: int, cut: int) -> tuple[Conversation, list[object]]:
    """Play the input, and return what came of it."""
    conversation = Conversation(options, cut)
    for actions, answer in turns(octets):
        conversation.take_turn(actions, answer)
    return conversation, list(conversation.outcomes())


def harness(octets: bytes) -> None:
    """Play the input in one piece and perhaps once more, cut; see that nothing escapes."""
    options = octets[0] if octets else 0
    conversation, outcomes = play(octets[1:], options, 0)
    if cut := _CUTS[options >> 5 & 3]:
        other, others = play(octets[1:], options, cut)
        if conversation.orderly and other.orderly:
            assert outcomes == others, (outcomes, others)
            # What breaks the rules is seen as far as it had come.
            shorter = min(len(conversation.trace), len(other.trace)) - 1
            assert conversation.trace[:shorter] == other.trace[:shorter]


if __name__ == "__main__":
    from tests.fuzz import run, seeds

    run.main("tests.fuzz.core", seeds.core)
