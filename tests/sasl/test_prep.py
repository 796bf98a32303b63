"""SASLprep."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl import saslprep
from pop3lib.secret import Secret


@pytest.mark.parametrize(
    ("text", "prepared"),
    [
        ("I\u00adX", "IX"),  # SOFT HYPHEN mapped to nothing
        ("user", "user"),  # no transformation
        ("USER", "USER"),  # case preserved
        ("\u00aa", "a"),  # output is NFKC
        ("\u2168", "IX"),  # output is NFKC, matches the first
    ],
)
def test_the_examples_of_rfc_4013_that_pass(text: str, prepared: str) -> None:
    assert saslprep(text) == prepared


@pytest.mark.parametrize(
    ("text", "why"),
    [("\u0007", "prohibited character"), ("\u0627\u0031", "mixes writing directions")],
)
def test_the_examples_of_rfc_4013_that_are_refused(text: str, why: str) -> None:
    with pytest.raises(InvalidArgumentError, match=why):
        saslprep(text)


@pytest.mark.parametrize(
    "space",
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f"
    "\u205f\u3000",
)
def test_rfc_4013_section_2_1_every_space_is_a_space(space: str) -> None:
    # U+200B is in "mapped to nothing" too. It is a space to libidn and PostgreSQL, hence to us.
    assert saslprep(f"a{space}b") == "a b"


@pytest.mark.parametrize(
    "nothing",
    "\u00ad\u034f\u1806\u180b\u180c\u180d\u200c\u200d\u2060\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05"
    "\ufe06\ufe07\ufe08\ufe09\ufe0a\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f\ufeff",
)
def test_rfc_4013_section_2_1_some_characters_are_mapped_to_nothing(nothing: str) -> None:
    assert saslprep(f"a{nothing}b") == "ab"
    with pytest.raises(InvalidArgumentError, match="nothing is left"):
        saslprep(nothing)


@pytest.mark.parametrize(
    "character",
    [
        *("\0", "\t", "\n", "\x1f", "\x7f"),  # C.2.1
        *("\x80", "\x9f", "\u06dd", "\u070f", "\u180e", "\u2028", "\u2029", "\u2061", "\u206a"),
        *("\ufff9", "\ufffc", "\U0001d173", "\U0001d17a"),  # C.2.2
        *("\ue000", "\uf8ff", "\U000f0000", "\U0010fffd"),  # C.3
        *("\ufdd0", "\ufdef", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff"),  # C.4
        *("\ud800", "\udbff", "\udc00", "\udfff"),  # C.5
        *("\ufffa", "\ufffb", "\ufffd"),  # C.6
        *("\u2ff0", "\u2ffb"),  # C.7
        *("\u200e", "\u200f", "\u202a", "\u202e", "\u206f"),  # C.8
        *("\U000e0001", "\U000e0020", "\U000e007f"),  # C.9
    ],
)
def test_rfc_4013_section_2_3_a_character_of_each_table_is_prohibited(character: str) -> None:
    with pytest.raises(InvalidArgumentError, match="prohibited character"):
        saslprep(f"a{character}b")


def test_rfc_4013_section_2_3_what_is_normalized_away_is_not_prohibited() -> None:
    # U+0340 is in C.8, and its normal form U+0300 is not; prohibited is the output.
    assert saslprep("a\u0340") == "\u00e0"


@pytest.mark.parametrize(
    "text",
    [
        "\u0627\u0628",  # right to left throughout
        "\u0627",
        "\u0627 1 \u0628",  # neutral inside
        "\u05d0\u0627",  # Hebrew and Arabic run the same way
    ],
)
def test_rfc_3454_section_6_texts_that_run_one_way_pass(text: str) -> None:
    assert saslprep(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "\u0627a\u0628",  # a letter that runs from left to right among others
        "a\u0627",
        "\u0627a",
        "1\u0627",  # the first must run from right to left as well
        "\u06271",  # and the last
        "\u0627\u0628!",
        "\ufb1d",  # its normal form ends in a vowel point, which has no direction of its own
        "\u05d0\u00aa\u05d0",  # the feminine ordinal is an "a", once normalized
    ],
)
def test_rfc_3454_section_6_texts_that_mix_directions_are_refused(text: str) -> None:
    with pytest.raises(InvalidArgumentError, match="mixes writing directions"):
        saslprep(text)


@pytest.mark.parametrize("newer", ["\u0221", "\u20ac\u0242", "\U0001f600", "\u0e00"])
def test_rfc_4013_section_2_5_newer_characters_are_sent_and_not_stored(newer: str) -> None:
    assert saslprep(newer) == newer
    with pytest.raises(InvalidArgumentError, match=r"Unicode 3\.2 does not know"):
        saslprep(newer, stored=True)


def test_the_unicode_of_the_profile_is_3_2() -> None:
    # Unicode 3.2 has not U+A7F8, whose normal form in newer versions is U+0126.
    assert unicodedata.normalize("NFKC", "\ua7f8") == "\u0126"
    assert saslprep("\ua7f8") == "\ua7f8"


def test_a_secret_stays_a_secret_and_the_text_is_not_shown() -> None:
    prepared = saslprep(Secret("pass\u00adword"))
    assert isinstance(prepared, Secret) and prepared.reveal() == "password"
    with pytest.raises(InvalidArgumentError, match="SASLprep refuses the password") as caught:
        saslprep(Secret("hush\x80"), "password")
    assert "hush" not in str(caught.value)


@given(st.text())
def test_a_prepared_text_is_its_own_preparation(text: str) -> None:
    try:
        prepared = saslprep(text)
    except InvalidArgumentError:
        assume(False)
    assert saslprep(prepared) == prepared


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1))
def test_printable_ascii_is_left_alone(text: str) -> None:
    assert saslprep(text) == saslprep(text, stored=True) == text
