"""A secret that does not show itself."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import pprint
import traceback
from base64 import b64encode, urlsafe_b64encode
from dataclasses import asdict, dataclass, replace
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3lib.secret import MASK, Secret

HUSH = "S3cr3t pa/ss+wörd!"  # 19 octets: its base64 ends in padding


@dataclass(frozen=True)
class Holder:
    """Something that a user might keep a secret in."""

    user: str
    password: Secret


def test_the_secret_of_these_tests_is_padded_in_base64() -> None:
    assert b64encode(HUSH.encode()).endswith(b"=")


def test_the_value_comes_out_where_it_is_asked_for_and_only_there() -> None:
    assert Secret(HUSH).reveal() == HUSH
    assert Secret(Secret(HUSH)).reveal() == HUSH


def test_SEC_02_no_way_of_showing_it_shows_it(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(HUSH)
    holder = Holder("ann", secret)
    logging.getLogger("test").warning("%s %r", secret, holder)
    shown = [
        *(str(secret), repr(secret), f"{secret}", f"{secret!r}", f"{secret!a}", ascii([secret])),
        *(repr(holder), repr([secret]), repr({secret: 1}), pprint.pformat(holder)),
        *(repr(dir(secret)), repr([getattr(secret, name) for name in secret.__slots__])),
        *(json.dumps(holder.__dict__, default=str), caplog.text),
    ]
    assert all("S3cr3t" not in text for text in shown)
    assert repr(secret) == "Secret('***')" and str(secret) == MASK
    assert not hasattr(secret, "__dict__")


def test_SEC_02_it_is_not_pickled_and_the_refusal_does_not_show_it() -> None:
    for thing in (Secret(HUSH), Holder("ann", Secret(HUSH))):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match="not pickled") as caught:
                pickle.dumps(thing, protocol)
            assert "S3cr3t" not in str(caught.value)


def test_SEC_02_a_copy_is_the_object_itself() -> None:
    secret = Secret(HUSH)
    assert copy.copy(secret) is secret and copy.deepcopy([secret])[0] is secret
    assert asdict(Holder("ann", secret))["password"] is secret
    assert replace(Holder("ann", secret), user="bob").password is secret


def test_SEC_02_comparing_does_not_look_at_the_value() -> None:
    # Neither an answer nor the time it takes says anything of the text.
    secret = Secret(HUSH)
    others: list[object] = [Secret(HUSH), HUSH]
    assert secret in [secret] and secret not in others
    assert len({secret, Secret(HUSH)}) == 2


def test_it_is_false_where_it_is_empty() -> None:
    assert Secret("x") and not Secret("")


@pytest.mark.parametrize("value", [HUSH.encode(), None, 17, bytearray(b"S3cr3t"), ["S3cr3t"]])
def test_SEC_03_what_is_no_text_is_refused_and_not_shown(value: object) -> None:
    def attempt(box: list[object]) -> None:
        Secret(box.pop())  # type: ignore[arg-type]

    box = [value]
    del value
    with pytest.raises(TypeError, match="a secret is a str or a Secret, not ") as caught:
        attempt(box)
    # The frames below the test's own, whose caller had the value in hand.
    deeper = caught.tb.tb_next
    printed = traceback.TracebackException(
        TypeError, caught.value, deeper, capture_locals=True
    ).format()
    assert "S3cr3t" not in "".join(printed)


# --- masking


@pytest.mark.parametrize(
    "repeated",
    [
        HUSH,
        quote(HUSH),
        quote(HUSH, safe=""),
        quote_plus(HUSH),
        b64encode(HUSH.encode()).decode(),
        HUSH.encode().hex(),
        HUSH.encode().hex().upper(),
        HUSH.swapcase(),
        quote(HUSH, safe="").lower(),
        HUSH.encode().decode("latin-1"),
    ],
)
def test_SEC_04_whatever_the_server_repeats_is_masked(repeated: str) -> None:
    assert Secret(HUSH).mask(f"bad password '{repeated}'!") == "bad password '***'!"


def test_SEC_04_both_alphabets_of_base64_are_known() -> None:
    token = "~~~???>>>"
    for encode in (b64encode, urlsafe_b64encode):
        assert Secret(token).mask(f"no {encode(token.encode()).decode()}!") == "no ***!"
    assert b64encode(token.encode()) != urlsafe_b64encode(token.encode())


def test_SEC_04_it_is_masked_wherever_it_stands_and_as_often() -> None:
    assert Secret("ab").mask("ab, abab: ab") == "***, ******: ***"
    assert Secret("ab").mask("nothing") == "nothing"


@given(
    before=st.binary(max_size=9),
    text=st.text(min_size=4, max_size=12),
    after=st.binary(max_size=9),
)
def test_SEC_04_in_the_base64_of_a_longer_message_little_is_left(
    before: bytes, text: str, after: bytes
) -> None:
    octets = text.encode("utf-8", "surrogatepass")
    whole = b64encode(before + octets + after).decode()
    masked = Secret(text).mask(whole)
    assert MASK in masked
    # The characters that also depend on a neighbour remain: two at most on either side. No run
    # of them that comes from the secret alone.
    first, last = -(-8 * len(before) // 6), 8 * (len(before) + len(octets)) // 6
    assert whole[first:last] not in masked.replace(MASK, " ")


def test_SEC_04_the_answer_of_plain_is_masked() -> None:
    sent = b64encode(b"\0tim\0tanstaaftanstaaf").decode()
    masked = Secret("tanstaaftanstaaf").mask(f"unknown command {sent}")
    assert masked == "unknown command AHRpbQB***"


def test_SEC_04_the_longest_form_goes_first_and_the_mask_stays_a_mask() -> None:
    assert Secret("%").mask("100%25") == "100***"  # not 100***25, which tells what it was
    assert Secret("*").mask("* 2a") == "*** ***"
    assert Secret("a.c").mask("a.c abc") == "*** abc"


def test_an_empty_secret_masks_nothing() -> None:
    assert Secret("").mask("some text") == "some text"


@given(st.text(), st.text())
def test_any_text_can_be_masked_in_any_text(secret: str, text: str) -> None:
    masked = Secret(secret).mask(text)
    assert masked == text or MASK in masked
