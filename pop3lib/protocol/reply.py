"""A reply, as a value; and server text made fit to be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from pop3lib.printable import printable

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
    #: the whole line as it came, without its line end; only secrets of ours are masked in it
    line: bytes = field(default=b"", compare=False, repr=False)

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
