"""The interface of the standard library's :mod:`poplib`, on the core of pop3lib.

Names, parameters, return values and exceptions are poplib's::

    from pop3lib.compat import poplib

What differs is what was unsafe: lines have no bound of 2,048 octets, after a failure no answer
is taken for another command's, an argument cannot carry a second command, certificates are
verified unless a context says otherwise, and the debug output hides passwords.
"""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeAlias, TypeVar, overload

from pop3lib.client import Client
from pop3lib.compat.line import Line
from pop3lib.endpoint import Security, default_context
from pop3lib.errors import (
    CommandError,
    InvalidArgumentError,
    POP3Error,
    ServerDisconnected,
    ServerTimeout,
)
from pop3lib.protocol.capabilities import Capabilities
from pop3lib.protocol.commands import Quit, Stat
from pop3lib.protocol.exchange import Flow
from pop3lib.protocol.flows import apop, start_tls
from pop3lib.protocol.limits import NO_QUIRKS, Limits, Quirk
from pop3lib.protocol.reply import Reply
from pop3lib.protocol.status import parse_status
from pop3lib.protocol.trace import Trace
from pop3lib.sasl import Credentials

__all__ = ["POP3", "POP3_SSL", "error_proto"]

#: the port of POP3
POP3_PORT = 110
#: the port of POP3 over TLS
POP3_SSL_PORT = 995

CR = b"\r"
LF = b"\n"
CRLF = CR + LF
HAVE_SSL = True
#: without effect: programs raise it, and there is nothing to raise any more
_MAXLINE = 2048

#: stands for ``socket.getdefaulttimeout()``; programs pass the socket module's own object on,
#: which typeshed does not know
_DEFAULT_TIMEOUT: Any = socket._GLOBAL_DEFAULT_TIMEOUT  # type: ignore[attr-defined]

T = TypeVar("T")

#: the status line, the lines behind it without their ends, and their octets with them
LongAnswer: TypeAlias = tuple[bytes, list[bytes], int]


class error_proto(Exception):
    """The server refused, or what it sent or was to be sent is no POP3.

    For a refusal its argument is the server's line, as :class:`bytes`. ``__cause__`` is the error
    of pop3lib, which has a class for each case.
    """


class argument_error(error_proto, ValueError):
    """An argument that no command can carry: nothing was sent. Newer poplibs raise ValueError."""


class _Session(Client):
    """The client, with what poplib's users reach for."""

    def ask(self, flow: Flow[T]) -> tuple[Reply, T]:
        """Run *flow*, and return the last status line with what it returns."""
        with _poplib_errors():
            result = self.run(flow)
        return self.last_reply(), result

    def last_reply(self) -> Reply:
        reply = self._protocol.last_reply
        assert reply is not None  # there was a greeting
        return reply

    @property
    def sock(self) -> socket.socket | None:
        return self._transport.sock

    def start_tls(self, context: ssl.SSLContext | None) -> bytes:
        self._transport.context = context
        reply, _ = self.ask(start_tls(self._protocol.session))
        return reply.line

    def answer_apop(self, user: str, password: str) -> bytes:
        reply, _ = self.ask(apop(self._protocol.session, Credentials(user, password)))
        return reply.line

    def watch(self, trace: Trace | None) -> None:
        self._protocol.watch(trace)


