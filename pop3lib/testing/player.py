"""A server that plays a transcript, and tells where the client left it."""

from __future__ import annotations

import contextlib
import socket
import ssl
from types import TracebackType
from typing import NoReturn, Self

from pop3lib.secret import Secret, SecretText
from pop3lib.testing.auth import Channel
from pop3lib.testing.challenges import Challenges
from pop3lib.testing.channel import own_binding
from pop3lib.testing.listener import Listener
from pop3lib.testing.notation import CRLF, write_line
from pop3lib.testing.script import CHALLENGE, Line, Script, ScriptError, Then, Turn


class ScriptServer:
    """Plays a transcript once, on loopback; use it as a ``with`` block.

    Leaving the block raises :class:`ScriptError` where the client said something else than the
    transcript has, said it before its turn, or fell silent. A client that only did not come to
    the end is told of unless the block is left by an exception, which is the reason then.

    :param chunk: how many octets are sent at once; 0 for a turn's all.
    :param tls_context: a server's context, for a transcript with ``-- TLS`` in it.
    :param timeout: seconds that the client may keep silent.
    :param password: what the client must have where a challenge is not written down
        (``S: + ***``).
    """

    #: the address to connect to
    host = "127.0.0.1"

    def __init__(
        self,
        script: Script,
        *,
        chunk: int = 0,
        tls_context: ssl.SSLContext | None = None,
        timeout: float = 10.0,
        password: SecretText = "secret",
    ) -> None:
        self._script = script
        self._password = Secret(password)
        self._chunk = chunk
        self._context = tls_context
        self._timeout = timeout
        self._listener: Listener | None = None
        self._play: _Play | None = None

    @property
    def port(self) -> int:
        """The port to connect to."""
        return self._running().port

    def __enter__(self) -> Self:
        self._listener = Listener(self._serve)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._running().stop()
        if self._play is None:
            unplayed, failure = "no client ever connected", None
        else:
            unplayed, failure = self._play.unplayed, self._play.failure
        if failure is not None:
            raise ScriptError(failure) from error
        if error is None and unplayed:
            raise ScriptError(unplayed)

    def _running(self) -> Listener:
        assert self._listener is not None, "the script plays inside its 'with' block"
        return self._listener

    def _serve(self, connection: socket.socket) -> None:
        challenges = Challenges(self._password)
        play = _Play(connection, self._running(), self._chunk, self._context, challenges)
        if self._play is not None:
            self._play.failure = self._play.failure or "the client connected a second time"
            return
        self._play = play
        connection.settimeout(self._timeout)
        try:
            play.play(self._script)
        finally:
            play.close()


class _Left(Exception):
    """The client left the script; the message says how."""


