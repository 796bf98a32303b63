"""A block as a mapping: names, order, typed keys, shortcuts; and what a field is."""

from __future__ import annotations

import copy
import email
import email.policy
import pickle
from typing import assert_type

import pytest

import pop3lib
from pop3lib import headers as h
from pop3lib.headers import (
    DATE,
    FROM,
    RECEIVED,
    SUBJECT,
    AddressHeader,
    DateHeader,
    Field,
    Header,
    Headers,
    ReceivedHeader,
    UnstructuredHeader,
    parse_headers,
)

RAW = (
    b"Return-Path: <ann@example.org>\r\n"
    b"Received: from a.example by b.example; Fri, 21 Nov 1997 09:55:06 -0600\r\n"
    b"Received: by a.example; Fri, 21 Nov 1997 09:55:05 -0600\r\n"
    b"From: Ann <ann@example.org>\r\n"
    b"Sender: s@example.org\r\n"
    b"Reply-To: r@example.org\r\n"
    b"To: Bob <bob@example.org>,\r\n\tcarol@example.org\r\n"
    b"Cc: c@example.org\r\n"
    b"Bcc: b@example.org\r\n"
    b"SUBJECT: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n"
    b"Message-ID: <1@example.org>\r\n"
    b"In-Reply-To: <0@example.org>\r\n"
    b"References: <0@example.org>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n"
    b"X-Sent-At: 21 Nov 1997 09:55:06 -0600\r\n"
    b"\r\n"
)


@pytest.fixture
def headers() -> Headers:
    return parse_headers(RAW)


def test_a_field_is_found_by_its_name_in_any_case(headers: Headers) -> None:
    for name in ("subject", "Subject", "SUBJECT", "sUbJeCt"):
        assert headers[name].value == "Grüße"
        assert name in headers
        assert headers.get(name) is headers[name]


def test_a_missing_field_is_a_key_error_or_the_default(headers: Headers) -> None:
    with pytest.raises(KeyError, match="X-None"):
        headers["X-None"]
    with pytest.raises(KeyError, match="List-Id"):
        headers[h.LIST_ID]
    assert headers.get("x-none") is None
    assert headers.get("x-none", "nothing") == "nothing"
    assert headers.get(h.LIST_ID, 7) == 7
    assert headers.all("x-none") == ()
    assert "x-none" not in headers
    assert h.LIST_ID not in headers
    assert 7 not in headers


def test_iteration_goes_over_all_fields_in_order(headers: Headers) -> None:
    names = [line.split(b":")[0].decode() for line in RAW.replace(b"\r\n\t", b"").split(b"\r\n")]
    assert [field.name for field in headers] == headers.keys() == names[:-2]
    assert headers.items() == [(field.name, field) for field in headers]
    assert len(headers) == len(headers.keys())


def test_a_repeated_field_is_the_first_by_name_and_all_by_all(headers: Headers) -> None:
    first, second = headers.all("received")
    assert headers["received"] is first
    assert second.raw.startswith(b"Received: by a.example")


def test_a_typed_key_gives_a_static_type(headers: Headers) -> None:
    assert_type(headers[DATE], DateHeader)
    assert_type(headers.get(FROM), AddressHeader | None)
    assert_type(headers.get(FROM, 1), AddressHeader | int)
    assert_type(headers.all(RECEIVED), tuple[ReceivedHeader, ...])
    assert_type(headers["date"], Header)
    assert_type(headers.subject, UnstructuredHeader | None)
    assert type(headers["date"]) is DateHeader
    assert headers[DATE] is headers["date"]


def test_every_typed_key_and_every_type_is_exported() -> None:
    keys = [name for name in h.__all__ if isinstance(getattr(h, name), Field)]
    assert len(keys) >= 37
    for name in keys:
        field = parse_headers(f"{getattr(h, name).name}: x".encode())[getattr(h, name)]
        assert type(field) is getattr(h, name).kind
        assert type(field).__name__ in h.__all__


def test_a_program_can_make_keys_of_its_own(headers: Headers) -> None:
    key = Field("X-Sent-At", DateHeader)
    assert type(headers["x-sent-at"]) is UnstructuredHeader
    assert headers[key].datetime == headers[DATE].datetime
    assert headers["x-sent-at"].value == "21 Nov 1997 09:55:06 -0600"
    assert headers[key].datetime == headers[DATE].datetime


def test_shortcuts_are_the_first_field_or_none(headers: Headers) -> None:
    names = [
        "subject", "date", "from_", "sender", "reply_to", "to", "cc", "bcc", "message_id",
        "in_reply_to", "references", "return_path", "mime_version", "content_type",
        "content_transfer_encoding",
    ]  # fmt: skip
    nothing = parse_headers(b"")
    for name in names:
        assert getattr(headers, name) is headers[name.strip("_").replace("_", "-")]
        assert getattr(nothing, name) is None
    assert headers.received == headers.all("received")
    assert nothing.received == ()


