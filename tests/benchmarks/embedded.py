"""The embedded server in a process of its own.

``python -m tests.benchmarks.embedded COUNT`` serves so many small messages, prints one line of JSON
with its ports and its authority's certificate, and ends with its standard input.
"""

from __future__ import annotations

import json
import ssl
import sys

import trustme

from pop3lib.testing import Server
from tests.benchmarks.mail import small


def main(count: int) -> None:
    """Serve until the standard input ends."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Server(messages=small(count), tls_context=context) as server:
        ports = {"port": server.port, "tls_port": server.tls_port}
        print(json.dumps({**ports, "authority": authority.cert_pem.bytes().decode()}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
