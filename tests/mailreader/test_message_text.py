"""A message on the screen: readable, and harmless whatever a stranger wrote."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mailreader.message_text import details_of, raw_of, row_of, size_text

from pop3lib import InvalidArgumentError, Summary, parse_headers


def summary(raw: bytes, size: int | None = 100) -> Summary:
    return Summary(1, size, "uid", parse_headers(raw))


def test_a_row_has_sender_subject_date_and_size() -> None:
    row = row_of(
        summary(
            b"From: =?utf-8?q?Zo=C3=AB?= <zoe@example.org>, bob@example.org\r\n"
            b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
            b"Date: Wed, 08 Jan 2025 12:00:00 +0000\r\n\r\n",
            1234,
        )
    )
    assert (row.sender, row.subject, row.size) == ("Zoë <zoe@example.org>", "Grüße", "1.2 kB")
    assert row.date.startswith("2025-01-0")


def test_a_row_of_a_message_without_any_of_these() -> None:
    assert row_of(summary(b"\r\n", None)) == ("(no sender)", "(no subject)", "", "?")


@pytest.mark.parametrize("date", [b"1 Jan 0001 00:00:00 +0000", b"31 Dec 9999 23:59:59 -0900"])
def test_the_first_and_the_last_day_there_is(date: bytes) -> None:
    assert row_of(summary(b"Date: " + date + b"\r\n\r\n")).subject == "(no subject)"


def test_a_message_whose_headers_were_refused_says_so() -> None:
    refused = Summary(1, 5, None, parse_headers(b""), InvalidArgumentError("not now"))
    assert row_of(refused).subject == "(no headers: not now)"
    assert "not now" in details_of(refused).plain


@pytest.mark.parametrize(
    ("octets", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (15_000, "15 kB"), (2_500_000, "2.5 MB")],
)
def test_a_size(octets: int, text: str) -> None:
    assert size_text(octets) == text


def harmless(text: str) -> bool:
    """Whether a terminal only shows it: no controls, no directions, nothing invisible."""
    return not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in text)


_TRICKS = [
    b"\x1b]0;owned\x07\x1b[2J",
    "\u202egnp.exe\u2066\u200f".encode(),
    b"=?utf-8?q?=1B[31m=E2=80=AE?=",
    b"\x9b31m\x00\x08\x7f",
    b"\r\n\t=?utf-8?b?4oCu?=",
]


@pytest.mark.parametrize("trick", _TRICKS)
@pytest.mark.parametrize("field", [b"Subject", b"From", b"X-Any", b"Received", b"Content-Type"])
def test_no_trick_gets_through(field: bytes, trick: bytes) -> None:
    tricky = summary(field + b": a " + trick + b" b\r\nX" + trick + b": c\r\n\r\n")
    assert all(map(harmless, row_of(tricky)))
    for text in (details_of(tricky), raw_of(tricky)):
        assert all(map(harmless, text.plain.split("\n")))


@given(st.binary(max_size=400))
def test_no_octets_get_through(octets: bytes) -> None:
    strange = summary(b"Subject: " + octets)
    assert all(map(harmless, row_of(strange)))
    for text in (details_of(strange), raw_of(strange)):
        assert all(map(harmless, text.plain.split("\n")))


def test_raw_headers_are_all_there_in_their_order() -> None:
    raw = b"Subject: =?utf-8?q?=C3=A9?=\r\n folded\r\nFrom: \xe9\r\n\r\n"
    assert raw_of(summary(raw)).plain.split("\n")[:3] == [
        "Subject: =?utf-8?q?=C3=A9?=",
        " folded",
        "From: \\xe9",
    ]
