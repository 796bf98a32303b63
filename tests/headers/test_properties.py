"""What holds for any octets, and for any value written in any form and read back."""

from __future__ import annotations

import copy
import pickle
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from urllib.parse import quote_from_bytes

from hypothesis import given
from hypothesis import strategies as st

from pop3lib.headers import (
    CONTENT_DISPOSITION,
    DATE,
    SUBJECT,
    TO,
    Group,
    Mailbox,
    parse_headers,
)
from tests.headers.readings import texts
from tests.headers.shapes import FIELDS, PIECES

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_ATEXT = "abcXYZ019!#$%&'*+-/=?^_`{|}~"
_TEXT = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)
_NAMES = st.lists(_TEXT, max_size=3).map(" ".join)
_LOCALS = st.one_of(
    st.lists(st.text(_ATEXT, min_size=1), min_size=1, max_size=3).map(".".join),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=12),
).filter(lambda local: local == local.strip())
_DOMAINS = st.sampled_from(["example.org", "a", "[192.0.2.1]", "[IPv6:2001:db8::1]", "bücher.de"])
_MAILBOXES = st.builds(Mailbox, _NAMES, _LOCALS, _DOMAINS)
_ADDRESSES = st.one_of(
    _MAILBOXES, st.builds(Group, _TEXT, st.lists(_MAILBOXES, max_size=3).map(tuple))
)
#: White space and comments that the grammar allows between any two tokens (RFC 5322 3.2.2).
_CFWS = st.sampled_from(["", " ", "\t", "\r\n ", " (c)", "\r\n (a (b) \\) c)\r\n\t "])
_OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59)
_DATES = st.builds(
    lambda naive, offset: naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset))),
    st.datetimes(datetime(1900, 1, 1), datetime(9998, 12, 30)),
    _OFFSETS,
)
_NASTY = st.lists(
    st.one_of(st.sampled_from(PIECES), st.sampled_from(FIELDS).map(lambda name: f"\r\n{name}:")),
    max_size=25,
).map(lambda pieces: "".join(pieces).encode("latin-1"))


@given(st.one_of(st.binary(), _NASTY))
def test_hdr_07_any_octets_are_read_without_an_exception(raw: bytes) -> None:
    for text in texts(raw):
        text.encode("utf-8")


@given(st.sampled_from(FIELDS), st.one_of(st.binary(), _NASTY))
def test_hdr_07_any_octets_in_a_field_are_read_without_an_exception(name: str, body: bytes) -> None:
    raw = name.encode() + b": " + body
    for text in texts(raw):
        text.encode("utf-8")


@given(st.sampled_from(FIELDS), st.one_of(st.binary(), _NASTY))
def test_hdr_01_no_display_holds_a_control_or_turns_the_direction(name: str, body: bytes) -> None:
    for field in parse_headers(name.encode() + b": " + body):
        shown = field.display
        assert not any(c < " " or "\x7f" <= c <= "\x9f" for c in shown)
        assert not set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(
            shown
        )


@given(st.one_of(st.binary(), _NASTY))
def test_copies_and_pickles_are_equal_and_of_one_hash(raw: bytes) -> None:
    headers = parse_headers(raw)
    for twin in (copy.copy(headers), copy.deepcopy(headers), pickle.loads(pickle.dumps(headers))):
        assert twin == headers
        assert hash(twin) == hash(headers)
    for field in headers:
        twin = pickle.loads(pickle.dumps(field))
        assert (twin, hash(twin), twin.raw) == (field, hash(field), field.raw)


@given(st.lists(_ADDRESSES, min_size=1, max_size=5))
def test_addresses_written_by_str_are_read_back(addresses: list[Mailbox | Group]) -> None:
    raw = f"To: {', '.join(map(str, addresses))}\r\n\r\n".encode()
    field = parse_headers(raw)[TO]
    assert field.addresses == tuple(addresses)
    assert field.defects == ()


@given(st.lists(st.text(_ATEXT, min_size=1), min_size=1, max_size=3), _CFWS, _CFWS, _CFWS)
def test_comments_and_folds_between_the_tokens_of_an_address_change_nothing(
    atoms: list[str], before: str, inside: str, behind: str
) -> None:
    local = f"{inside}.{before}".join(atoms)
    raw = f"To: {before}Ann{inside} <{behind}{local}{inside}@{behind}a{before}.b{inside}>{behind}"
    assert parse_headers(raw.encode())[TO].mailboxes == (Mailbox("Ann", ".".join(atoms), "a.b"),)


@given(_DATES, _CFWS, _CFWS, st.booleans(), st.booleans())
def test_a_date_in_any_form_of_the_grammar_is_read_back(
    when: datetime, before: str, behind: str, weekday: bool, seconds: bool
) -> None:
    space = f"{before} {behind}"
    minutes = int((when.utcoffset() or timedelta()).total_seconds()) // 60
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
    day = f"{_DAYS[when.weekday()]}{before},{space}" if weekday else ""
    month = _MONTHS[when.month - 1]
    clock = f"{when.hour:02}{before}:{behind}{when.minute:02}"
    clock += f":{when.second:02}" if seconds else ""
    raw = f"Date: {day}{when.day}{space}{month}{space}{when.year:04}{space}{clock}{space}{zone}"
    field = parse_headers(raw.encode())[DATE]
    wanted = when if seconds else when.replace(second=0)
    assert field.datetime == wanted
    assert field.datetime.utcoffset() == when.utcoffset()
    assert not field.zone_unknown


@given(st.binary(max_size=60), st.integers(1, 9), st.booleans())
def test_encoded_words_cut_anywhere_are_joined_before_they_are_decoded(
    octets: bytes, size: int, base64: bool
) -> None:
    wanted = "x" + octets.decode("utf-8", "replace") + "x"
    octets = b"x" + octets + b"x"
    pieces = [octets[at : at + size] for at in range(0, len(octets), size)]
    words = [
        f"=?utf-8?b?{b64encode(piece).decode()}?="
        if base64
        else f"=?utf-8?q?{''.join(f'={octet:02X}' for octet in piece)}?="
        for piece in pieces
    ]
    value = parse_headers(f"Subject: {chr(10).join(f' {w}' for w in words)}".encode())[
        SUBJECT
    ].value
    assert value.split() == wanted.split()


@given(_TEXT, st.sampled_from(["utf-8", "utf-16be", "gb18030"]), st.integers(1, 8))
def test_a_parameter_in_segments_of_any_charset_is_read_back(
    value: str, charset: str, size: int
) -> None:
    encoded = value.encode(charset)
    octets = [quote_from_bytes(encoded[at : at + size], "") for at in range(0, len(encoded), size)]
    segments = [f"filename*{number}*={piece}" for number, piece in enumerate(octets)]
    segments[0] = segments[0].replace("=", f"={charset}'en'", 1)
    for order in (segments, segments[::-1]):
        raw = f"Content-Disposition: attachment;\r\n {'; '.join(order)}\r\n\r\n".encode()
        field = parse_headers(raw)[CONTENT_DISPOSITION]
        assert dict(field.params) == {"filename": value}
        assert field.defects == ()


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20))
def test_a_quoted_parameter_is_read_back(value: str) -> None:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    raw = f'Content-Disposition: inline (c) ; name = "{quoted}" ; a=b'.encode()
    found = parse_headers(raw)[CONTENT_DISPOSITION].params
    assert found["a"] == "b"
    if "=?" not in value:
        assert found["name"] == value
