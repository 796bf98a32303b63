"""One session of the test server, without I/O: lines in, octets out.

An independent reading of RFC 1939: it shares no code with this library's client side.
"""

from __future__ import annotations

import itertools
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from pop3lib.testing import auth
from pop3lib.testing.maildrop import Maildrop, Stored
from pop3lib.testing.settings import Settings
from pop3lib.testing.stuffing import stuffed, top

#: Answers a command's arguments.
Handler: TypeAlias = Callable[[list[str]], Iterator[bytes]]

_serial = itertools.count(1)
_NUMBER = re.compile(r"[0-9]{1,9}")
_SECRET = re.compile(r"(?i:(PASS) .*|(APOP \S*) .*|(AUTH \S+) .*)", re.DOTALL)


class Refusal(Exception):
    """Answered ``-ERR`` with this text."""


class Session:
    """The server's side of one connection.

    :param maildrops: the maildrops by user.
    :param settings: what is offered.
    :param tls: whether TLS is on already.
    :param stls: whether it can be started.
    """

    def __init__(
        self,
        maildrops: Mapping[str, Maildrop],
        settings: Settings,
        *,
        tls: bool = False,
        stls: bool = False,
    ) -> None:
        self._maildrops = maildrops
        self._settings = settings
        self._tls = tls
        self._stls = stls
        self._stamp = f"<{next(_serial)}.pop3lib@testing.example>"
        self._buffer = b""
        self._user: str | None = None
        self._maildrop: Maildrop | None = None
        self._messages: list[tuple[str, Stored]] = []
        self._deleted: set[int] = set()
        self._conversation: auth.Conversation | None = None
        #: whether the connection is to be closed once all output is sent
        self.over = False
        #: whether the TLS handshake comes next; then call :meth:`tls_started`
        self.wants_tls = False
        #: what was said, as ``C:`` and ``S:`` lines; secrets and message bodies left out
        self.log: list[str] = []
        #: what the client should not have done, in words
        self.violations: list[str] = []

    def greet(self) -> bytes:
        """Return the greeting."""
        stamp = f" {self._stamp}" if self._settings.apop else ""
        return self._say(f"+OK {self._settings.greeting}{stamp}")

    def receive(self, data: bytes) -> Iterator[bytes]:
        """Yield the answers to the lines in *data*."""
        self._buffer += data
        if not self._settings.pipelining and self._buffer.count(b"\r\n") > 1:
            self.violations.append("several commands at once though PIPELINING is not announced")
        while not (self.over or self.wants_tls):
            line, end, rest = self._buffer.partition(b"\r\n")
            if not end:
                return
            self._buffer = rest
            yield from self._answer(line)

    def tls_started(self) -> None:
        """Go on inside TLS; what the client said before is forgotten (:rfc:`2595#section-4`)."""
        self.wants_tls, self._tls = False, True
        self._user = None
        if self._buffer:
            self.violations.append("something was sent between STLS and the handshake")
            self._buffer = b""

    def close(self) -> None:
        """End without UPDATE: nothing is removed (:rfc:`1939#section-6`)."""
        if self._maildrop is not None:
            self._maildrop.unlock()
            self._maildrop = None

    # --- lines ---

    def _answer(self, line: bytes) -> Iterator[bytes]:
        if self._conversation is not None:
            self.log.append("C: ***")
            yield self._continue(self._conversation, line)
            return
        text = line.decode("utf-8", "replace")
        secret = _SECRET.fullmatch(text)
        self.log.append(f"C: {next(filter(None, secret.groups()))} ***" if secret else f"C: {text}")
        verb, *arguments = text.split(" ")
        if len(line) > 253 and verb.upper() != "AUTH":  # RFC 2449 section 4
            self.violations.append(f"a line of {len(line) + 2} octets: {verb}")
        try:
            yield from self._handler(verb.upper())(arguments)
        except Refusal as refusal:
            yield self._say(f"-ERR {refusal}")

    def _handler(self, verb: str) -> Handler:
        before, after = self._before_login(), self._after_login()
        either: dict[str, Handler] = {"QUIT": self._quit}
        if self._settings.capa:
            either["CAPA"] = self._capa
        here, other = (after, before) if self._maildrop else (before, after)
        handler = either.get(verb) or here.get(verb)
        if handler is None:
            raise Refusal("not in this state" if verb in other else "unknown command")
        return handler

    def _before_login(self) -> dict[str, Handler]:
        known: dict[str, Handler] = {"AUTH": self._auth}
        if self._settings.user:
            known |= {"USER": self._do_user, "PASS": self._pass}
        if self._settings.apop:
            known["APOP"] = self._apop
        if self._settings.utf8:
            known["UTF8"] = self._done
        if self._stls and not self._tls:
            known["STLS"] = self._start_tls
        return known

    def _after_login(self) -> dict[str, Handler]:
        known: dict[str, Handler] = {
            "STAT": self._stat,
            "LIST": self._list,
            "RETR": self._retr,
            "DELE": self._dele,
            "NOOP": self._done,
            "RSET": self._rset,
        }
        if self._settings.top:
            known["TOP"] = self._top
        if self._settings.uidl:
            known["UIDL"] = self._uidl
        return known

    def _say(self, text: str) -> bytes:
        self.log.append(f"S: {text}")
        return f"{text}\r\n".encode()

    def _lines(self, status: str, lines: list[str]) -> Iterator[bytes]:
        yield self._say(status)
        yield b"".join(f"{line}\r\n".encode() for line in lines) + b".\r\n"
        self.log += [*(f"S: {line}" for line in lines), "S: ."]

    # --- logging in ---

    def _capa(self, _arguments: list[str]) -> Iterator[bytes]:
        known = self._settings
        optional = [
            (known.top, "TOP"),
            (known.uidl, "UIDL"),
            (known.user, "USER"),
            (bool(known.sasl), "SASL " + " ".join(known.sasl)),
            (known.pipelining, "PIPELINING"),
            (known.utf8, "UTF8 USER"),
            (self._stls and not self._tls and self._maildrop is None, "STLS"),
        ]
        names = [name for offered, name in optional if offered]
        return self._lines("+OK", [*names, "RESP-CODES", "AUTH-RESP-CODE", *known.capabilities])

    def _do_user(self, arguments: list[str]) -> Iterator[bytes]:
        # RFC 1939 section 7: the server may say +OK though there is no such user.
        self._user = " ".join(arguments)
        yield self._say("+OK")

    def _pass(self, arguments: list[str]) -> Iterator[bytes]:
        user, self._user = self._user, None
        if user is None:
            raise Refusal("USER comes first")
        right = auth.same(self._password(user), " ".join(arguments))
        yield self._log_in(user if right else None)

    def _apop(self, arguments: list[str]) -> Iterator[bytes]:
        user, given = arguments if len(arguments) == 2 else ("", "")
        password = self._password(user)
        right = password is not None and auth.same(auth.apop_digest(self._stamp, password), given)
        yield self._log_in(user if right else None)

    def _auth(self, arguments: list[str]) -> Iterator[bytes]:
        if not arguments:
            yield from self._lines("+OK", list(self._settings.sasl))
            return
        name = arguments[0].upper()
        if name not in self._settings.sasl or name not in auth.MECHANISMS:
            raise Refusal("no such mechanism")
        initial = None
        if len(arguments) > 1:
            initial = b"" if arguments[1] == "=" else _from_base64(arguments[1].encode())
        mechanism = auth.MECHANISMS[name](self._password, initial, self._stamp)
        yield self._advance(mechanism, lambda: next(mechanism))

    def _continue(self, conversation: auth.Conversation, line: bytes) -> bytes:
        self._conversation = None
        if line == b"*":  # RFC 5034 section 4
            return self._say("-ERR cancelled")
        try:
            response = _from_base64(line)
        except Refusal as refusal:
            return self._say(f"-ERR {refusal}")
        return self._advance(conversation, lambda: conversation.send(response))

    def _advance(self, conversation: auth.Conversation, step: Callable[[], bytes]) -> bytes:
        try:
            challenge = step()
        except StopIteration as stop:
            return self._log_in(stop.value)
        self._conversation = conversation
        return self._say(f"+ {b64encode(challenge).decode()}")

    def _password(self, user: str) -> str | None:
        maildrop = self._maildrops.get(user)
        return None if maildrop is None else maildrop.password

    def _log_in(self, user: str | None) -> bytes:
        if user is None:
            code = self._settings.refusal_code
            return self._say(f"-ERR {f'[{code}] ' if code else ''}wrong name or password")
        maildrop = self._maildrops[user]
        if not maildrop.lock():  # RFC 1939 section 4, RFC 2449 section 8.1.2
            return self._say("-ERR [IN-USE] another session has this maildrop")
        self._maildrop = maildrop
        self._messages = maildrop.snapshot()
        return self._say(f"+OK {len(self._messages)} messages")

    def _start_tls(self, _arguments: list[str]) -> Iterator[bytes]:
        yield self._say("+OK begin TLS")
        self.wants_tls = True

    # --- the maildrop ---

    def _there(self) -> list[tuple[int, str, Stored]]:
        numbered = ((n, *kept) for n, kept in enumerate(self._messages, 1))
        return [entry for entry in numbered if entry[0] not in self._deleted]

    def _number(self, arguments: list[str]) -> int:
        if not arguments or not _NUMBER.fullmatch(arguments[0]):
            raise Refusal("a message number is wanted")
        number = int(arguments[0])
        if not 1 <= number <= len(self._messages):
            raise Refusal(f"no such message, there are {len(self._messages)}")
        if number in self._deleted:
            raise Refusal(f"message {number} is marked as deleted")
        return number

    def _stat(self, _arguments: list[str]) -> Iterator[bytes]:
        there = self._there()
        yield self._say(f"+OK {len(there)} {sum(message.size for _, _, message in there)}")

    def _list(self, arguments: list[str]) -> Iterator[bytes]:
        if arguments:
            number = self._number(arguments)
            yield self._say(f"+OK {number} {self._messages[number - 1][1].size}")
            return
        yield from self._lines("+OK", [f"{n} {message.size}" for n, _, message in self._there()])

    def _uidl(self, arguments: list[str]) -> Iterator[bytes]:
        if arguments:
            number = self._number(arguments)
            yield self._say(f"+OK {number} {self._messages[number - 1][0]}")
            return
        yield from self._lines("+OK", [f"{n} {uid}" for n, uid, _ in self._there()])

    def _retr(self, arguments: list[str]) -> Iterator[bytes]:
        message = self._messages[self._number(arguments) - 1][1]
        yield self._say(f"+OK {message.size} octets")
        yield from stuffed(message.chunks())

    def _top(self, arguments: list[str]) -> Iterator[bytes]:
        message = self._messages[self._number(arguments) - 1][1]
        if len(arguments) != 2 or not _NUMBER.fullmatch(arguments[1]):
            raise Refusal("a count of lines is wanted")
        yield self._say("+OK")
        yield from stuffed(top(message.chunks(), int(arguments[1])))

    def _dele(self, arguments: list[str]) -> Iterator[bytes]:
        number = self._number(arguments)
        self._deleted.add(number)
        yield self._say(f"+OK message {number} is marked")

    def _rset(self, _arguments: list[str]) -> Iterator[bytes]:
        self._deleted.clear()
        yield self._say("+OK")

    def _done(self, _arguments: list[str]) -> Iterator[bytes]:
        yield self._say("+OK")

    def _quit(self, _arguments: list[str]) -> Iterator[bytes]:
        if self._maildrop is not None:  # the UPDATE state, RFC 1939 section 6
            self._maildrop.remove(self._messages[number - 1][0] for number in sorted(self._deleted))
        self.close()
        self.over = True
        yield self._say("+OK goodbye")


def _from_base64(octets: bytes) -> bytes:
    try:
        return b64decode(octets, validate=True)
    except ValueError:
        raise Refusal("that is not base64") from None
