"""The kinds of header fields: what a field is, and what its grammar makes of it.

A field is three pieces of its block's text, parsed at the first question about it; the answer is
kept. The grammars are in the modules beside this one. Nothing here raises, whatever the field
holds: what was wrong with it is in ``defects``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from pop3lib.headers import addresses, dates, ids, lists, params, received
from pop3lib.headers.addresses import Address, Mailbox
from pop3lib.headers.block import controls, is_utf8
from pop3lib.headers.charsets import NOT_UTF8, text
from pop3lib.headers.encoded_word import Text, parse_unstructured
from pop3lib.headers.phrases import shown
from pop3lib.printable import printable

_T_co = TypeVar("_T_co", covariant=True)


class _Reading(Generic[_T_co]):
    """What a field's grammar makes of it, as its type: worked out once, then kept in the field."""

    __slots__ = ()

    def __get__(self, header: Header, owner: type[Header]) -> _T_co:
        reading: _T_co = header._read or header._parsed()
        return reading


class Header:
    """One header field. All kinds have these attributes; ``str`` gives :attr:`display`."""

    # A mailbox of ten thousand messages has two hundred thousand fields: each is kept small.
    __slots__ = ("_body", "_clean", "_name", "_read")

    #: the grammar
    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(parse_unstructured)

    def __init__(self, name: str, body: str, clean: bool = False) -> None:
        self._name = name
        self._body = body
        #: whether it is known to be UTF-8 without controls: the whole block is looked at once
        self._clean = clean
        self._read: Any = None

    @property
    def name(self) -> str:
        """The field's name, in the case it was received in."""
        return self._name.rstrip(" \t")  # RFC 5322 4.5: white space before the colon

    @property
    def raw(self) -> bytes:
        """The field as received: name, colon, folds; without the line end that closes it."""
        return f"{self._name}:{self._body}".encode("latin-1")

    @property
    def value(self) -> str:
        """The field's body as text: unfolded, trimmed, without CR or LF."""
        return text(self._octets(), _ignore)

    @property
    def display(self) -> str:
        """The value, safe to show in a terminal: nothing unprintable or invisible is in it."""
        return printable(self.value)

    @property
    def defects(self) -> tuple[str, ...]:
        """What is wrong with the field, in words; empty where nothing is."""
        found: tuple[str, ...] = (self._read or self._parsed()).defects
        if self._clean or (self._body.isascii() and self._body.isprintable()):
            return found
        return (*found, *self._odd_octets(found))

    def _odd_octets(self, found: tuple[str, ...]) -> Iterator[str]:
        """Yield what is wrong with single octets, in a comment, too, that no grammar reads."""
        octets = self._body.replace("\r\n", "").encode("latin-1")
        if controls(octets).strip(b"\n"):  # LF alone is the block's
            yield "control characters"
        if NOT_UTF8 not in found and not is_utf8(octets):
            yield NOT_UTF8

    def _parsed(self) -> Any:
        # No folds but CRLF's are in a clean body.
        octets = self._body.replace("\r\n", "").strip(" \t") if self._clean else self._octets()
        if "\r" in octets:
            self._clean = False  # as many stray CRs as LFs, for which the block was not searched
        reading = self._read = self._parse(octets)
        return reading

    def _octets(self) -> str:
        """The body, one character an octet, unfolded (:rfc:`5322#section-2.2.3`) and trimmed."""
        body = self._body
        if "\n" in body:
            folded = body.replace("\r\n", "")
            if "\n" in folded or "\r" in folded:  # CR CR LF, or bare LF
                folded = "".join(line.rstrip("\r") for line in body.split("\n"))
            body = folded
        return body.strip(" \t\r\n")

    def __str__(self) -> str:
        return self.display

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {printable(self.name)}: {self.display}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Header):
            return NotImplemented
        return self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __reduce__(self) -> tuple[type[Header], tuple[str, str]]:
        return type(self), (self._name, self._body)


class UnstructuredHeader(Header):
    """Subject, Comments, and every field of no known kind (:rfc:`5322#section-3.6.5`)."""

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(parse_unstructured)
    _reading: _Reading[Text] = _Reading()

    @property
    def value(self) -> str:
        """The text, unfolded, its encoded-words decoded (:rfc:`2047`)."""
        return self._reading.value


class AddressHeader(Header):
    """From, To and their like (:rfc:`5322#section-3.6.2`)."""

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(addresses.parse_addresses)
    _reading: _Reading[addresses.AddressList] = _Reading()

    @property
    def value(self) -> str:
        """The list as text; decoded names are quoted where they would read as addresses."""
        return shown(self._octets())

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The mailboxes and groups, in order."""
        return self._reading.addresses

    @property
    def mailboxes(self) -> tuple[Mailbox, ...]:
        """The mailboxes in order, those of groups included."""
        return self._reading.mailboxes


class DateHeader(Header):
    """Date and its like (:rfc:`5322#section-3.6.1`)."""

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(dates.parse_date)
    _reading: _Reading[dates.Instant] = _Reading()

    @property
    def datetime(self) -> datetime | None:
        """The instant, always aware; None where the field names none."""
        return self._reading.datetime

    @property
    def zone_unknown(self) -> bool:
        """Whether the field does not tell the sender's zone; :attr:`datetime` is in UTC then."""
        return self._reading.zone_unknown


