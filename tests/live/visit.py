"""A client of ours for a real server: what every live test begins with."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from pop3lib import Client, Security
from pop3lib.protocol import Trace
from tests import faces
from tests.live.servers import Server

#: Three messages that differ in size.
THREE = [b"Subject: %d\n\n%s" % (number, b"line\n" * number) for number in (1, 2, 3)]


def client(
    server: Server,
    security: Security = Security.PLAINTEXT,
    *,
    host: str | None = None,
    context: ssl.SSLContext | None = None,
    pipelining: bool = True,
    trace: Trace | None = None,
) -> Client:
    """Return a client for *server* that is not connected yet, and trusts its authority."""
    return faces.Client(
        host or server.host,
        server.tls_port if security is Security.TLS else server.port,
        security=security,
        ssl_context=context or server.context(),
        timeout=30,
        pipelining=pipelining,
        allow_insecure_login=True,
        trace=trace,
    )


@contextmanager
def logged_in(server: Server, *, pipelining: bool = True) -> Iterator[Client]:
    """Log in as alice; leave as the client's own ``with`` block does."""
    with client(server, pipelining=pipelining) as pop:
        pop.login("alice", server.password)
        yield pop
