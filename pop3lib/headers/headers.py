"""A header block as an ordered multi-mapping of its fields (:rfc:`5322#section-2.1`).

The block is cut into fields at once; a field is parsed when it is first asked about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, TypeVar, overload

from pop3lib.headers import names
from pop3lib.headers.block import split_block
from pop3lib.headers.names import KINDS, ONCE, Field
from pop3lib.headers.types import (
    AddressHeader,
    ContentTransferEncodingHeader,
    ContentTypeHeader,
    DateHeader,
    Header,
    MessageIdHeader,
    MimeVersionHeader,
    ReceivedHeader,
    ReferencesHeader,
    ReturnPathHeader,
    UnstructuredHeader,
)
from pop3lib.printable import printable

T = TypeVar("T", bound=Header)
V = TypeVar("V")

#: RFC 5322 2.1.1: octets in a line, its line end not counted.
_LONGEST_LINE: Final = 998


def parse_headers(raw: bytes) -> Headers:
    """Read a header block, as ``TOP n 0`` gives it, up to its empty line or its end.

    Any octets are read, in time linear in their number, and nothing is raised: what was wrong is
    in :attr:`Headers.defects`.
    """
    return Headers(raw)


class Headers:
    """The fields of a header block, in order, found by name in any case.

    A name is a ``str`` or, for a static type, a key such as ``pop3lib.headers.DATE``. Where a
    field occurs more than once, the first is meant; :meth:`all` gives every one. Iteration, ``len``
    and :meth:`items` go over all fields in the order received, repeated ones included.
    ``email.message_from_bytes(headers.raw)`` hands the block to the standard library.
    """

    __slots__ = ("_block_defects", "_bodies", "_clean", "_keys", "_made", "_names", "raw")

    #: the block as received, with the empty line that ends it
    raw: bytes

    def __init__(self, raw: bytes) -> None:
        if isinstance(raw, str) or raw is None:  # what is decoded already has lost something
            raise TypeError(f"a header block is bytes as received, not {type(raw).__name__}")
        self._names, self._bodies, length, self._clean, self._block_defects = split_block(raw)
        self.raw = raw[:length]
        #: the headers that were asked for, by position
        self._made: list[Header | None] | None = None
        #: the names as they are compared
        self._keys: list[str] | None = None

    def __iter__(self) -> Iterator[Header]:
        if self._made is None:
            return iter(self._all_made())
        kinds = [KINDS.get(key, UnstructuredHeader) for key in self._lower_names()]
        return iter([self._header(position, kind) for position, kind in enumerate(kinds)])

    def _all_made(self) -> list[Header]:
        """Make all headers at once: one by one takes three times as long."""
        kind_of, clean = KINDS.get, self._clean
        fields = zip(self._lower_names(), self._names, self._bodies, strict=True)
        made = [kind_of(key, UnstructuredHeader)(name, body, clean) for key, name, body in fields]
        self._made = list(made)
        return made

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str | Field) and _wanted(name)[0] in self._lower_names()

    @overload
    def __getitem__(self, name: Field[T]) -> T: ...
    @overload
    def __getitem__(self, name: str) -> Header: ...
    def __getitem__(self, name: str | Field[T]) -> Header:
        """Return the first field called *name*; raise :exc:`KeyError` where there is none."""
        header = self.get(name)
        if header is None:
            raise KeyError(name if isinstance(name, str) else name.name)
        return header

    @overload
    def get(self, name: Field[T]) -> T | None: ...
    @overload
    def get(self, name: Field[T], default: V) -> T | V: ...
    @overload
    def get(self, name: str) -> Header | None: ...
    @overload
    def get(self, name: str, default: V) -> Header | V: ...
    def get(self, name: str | Field[T], default: object = None) -> object:
        """Return the first field called *name*, or *default*."""
        key, kind = (name.key, name.kind) if isinstance(name, Field) else _wanted(name)
        try:  # few names are asked for, so an index would not pay
            position = (self._keys or self._lower_names()).index(key)
        except ValueError:
            return default
        return self._header(position, kind)

    @overload
    def all(self, name: Field[T]) -> tuple[T, ...]: ...
    @overload
    def all(self, name: str) -> tuple[Header, ...]: ...
    def all(self, name: str | Field[T]) -> tuple[Header, ...]:
        """Return every field called *name*, in order."""
        wanted, kind = _wanted(name)
        return tuple(
            self._header(position, kind)
            for position, key in enumerate(self._lower_names())
            if key == wanted
        )

    def keys(self) -> list[str]:
        """Return the names of all fields, as received and in order."""
        return [name.rstrip(" \t") for name in self._names]

    def items(self) -> list[tuple[str, Header]]:
        """Return all fields in order, each with its name."""
        return [(header.name, header) for header in self]

    @property
    def defects(self) -> tuple[str, ...]:
        """What is wrong with the block, and then with each field, in words.

        A field's defects begin with its name, and are on the field too. This parses every field.
        """
        found = [*self._block_defects, *self._repeated()]
        if len(self.raw) > _LONGEST_LINE and _longest_line(self.raw) > _LONGEST_LINE:
            found.append(f"a line of more than {_LONGEST_LINE} octets")
        for header in self:
            found += [f"{printable(header.name)}: {defect}" for defect in header.defects]
        return tuple(found)

    def _repeated(self) -> list[str]:
        keys = self._lower_names()
        return [
            f"{self.keys()[keys.index(key)]} occurs {count} times"
            for key, count in Counter(keys).items()
            if count > 1 and key in ONCE
        ]

    def _lower_names(self) -> list[str]:
        if self._keys is None:
            # A name holds no line end, so all are made lower case in one go.
            joined = "\n".join(self._names).lower()
            keys = joined.split("\n") if joined else []
            if " " in joined or "\t" in joined:  # before a colon (RFC 5322 4.5)
                keys = [key.rstrip(" \t") for key in keys]
            self._keys = keys
        return self._keys

    def _header(self, position: int, kind: type[T]) -> T:
        if self._made is None:
            self._made = [None] * len(self._names)
        made = self._made[position]
        if made.__class__ is kind:
            return made
        header = kind(self._names[position], self._bodies[position], self._clean)
        if made is None:
            self._made[position] = header
        return header

    def __repr__(self) -> str:
        return f"<Headers: {', '.join(map(printable, self.keys()))}>"

    def __eq__(self, other: object) -> bool:
        return self.raw == other.raw if isinstance(other, Headers) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.raw)

    def __reduce__(self) -> tuple[type[Headers], tuple[bytes]]:
        return Headers, (self.raw,)

    @property
    def subject(self) -> UnstructuredHeader | None:
        """The Subject, or None."""
        return self.get(names.SUBJECT)

    @property
    def date(self) -> DateHeader | None:
        """The Date, or None."""
        return self.get(names.DATE)

    @property
    def from_(self) -> AddressHeader | None:
        """The From, or None."""
        return self.get(names.FROM)

    @property
    def sender(self) -> AddressHeader | None:
        """The Sender, or None."""
        return self.get(names.SENDER)

    @property
    def reply_to(self) -> AddressHeader | None:
        """The Reply-To, or None."""
        return self.get(names.REPLY_TO)

    @property
    def to(self) -> AddressHeader | None:
        """The To, or None."""
        return self.get(names.TO)

    @property
    def cc(self) -> AddressHeader | None:
        """The Cc, or None."""
        return self.get(names.CC)

    @property
    def bcc(self) -> AddressHeader | None:
        """The Bcc, or None."""
        return self.get(names.BCC)

    @property
    def message_id(self) -> MessageIdHeader | None:
        """The Message-ID, or None."""
        return self.get(names.MESSAGE_ID)

    @property
    def in_reply_to(self) -> ReferencesHeader | None:
        """The In-Reply-To, or None."""
        return self.get(names.IN_REPLY_TO)

    @property
    def references(self) -> ReferencesHeader | None:
        """The References, or None."""
        return self.get(names.REFERENCES)

    @property
    def received(self) -> tuple[ReceivedHeader, ...]:
        """Every Received, the newest first, as they stand in the block."""
        return self.all(names.RECEIVED)

    @property
    def return_path(self) -> ReturnPathHeader | None:
        """The Return-Path, or None."""
        return self.get(names.RETURN_PATH)

    @property
    def mime_version(self) -> MimeVersionHeader | None:
        """The MIME-Version, or None."""
        return self.get(names.MIME_VERSION)

    @property
    def content_type(self) -> ContentTypeHeader | None:
        """The Content-Type, or None."""
        return self.get(names.CONTENT_TYPE)

    @property
    def content_transfer_encoding(self) -> ContentTransferEncodingHeader | None:
        """The Content-Transfer-Encoding, or None."""
        return self.get(names.CONTENT_TRANSFER_ENCODING)


def _wanted(name: str | Field[T]) -> tuple[str, type[Header]]:
    """Return *name* as it is compared, and the kind of header it asks for."""
    if isinstance(name, str):
        key = name.lower()
        return key, KINDS.get(key, UnstructuredHeader)
    return name.key, name.kind


def _longest_line(raw: bytes) -> int:
    return max(len(line.removesuffix(b"\r")) for line in raw.split(b"\n"))
