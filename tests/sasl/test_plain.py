"""PLAIN."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl import MechanismError, Plain
from tests.sasl.server import check_plain

#: Every text that PLAIN can carry.
SENDABLE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)


def test_rfc_4616_first_example() -> None:
    mechanism = Plain("tim", "tanstaaftanstaaf")
    assert mechanism.name == "PLAIN"
    message = mechanism.start()
    assert message == b"\0tim\0tanstaaftanstaaf" and len(message) == 21
    mechanism.finish()


def test_rfc_4616_second_example_acts_as_another() -> None:
    message = Plain("Kurt", "xipj3plmq", authzid="Ursel").start()
    assert message == b"Ursel\0Kurt\0xipj3plmq" and len(message) == 20


def test_INJ_08_what_is_not_ascii_goes_as_utf_8() -> None:
    assert Plain("jörg", "pä55€").start() == b"\0j\xc3\xb6rg\0p\xc3\xa455\xe2\x82\xac"


def test_AUT_22_spaces_and_length_are_left_alone() -> None:
    password = f"  pass {'word' * 500}  "
    assert Plain(" ann ", password).start() == f"\0 ann \0{password}".encode()


@pytest.mark.parametrize("challenge", [b"", b"Password:", b"foo"])
def test_AUT_09_a_second_challenge_is_an_error(challenge: bytes) -> None:
    mechanism = Plain("tim", "tanstaaftanstaaf")
    mechanism.start()
    with pytest.raises(MechanismError, match="more than PLAIN"):
        mechanism.answer(challenge)
    with pytest.raises(MechanismError):  # and what comes after it is no success
        mechanism.finish()


def test_success_before_the_message_is_an_error() -> None:
    with pytest.raises(MechanismError, match="before PLAIN has said"):
        Plain("tim", "tanstaaftanstaaf").finish()


def test_start_begins_anew() -> None:
    mechanism = Plain("tim", "tanstaaftanstaaf")
    first = mechanism.start()
    with pytest.raises(MechanismError):
        mechanism.answer(b"")
    assert mechanism.start() == first
    mechanism.finish()


@pytest.mark.parametrize("place", range(3))
def test_INJ_09_nul_moves_no_field(place: int) -> None:
    texts = ["user", "secret", "other"]
    texts[place] += "\0admin"
    with pytest.raises(InvalidArgumentError, match="control character"):
        Plain(*texts)


@given(user=SENDABLE, password=SENDABLE)
def test_a_server_reads_what_was_meant(user: str, password: str) -> None:
    assert check_plain(Plain(user, password).start(), user, password)
    assert check_plain(Plain(user, password, authzid=user).start(), user, password)
    assert not check_plain(Plain(user, password + "x").start(), user, password)
