"""A session with any server, written down as a transcript that can be played.

A recording is a trace: ``Client(..., trace=recording)`` gives it the lines that cross the wire,
passwords and tokens gone from them already. It puts each answer behind its command, whatever was
pipelined, and takes out what else is nobody's business.
"""

from __future__ import annotations

import platform
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from pop3lib.secret import MASK
from pop3lib.testing.notation import escape, read_line, unescape, write_line
from pop3lib.testing.redaction import Filler, Names
from pop3lib.testing.script import PIPELINING, Then

_TOOK = re.compile(r"-- .* took ([0-9.]+) s")
#: Seconds: what takes so long is worth a remark.
_SLOW = 1.0


@dataclass
class _Part:
    """A command and what was said until it was answered, or the greeting."""

    command: str
    #: what the server said, what the client answered in AUTH, and remarks, each with its mark
    lines: list[str] = field(default_factory=list)

    @property
    def verb(self) -> str:
        """The command's first word, in upper case."""
        return self.command.partition(" ")[0].upper()

    @property
    def user(self) -> str:
        """Who logs in by it."""
        return [*self.command.split(" "), ""][1]

    @property
    def crackable(self) -> bool:
        """Whether the challenges let a password be guessed at leisure: SCRAM's last one tells."""
        return self.verb == "AUTH" and " SCRAM-" in self.command.upper()

    def challenged(self) -> bool:
        """Whether the client's next line is an answer to a challenge."""
        return self.verb == "AUTH" and bool(self.lines) and self.lines[-1].startswith("S: +")


class Recording:
    """The transcript of one session; pass it as ``trace=``.

    As a ``with`` block around the client it writes the file at its end, whatever the end is.

    :param path: the file, or None for :attr:`text` alone.
    :param private: whether to hide what the messages said and who logged in: letters become ``x``,
        digits ``0``. Sizes, line ends, dots, the names of header fields, unique-ids and what the
        server says of itself stay.
    :param hide: further texts to hide, such as a name that the server greets with.
    """

    def __init__(
        self, path: str | Path | None = None, *, private: bool = True, hide: Iterable[str] = ()
    ) -> None:
        self._path = None if path is None else Path(path)
        self._private = private
        self._hide = tuple(hide)
        self._parts = [_Part("")]
        self._open = deque(self._parts)
        self._end: list[str] = []
        self._pipelined = False

    @property
    def clock(self) -> Callable[[], float]:
        """What tells the time; that there is one has the trace say when an answer is complete."""
        return time.monotonic

    def __call__(self, line: str) -> None:
        """Take a line that crossed the wire."""
        if line.startswith("C: "):
            self._sent(line)
        elif line.startswith("S: "):
            self._current.lines.append(line)
            if self._current is self._parts[0] and line != "S: ":
                self._close()  # nobody waits for the greeting to be complete
        elif took := _TOOK.fullmatch(line):
            if float(took[1]) >= _SLOW:
                self._current.lines.append(line)
            self._close()
        elif line == f"-- {Then.CLOSE.value}":
            self._end.append(line)
        else:
            self._current.lines.append(line)

    @property
    def text(self) -> str:
        """The transcript as far as it goes, for :func:`pop3lib.testing.script`."""
        lines = [f"-- Python {platform.python_version()} on {platform.system()}"]
        if self._pipelined:
            lines.append(f"-- {PIPELINING}")
        names = self._names()
        for part in self._parts:
            lines += self._shown(part, names)
        return "\n".join([*lines, *self._end, ""])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:  # its text may quote what is to be hidden
            self._end.append(f"-- {kind.__name__}")
        if self._path is not None:
            self._path.write_text(self.text, "ascii")

    @property
    def _current(self) -> _Part:
        """The part whose answer comes next; the last one where all are answered."""
        return self._open[0] if self._open else self._parts[-1]

    def _close(self) -> None:
        if self._open:
            self._open.popleft()

    def _sent(self, line: str) -> None:
        if self._open and self._open[0].challenged():
            self._open[0].lines.append(line)
            return
        self._pipelined = self._pipelined or bool(self._open)
        self._parts.append(_Part(line[3:]))
        self._open.append(self._parts[-1])

    def _names(self) -> Names:
        if not self._private:
            return Names(self._hide)
        users = [part.user for part in self._parts if part.verb in ("USER", "APOP")]
        return Names([*self._hide, *users, *(user.partition("@")[0] for user in users)])

    def _shown(self, part: _Part, names: Names) -> Iterator[str]:
        if part.command:
            yield f"C: {escape(names.masked(unescape(part.command), MASK.encode()))}"
        filler = Filler() if self._private and part.verb in ("RETR", "TOP") else None
        begun = False
        for line in part.lines:
            if not line.startswith("S: "):
                yield line
            elif line.startswith("S: + ") and part.crackable:
                yield f"S: + {MASK}"
            else:
                octets = read_line(line[3:])
                seen = filler.line(octets) if filler and begun else octets
                yield f"S: {write_line(names.hidden(seen))}"
                begun = begun or line != "S: "  # an empty line may stand before the status line


def record(
    path: str | Path | None = None, *, private: bool = True, hide: Iterable[str] = ()
) -> Recording:
    """Return a recording, to be given to a client as ``trace=``.

    ::

        import pop3lib
        from pop3lib.testing import record

        with record("session.txt") as trace, pop3lib.Client("pop.example.org", trace=trace) as pop:
            pop.login("ann", "secret")
            pop.stat()

    For the parameters see :class:`Recording`.
    """
    return Recording(path, private=private, hide=hide)