class MessageIdHeader(Header):
    """Message-ID and its like (:rfc:`5322#section-3.6.4`)."""

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(ids.parse_message_id)
    _reading: _Reading[ids.Ids] = _Reading()

    @property
    def id(self) -> str | None:
        """The identifier without its angle brackets, or None."""
        found = self._reading.ids
        return found[0] if found else None


class ReferencesHeader(Header):
    """References and In-Reply-To (:rfc:`5322#section-3.6.4`)."""

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(ids.parse_references)
    _reading: _Reading[ids.Ids] = _Reading()

    @property
    def ids(self) -> tuple[str, ...]:
        """The identifiers without their angle brackets, in order."""
        return self._reading.ids


class ReturnPathHeader(Header):
    """Return-Path (:rfc:`5322#section-3.6.7`)."""

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(received.parse_return_path)
    _reading: _Reading[received.Path] = _Reading()

    @property
    def address(self) -> str | None:
        """The addr-spec, quotes kept; ``""`` for the null path ``<>``; None where none is."""
        return self._reading.address


class ReceivedHeader(Header):
    """Received: each clause's word without comments and angle brackets (:rfc:`5321#section-4.4`).

    A clause that is missing is None.
    """

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(received.parse_received)
    _reading: _Reading[received.Trace] = _Reading()

    @property
    def from_(self) -> str | None:
        """The name that the sending host gave."""
        return self._reading.from_

    @property
    def by(self) -> str | None:
        """The receiving host."""
        return self._reading.by

    @property
    def via(self) -> str | None:
        """The link."""
        return self._reading.via

    @property
    def with_(self) -> str | None:
        """The protocol, in the case it was received in."""
        return self._reading.with_

    @property
    def id(self) -> str | None:
        """The receiving host's identifier."""
        return self._reading.id

    @property
    def for_(self) -> str | None:
        """The recipient."""
        return self._reading.for_

    @property
    def datetime(self) -> datetime | None:
        """When the message was received, always aware; None where the field does not tell."""
        return self._reading.datetime


class ContentTypeHeader(Header):
    """Content-Type (:rfc:`2045#section-5`); one that cannot be read is ``text/plain``."""

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(params.parse_content_type)
    _reading: _Reading[params.Parameters] = _Reading()

    @property
    def value(self) -> str:
        """The media type in lower case, without its parameters."""
        return self._reading.value

    @property
    def maintype(self) -> str:
        """What is before the slash."""
        return self.value.partition("/")[0]

    @property
    def subtype(self) -> str:
        """What is behind the slash."""
        return self.value.partition("/")[2]

    @property
    def params(self) -> Mapping[str, str]:
        """The parameters by name in lower case, joined and decoded (:rfc:`2231`)."""
        return self._reading.params


class ContentDispositionHeader(Header):
    """Content-Disposition (:rfc:`2183`). A file name is a stranger's: never use it as a path."""

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(params.parse_content_disposition)
    _reading: _Reading[params.Parameters] = _Reading()

    @property
    def value(self) -> str:
        """The disposition in lower case, such as ``"attachment"``; ``""`` where there is none."""
        return self._reading.value

    @property
    def params(self) -> Mapping[str, str]:
        """The parameters by name in lower case, joined and decoded (:rfc:`2231`)."""
        return self._reading.params


class ContentTransferEncodingHeader(Header):
    """Content-Transfer-Encoding (:rfc:`2045#section-6`)."""

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(params.parse_transfer_encoding)
    _reading: _Reading[params.Encoding] = _Reading()

    @property
    def value(self) -> str:
        """The encoding in lower case; ``"7bit"`` where the field is empty (6.1)."""
        return self._reading.value


class MimeVersionHeader(Header):
    """MIME-Version (:rfc:`2045#section-4`)."""

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(params.parse_mime_version)
    _reading: _Reading[params.Version] = _Reading()

    @property
    def version(self) -> str | None:
        """The version, ``"1.0"`` in practice; None where it cannot be read."""
        return self._reading.version


class ListHeader(Header):
    """The commands of a mailing list, such as List-Unsubscribe (:rfc:`2369`)."""

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(lists.parse_list_urls)
    _reading: _Reading[lists.Urls] = _Reading()

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs, the preferred one first; none for ``NO``."""
        return self._reading.urls


class ListIdHeader(Header):
    """List-Id (:rfc:`2919`)."""

    __slots__ = ()

    _parse: ClassVar[staticmethod[[str], Any]] = staticmethod(lists.parse_list_id)
    _reading: _Reading[lists.ListId] = _Reading()

    @property
    def value(self) -> str:
        """The whole field as text."""
        return shown(self._octets())

    @property
    def id(self) -> str | None:
        """The list's identifier without its angle brackets, or None."""
        return self._reading.id

    @property
    def label(self) -> str:
        """The list's description, decoded, or ``""``."""
        return self._reading.label


def _ignore(defect: str) -> None:
    """Drop *defect*, which the field's own parsing notes."""
