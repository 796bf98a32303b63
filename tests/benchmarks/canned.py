"""A server that has its answers ready, so that no time of its own is measured.

It is a process: ``python -m tests.benchmarks.canned NAME N`` prints one line of JSON with its ports
and its authority's certificate, and ends with its standard input.
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
from collections.abc import Callable, Mapping

import trustme

from pop3lib.testing.listener import Listener
from tests.benchmarks import mail

_OK = b"+OK\r\n"
_LOGIN = {
    b"CAPA": _OK + b"USER\r\nTOP\r\nUIDL\r\nPIPELINING\r\n.\r\n",
    b"USER ann": _OK,
    b"PASS secret": _OK,
    b"QUIT": _OK,
}


def message(content: bytes) -> Mapping[bytes, bytes]:
    """Return the answers for a maildrop of one message."""
    size = len(content)
    return {
        b"LIST": _OK + b"1 %d\r\n.\r\n" % size,
        b"LIST 1": b"+OK 1 %d\r\n" % size,
        b"UIDL": _OK + b"1 first\r\n.\r\n",
        b"RETR 1": _OK + mail.stuffed(content),
    }


def listing(count: int) -> Mapping[bytes, bytes]:
    """Return the answers for listings of *count* messages."""
    return {
        b"LIST": _OK + mail.listing(count, b"1%d") + b".\r\n",
        b"UIDL": _OK + mail.listing(count, b"0000001a%08x6a2f1c3e") + b".\r\n",
    }


MAILDROPS: dict[str, Callable[[int], Mapping[bytes, bytes]]] = {
    "attachment": lambda octets: message(mail.attachment(octets)),
    "text": lambda octets: message(mail.text(octets)),
    "dotted": lambda octets: message(mail.dotted(octets)),
    "listing": listing,
}


def converse(connection: socket.socket, answers: Mapping[bytes, bytes]) -> None:
    """Answer line by line until the client has enough."""
    connection.sendall(_OK)
    rest = b""
    while data := connection.recv(65536):
        *lines, rest = (rest + data).split(b"\r\n")
        connection.sendall(b"".join(answers.get(line, b"-ERR\r\n") for line in lines))


def main(name: str, count: int) -> None:
    """Serve until the standard input ends."""
    answers = {**_LOGIN, **MAILDROPS[name](count)}
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    plain = Listener(lambda connection: converse(connection, answers))
    tls = Listener(
        lambda connection: converse(context.wrap_socket(connection, server_side=True), answers)
    )
    ports = {"port": plain.port, "tls_port": tls.port}
    print(json.dumps({**ports, "authority": authority.cert_pem.bytes().decode()}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
