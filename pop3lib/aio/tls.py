"""TLS without I/O, between the octets of a line and those of the session inside.

asyncio has TLS of its own, and keeps a buffer of 256 KiB for every connection: five hundred
mailboxes would need more than 100 MiB for what is mostly empty.
"""

from __future__ import annotations

import ssl
from contextlib import suppress

#: Octets that a record has at most (RFC 8446 section 5.1).
_RECORD = 16 * 1024


class Tls:
    """The client's side of TLS on one connection.

    Whatever is done here may leave octets to be sent: :meth:`data_to_send` has them.

    :param name: what the server's certificate must be for.
    """

    def __init__(self, context: ssl.SSLContext, name: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._unwritten = b""
        #: whether the handshake is done
        self.up: bool = False
        #: whether the other side has ended the session, or its line was cut
        self.ended: bool = False

    def shake_hands(self) -> bool:
        """Go on with the handshake; say whether it is done.

        :raises ssl.SSLError: where it fails, or the certificate cannot be trusted.
        """
        with suppress(ssl.SSLWantReadError):
            self._object.do_handshake()
            self.up = True
        return self.up

    def certificate(self) -> bytes | None:
        """Return the server's certificate in DER, or None before the handshake is done."""
        return self._object.getpeercert(True) if self.up else None

    def receive(self, data: bytes) -> None:
        """Take in what has come over the line; ``b""`` means that nothing will come any more."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def read(self) -> bytes:
        """Return the octets of the session that have come; none are left behind.

        :raises ssl.SSLError: for what is no TLS.
        """
        records: list[bytes] = []
        try:
            while record := self._object.read(_RECORD):
                records.append(record)
            self.ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLEOFError:  # the line was cut: an end like any other
            self.ended = True
        self._push()
        return b"".join(records)

    def write(self, data: bytes) -> None:
        """Take octets of the session, to be sent."""
        self._unwritten += data
        self._push()

    def data_to_send(self) -> bytes:
        """Return what is to be sent over the line now."""
        return self._outgoing.read()

    def _push(self) -> None:
        with suppress(ssl.SSLWantReadError):  # the server negotiates anew (TLS 1.2): after that
            while self._unwritten and self.up:
                self._unwritten = self._unwritten[self._object.write(self._unwritten) :]
