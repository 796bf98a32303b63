"""Any octets as a header block, or as the body of a field of each kind.

The first octet says which: 0 is a block, what else the field. Everything that can be asked about
the headers is asked. Nothing may be raised; no text may hold a lone surrogate; what is for showing
holds nothing that a terminal acts on; and the octets of the fields are those of the block.
"""

from __future__ import annotations

from collections.abc import Iterator

from pop3lib.headers import AddressHeader, Header, parse_headers
from pop3lib.printable import printable
from tests.headers.readings import reading
from tests.headers.shapes import FIELDS

KINDS = (*FIELDS, "Content-Disposition", "From", "Delivered-To", "In-Reply-To", "Resent-Date")


def block_of(octets: bytes) -> bytes:
    """Return the header block that an input stands for."""
    kind = octets[0] % (len(KINDS) + 1) if octets else 0
    return octets[1:] if kind == 0 else KINDS[kind - 1].encode() + b": " + octets[1:]


def harness(octets: bytes) -> None:
    """Ask everything about the block, and see that all is in order."""
    raw = block_of(octets)
    headers = parse_headers(raw)
    assert raw.startswith(headers.raw)
    position = 0
    for field in headers:
        found = raw.find(field.raw, position)
        assert found >= 0, (field.raw, raw)
        position = found + len(field.raw)
        for text in said(field):
            text.encode("utf-8")
        for text in shown(field):
            assert printable(text) == text, repr(text)
    for text in (*headers.defects, repr(headers)):
        assert printable(text) == text, repr(text)


def said(field: Header) -> Iterator[str]:
    """Yield every text that a field has, be it safe to show or not."""
    yield from (field.name, field.value)
    yield from leaves(reading(field))


def shown(field: Header) -> Iterator[str]:
    """Yield what is for showing."""
    yield from (field.display, repr(field), *field.defects)
    if isinstance(field, AddressHeader):
        yield from (address.display for address in field.addresses)
        yield from map(str, field.addresses)


def leaves(tree: object) -> Iterator[str]:
    """Yield the texts in plain values."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        yield from leaves([*tree, *tree.values()])
    elif isinstance(tree, list):
        for item in tree:
            yield from leaves(item)


if __name__ == "__main__":
    from tests.fuzz import run, seeds

    run.main("tests.fuzz.headers", seeds.headers)
