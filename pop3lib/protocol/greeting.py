"""A look at the first line: is this a POP3 server at all?"""

from __future__ import annotations

from pop3lib.errors import RemoteProtocolError
from pop3lib.protocol.reply import quoted

#: What others say first, and what to do about it.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"* ", "an IMAP server; POP3 has ports of its own: 995 (TLS) and 110"),
    (b"220", "an SMTP or FTP server; POP3 has ports of its own: 995 (TLS) and 110"),
    (b"HTTP/", "an HTTP server; POP3 has ports of its own: 995 (TLS) and 110"),
    (b"SSH-", "an SSH server; POP3 has ports of its own: 995 (TLS) and 110"),
    (b"\x15\x03", "a port that wants TLS at once; use security=Security.TLS"),
)


def check_greeting(line: bytes, eol: bytes) -> None:
    """Raise where *line*, the beginning of the greeting or all of it, is another protocol's.

    :raises RemoteProtocolError: with what it looks like, and the way out.
    """
    for beginning, what in _OTHERS:
        if line.startswith(beginning):
            raise RemoteProtocolError(f"this looks like {what}. It sent {quoted(line)}")
    if eol == b"\r\n" and b"\n" in line:
        # Both ends of a line are one decision for the session: a mixture would let the sender
        # of a message end it before its time.
        raise RemoteProtocolError(
            "the server ends its lines in LF alone, which RFC 1939 forbids. If you trust it, "
            "connect with quirks=Quirk.BARE_LF"
        )
