"""Any octets as a header block, or as the body of a field of each kind.

The first octet says which: 0 is a block, what else the field. Everything that can be asked about
the headers is asked. Nothing may be raised; no text may hold a lone surrogate; what is for showing
holds nothing that a terminal acts on; and the octets of the fields are those of the block.
"""

from __future__ import annotations

from pop3lib.headers import AddressHeader, Headers, parse_headers
from pop3lib.printable import printable
from tests.headers.readings import texts
from tests.headers.shapes import FIELDS

KINDS = (*FIELDS, "Content-Disposition", "From", "Delivered-To", "In-Reply-To", "Resent-Date")


def block_of(octets: bytes) -> bytes:
    """Return the header block that an input stands for."""
    kind = octets[0] % (len(KINDS) + 1) if octets else 0
    return octets[1:] if kind == 0 else KINDS[kind - 1].encode() + b": " + octets[1:]


def harness(octets: bytes) -> None:
    """Ask everything about the block, and see that all is in order."""
    raw = block_of(octets)
    for text in texts(raw):
        text.encode("utf-8")
    headers = parse_headers(raw)
    check_shown(headers)
    assert raw.startswith(headers.raw)
    position = 0
    for field in headers:
        found = raw.find(field.raw, position)
        assert found >= 0, (field.raw, raw)
        position = found + len(field.raw)


def check_shown(headers: Headers) -> None:
    """Fail where something that is for showing could do something to a terminal."""
    for field in headers:
        shown = [field.display, repr(field)]
        if isinstance(field, AddressHeader):
            shown += [address.display for address in field.addresses]
        for text in shown:
            assert printable(text) == text, repr(text)


if __name__ == "__main__":
    from tests.fuzz import run, seeds

    run.main("tests.fuzz.headers", seeds.headers)
