"""Values written in legal and obsolete forms and read back; what is printed, read by others."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from email import policy
from email.header import decode_header, make_header
from email.utils import parseaddr
from urllib.parse import quote_from_bytes

from hypothesis import assume, given
from hypothesis import strategies as st

from pop3lib.headers import (
    CONTENT_TYPE,
    DATE,
    FROM,
    LIST_UNSUBSCRIBE,
    MESSAGE_ID,
    RECEIVED,
    REFERENCES,
    Group,
    Mailbox,
    parse_headers,
)

_ATEXT = "abcXYZ019!#$%&'*+-/^_`{|}~"
_ATOMS = st.text(_ATEXT, min_size=1, max_size=8)
_DOT_ATOMS = st.lists(_ATOMS, min_size=1, max_size=3).map(".".join)
_WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
_NAMES = st.lists(_WORDS, max_size=3).map(" ".join)
_LOCALS = st.one_of(
    _DOT_ATOMS,
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=12),
).filter(lambda local: local == local.strip())
_DOMAINS = st.one_of(_DOT_ATOMS, st.sampled_from(["[192.0.2.1]", "[IPv6:2001:db8::1]"]))
_MAILBOXES = st.builds(Mailbox, _NAMES, _LOCALS, _DOMAINS)
#: Folding white space with comments, as it may stand between any two tokens; it begins with white
#: space, so that two words stay two.
_CFWS = st.lists(
    st.sampled_from([" ", "\t", "\r\n ", " (c)", " (a (b) \\) c)", "\r\n\t(;)\r\n "]),
    min_size=1,
    max_size=2,
).map(lambda parts: "".join(parts) + " ")

#: RFC 5322 4.3 names these zones, and fixes what they mean.
_ZONES = {
    "UT": 0, "GMT": 0, "EDT": -4, "EST": -5, "CDT": -5, "CST": -6, "MDT": -6, "MST": -7,
    "PDT": -7, "PST": -8,
}  # fmt: skip
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2049, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
_REGISTRY = policy.default.header_factory


def field(name: str, body: str) -> bytes:
    return f"{name}: {body}\r\n\r\n".encode()


# --- what is printed, read by the standard library


@given(_MAILBOXES)
def test_a_mailbox_is_printed_as_the_standard_library_reads_it(mailbox: Mailbox) -> None:
    printed = str(mailbox)
    name, address = parseaddr(printed)
    assert (str(make_header(decode_header(name))), address) == (mailbox.name, mailbox.address)
    header = _REGISTRY("To", printed)
    assert header.defects == ()
    # Not the name: Python 3.11 puts a space between two encoded-words.
    assert [(box.username, box.domain) for box in header.addresses] == [mailbox[1:]]


@given(_WORDS, st.lists(_MAILBOXES, max_size=3))
def test_a_group_is_printed_as_the_standard_library_reads_it(
    name: str, members: list[Mailbox]
) -> None:
    header = _REGISTRY("To", str(Group(name, tuple(members))))
    assert header.defects == ()
    (group,) = header.groups
    assert group.display_name is not None
    found = [(box.username, box.domain) for box in group.addresses]
    assert found == [member[1:] for member in members]


@given(_MAILBOXES)
def test_an_encoded_word_that_is_printed_has_75_characters_at_most(mailbox: Mailbox) -> None:
    for word in re.findall(r"=\?\S+\?=", str(mailbox)):
        assert len(word) <= 75  # RFC 2047 2


# --- every form there is, read back


@given(_NAMES.filter(bool), st.integers(1, 9), st.lists(st.booleans(), min_size=1), _CFWS)
def test_a_name_in_encoded_words_cut_anywhere_is_read_back(
    name: str, size: int, base64: list[bool], between: str
) -> None:
    assume("(" not in between)  # a comment parts two words
    octets = name.encode()
    pieces = [octets[at : at + size] for at in range(0, len(octets), size)]
    words = [
        f"=?utf-8?b?{b64encode(piece).decode()}?="
        if base64[number % len(base64)]
        else f"=?UTF-8?Q?{''.join(f'={octet:02X}' for octet in piece)}?="
        for number, piece in enumerate(pieces)
    ]
    raw = field("From", f"{between.join(words)} <a@b.example>")
    assert parse_headers(raw)[FROM].mailboxes == (Mailbox(name, "a", "b.example"),)


@given(_MOMENTS, st.sampled_from(sorted(_ZONES)), st.booleans(), _CFWS, _CFWS)
def test_a_date_of_the_obsolete_form_is_read_back(
    moment: datetime, zone: str, lower: bool, one: str, two: str
) -> None:
    month = _MONTHS[moment.month - 1]
    clock = f"{moment.hour:02}{one}:{two}{moment.minute:02}{two}:{one}{moment.second:02}"
    body = f"{moment.day}{one}{month}{two}{moment.year % 100:02}{one}{clock}{two}{zone}{one}"
    date = parse_headers(field("Date", body.lower() if lower else body))[DATE]
    assert date.datetime == moment.replace(tzinfo=timezone(timedelta(hours=_ZONES[zone])))
    assert not date.zone_unknown


@given(_MOMENTS, st.sampled_from(["-0000", "A", "z", "CET", "XYZZY"]))
def test_a_date_whose_zone_says_nothing_is_in_utc(moment: datetime, zone: str) -> None:
    body = f"{moment.day} {_MONTHS[moment.month - 1]} {moment:%Y %H:%M:%S} {zone}"
    date = parse_headers(field("Date", body))[DATE]
    assert date.datetime == moment.replace(tzinfo=UTC)
    assert date.zone_unknown


@given(st.lists(st.tuples(_WORDS, st.booleans()), min_size=1, max_size=5), _CFWS, _CFWS)
def test_a_parameter_of_mixed_segments_is_read_back(
    values: list[tuple[str, bool]], one: str, two: str
) -> None:
    segments = []
    for number, (value, encoded) in enumerate(values):
        charset = "utf-8''" if number == 0 else ""
        if encoded or number == 0 or not value.isascii():
            segments.append(f"name*{number}*={charset}{quote_from_bytes(value.encode(), '')}")
        else:
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            segments.append(f'name*{number}{two}={one}"{quoted}"')
    raw = field("Content-Type", f"text/plain{one};{two}" + f"{two};{one}".join(segments))
    content = parse_headers(raw)[CONTENT_TYPE]
    assert dict(content.params) == {"name": "".join(value for value, _ in values)}
    assert content.defects == ()


_CLAUSES = ("from", "by", "via", "with", "id", "for")
_HOSTS = st.one_of(_DOMAINS, _DOT_ATOMS).filter(lambda word: word.lower() not in _CLAUSES)


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(_CLAUSES, _HOSTS)),
    st.booleans(),
    _MOMENTS,
    _CFWS,
    _CFWS,
)
def test_the_clauses_of_a_received_field_are_read_back(
    clauses: dict[str, str], upper: bool, moment: datetime, one: str, two: str
) -> None:
    words = [
        f"{name.upper() if upper else name}{one}"
        + (f"<{value}>" if upper and name in ("id", "for") else value)
        for name, value in clauses.items()
    ]
    date = f"{moment.day} {_MONTHS[moment.month - 1]} {moment:%Y %H:%M:%S} +0100"
    trace = parse_headers(field("Received", f"{two.join(words)}{two};{one}{date}"))[RECEIVED]
    found = (trace.from_, trace.by, trace.via, trace.with_, trace.id, trace.for_)
    assert found == tuple(clauses.get(name) for name in _CLAUSES)
    assert trace.datetime == moment.replace(tzinfo=timezone(timedelta(hours=1)))
    assert trace.defects == ()


_IDS = st.builds("{}@{}".format, _DOT_ATOMS, _DOMAINS)


@given(st.lists(_IDS, min_size=1, max_size=4), _CFWS)
def test_message_ids_are_read_back(ids: list[str], between: str) -> None:
    body = between + between.join(f"<{identifier}>" for identifier in ids) + between
    assert parse_headers(field("References", body))[REFERENCES].ids == tuple(ids)
    spaced = ids[0].replace("@", f"{between}@{between}")  # RFC 5322 4.5.4
    message_id = parse_headers(field("Message-ID", f"{between}<{spaced}>{between}"))[MESSAGE_ID]
    assert message_id.id == ids[0]


_URLS = st.text("abc019:/?=&,;()[]@%-._~!*'", min_size=1, max_size=20)


@given(st.lists(_URLS, min_size=1, max_size=3), _CFWS, st.booleans())
def test_the_urls_of_a_list_are_read_back(urls: list[str], between: str, folded: bool) -> None:
    written = [url[:3] + ("\r\n " if folded else "") + url[3:] for url in urls]
    body = f"{between},{between}".join(f"<{url}>" for url in written)
    header = parse_headers(field("List-Unsubscribe", between + body + between))[LIST_UNSUBSCRIBE]
    assert header.urls == tuple(urls)
    assert header.defects == ()


_FIELD_NAMES = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":"), min_size=1
)
_LINES = st.lists(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20),
    min_size=1,
    max_size=3,
)


@given(
    st.lists(st.tuples(_FIELD_NAMES, st.sampled_from(["", " ", "\t "]), _LINES), max_size=6),
    st.sampled_from(["\r\n", "\n"]),
    st.binary(max_size=20),
)
def test_a_block_is_read_back_up_to_its_empty_line(
    fields: list[tuple[str, str, list[str]]], end: str, behind: bytes
) -> None:
    assume(end == "\r\n" or behind.count(b"\r") == 0)
    head = "".join(
        f"{name}{space}: " + f"{end} ".join(lines) + end for name, space, lines in fields
    )
    raw = (head + end).encode()
    headers = parse_headers(raw + behind)
    assert headers.keys() == [name for name, _, _ in fields]
    bodies = [header.raw.partition(b":")[2].decode() for header in headers]
    assert bodies == [" " + f"{end} ".join(lines) for _, _, lines in fields]
    assert headers.raw == raw