class POP3:
    """A session in clear, to begin with; :meth:`stls` makes it a session over TLS.

    Numbers may be given as :class:`int` or :class:`str`. Answers are the server's lines, as
    :class:`bytes`.

    :param timeout: seconds of silence allowed at any wait; None for no bound, and by default
        ``socket.getdefaulttimeout()``.
    :raises ValueError: for a timeout of 0.
    :raises OSError: where the server cannot be reached.
    :raises error_proto: where it does not greet as POP3 servers do.
    """

    #: how commands are written
    encoding: ClassVar[str] = "UTF-8"
    #: how much the server may send; a subclass may have others
    limits: ClassVar[Limits] = Limits()
    #: which of its mistakes are put up with; a subclass may put up with more
    quirks: ClassVar[Quirk] = NO_QUIRKS

    _security: ClassVar[Security] = Security.PLAINTEXT

    #: the server's name
    host: str
    #: its port
    port: int
    #: the greeting
    welcome: bytes

    def __init__(
        self, host: str, port: int = POP3_PORT, timeout: float | None = _DEFAULT_TIMEOUT
    ) -> None:
        self._open(host, port, timeout, None)

    def _open(
        self, host: str, port: int, timeout: float | None, context: ssl.SSLContext | None
    ) -> None:
        self.host = host
        self.port = port
        self._debugging = 0
        sys.audit("poplib.connect", self, host, port)
        sock = self._create_socket(timeout)
        tls = isinstance(sock, ssl.SSLSocket)  # a subclass's own, with TLS on it already
        self._session = _Session.from_socket(
            sock,
            host=host,
            port=port,
            security=Security.PLAINTEXT if tls else self._security,
            ssl_context=context,
            timeout=socket.getdefaulttimeout() if timeout is _DEFAULT_TIMEOUT else timeout,
            limits=self.limits,
            quirks=self.quirks,
            allow_insecure_login=True,  # a caller of this class said so
        )
        with _poplib_errors():
            self._session.connect()
        self.welcome = self._session.last_reply().line

    def _create_socket(self, timeout: float | None) -> socket.socket:
        """Return a connected socket; overridden where the way leads through a proxy."""
        if timeout is not None and not timeout:
            raise ValueError("a timeout of 0 would mean a socket that never waits")
        return socket.create_connection((self.host, self.port), timeout)

    # --- for programs that send commands of their own ---

    def _shortcmd(self, line: str) -> bytes:
        """Send a line, and return the line that answers it: ``+OK ...``, or a SASL challenge."""
        reply, _ = self._ask(line)
        return reply.line

    def _longcmd(self, line: str) -> LongAnswer:
        """Send a line; return the status line, the lines behind it, and their octets."""
        reply, body = self._ask(line, long=True)
        return reply.line, body.split(CRLF)[:-1], len(body)

    def _ask(self, line: str, long: bool = False) -> tuple[Reply, bytes]:
        challenged = not self._session.last_reply().line.startswith((b"+OK", b"-ERR"))
        command = Line.of(line, encoding=self.encoding, long=long, response=challenged)
        sys.audit("poplib.putline", self, str(command).encode())
        return self._session.ask(iter(command))

    # --- looking ---

    @property
    def sock(self) -> socket.socket | None:
        """The socket, or None once the session is over; its timeout is set at every wait."""
        return self._session.sock

    @property
    def file(self) -> socket.socket | None:
        """The socket again: poplib has a reader here, from which nobody but it may read."""
        return self._session.sock

    def getwelcome(self) -> bytes:
        """Return the greeting."""
        return self.welcome

    def set_debuglevel(self, level: int) -> None:
        """Print commands (1), answers as well (2), or nothing (0); secrets are hidden."""
        self._debugging = level
        self._session.watch(self._print if level else None)

    def _print(self, traced: str) -> None:
        side, line = traced[:2], traced[3:]
        if side == "C:":
            print("*cmd*", repr(line))
        elif self._debugging > 1:
            print("*get*", repr(line))

    # --- logging in ---

    def user(self, user: str) -> bytes:
        """Say whose maildrop is wanted; return the answer."""
        return self._shortcmd(f"USER {user}")

    def pass_(self, pswd: str) -> bytes:
        """Give the password; return the answer. The maildrop is locked until :meth:`quit`."""
        return self._shortcmd(f"PASS {pswd}")

    def apop(self, user: str, password: str) -> bytes:
        """Log in by a digest of the greeting's stamp and the password; return the answer.

        :raises error_proto: where the greeting has no well-formed stamp, too (CVE-2007-1558).
        """
        return self._session.answer_apop(user, password)

    def rpop(self, user: str) -> bytes:
        """Send RPOP, which RFC 1081 had and later ones have not; return the answer."""
        return self._shortcmd(f"RPOP {user}")

    def stls(self, context: ssl.SSLContext | None = None) -> bytes:
        """Start TLS; return the answer. The stamp for :meth:`apop` is forgotten.

        :param context: a context of your own; by default certificate and host name are verified.
        """
        return self._session.start_tls(context)

    def capa(self) -> dict[str, list[str]]:
        """Return what the server can do: names in upper case, each with its arguments."""
        _, lines, _ = self._longcmd("CAPA")
        return {name: list(words) for name, words in Capabilities(lines).items()}

    def utf8(self) -> bytes:
        """Ask for UTF-8, before logging in; return the answer."""
        return self._shortcmd("UTF8")

    # --- the maildrop ---

    def stat(self) -> tuple[int, int]:
        """Return how many messages there are, and their octets; 0 where it tells no size."""
        with _poplib_errors():
            listing = Stat().parse(parse_status(self._shortcmd("STAT")), b"")
        return listing.count, listing.size or 0

    @overload
    def list(self, which: None = None) -> LongAnswer: ...
    @overload
    def list(self, which: int | str) -> bytes: ...
    def list(self, which: int | str | None = None) -> LongAnswer | bytes:
        """Return ``(response, [b"number octets", ...], octets)``, or the answer about *which*."""
        return self._about("LIST", which)

    @overload
    def uidl(self, which: None = None) -> LongAnswer: ...
    @overload
    def uidl(self, which: int | str) -> bytes: ...
    def uidl(self, which: int | str | None = None) -> LongAnswer | bytes:
        """Return ``(response, [b"number uid", ...], octets)``, or the answer about *which*."""
        return self._about("UIDL", which)

    def _about(self, verb: str, which: int | str | None) -> LongAnswer | bytes:
        return self._longcmd(verb) if which is None else self._shortcmd(f"{verb} {which}")

    def retr(self, which: int | str) -> LongAnswer:
        """Return ``(response, [line, ...], octets)``: joined by CRLF the lines are the message."""
        return self._longcmd(f"RETR {which}")

    def top(self, which: int | str, howmuch: int | str) -> LongAnswer:
        """Return the same of the header block and the first *howmuch* lines of the body."""
        return self._longcmd(f"TOP {which} {howmuch}")

    def dele(self, which: int | str) -> bytes:
        """Mark a message as deleted; return the answer. :meth:`quit` makes it so."""
        return self._shortcmd(f"DELE {which}")

    def rset(self) -> bytes:
        """Take back all marks of deletion; return the answer."""
        return self._shortcmd("RSET")

    def noop(self) -> bytes:
        """Do nothing; return the answer."""
        return self._shortcmd("NOOP")

    # --- leaving ---

    def quit(self) -> bytes:
        """End the session: the server removes what is marked; return the answer."""
        reply, _ = self._session.ask(iter(Quit()))
        self.close()
        return reply.line

    def close(self) -> None:
        """Drop the connection without QUIT: nothing that was marked is removed."""
        self._session.close()


