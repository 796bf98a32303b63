"""LIST, UIDL and STAT answers."""

from __future__ import annotations

import pytest

from pop3lib import DropListing, Listing, RemoteProtocolError
from pop3lib.protocol import List, Reply, Stat, Uidl
from pop3lib.protocol.listing import parse_sizes, parse_uids
from pop3lib.protocol.status import parse_status


def ok(text: str) -> Reply:
    return parse_status(f"+OK {text}".encode("latin-1"))


def test_a_listing_is_a_mapping_with_gaps() -> None:
    sizes = parse_sizes(b"1 120\r\n7 200\r\n")
    assert sizes == {1: 120, 7: 200}
    assert list(sizes) == list(sizes.keys()) == [1, 7]
    assert list(sizes.values()) == [120, 200]
    assert sizes[7] == 200 and 2 not in sizes and len(sizes) == 2
    assert sizes.defects == ()
    assert repr(sizes) == "Listing({1: 120, 7: 200})"
    assert parse_sizes(b"") == {}


def test_LIM_17_more_than_two_fields_is_a_defect() -> None:
    sizes = parse_sizes(b"1 100 extra\r\n2 200\r\n")
    assert sizes == {1: 100, 2: 200}
    assert len(sizes.defects) == 1 and "extra" in sizes.defects[0]


def test_a_session_of_bare_line_feeds() -> None:
    assert parse_sizes(b"1 100\n2 200\n") == {1: 100, 2: 200}
    assert parse_uids(b"1 a\n2 b\n") == {1: "a", 2: "b"}


@pytest.mark.parametrize(
    "body",
    [
        b"1 100\r\n1 200\r\n",
        b"0 100\r\n",
        b"-1 100\r\n",
        b"1 -100\r\n",
        b"2147483648 1\r\n",
        b"1000000000000 10\r\n",
        b"1 12345678901234567890\r\n",
        b"1 " + b"9" * 5000 + b"\r\n",
        b"one 1\r\n",
        b"1\r\n",
        b"\r\n",
        b"1 1_000\r\n",
        "1 \u0661\r\n".encode(),
    ],
)
def test_LIM_11_to_16_no_listing_of_nonsense(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_sizes(body)


@pytest.mark.parametrize(
    ("body", "uids"),
    [
        (b"1 " + b"x" * 255 + b"\r\n", {1: "x" * 255}),
        (b"1   three spaces\r\n", {1: "three spaces"}),
        (b"1 8bit\xe9\r\n", {1: "8bit\xe9"}),
        (b"1 same\r\n2 same\r\n", {1: "same", 2: "same"}),
        (b"1 trailing \r\n", {1: "trailing"}),
    ],
)
def test_LIM_18_odd_unique_ids_are_kept_and_told(body: bytes, uids: dict[int, str]) -> None:
    listing = parse_uids(body)
    assert listing == uids
    if b"trailing" not in body:
        assert listing.defects


@pytest.mark.parametrize(
    "body",
    [b"1 \r\n", b"1\r\n", b"1 " + b"x" * 256 + b"\r\n", b"1 a\0b\r\n", b"1 a\tb\r\n", b"a b\r\n"],
)
def test_LIM_18_empty_or_controlled_unique_ids_are_refused(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_uids(body)


@pytest.mark.parametrize(
    ("text", "listing", "defects"),
    [
        ("2 320", DropListing(2, 320), 0),
        ("0 0", DropListing(0, 0), 0),
        ("2", DropListing(2, None), 1),
        ("2 -1294967296", DropListing(2, None), 1),
        ("2 320 octets", DropListing(2, 320), 1),
        ("2 messages", DropListing(2, None), 2),
        (" 2   320", DropListing(2, 320), 1),
    ],
)
def test_STAT_with_what_real_servers_add(text: str, listing: DropListing, defects: int) -> None:
    found = Stat().parse(ok(text), b"")
    assert found == listing and len(found.defects) == defects


@pytest.mark.parametrize("text", ["", "two", "+2 1", "1_000 2", "-1 5", "9" * 1900])
def test_LIM_14_no_STAT_of_nonsense(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        Stat().parse(ok(text), b"")


def test_SEQ_12_an_answer_about_another_message_is_refused() -> None:
    assert List(2).parse(ok("2 100"), b"") == 100
    assert Uidl(2).parse(ok("2 abc"), b"") == "abc"
    assert Uidl(2).parse(ok("abc"), b"") == "abc"
    for text in ("1 100", "2", "2 x", ""):
        with pytest.raises(RemoteProtocolError):
            List(2).parse(ok(text), b"")
    for text in ("1 abc", ""):
        with pytest.raises(RemoteProtocolError):
            Uidl(2).parse(ok(text), b"")


def test_spaces_too_many_in_an_answer_about_one_message_do_no_harm() -> None:
    assert List(2).parse(ok(" 2  100"), b"") == 100
    assert Uidl(2).parse(ok(" 2  abc "), b"") == "abc"


@pytest.mark.parametrize("uid", [b"caf\xe9", "caf\xe9".encode(), b"[x] y"])
def test_an_odd_unique_id_is_the_same_alone_and_in_the_listing(uid: bytes) -> None:
    alone = Uidl(2).parse(parse_status(b"+OK 2 " + uid), b"")
    assert alone == parse_uids(b"2 " + uid + b"\r\n")[2]


def test_commands_are_values() -> None:
    assert List(2) == List(2) and hash(List(2)) == hash(List(2))
    assert List() != List(2)
    assert Uidl(2) != List(2)
    assert isinstance(parse_sizes(b""), Listing)
