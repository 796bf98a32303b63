"""What pop3lib reads, in the plain values that the tables of cases are written in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pop3lib import headers as h
from pop3lib.headers import Group, Header, Headers, Mailbox, parse_headers

Plain = dict[str, Any]

CASES = Path(__file__).parent / "cases"
#: the table written without a look at the parser
SECOND = CASES / "second"
TABLES = (
    "addresses", "blocks", "content_dispositions", "content_types", "dates", "encoded_words",
    "list_commands", "list_ids", "message_ids", "mime_versions", "received", "references",
    "return_paths", "transfer_encodings", "unstructured",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One row of a table."""

    name: str
    header: str
    raw: bytes
    expect: Plain
    own: bool


def cases(folder: Path = CASES) -> Iterator[Case]:
    """Yield the cases of all tables in *folder*."""
    for table in TABLES:
        text = (folder / f"{table}.json").read_text("utf-8")
        for name, row in json.loads(text).items():
            raw = row["raw"].encode("latin-1")
            yield Case(name, row["header"], raw, row["expect"], row.get("own", False))


def reading(field: Header) -> Plain:
    """Return all that *field* tells by its type."""
    for kind, read in _READERS.items():
        if isinstance(field, kind):
            return read(field)
    return {"value": field.value}


def block_reading(headers: Headers) -> Plain:
    """Return what a block tells before any grammar reads its fields."""
    fields = [[field.name, field.value] for field in headers]
    return {"fields": fields, "names": headers.keys(), "count": len(headers)}


def differences(case: Case) -> list[str]:
    """Return how the reading of *case* differs from what is expected; empty where it does not."""
    headers = parse_headers(case.raw)
    if case.header == "*":
        found = block_reading(headers)
        found["get"] = {
            name: headers[name].value for name in case.expect.get("get", ()) if name in headers
        }
    else:
        found = reading(headers[case.header])
    found["defect"] = bool(headers.defects)
    return [
        f"{key}: {_part(found, key)!r} instead of {wanted!r}"
        for key, wanted in case.expect.items()
        if key not in ("kind", "no_surrogates") and not _fits(found, key, wanted)
    ]


def _fits(found: Plain, key: str, wanted: Any) -> bool:
    have = _part(found, key)
    if key.endswith("_any"):
        return have in wanted
    if key.endswith("_not"):
        return not any(item in have for item in wanted)
    if key == "params_contain":
        return bool(wanted.items() <= have.items())
    if key == "fields_contain":
        return all(item in have for item in wanted)
    if key == "contains":
        return wanted in have
    return bool(have <= wanted if key == "count_max" else have == wanted)


def _part(found: Plain, key: str) -> Any:
    """Return the part of *found* that *key* speaks of."""
    for ending in ("_any", "_not", "_contain", "_max"):
        key = key.removesuffix(ending)
    return found["value" if key == "contains" else key]


def iso(when: datetime | None) -> str | None:
    """Return *when* as the tables have it."""
    return when.isoformat() if when else None


def _mailbox(mailbox: Mailbox) -> Plain:
    return {"name": mailbox.name, "local": mailbox.local, "domain": mailbox.domain}


def _addresses(field: h.AddressHeader) -> Plain:
    return {
        "list": [
            {"group": address.name, "members": [_mailbox(member) for member in address.members]}
            if isinstance(address, Group)
            else _mailbox(address)
            for address in field.addresses
        ],
        "addrs": [f"{box.local}@{box.domain}" for box in field.mailboxes if box.domain],
        "count": len(field.mailboxes),
    }


def _received(field: h.ReceivedHeader) -> Plain:
    return {
        "from": field.from_, "by": field.by, "via": field.via, "with": field.with_,
        "id": field.id, "for": field.for_, "date": iso(field.datetime),
    }  # fmt: skip


_READERS: dict[type[Header], Callable[[Any], Plain]] = {
    h.AddressHeader: _addresses,
    h.DateHeader: lambda field: {"iso": iso(field.datetime), "local_unknown": field.zone_unknown},
    h.MessageIdHeader: lambda field: {"id": field.id},
    h.ReferencesHeader: lambda field: {"ids": list(field.ids)},
    h.ReturnPathHeader: lambda field: {"addr": field.address},
    h.ReceivedHeader: _received,
    h.ContentTypeHeader: lambda field: {"value": field.value, "params": dict(field.params)},
    h.ContentDispositionHeader: lambda field: {"value": field.value, "params": dict(field.params)},
    h.MimeVersionHeader: lambda field: {"version": field.version},
    h.ListHeader: lambda field: {"urls": list(field.urls)},
    h.ListIdHeader: lambda field: {"id": field.id, "label": field.label},
}


def texts(raw: bytes) -> Iterator[str]:
    """Ask everything that can be asked about *raw*; yield each text that comes out."""
    headers = parse_headers(raw)
    yield from headers.defects
    yield repr(headers)
    for field in headers:
        yield from (field.name, field.value, field.display, repr(field), *field.defects)
        yield json.dumps(reading(field), ensure_ascii=False)
        if isinstance(field, h.AddressHeader):
            for address in field.addresses:
                yield from (str(address), address.display)
            yield from (mailbox.address for mailbox in field.mailboxes)
        if isinstance(field, h.ContentTypeHeader):
            yield from (field.maintype, field.subtype)
