"""A header block as an ordered multi-mapping of its fields (:rfc:`5322#section-2.2`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pop3lib.printable import printable

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_FIELD_END = re.compile(rb"\r?\n(?![ \t])")


class Header:
    """One field, as received."""

    __slots__ = ("name", "raw")

    def __init__(self, name: str, raw: bytes) -> None:
        #: the field's name as received
        self.name = name
        #: the field's octets as received, its name included, without the last line end
        self.raw = raw

    @property
    def value(self) -> str:
        """The value, unfolded and trimmed (:rfc:`5322#section-2.2.3`)."""
        text = _decode(self.raw).partition(":")[2]
        return _FOLD.sub("", text).strip(" \t")

    @property
    def display(self) -> str:
        """The value, safe to show in a terminal."""
        return printable(self.value)

    def __str__(self) -> str:
        return self.display

    def __repr__(self) -> str:
        return f"<Header {printable(self.name)}: {self.display[:60]}>"


class Headers:
    """The fields of a block in order; looked up by name in any case."""

    __slots__ = ("_fields", "defects", "raw")

    def __init__(self, raw: bytes, fields: tuple[Header, ...], defects: tuple[str, ...]) -> None:
        self._fields = fields
        #: the block as received
        self.raw = raw
        #: what was wrong with the block, in words
        self.defects = defects

    def __iter__(self) -> Iterator[Header]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.all(name))

    def __getitem__(self, name: str) -> Header:
        for header in self.all(name):
            return header
        raise KeyError(name)

    def get(self, name: str) -> Header | None:
        """Return the first field called *name*, or None."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[Header]:
        """Return every field called *name*, in order."""
        wanted = name.lower()
        return [header for header in self._fields if header.name.lower() == wanted]

    @property
    def subject(self) -> Header | None:
        """The Subject field."""
        return self.get("subject")

    @property
    def from_(self) -> Header | None:
        """The From field."""
        return self.get("from")

    @property
    def date(self) -> Header | None:
        """The Date field."""
        return self.get("date")


def parse_headers(raw: bytes) -> Headers:
    """Read a header block, as TOP n 0 gives it. Never raises; what was wrong is in ``defects``."""
    defects: list[str] = []
    fields: list[Header] = []
    for line in _FIELD_END.split(raw):
        if not line:
            break  # the empty line that ends the block
        name, colon, _ = line.partition(b":")
        if not colon or not name.strip():
            defects.append("a line without a field name")
        else:
            fields.append(Header(_decode(name).rstrip(" \t"), line))
    return Headers(raw, tuple(fields), tuple(defects))


def _decode(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")
