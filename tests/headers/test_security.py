"""What strangers may write into a header, and what it must not do."""

from __future__ import annotations

import sys
from base64 import b64encode
from time import perf_counter

import pytest

from pop3lib import parse_headers
from pop3lib.headers import FROM, SUBJECT, TO, Mailbox

#: Controls, directions and the invisible: what no terminal may be given.
UNSAFE = [
    "\x00", "\x07", "\x08", "\x0b", "\x0c", "\x1b[31m", "\x1b]0;x\x07", "\x7f", "\x9b2J", "\x90q",
    "\u061c", "\u200b", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e", "\u2066",
    "\u2069", "\ufeff", "\U000e0041",
]  # fmt: skip

#: Codecs of Python that are no charsets of mail, or are dangerous as such.
CODECS = [
    "unicode_escape", "raw_unicode_escape", "zip", "zlib", "bz2", "hex", "rot13", "base64", "uu",
    "quopri", "idna", "punycode", "undefined", "mbcs", "oem", "charmap", "utf_8_sig",
    "encodings.zip", "../utf-8", "os", "", "a" * 5000,
]  # fmt: skip


def encoded(text: str) -> str:
    """Return *text* as one encoded-word of UTF-8."""
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


@pytest.mark.parametrize("unsafe", UNSAFE)
def test_hdr_01_raw_controls_are_kept_in_raw_and_replaced_in_display(unsafe: str) -> None:
    subject = parse_headers(f"Subject: a{unsafe}b\r\n\r\n".encode())[SUBJECT]
    assert unsafe.encode() in subject.raw
    assert unsafe not in subject.display
    assert "\x1b" not in subject.display
    assert (subject.display[0], subject.display[-1]) == ("a", "b")


@pytest.mark.parametrize("unsafe", UNSAFE)
def test_hdr_02_controls_inside_encoded_words_are_replaced_after_decoding(unsafe: str) -> None:
    raw = f"Subject: {encoded(f'a{unsafe}b')}\r\nFrom: {encoded(f'a{unsafe}b')} <c@d.example>\r\n"
    headers = parse_headers(raw.encode())
    mailbox = headers[FROM].mailboxes[0]
    shown = [headers[SUBJECT].display, headers[FROM].display, str(headers.from_), mailbox.display]
    for text in (*shown, repr(headers[FROM])):
        assert unsafe[0] not in text
    assert str(mailbox).isascii()
    assert str(mailbox).isprintable()


def test_hdr_03_a_name_cannot_turn_the_direction_of_the_address_behind_it() -> None:
    name = encoded("\u202eknab")
    field = parse_headers(f"From: {name} <x@evil.example>\r\n".encode())[FROM]
    assert field.display == "\ufffdknab <x@evil.example>"


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r", "\r\n\r\n", "\x85", "\u2028"])
def test_hdr_04_line_ends_in_encoded_words_never_make_a_field(ends: str) -> None:
    word = encoded(f"a{ends}Bcc: x@y.example")
    raw = f"Subject: {word}\r\nTo: {word} <c@d.example>\r\nX-A: b\r\n\r\n".encode()
    headers = parse_headers(raw)
    assert headers.keys() == ["Subject", "To", "X-A"]
    mailbox = headers[TO].mailboxes[0]
    for text in (headers[SUBJECT].value, headers[TO].value, mailbox.name, str(mailbox)):
        assert "\r" not in text
        assert "\n" not in text
    again = parse_headers(f"To: {mailbox}\r\n\r\n".encode())
    assert again.keys() == ["To"]
    assert again[TO].mailboxes == (mailbox,)


def test_hdr_04_a_bare_cr_makes_no_field_and_is_in_no_value() -> None:
    headers = parse_headers(b"Subject: a\rBcc: x@y.example\r\nX-A: b\r\n\r\n")
    assert headers.keys() == ["Subject", "X-A"]
    assert headers["subject"].value == "a Bcc: x@y.example"
    assert "a CR that no LF follows" in headers.defects


