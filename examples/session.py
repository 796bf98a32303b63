"""Open a session for the examples beside it: on the server of a URL, or on one of its own.

It is what they have in common, and no example itself. Without a URL the server runs inside the
very process and has the messages of the folder ``mail``. A real server is reached over verified
TLS; the password is asked for, or taken from the environment variable POP3_PASSWORD.
"""

from __future__ import annotations

import argparse
import getpass
import os
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pop3lib
from pop3lib.testing import Maildrop, Server

MAIL = Path(__file__).with_name("mail")


def parser(text: str | None) -> argparse.ArgumentParser:
    """Return a parser for what all examples take; *text* is the example's docstring."""
    made = argparse.ArgumentParser(
        description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("url", nargs="?", help="pops://user@host; without it, a server of its own")
    made.add_argument("--ca-file", help="trust this authority's certificate (PEM)")
    return made


def arguments(made: argparse.ArgumentParser, *shown: str) -> argparse.Namespace:
    """Read the command line; where there is nothing on it, have *shown* instead and say so."""
    if shown and not sys.argv[1:]:
        print("with", *shown)
    return made.parse_args(sys.argv[1:] or shown)


@contextmanager
def opened(
    options: argparse.Namespace, maildrop: Maildrop | None = None
) -> Iterator[pop3lib.Client]:
    """Open a session and log in; the end of the block commits it, an exception does not."""
    with connected(options, maildrop) as pop:
        pop.login(password=password_for(options))
        yield pop


@contextmanager
def connected(
    options: argparse.Namespace,
    maildrop: Maildrop | None = None,
    trace: Callable[[str], None] | None = None,
) -> Iterator[pop3lib.Client]:
    """Connect, and leave it to the block to log in. What goes wrong ends the program."""
    try:
        if options.url:
            context = ssl.create_default_context(cafile=options.ca_file)
            with pop3lib.Client.from_url(options.url, ssl_context=context, trace=trace) as pop:
                yield pop
        else:
            with own_server(maildrop) as url, own_client(url, trace) as pop:
                yield pop
    except (pop3lib.POP3Error, OSError) as error:
        raise SystemExit(f"{Path(sys.argv[0]).name}: {error}") from None


def password_for(options: argparse.Namespace) -> str:
    """Return the password: that of the server of its own, or the user's."""
    if not options.url:
        return "secret"
    return os.environ.get("POP3_PASSWORD") or getpass.getpass("Password: ")


@contextmanager
def own_server(maildrop: Maildrop | None = None) -> Iterator[str]:
    """Run a server with one maildrop, ann's, and say in the end what has become of it."""
    maildrop = Maildrop.from_folder(MAIL) if maildrop is None else maildrop
    before = len(maildrop.uids)
    with Server({"ann": maildrop}) as server:
        yield f"pop://ann@{server.host}:{server.port}"
    print(f"(the server of its own held {before} messages, and holds {len(maildrop.uids)} now)")


def own_client(url: str, trace: Callable[[str], None] | None = None) -> pop3lib.Client:
    """Return a client without TLS: what it sends, the password included, stays in this process."""
    return pop3lib.Client.from_url(
        url, security=pop3lib.Security.PLAINTEXT, allow_insecure_login=True, trace=trace
    )
