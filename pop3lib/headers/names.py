"""The names of header fields, as typed keys: ``headers[DATE]`` is a :class:`DateHeader`.

What a field is follows from its name alone, by the table that these keys make. A program may make
keys of its own: ``headers[Field("X-Sent-At", DateHeader)]``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from pop3lib.headers.types import (
    AddressHeader,
    ContentDispositionHeader,
    ContentTransferEncodingHeader,
    ContentTypeHeader,
    DateHeader,
    Header,
    ListHeader,
    ListIdHeader,
    MessageIdHeader,
    MimeVersionHeader,
    ReceivedHeader,
    ReferencesHeader,
    ReturnPathHeader,
    UnstructuredHeader,
)

T_co = TypeVar("T_co", bound=Header, covariant=True)


@dataclass(frozen=True, slots=True)
class Field(Generic[T_co]):
    """A field's name, and the kind of header that it is read as."""

    name: str
    kind: type[T_co]
    #: the name as it is compared: in lower case
    key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.name.lower())


# RFC 5322 3.6
DATE: Final = Field("Date", DateHeader)
FROM: Final = Field("From", AddressHeader)
SENDER: Final = Field("Sender", AddressHeader)
REPLY_TO: Final = Field("Reply-To", AddressHeader)
TO: Final = Field("To", AddressHeader)
CC: Final = Field("Cc", AddressHeader)
BCC: Final = Field("Bcc", AddressHeader)
MESSAGE_ID: Final = Field("Message-ID", MessageIdHeader)
IN_REPLY_TO: Final = Field("In-Reply-To", ReferencesHeader)
REFERENCES: Final = Field("References", ReferencesHeader)
SUBJECT: Final = Field("Subject", UnstructuredHeader)
COMMENTS: Final = Field("Comments", UnstructuredHeader)
KEYWORDS: Final = Field("Keywords", UnstructuredHeader)
RESENT_DATE: Final = Field("Resent-Date", DateHeader)
RESENT_FROM: Final = Field("Resent-From", AddressHeader)
RESENT_SENDER: Final = Field("Resent-Sender", AddressHeader)
RESENT_REPLY_TO: Final = Field("Resent-Reply-To", AddressHeader)
RESENT_TO: Final = Field("Resent-To", AddressHeader)
RESENT_CC: Final = Field("Resent-Cc", AddressHeader)
RESENT_BCC: Final = Field("Resent-Bcc", AddressHeader)
RESENT_MESSAGE_ID: Final = Field("Resent-Message-ID", MessageIdHeader)
RETURN_PATH: Final = Field("Return-Path", ReturnPathHeader)
RECEIVED: Final = Field("Received", ReceivedHeader)
# RFC 2045, RFC 2183
MIME_VERSION: Final = Field("MIME-Version", MimeVersionHeader)
CONTENT_TYPE: Final = Field("Content-Type", ContentTypeHeader)
CONTENT_TRANSFER_ENCODING: Final = Field("Content-Transfer-Encoding", ContentTransferEncodingHeader)
CONTENT_DISPOSITION: Final = Field("Content-Disposition", ContentDispositionHeader)
CONTENT_ID: Final = Field("Content-ID", MessageIdHeader)
CONTENT_DESCRIPTION: Final = Field("Content-Description", UnstructuredHeader)
# RFC 2369, RFC 2919
LIST_ID: Final = Field("List-Id", ListIdHeader)
LIST_HELP: Final = Field("List-Help", ListHeader)
LIST_SUBSCRIBE: Final = Field("List-Subscribe", ListHeader)
LIST_UNSUBSCRIBE: Final = Field("List-Unsubscribe", ListHeader)
LIST_POST: Final = Field("List-Post", ListHeader)
LIST_OWNER: Final = Field("List-Owner", ListHeader)
LIST_ARCHIVE: Final = Field("List-Archive", ListHeader)
# written by servers at delivery, each with an address in it
DELIVERED_TO: Final = Field("Delivered-To", AddressHeader)
X_ORIGINAL_TO: Final = Field("X-Original-To", AddressHeader)

_KEYS: Final = [key for key in list(globals().values()) if isinstance(key, Field)]

#: The kind of each known field, by its name in lower case.
KINDS: Final[dict[str, type[Header]]] = {
    **{key.key: key.kind for key in _KEYS},
    **dict.fromkeys(
        ("envelope-to", "apparently-to", "errors-to", "mail-followup-to", "mail-reply-to",
         "disposition-notification-to", "return-receipt-to"),
        AddressHeader,
    ),
    "delivery-date": DateHeader,
    "x-received": ReceivedHeader,
}  # fmt: skip

#: The fields that may stand in a block once (RFC 5322 3.6, RFC 2045, RFC 2369 2, RFC 2919 3).
ONCE: Final = frozenset(
    key.key
    for key in _KEYS
    if key not in (COMMENTS, KEYWORDS, RECEIVED, DELIVERED_TO, X_ORIGINAL_TO)
    and not key.name.startswith("Resent-")
)