def test_printing_a_field_prints_its_safe_value(headers: Headers) -> None:
    assert f"{headers.from_}: {headers.subject}" == "Ann <ann@example.org>: Grüße"
    assert repr(headers.subject) == "<UnstructuredHeader SUBJECT: Grüße>"
    assert repr(headers).startswith("<Headers: Return-Path, Received, Received, From")


def test_raw_is_what_was_received(headers: Headers) -> None:
    assert headers.raw == RAW
    assert b"\r\n".join(field.raw for field in headers) + b"\r\n\r\n" == RAW
    assert headers["to"].raw == b"To: Bob <bob@example.org>,\r\n\tcarol@example.org"
    assert headers["to"].value == "Bob <bob@example.org>,\tcarol@example.org"


def test_what_follows_the_empty_line_is_no_part_of_the_block() -> None:
    headers = parse_headers(RAW + b"To: body\r\n\r\nMore: body")
    assert headers == parse_headers(RAW)
    assert headers.raw == RAW


@pytest.mark.parametrize("line_end", [b"\n", b"\r\r\n"])
def test_raw_keeps_odd_line_ends(line_end: bytes) -> None:
    raw = line_end.join([b"A: 1", b"B : 2", b" \xff3", b"C:", b"", b"body"])
    headers = parse_headers(raw)
    assert headers.keys() == ["A", "B", "C"]
    assert headers.raw == raw.removesuffix(b"body")
    assert headers["b"].raw.removesuffix(b"\r") == b"B : 2" + line_end + b" \xff3"
    assert headers["b"].value == "2 ÿ3"


def test_the_standard_library_takes_the_block_in_one_line(headers: Headers) -> None:
    message = email.message_from_bytes(headers.raw, policy=email.policy.default)
    assert message["subject"] == "Grüße"
    assert message.keys() == headers.keys()


def test_defects_of_fields_are_on_the_field_and_by_name_on_the_block() -> None:
    headers = parse_headers(b"A: 1\r\njunk\r\nDate: never\r\n\r\n")
    assert headers["date"].defects == ("no date and time",)
    assert headers.defects == (
        "lines that are no header field: 1, the first: 'junk'",
        "Date: no date and time",
    )
    assert parse_headers(RAW).defects == ()


def test_a_line_that_is_too_long_is_a_defect() -> None:
    assert parse_headers(b"X: " + b"a" * 995 + b"\r\n\r\n").defects == ()
    assert parse_headers(b"X: " + b"a" * 996 + b"\r\n\r\n").defects == (
        "a line of more than 998 octets",
    )


def test_thousands_of_lines_that_are_no_fields_are_one_defect() -> None:
    headers = parse_headers(b"junk \x1b[31m\r\n" * 5000 + b"A: 1\r\n\r\n")
    assert headers.keys() == ["A"]
    assert headers.defects[0] == (
        "lines that are no header field: 5000, the first: 'junk \ufffd[31m'"
    )


def test_equal_blocks_and_fields_are_equal_and_of_one_hash(headers: Headers) -> None:
    other = parse_headers(RAW)
    assert (other, hash(other)) == (headers, hash(headers))
    assert (other["date"], hash(other["date"])) == (headers["date"], hash(headers["date"]))
    assert other["date"] != headers["from"]
    assert other != parse_headers(b"A: 1\r\n\r\n")
    assert other != RAW
    assert other["date"] != "Date"


@pytest.mark.parametrize("touched", [False, True])
def test_a_copy_reads_the_same(headers: Headers, touched: bool) -> None:
    if touched:
        _ = headers.defects
    for twin in (copy.copy(headers), copy.deepcopy(headers), pickle.loads(pickle.dumps(headers))):
        assert isinstance(twin, Headers)
        assert twin[FROM].addresses == headers[FROM].addresses
    content_type = pickle.loads(pickle.dumps(headers["content-type"]))
    assert content_type.params == {"charset": "utf-8"}


def test_a_field_is_parsed_at_the_first_question_and_then_kept(headers: Headers) -> None:
    date = headers[DATE]
    assert date._read is None
    assert date.datetime is date.datetime
    assert date._read is not None


def test_the_package_gives_the_reader_at_its_top() -> None:
    assert pop3lib.parse_headers is parse_headers


def test_subject_of_no_words_is_empty_and_there() -> None:
    subject = parse_headers(b"Subject:\r\n\r\n").subject
    assert subject is not None
    assert (subject.value, subject.display, str(subject)) == ("", "", "")
    assert subject == parse_headers(b"Subject:\r\n\r\n")[SUBJECT]
