"""CRAM-MD5."""

from __future__ import annotations

from base64 import b64decode

import pytest

from pop3lib.sasl import CramMd5, MechanismError

CHALLENGE = b"<1896.697170952@postoffice.reston.mci.net>"


def started() -> CramMd5:
    mechanism = CramMd5("tim", "tanstaaftanstaaf")
    mechanism.start()  # returns nothing: the server speaks first
    return mechanism


def test_the_example_of_rfc_2195() -> None:
    mechanism = started()
    assert mechanism.name == "CRAM-MD5"
    challenge = b64decode("PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+")
    assert challenge == CHALLENGE
    assert mechanism.answer(challenge) == b"tim b913a602c7eda7a495b4e6e7334d3890"
    mechanism.finish()


def test_rfc_2104_a_key_longer_than_a_block_is_hashed_first() -> None:
    mechanism = CramMd5("tim", "b" * 80)
    mechanism.start()
    # The digest is that of `openssl dgst -md5 -hmac`.
    assert mechanism.answer(b"<1@example.org>") == b"tim e534856d5e6c112c0d3f1735eef02676"


@pytest.mark.parametrize("challenge", [b"<0.1@None>", b"no msg-id", b"\xff\x00"])
def test_the_form_of_the_challenge_does_not_matter(challenge: bytes) -> None:
    # Twisted names the host None; nothing hangs on it.
    assert len(started().answer(challenge)) == len("tim ") + 32


def test_a_name_may_have_spaces_and_be_no_ascii() -> None:
    mechanism = CramMd5("jörg müller", "pä55")
    mechanism.start()
    name, _, digest = mechanism.answer(CHALLENGE).rpartition(b" ")
    assert name.decode() == "jörg müller" and len(digest) == 32


def test_an_empty_challenge_is_an_error() -> None:
    # Its digest would be the same every time: who hears it once could send it for ever.
    mechanism = started()
    with pytest.raises(MechanismError, match="empty"):
        mechanism.answer(b"")
    with pytest.raises(MechanismError, match="second digest"):
        mechanism.answer(CHALLENGE)
    with pytest.raises(MechanismError):
        mechanism.finish()


@pytest.mark.parametrize("second", [CHALLENGE, b"<2@example.org>", b""])
def test_a_second_challenge_is_an_error(second: bytes) -> None:
    mechanism = started()
    mechanism.answer(CHALLENGE)
    for _ in range(3):
        with pytest.raises(MechanismError, match="second digest"):
            mechanism.answer(second)
    with pytest.raises(MechanismError):
        mechanism.finish()


def test_success_before_the_challenge_is_an_error() -> None:
    with pytest.raises(MechanismError, match="does not follow the digest"):
        started().finish()


def test_start_begins_anew() -> None:
    mechanism = started()
    first = mechanism.answer(CHALLENGE)
    mechanism.start()
    assert mechanism.answer(CHALLENGE) == first


def test_SEC_04_the_digest_is_masked_as_the_password_is() -> None:
    mechanism = started()
    text = "no such user: " + mechanism.answer(CHALLENGE).decode()
    for secret in mechanism.secrets:
        text = secret.mask(text)
    assert text == "no such user: tim ***"
