"""EXTERNAL."""

from __future__ import annotations

import pytest

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl import External, MechanismError


def test_rfc_4422_appendix_a_the_identity_is_the_whole_message() -> None:
    mechanism = External("fred@example.com")
    assert mechanism.name == "EXTERNAL"
    assert mechanism.start() == b"fred@example.com"
    mechanism.finish()


def test_without_an_identity_the_message_is_empty_and_yet_a_message() -> None:
    assert External().start() == b""


def test_an_identity_is_sent_as_utf_8() -> None:
    assert External("jörg").start() == b"j\xc3\xb6rg"


@pytest.mark.parametrize("challenge", [b"", b"who?"])
def test_AUT_09_a_second_challenge_is_an_error(challenge: bytes) -> None:
    mechanism = External()
    mechanism.start()
    with pytest.raises(MechanismError, match="more than EXTERNAL"):
        mechanism.answer(challenge)
    with pytest.raises(MechanismError):
        mechanism.finish()


def test_success_before_the_message_is_an_error() -> None:
    with pytest.raises(MechanismError, match="before EXTERNAL has said"):
        External().finish()


def test_INJ_03_control_characters_are_refused() -> None:
    # RFC 4422 appendix A.2: a NUL in the identity is not allowed.
    with pytest.raises(InvalidArgumentError, match="authorization identity has a control"):
        External("fred\0admin")