class _Play:
    """One performance."""

    def __init__(
        self,
        connection: socket.socket,
        listener: Listener,
        chunk: int,
        context: ssl.SSLContext | None,
        challenges: Challenges,
    ) -> None:
        self._challenges = challenges
        self._pipelined = False
        self._socket = connection
        self._listener = listener
        self._chunk = chunk
        self._context = context
        self._buffer = b""
        self._said: list[str] = []
        #: what the client did wrong, or None
        self.failure: str | None = None
        #: what is still to be played, in words
        self.unplayed = "the script was not begun"

    def play(self, script: Script) -> None:
        """Play all turns; note where the client leaves them."""
        self._pipelined = script.pipelined
        try:
            for turn in script.turns:
                self._take(turn)
            self.unplayed = ""
            self._end(told=bool(script.turns) and script.turns[-1].then is Then.CLOSE)
        except _Left as left:
            self.failure = str(left)

    def close(self) -> None:
        """Close what may have become a TLS socket."""
        self._listener.forget(self._socket)
        self._socket.close()

    def _take(self, turn: Turn) -> None:
        if turn.client:
            for line in turn.spoken:
                self._hear(line)
            return
        self._expect_silence(turn.spoken[0] if turn.spoken else None)
        self._say(turn)
        if turn.then is Then.START_TLS:
            self._start_tls()

    def _hear(self, line: Line) -> None:
        self.unplayed = self._told(line, "the client hung up or said no more")
        said = self._next_line(line)
        if not line.matches(said):
            bare = said.removesuffix(CRLF)
            raise _Left(self._told(line, f"the client said {bare!r}", said))
        self._challenges.hear(said)
        self._said.append(f"C: {write_line(line.octets)}")

    def _next_line(self, line: Line) -> bytes:
        # Where the line has no end of its own, it is as long as what is expected.
        ends = line.octets.endswith(b"\n")
        while not (b"\n" in self._buffer if ends else len(self._buffer) >= len(line.octets)):
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                raise _Left(self._told(line, "the client said nothing for too long")) from None
            if not data:
                self._hung_up(line)
            self._buffer += data
        size = self._buffer.index(b"\n") + 1 if ends else len(line.octets)
        said, self._buffer = self._buffer[:size], self._buffer[size:]
        return said

    def _hung_up(self, line: Line) -> NoReturn:
        if not self._listener.stopping.is_set():  # else it is our own doing
            # No failure: what left the block by an exception hangs up too, and is the reason then.
            self.unplayed = self._told(line, "the client hung up", self._buffer)
        raise ConnectionAbortedError

    def _expect_silence(self, line: Line | None) -> None:
        """Fail where the client has gone on speaking, as far as that has got here yet."""
        if self._buffer and not self._pipelined:
            what = f"the client said more before its turn: {self._buffer!r}"
            raise _Left(self._told(line, what, self._buffer))

    def _say(self, turn: Turn) -> None:
        octets = b"".join(map(self._octets, turn.spoken))
        size = self._chunk or len(octets) or 1
        for start in range(0, len(octets), size):
            self._socket.sendall(octets[start : start + size])
        self._said += [f"S: {write_line(line.octets)}" for line in turn.spoken]

    def _octets(self, line: Line) -> bytes:
        if line.octets != CHALLENGE:
            return line.octets
        inside = self._context if isinstance(self._socket, ssl.SSLSocket) else None
        channel = Channel() if inside is None else Channel(True, own_binding(inside))
        try:
            return b"+ " + self._challenges.make(channel) + CRLF
        except ValueError as error:
            raise _Left(self._told(line, str(error))) from None

    def _start_tls(self) -> None:
        if self._context is None:
            raise _Left("the script has -- TLS, but the server was given no tls_context")
        plain, timeout = self._socket, self._socket.gettimeout()
        inside = self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self._socket = inside
        inside.settimeout(timeout)
        self._listener.replace(plain, inside)
        try:
            inside.do_handshake()
        except OSError as error:
            raise _Left(f"the TLS handshake failed: {error}") from error
        self._said.append(f"-- {Then.START_TLS.value}")

    def _end(self, *, told: bool) -> None:
        """Hang up, and wait until the client does; it has nothing more to say.

        Where the script says that the server hung up, what came too late is not held against
        the client: it may not have known.
        """
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_WR)
            while data := self._socket.recv(65536):
                self._buffer += b"" if told else data
        if self._buffer:
            raise _Left(self._told(None, f"the client said more: {self._buffer!r}", self._buffer))

    def _told(self, line: Line | None, what: str, came: bytes = b"") -> str:
        """Return how the client left the script: in a sentence, then in its context."""
        if line is None:
            headline, expected = f"the script is over, but {what}", "the end"
        else:
            bare = line.octets.removesuffix(CRLF)
            headline = f"line {line.number}: the script has {bare!r} next, but {what}"
            expected = write_line(line.octets)
        said = "".join(f"    {line}\n" for line in self._said[-5:])
        return f"{headline}\n{said}  - {expected}\n  + {write_line(came) if came else ''}"


def script(
    text: str,
    *,
    chunk: int = 0,
    tls_context: ssl.SSLContext | None = None,
    timeout: float = 10.0,
    password: SecretText = "secret",
) -> ScriptServer:
    """Return a server that plays the transcript *text*, once.

    ::

        with script("S: +OK hi\\nC: QUIT\\nS: +OK bye\\n") as server:
            with pop3lib.Client(server.host, server.port, security=pop3lib.Security.PLAINTEXT):
                pass

    For the parameters see :class:`ScriptServer`.
    """
    return ScriptServer(
        Script.parse(text),
        chunk=chunk,
        tls_context=tls_context,
        timeout=timeout,
        password=password,
    )
