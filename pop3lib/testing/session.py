"""One session of the test server, without I/O: octets in, octets out.

An independent reading of RFC 1939: it shares no code with this library's client side. What the
client should not have done is answered as well as may be, and noted as a violation.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from pop3lib.testing.auth import Channel, Conversation
from pop3lib.testing.authorization import Authorization
from pop3lib.testing.capabilities import capability_lines
from pop3lib.testing.input import Input
from pop3lib.testing.log import Log, name_of
from pop3lib.testing.maildrop import Kept, Maildrop
from pop3lib.testing.settings import Settings
from pop3lib.testing.stuffing import stuffed, top
from pop3lib.testing.transaction import Refusal, Transaction, Unanswered

#: Octets of a command line, CRLF included (:rfc:`2449#section-4`).
LONGEST_COMMAND = 255
#: Octets of a line that is not complete; more of it ends the session.
LONGEST_LINE = 65536

_serial = itertools.count(1)
_NUMBER = re.compile(r"[0-9]{1,18}")


class Session:
    """The server's side of one connection.

    :param maildrops: the maildrops by user.
    :param settings: what is offered.
    :param stls: whether TLS can be started.
    """

    def __init__(
        self,
        maildrops: Mapping[str, Maildrop],
        settings: Settings,
        *,
        stls: bool = False,
    ) -> None:
        self._settings = settings
        self._stls = stls
        self._stamp = f"<{next(_serial)}.{time.time_ns()}@pop3lib.example>"
        self._input = Input(self._violation)
        self._utf8 = False
        self._transaction: Transaction | None = None
        self._conversed = Log()
        self._authorization = Authorization(maildrops, settings, self._stamp, self._violation)
        #: whether the connection is to be closed once all output is sent
        self.over: bool = False
        #: whether the TLS handshake comes next; then call :meth:`tls_started`
        self.wants_tls: bool = False

    @property
    def log(self) -> list[str]:
        """What was said, as ``C:``, ``S:`` and ``--`` lines; no secrets, no messages."""
        return self._conversed.lines

    @property
    def violations(self) -> list[str]:
        """What the client should not have done, in words."""
        return self._conversed.violations

    def greet(self) -> bytes:
        """Return the greeting."""
        words = ["+OK", self._settings.greeting, self._stamp if self._settings.apop else ""]
        return self._say(" ".join(filter(None, words)))

    def receive(self, data: bytes) -> Iterator[bytes]:
        """Yield the answers to the lines in *data*; take all of them before the next call."""
        for _, pieces in self.answers(data):
            yield from pieces

    def answers(self, data: bytes) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the name of each command in *data*, and its answer; it acts as that is taken."""
        self._input.add(data)
        if not self._settings.pipelining and self._input.lines > 1:
            self._violation("several commands at once though PIPELINING is not announced")
        while not (self.over or self.wants_tls) and (line := self._input.next_line()) is not None:
            yield self._hear(line)
        if self._input and (self.over or self.wants_tls):
            self._said_too_early()
        elif len(self._input) > LONGEST_LINE:
            self._input.lose()
            self.over = True
            yield "", iter([self._say("-ERR the line is too long")])

    def tls_started(self, channel: Channel) -> None:
        """Go on inside TLS; what the client said before is forgotten (:rfc:`2595#section-4`)."""
        self._conversed.remark("TLS")
        self.wants_tls, self._authorization.channel = False, channel
        self._authorization.forget()

    def remark(self, text: str) -> None:
        """Put what happened to the connection into the log."""
        self._conversed.remark(text)

    def close(self) -> None:
        """End without UPDATE: nothing is removed (:rfc:`1939#section-6`)."""
        self.over = True
        if self._transaction is not None:
            self._transaction.release()

    # --- lines ---

    def _said_too_early(self) -> None:
        what = "STLS and the handshake" if self.wants_tls else "QUIT and the end"
        self._violation(f"{self._input.lose()} octets between {what}")
        # RFC 2595 section 4: the client waits. Dovecot, too, hangs up here.
        self.over, self.wants_tls = True, False

    def _hear(self, line: bytes) -> tuple[str, Iterator[bytes]]:
        conversation = self._authorization.resumed()
        if conversation is not None:
            self._conversed.response(line)
            return "response", self._answer(self._respond(conversation, line))
        self._conversed.command(line)
        return name_of(line), self._answer(self._obey(line))

    def _answer(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from pieces
        except Unanswered:
            return
        except Refusal as refusal:
            yield self._say(f"-ERR {refusal}")

    def _respond(self, conversation: Conversation, line: bytes) -> Iterator[bytes]:
        yield self._begin(self._authorization.respond(conversation, line))

    def _obey(self, line: bytes) -> Iterator[bytes]:
        name, *arguments = line.decode("utf-8", "replace").split(" ")
        verb = name.upper()
        self._check_line(line, verb)
        if verb != "PASS":
            self._authorization.forget()
        command = self._command(verb)
        for asked in (" ".join([verb, *arguments]), verb):
            if asked in self._settings.refusals:
                raise Refusal(self._settings.refusals[asked])
        if len(arguments) > command.most:
            raise Refusal(f"{verb} does not take so many arguments")
        yield from command.run(self, arguments)

    def _check_line(self, line: bytes, verb: str) -> None:
        if len(line) + 2 > LONGEST_COMMAND:
            self._violation(f"a line of {len(line) + 2} octets: {verb:.8}")
        if not line.isascii() and not (self._utf8 or self._settings.utf8):
            self._violation(f"octets beyond ASCII though UTF8 is not announced: {verb:.8}")

    def _command(self, verb: str) -> _Command:
        command = _COMMANDS.get(verb)
        if command is None or not command.known(self):
            if self._settings.unknown_loses_input and self._lose_input():
                raise Unanswered
            raise Refusal("unknown command")
        if command.transaction not in (None, self._transaction is not None):
            self._violation(f"{verb} in the wrong state")
            raise Refusal("not in this state")
        return command

    def _lose_input(self) -> int:
        """Forget what was sent along with this line; return how many octets those were."""
        if lost := self._input.lose():
            self.remark(f"{lost} octets behind it are lost")
        return lost

    def _violation(self, text: str) -> None:
        self._conversed.violation(text)

    def _say(self, text: str) -> bytes:
        return self._say_all([text])

    def _say_all(self, lines: list[str]) -> bytes:
        self._conversed.answer(lines)
        return "".join(f"{line}\r\n" for line in lines).encode()

    # --- logging in ---

    def _capa(self, _arguments: list[str]) -> Iterator[bytes]:
        lines = capability_lines(
            self._settings,
            self._authorization.channel,
            stls=self._may_start_tls() and self._transaction is None,
            logged_in=self._transaction is not None,
        )
        yield self._say_all(["+OK", *lines, "."])

    def _user(self, arguments: list[str]) -> Iterator[bytes]:
        self._authorization.user(arguments)
        yield self._say("+OK")

    def _pass(self, arguments: list[str]) -> Iterator[bytes]:
        yield self._begin(self._authorization.pass_(arguments))

    def _apop(self, arguments: list[str]) -> Iterator[bytes]:
        yield self._begin(self._authorization.apop(arguments))

    def _auth(self, arguments: list[str]) -> Iterator[bytes]:
        if arguments:
            yield self._begin(self._authorization.auth(arguments))
        else:  # not in RFC 5034, but Dovecot and Twisted answer it so
            yield self._say_all(["+OK", *self._authorization.mechanisms, "."])

    def _begin(self, admitted: str | Maildrop) -> bytes:
        """Begin the TRANSACTION state, or go on with the exchange by a challenge."""
        if isinstance(admitted, str):
            return self._say(f"+ {admitted}")
        self._transaction = Transaction(
            admitted, wait=self._settings.lock_wait, lists_deleted=self._settings.lists_deleted
        )
        if self._settings.login_loses_input:
            self._lose_input()
        admitted.last_login = time.monotonic()
        return self._say(f"+OK {len(list(self._transaction))} messages")

    def _may_start_tls(self) -> bool:
        return self._stls and not self._authorization.channel.secure

    def _start_tls(self, _arguments: list[str]) -> Iterator[bytes]:
        if self._utf8:  # RFC 6856 section 2.1
            self._violation("STLS after UTF8")
            raise Refusal("STLS comes before UTF8")
        yield self._say("+OK begin TLS")
        self.wants_tls = True

    def _do_utf8(self, _arguments: list[str]) -> Iterator[bytes]:
        self._utf8 = True
        yield self._say("+OK")

    def _lang(self, arguments: list[str]) -> Iterator[bytes]:
        languages = self._settings.languages
        if not arguments:
            yield self._say_all(["+OK", *languages, "."])
            return
        asked = arguments[0].lower()
        for tag in (language.partition(" ")[0] for language in languages):
            if asked == "*" or f"{tag.lower()}-".startswith(f"{asked}-"):  # RFC 4647 section 3.3.1
                yield self._say(f"+OK {tag} it is")
                return
        raise Refusal("no such language")

    # --- the maildrop ---

    def _open(self) -> Transaction:
        assert self._transaction is not None, "the table of commands asks for it"
        return self._transaction

    def _message(self, arguments: list[str]) -> tuple[int, Kept]:
        number = _number(arguments, "a message number")
        return number, self._open()[number]

    def _stat(self, _arguments: list[str]) -> Iterator[bytes]:
        count, octets = self._open().drop_listing()
        yield self._say(f"+OK {count} {octets}")

    def _list(self, arguments: list[str]) -> Iterator[bytes]:
        return self._listing(arguments, lambda kept: kept.message.size)

    def _uidl(self, arguments: list[str]) -> Iterator[bytes]:
        return self._listing(arguments, lambda kept: kept.uid)

    def _listing(self, arguments: list[str], value: Callable[[Kept], object]) -> Iterator[bytes]:
        if arguments:
            number = _number(arguments, "a message number")
            yield self._say(f"+OK {number} {value(self._open().entry(number))}")
        else:
            lines = [f"{number} {value(kept)}" for number, kept in self._open()]
            yield self._say_all(["+OK", *lines, "."])

    def _retr(self, arguments: list[str]) -> Iterator[bytes]:
        number, kept = self._message(arguments)
        self._refuse_8bit(kept)
        yield self._say(f"+OK {kept.message.size} octets")
        self.remark(f"{kept.message.size} octets of message {number}")
        yield from stuffed(kept.message.chunks())

    def _top(self, arguments: list[str]) -> Iterator[bytes]:
        number, kept = self._message(arguments)
        lines = _number(arguments[1:], "a count of lines")
        self._refuse_8bit(kept)
        yield self._say("+OK")
        self.remark(f"the header and {lines} lines of message {number}")
        yield from stuffed(top(kept.message.chunks(), lines))

    def _refuse_8bit(self, kept: Kept) -> None:
        if not self._settings.utf8_required or self._utf8:
            return
        if not all(map(bytes.isascii, top(kept.message.chunks(), 0))):
            raise Refusal("[UTF8] this message wants UTF8 first")  # RFC 6856 section 5

    def _dele(self, arguments: list[str]) -> Iterator[bytes]:
        number, _kept = self._message(arguments)
        self._open().mark(number)
        yield self._say(f"+OK message {number} is marked")

    def _rset(self, _arguments: list[str]) -> Iterator[bytes]:
        self._open().reset()
        yield self._say("+OK")

    def _noop(self, _arguments: list[str]) -> Iterator[bytes]:
        yield self._say("+OK")

    def _quit(self, _arguments: list[str]) -> Iterator[bytes]:
        self.over = True
        if self._transaction is not None:  # the UPDATE state, RFC 1939 section 6
            self._transaction.commit()
        yield self._say("+OK goodbye")


Run: TypeAlias = Callable[[Session, list[str]], Iterator[bytes]]


class _Command(NamedTuple):
    """How a verb is answered."""

    run: Run
    #: how many arguments it may have
    most: int
    #: whether it belongs to the TRANSACTION state (True), AUTHORIZATION (False), or both (None)
    transaction: bool | None
    known: Callable[[Session], bool] = lambda session: True


_WORDS = 255  # a name or a password may have spaces in it

_COMMANDS: Mapping[str, _Command] = {
    "QUIT": _Command(Session._quit, 0, None),
    "CAPA": _Command(Session._capa, 0, None, lambda session: session._settings.capa),
    "LANG": _Command(Session._lang, 1, None, lambda session: bool(session._settings.languages)),
    "USER": _Command(Session._user, _WORDS, False, lambda session: session._settings.user),
    "PASS": _Command(Session._pass, _WORDS, False, lambda session: session._settings.user),
    "APOP": _Command(Session._apop, 2, False, lambda session: session._settings.apop),
    "AUTH": _Command(Session._auth, 2, False),
    "UTF8": _Command(Session._do_utf8, 0, False, lambda session: session._settings.utf8),
    "STLS": _Command(Session._start_tls, 0, False, Session._may_start_tls),
    "STAT": _Command(Session._stat, 0, True),
    "LIST": _Command(Session._list, 1, True),
    "UIDL": _Command(Session._uidl, 1, True, lambda session: session._settings.uidl),
    "RETR": _Command(Session._retr, 1, True),
    "TOP": _Command(Session._top, 2, True, lambda session: session._settings.top),
    "DELE": _Command(Session._dele, 1, True),
    "RSET": _Command(Session._rset, 0, True),
    "NOOP": _Command(Session._noop, 0, True),
}


def _number(arguments: list[str], what: str) -> int:
    if not arguments or not _NUMBER.fullmatch(arguments[0]):
        raise Refusal(f"{what} is wanted")
    return int(arguments[0])
