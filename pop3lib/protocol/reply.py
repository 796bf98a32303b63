"""Status lines: ``+OK``, ``-ERR``, and the response code behind them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pop3lib.errors import RemoteProtocolError
from pop3lib.printable import printable

#: RFC 2449 section 8: one or more levels in square brackets at the beginning of the text.
_CODE = re.compile(r"\[([\x21-\x5a\x5c\x5e-\x7e]+)\] ?")
#: How much of a server's text goes into an error's message.
_SHOWN = 512


@dataclass(frozen=True)
class Reply:
    """One status line (:rfc:`1939#section-3`)."""

    #: whether it was ``+OK``
    ok: bool
    #: the response code in upper case, such as ``"SYS/TEMP"``, or None (:rfc:`2449#section-8`)
    code: str | None
    #: the rest of the line as the server sent it; :attr:`display` is safe to show
    text: str

    @classmethod
    def parse(cls, line: bytes) -> Reply:
        """Read *line*, which comes without its line end.

        :raises RemoteProtocolError: where it is no status line. The indicator is a whole token
            in upper case (:rfc:`1939#section-3`): ``+ok``, ``+OKAY`` and ``+ERR`` (hMailServer
            sent it for a refused PASS) are not taken for success.
        """
        status, _, rest = line.partition(b" ")
        if status not in (b"+OK", b"-ERR"):
            raise RemoteProtocolError(
                f"expected +OK or -ERR, the server sent {quoted(line)}; the connection is closed"
            )
        text = decoded(rest)
        code = _CODE.match(text)
        if code is None:
            return cls(status == b"+OK", None, text)
        return cls(status == b"+OK", code[1].upper(), text[code.end() :])

    @property
    def display(self) -> str:
        """The text, safe to show, and cut where it is unreasonably long."""
        return printable(self.text[:_SHOWN])


def decoded(octets: bytes) -> str:
    """Return a server's text as UTF-8 (:rfc:`6856#section-3.2`), or as Latin-1 if it is not."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def quoted(octets: bytes) -> str:
    """Return the beginning of *octets* in quotation marks, for an error's message."""
    shown = printable(decoded(octets[:60]))
    return f'"{shown}..."' if len(octets) > 60 else f'"{shown}"'
