"""The file ``.netrc``: who one is on which host.

Not the standard library's :mod:`netrc`: that keeps one entry for each host, where a mail host has
several accounts, and its errors quote the word they stumbled over, which may be a password.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pop3lib.errors import PasswordFileError
from pop3lib.secret import Secret

#: A word, bare or in quotes; a backslash takes the meaning from what follows it.
_WORD = re.compile(
    r'[ \t\r\n]*("(?:[^"\\]|\\.)*"|(?:[^ \t\r\n\\"]|\\.)(?:[^ \t\r\n\\]|\\.)*)', re.S
)
_ESCAPE = re.compile(r"\\(.)", re.S)
_LINE_END = re.compile(r"\n|\Z")
#: A macro's text ends at the first empty line.
_MACRO_END = re.compile(r"\n\n|\Z")
#: ``user`` is another word for ``login``.
_FIELDS = {"login": "user", "user": "user", "password": "password", "account": "account"}


@dataclass
class Entry:
    """What the file says of one host; *host* is None for the entry ``default``."""

    host: str | None
    #: the number of the line where the entry begins
    line: int
    user: str | None = None
    password: Secret | None = None
    account: str | None = None


def read(path: Path) -> list[Entry]:
    """Return the entries of the file in order.

    :raises PasswordFileError: where others may read it, where it cannot be read, or where it is
        not written as it should be. No word of the file is in the message or in the traceback.
    """
    try:
        return list(_entries(_text(path)))
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
    except _Fault as error:
        fault = f"cannot be understood: {error}"
    # Out here: the frames that an error passes through have the file's text in their variables.
    raise PasswordFileError(f"the file of passwords {path} {fault}")


class _Fault(Exception):
    """What is wrong, and in which line; not what stands there, which may be a password."""


def _text(path: Path) -> str:
    # What is not UTF-8 becomes surrogates, which no login accepts as a name or a password.
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        _check(path, os.fstat(file.fileno()))
        return file.read()


def _check(path: Path, found: os.stat_result) -> None:
    """Refuse a file that others may read, or have written."""
    if os.name != "posix" or not stat.S_ISREG(found.st_mode):
        return  # a pipe (``NETRC=<(pass show mail)``) or /dev/null: nothing is kept there
    if found.st_uid != os.getuid():
        raise PasswordFileError(
            f"the file of passwords {path} belongs to another user; it is not believed"
        )
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise PasswordFileError(
            f"the file of passwords {path} is open to others; close it: chmod 600 {path}"
        )


def _entries(text: str) -> Iterator[Entry]:
    words = _Words(text)
    entry: Entry | None = None
    while (word := words.keyword()) is not None:
        if word in ("machine", "default"):
            if entry is not None:
                yield entry
            entry = words.entry(named=word == "machine")
        elif word == "macdef":
            words.skip(_MACRO_END)
        elif entry is not None and word in _FIELDS:
            value = words.value()
            setattr(entry, _FIELDS[word], Secret(value) if word == "password" else value)
        else:
            raise words.fault("what stands there is no word of a netrc file")
    if entry is not None:
        yield entry


class _Words:
    """Reads the words of a file one after the other, and knows the line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._start = self._end = 0

    def keyword(self) -> str | None:
        """Return the next word that is no comment, or None at the end."""
        while (word := self._next()) is not None and word.startswith("#"):
            self._end = self._start
            self.skip(_LINE_END)
        return word

    def value(self) -> str:
        """Return the next word, whatever it looks like."""
        word = self._next()
        if word is None:
            raise self.fault("the file ends where a value belongs")
        return word

    def entry(self, *, named: bool) -> Entry:
        """Return an entry that begins with the last word, and has a name if *named*."""
        line = self._line()
        return Entry(self.value() if named else None, line)

    def skip(self, end: re.Pattern[str]) -> None:
        """Go on behind what *end* finds."""
        found = end.search(self._text, self._end)
        assert found is not None  # each of them finds the end of the text, too
        self._end = found.end()

    def fault(self, what: str) -> _Fault:
        """Return the error for the last word."""
        return _Fault(f"line {self._line()}: {what}")

    def _line(self) -> int:
        return self._text.count("\n", 0, self._start) + 1

    def _next(self) -> str | None:
        match = _WORD.match(self._text, self._end)
        if match is None:
            if self._text[self._end :].strip():
                raise self.fault("a word behind there has no end")
            return None
        self._start, self._end = match.span(1)
        word = match[1][1:-1] if match[1].startswith('"') else match[1]
        return _ESCAPE.sub(r"\1", word)
