"""The commands of POP3 as one types them: the line is read, and its arguments are checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pop3lib import InvalidArgumentError
from pop3lib.protocol import (
    Capa,
    Command,
    Dele,
    Lang,
    List,
    Noop,
    Quit,
    Retr,
    Rset,
    Stat,
    Stls,
    Top,
    Uidl,
    User,
    Utf8,
)

Words = Sequence[str]


@dataclass(frozen=True)
class Verb:
    """A command: how it is typed, and how it is made of what stands behind its name."""

    #: what may stand behind it; brackets where it may be left out
    usage: str
    #: makes the command of the words behind its name; None where a secret has to be asked for
    make: Callable[[Words], Command[Any]] | None
    least: int = 0
    most: int = 0


#: Those that want a password or token are sent once that has been typed, where nobody sees it.
VERBS: dict[str, Verb] = {
    "CAPA": Verb("", lambda words: Capa()),
    "STLS": Verb("", lambda words: Stls()),
    "USER": Verb("name", lambda words: User(" ".join(words)), 1, 99),
    "PASS": Verb("", None),
    "APOP": Verb("name", None, 1, 1),
    "AUTH": Verb("mechanism [name]", None, 1, 2),
    "UTF8": Verb("", lambda words: Utf8()),
    "LANG": Verb("[tag]", lambda words: Lang(words[0]) if words else Lang(), 0, 1),
    "STAT": Verb("", lambda words: Stat()),
    "LIST": Verb("[message]", lambda words: List(number(words[0])) if words else List(), 0, 1),
    "UIDL": Verb("[message]", lambda words: Uidl(number(words[0])) if words else Uidl(), 0, 1),
    "TOP": Verb("message lines", lambda words: Top(number(words[0]), number(words[1])), 2, 2),
    "RETR": Verb("message", lambda words: Retr(number(words[0])), 1, 1),
    "DELE": Verb("message", lambda words: Dele(number(words[0])), 1, 1),
    "NOOP": Verb("", lambda words: Noop()),
    "RSET": Verb("", lambda words: Rset()),
    "QUIT": Verb("", lambda words: Quit()),
}


def number(word: str) -> int:
    """Read a number; which numbers are right is for the command to say."""
    if not (word.isascii() and word.removeprefix("-").isdigit()):
        raise InvalidArgumentError(f"{word[:40]!r} is not a number. Nothing was sent")
    return int(word[:20])


def read(line: str) -> tuple[str, Words]:
    """Return the verb of a typed line, in upper case, and the words behind it.

    :raises InvalidArgumentError: for no command of POP3, and for too few or too many words.
    """
    name, *words = line.split() or [""]
    verb = VERBS.get(name.upper())
    if verb is None:
        # It is not repeated: it may be a password, typed a moment too late.
        raise InvalidArgumentError(f"A line begins with {' '.join(VERBS)}. Nothing was sent")
    if not verb.least <= len(words) <= verb.most:
        usage = f"{name.upper()} {verb.usage}".rstrip()
        raise InvalidArgumentError(f"It is typed so: {usage}. Nothing was sent")
    return name.upper(), words


def command_of(verb: str, words: Words) -> Command[Any] | None:
    """Return the command, or None where a secret has to be asked for first.

    :raises InvalidArgumentError: for arguments that it cannot have.
    """
    make = VERBS[verb].make
    return None if make is None else make(words)


def typed_password(line: str) -> str | None:
    """Return what stands behind ``PASS`` in a line that is being typed, or None."""
    name, space, rest = line.lstrip().partition(" ")
    return rest if space and name.upper() == "PASS" else None
