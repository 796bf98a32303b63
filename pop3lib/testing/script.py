"""A transcript that plays the server, and fails where the client says something else.

The notation: ``C: `` and ``S: `` begin a line of the client or the server, without its CRLF.
Other line ends, and octets that are not printable ASCII, are escapes (``\\r``, ``\\n``, ``\\t``,
``\\\\``, ``\\xNN``). Lines that begin with ``--``, ``==`` or ``#`` are remarks; so are empty ones.
``C: PASS ***`` takes any password, as ``C: ***`` takes any line.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pop3lib.testing.listener import Listener

_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_NAMED = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}


class ScriptError(AssertionError):
    """The client did not say what the transcript has, or the transcript is none."""


@dataclass(frozen=True)
class Turn:
    """What one side says, several lines perhaps."""

    client: bool
    lines: tuple[bytes, ...]

    @property
    def octets(self) -> bytes:
        """The lines as they go over the wire."""
        return b"".join(line + b"\r\n" for line in self.lines)

    def matches(self, number: int, line: bytes) -> bool:
        """Whether *line* is what the client's line *number* should be."""
        beginning, secret, _ = self.lines[number].partition(b"***")
        return line.startswith(beginning) if secret else line == beginning


@dataclass(frozen=True)
class Script:
    """A transcript, as turns of the two sides."""

    turns: tuple[Turn, ...]

    @classmethod
    def parse(cls, text: str) -> Script:
        """Read a transcript.

        :raises ScriptError: for a line that is neither said by a side nor a remark.
        """
        turns: list[Turn] = []
        for client, line in _spoken(text):
            if turns and turns[-1].client == client:
                turns[-1] = Turn(client, (*turns[-1].lines, line))
            else:
                turns.append(Turn(client, (line,)))
        return cls(tuple(turns))

    @property
    def client_octets(self) -> bytes:
        """All that the client says."""
        return b"".join(turn.octets for turn in self.turns if turn.client)

    @property
    def server_octets(self) -> bytes:
        """All that the server says."""
        return b"".join(turn.octets for turn in self.turns if not turn.client)


def _spoken(text: str) -> Iterator[tuple[bool, bytes]]:
    for line in text.split("\n"):
        side, content = line[:2], line[3:]
        if side in ("C:", "S:") and line[2:3] in ("", " "):
            yield side == "C:", _unescape(content)
        elif line.strip() and not line.startswith(("--", "==", "#")):
            raise ScriptError(f"neither C: nor S: nor a remark: {line!r}")


def _unescape(text: str) -> bytes:
    def octet(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) == 3:
            return chr(int(code[1:], 16))
        if code not in _NAMED:
            raise ScriptError(f"no such escape: \\{code}")
        return _NAMED[code]

    return _ESCAPE.sub(octet, text).encode("latin-1")


class ScriptServer:
    """Plays a transcript once, on loopback; use it as a ``with`` block.

    Leaving the block raises :class:`ScriptError` where the client left the script.

    :param chunk: how many octets are sent at once; 0 for a turn's all.
    """

    host = "127.0.0.1"

    def __init__(self, script: Script, *, chunk: int = 0) -> None:
        self._script = script
        self._chunk = chunk
        self._listener: Listener | None = None
        self._said: list[str] = []
        self._error: ScriptError | None = None

    @property
    def port(self) -> int:
        """The port to connect to."""
        assert self._listener is not None, "the script plays inside its 'with' block"
        return self._listener.port

    def __enter__(self) -> Self:
        self._listener = Listener(self._play)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._listener is not None
        self._listener.stop()
        if self._error is not None:
            raise self._error from error

    def _play(self, connection: socket.socket) -> None:
        buffer = b""
        for turn in self._script.turns:
            if not turn.client:
                self._send(connection, turn.octets)
                continue
            for number, expected in enumerate(turn.lines):
                while b"\r\n" not in buffer:
                    data = connection.recv(65536)
                    if not data:
                        self._fail(expected, "the client hung up")
                        return
                    buffer += data
                line, _, buffer = buffer.partition(b"\r\n")
                if not turn.matches(number, line):
                    self._fail(expected, f"the client said {line!r}")
                    return
        if buffer:
            self._fail(b"", f"the client said more: {buffer!r}")

    def _send(self, connection: socket.socket, octets: bytes) -> None:
        size = self._chunk or len(octets)
        for start in range(0, len(octets), size):
            connection.sendall(octets[start : start + size])

    def _fail(self, expected: bytes, what: str) -> None:
        self._error = ScriptError(f"the script has {expected!r} next, but {what}")


def script(text: str, *, chunk: int = 0) -> ScriptServer:
    """Return a server that plays the transcript *text*, once.

    ::

        with script("S: +OK hi\\nC: QUIT\\nS: +OK bye\\n") as server:
            with pop3lib.Client(server.host, server.port, security=Security.PLAINTEXT):
                pass
    """
    return ScriptServer(Script.parse(text), chunk=chunk)
