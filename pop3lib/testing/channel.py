"""What the server can learn of its own TLS channel: its certificate, and the client's names."""

from __future__ import annotations

import contextlib
import ssl

from pop3lib.sasl.channel_binding import ChannelBinding, tls_server_end_point
from pop3lib.testing.auth import Channel


def own_binding(context: ssl.SSLContext) -> ChannelBinding | None:
    """Return what binds to the certificate that *context* shows, or None.

    The ssl module does not tell a server its own certificate; so the context talks to a client
    in memory here, and the client tells it.
    """
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    client = trusting.wrap_bio(to_client, to_server)
    server = context.wrap_bio(to_server, to_client, server_side=True)
    with contextlib.suppress(ssl.SSLError):
        for side in (client, server, client):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
    with contextlib.suppress(ValueError):  # the handshake did not come so far
        return tls_server_end_point(client.getpeercert(True))
    return None


def channel_of(connection: ssl.SSLSocket, binding: ChannelBinding | None) -> Channel:
    """Return what is known of a channel once its handshake is done."""
    return Channel(True, binding, _names(connection.getpeercert() or {}))


def _names(certificate: object) -> tuple[str, ...]:
    """Return the common names, mail addresses and host names of a verified certificate."""
    fields = certificate if isinstance(certificate, dict) else {}
    subject = [pair for part in fields.get("subject", ()) for pair in part]
    named = [*subject, *fields.get("subjectAltName", ())]
    return tuple(value for kind, value in named if kind in ("commonName", "email", "DNS"))