class POP3_SSL(POP3):
    """A session over TLS from the start.

    :param context: a context of your own; by default certificate and host name are verified.
    :raises ssl.SSLError: where the certificate cannot be trusted.
    """

    _security = Security.TLS

    context: ssl.SSLContext

    def __init__(
        self,
        host: str,
        port: int = POP3_SSL_PORT,
        *,
        timeout: float | None = _DEFAULT_TIMEOUT,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.context = default_context() if context is None else context
        self._open(host, port, timeout, self.context)

    def stls(self, context: ssl.SSLContext | None = None) -> bytes:
        """Raise :class:`error_proto`: TLS is on already."""
        raise error_proto("-ERR TLS session already established")


@contextmanager
def _poplib_errors() -> Iterator[None]:
    """Raise in the place of an error of pop3lib what poplib's users catch."""
    try:
        yield
    except CommandError as error:
        raise error_proto(error.reply.line) from error
    except InvalidArgumentError as error:
        raise argument_error(f"-ERR {error}") from error
    except ServerTimeout:
        raise  # it is a TimeoutError, like poplib's
    except ServerDisconnected as error:
        if isinstance(error.__cause__, OSError):
            raise  # it is a ConnectionError
        raise error_proto(f"-ERR EOF: {error}") from error
    except POP3Error as error:
        raise error_proto(f"-ERR {error}") from error