@pytest.mark.parametrize("charset", CODECS)
def test_hdr_05_a_charset_that_mail_does_not_know_is_never_looked_up(charset: str) -> None:
    before = set(sys.modules)
    raw = f"Subject: =?{charset}?q?=61=5Cx41+?=\r\nContent-Type: a/b; c*={charset}''%61\r\n\r\n"
    headers = parse_headers(raw.encode())
    assert headers["subject"].value in ("a\\x41+", f"=?{charset}?q?=61=5Cx41+?=")
    assert headers.content_type is not None
    assert headers.content_type.params == {"c": "a"}
    assert not {module for module in set(sys.modules) - before if "encodings" in module}


def test_hdr_06_thousands_of_encoded_words_are_read_within_a_second() -> None:
    word = encoded("\u00fc" * 15)
    raw = f"Subject: {f' {word}' * 4000}\r\n".encode()
    assert len(raw) > 200_000
    started = perf_counter()
    assert parse_headers(raw)[SUBJECT].value == "\u00fc" * 60_000
    assert perf_counter() - started < 1


def test_hdr_08_repeated_fields_are_all_there_and_the_first_is_meant() -> None:
    raw = b"From: a@b.example\r\nSubject: 1\r\nFrom: c@d.example\r\nSubject: 2\r\n\r\n"
    headers = parse_headers(raw)
    assert [field.value for field in headers.all(FROM)] == ["a@b.example", "c@d.example"]
    assert str(headers.from_) == "a@b.example"
    assert headers.defects == ("From occurs 2 times", "Subject occurs 2 times")


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ('"ceo@bank.example" <x@evil.example>', "ceo@bank.example", "x@evil.example"),
        ("ceo@bank.example <x@evil.example>", "ceo@bank.example", "x@evil.example"),
        ('"ceo@bank.example\0" <x@evil.example>', "ceo@bank.example\0", "x@evil.example"),
        (
            f"{encoded('<c@bank.example>')} <x@evil.example>",
            "<c@bank.example>",
            "x@evil.example",
        ),
        ("x@evil.example (ceo@bank.example)", "ceo@bank.example", "x@evil.example"),
    ],
)
def test_hdr_10_a_name_like_an_address_is_a_name(value: str, name: str, address: str) -> None:
    field = parse_headers(f"From: {value}\r\n".encode())[FROM]
    assert [(box.name, box.address) for box in field.mailboxes] == [(name, address)]
    assert address in field.display


def test_hdr_10_a_decoded_name_is_quoted_where_it_would_read_as_an_address() -> None:
    raw = f"From: {encoded('ceo@bank.example,')} <x@evil.example>\r\n".encode()
    field = parse_headers(raw)[FROM]
    assert field.value == '"ceo@bank.example," <x@evil.example>'
    again = parse_headers(f"From: {field.value}\r\n".encode())
    assert again[FROM].addresses == field.addresses


@pytest.mark.parametrize(
    "octets",
    [b"\xed\xa0\x80", b"=?utf-7?q?+2AA-?=", b"=?utf-16be?b?2AA=?=", b"\xff", b"\xf4\x90\x80\x80"],
)
def test_hdr_11_broken_text_can_always_be_encoded(octets: bytes) -> None:
    headers = parse_headers(b"Subject: a" + octets + b"\r\nTo: " + octets + b" <b@c.example>\r\n")
    for text in (headers["subject"].value, headers["to"].display, str(headers[TO].mailboxes[0])):
        text.encode("utf-8")


def test_str_of_a_mailbox_is_one_safe_line_whatever_it_was_made_of() -> None:
    hostile = Mailbox("a\r\nBcc: x", 'b"\r\n c\0', "d.example\r\nX: y")
    assert "\r" not in str(hostile)
    assert "\n" not in str(hostile)
    assert "\0" not in str(hostile)
