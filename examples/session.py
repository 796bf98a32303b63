"""Open a session for the examples beside it: on the server of a URL, or on one of its own.

It is what they have in common, and no example itself. Without a URL the server runs inside the
very process and has the messages of the folder ``mail``. A real server is reached over verified
TLS; the password is the one that ``find_login`` finds (in POP3_PASSWORD, or in ``~/.netrc``), or
is asked for.
"""

from __future__ import annotations

import argparse
import getpass
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pop3lib
from pop3lib.protocol import Trace
from pop3lib.testing import Maildrop, Server, Settings

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


@dataclass(frozen=True)
class Place:
    """A mailbox, and what it takes to get in."""

    endpoint: pop3lib.Endpoint
    context: ssl.SSLContext
    #: whether the server is in this process: then a password may go without TLS
    own: bool

    def client(self, trace: Trace | None = None) -> pop3lib.Client:
        """Return a client, not connected yet."""
        return pop3lib.Client(
            self.endpoint.host,
            self.endpoint.port,
            security=self.endpoint.security,
            ssl_context=self.context,
            allow_insecure_login=self.own,
            trace=trace,
        )

    def login(self) -> pop3lib.FoundLogin:
        """Return name and password: of the server of our own, or found, or asked for."""
        host, user = self.endpoint.host, self.endpoint.user
        if self.own:
            return pop3lib.FoundLogin("ann", pop3lib.Secret("secret"), None, "our own server")
        if found := pop3lib.find_login(host, user):
            return found
        user = user or input(f"User at {host}: ")
        password = pop3lib.Secret(getpass.getpass(f"Password of {user} at {host}: "))
        return pop3lib.FoundLogin(user, password, None, "the keyboard")


@contextmanager
def place(options: argparse.Namespace, maildrop: Maildrop | None = None) -> Iterator[Place]:
    """Find the mailbox; one of its own is there for the block. What goes wrong ends the program."""
    try:
        if options.url:
            context = ssl.create_default_context(cafile=options.ca_file)
            yield Place(pop3lib.Endpoint.from_url(options.url), context, own=False)
        else:
            with own_place(maildrop or Maildrop.from_folder(MAIL)) as mailbox:
                yield mailbox
    except (pop3lib.POP3Error, OSError) as error:
        raise SystemExit(f"{Path(sys.argv[0]).name}: {error}") from None


@contextmanager
def own_place(maildrop: Maildrop) -> Iterator[Place]:
    """Run a server with one maildrop, ann's, and say in the end what has become of it.

    One that is opened by tokens is reached over TLS: without it no token is sent.
    """
    before = len(maildrop.uids)
    client, server = own_tls() if maildrop.tokens else (ssl.create_default_context(), None)
    settings = Settings(sasl=("OAUTHBEARER",)) if maildrop.tokens else Settings()
    with Server({"ann": maildrop}, settings=settings, tls_context=server) as running:
        url = running.tls_url if server else running.url
        security = None if server else pop3lib.Security.PLAINTEXT
        endpoint = pop3lib.Endpoint.from_url(url.replace("//", "//ann@"), security)
        yield Place(endpoint, client, own=True)
    print(f"(messages on the server of its own: {before} before, {len(maildrop.uids)} after)")


def own_tls() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make an authority and a certificate; return the contexts of client and server."""
    try:
        import trustme
    except ImportError:
        raise SystemExit(
            'this needs trustme for a certificate: pip install ".[examples]"'
        ) from None
    authority = trustme.CA()
    client, server = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(client)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    return client, server


@contextmanager
def connected(options: argparse.Namespace, trace: Trace | None = None) -> Iterator[pop3lib.Client]:
    """Connect, and leave it to the block to log in."""
    with place(options) as mailbox, mailbox.client(trace) as pop:
        yield pop


@contextmanager
def opened(
    options: argparse.Namespace, maildrop: Maildrop | None = None
) -> Iterator[pop3lib.Client]:
    """Open a session: the end of the block commits it, and an exception does not."""
    with place(options, maildrop) as mailbox, mailbox.client() as pop:
        found, mechanism = mailbox.login(), mailbox.endpoint.mechanism
        pop.login(found.user, found.password, token=found.token, mechanism=mechanism)
        yield pop
