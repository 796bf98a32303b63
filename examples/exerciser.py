"""How do I speak POP3 by hand?

Type commands; every line that crosses the wire is shown, secrets hidden. QUIT removes what DELE
has marked; the end of the input (Ctrl-D) drops the connection, and nothing is removed::

    python examples/exerciser.py
    python examples/exerciser.py pops://ann@pop.example.org
"""

from __future__ import annotations

import getpass
import inspect
import sys
from collections.abc import Iterator
from contextlib import suppress

import session

import pop3lib

NUMBERED = ("LIST", "UIDL", "RETR", "TOP", "DELE")
VERBS = ("CAPA", "USER", "PASS", "APOP", "UTF8", "LANG", "STAT", *NUMBERED, "NOOP", "RSET", "QUIT")


def perform(pop: pop3lib.Client, line: str) -> None:
    """Call the method for what was typed: those of the client are called like the commands."""
    verb, _, rest = line.partition(" ")
    name = verb.upper()
    if name not in VERBS:
        raise ValueError(f"not a command: {verb}. There are {' '.join(VERBS)}")
    words = rest.split()
    if name == "PASS":  # it may have spaces; and better nobody sees it when it is typed
        words = [rest or getpass.getpass("Password: ")]
    arguments = map(int, words) if name in NUMBERED else words
    method = getattr(pop, {"PASS": "pass_"}.get(name, name.lower()))
    call = inspect.signature(method).bind(*arguments)
    method(*call.args)


def typed() -> Iterator[str]:
    """Yield the lines that are typed, without the empty ones."""
    with suppress(EOFError):
        while True:
            yield from filter(None, [input("> " if sys.stdin.isatty() else "").strip()])


def main() -> None:
    """Take commands until the session is over."""
    options = session.arguments(session.parser(__doc__))
    if not options.url:
        print("This is a server of its own; its one user is ann, her password is secret")
    with session.connected(options, trace=print) as pop:
        for line in typed():
            try:
                perform(pop, line)
            except (pop3lib.POP3Error, ValueError, TypeError) as error:
                print(error)
            if pop.state in (pop3lib.State.UPDATE, pop3lib.State.CLOSED):
                return
        pop.close()
        print("closed without QUIT: nothing was removed")


if __name__ == "__main__":
    main()
