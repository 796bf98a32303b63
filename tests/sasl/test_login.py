"""LOGIN."""

from __future__ import annotations

import pytest

from pop3lib.sasl import Login, MechanismError


def test_the_example_of_the_draft() -> None:
    mechanism = Login("tim", "tanstaaftanstaaf")
    assert mechanism.name == "LOGIN"
    mechanism.start()  # returns nothing: the server speaks first
    assert mechanism.answer(b"User Name\0") == b"tim"
    assert mechanism.answer(b"Password\0") == b"tanstaaftanstaaf"
    mechanism.finish()


@pytest.mark.parametrize(
    "prompts",
    [(b"Username:", b"Password:"), (b"", b""), (b"Password:", b"Username:"), (b"\xff", b"\0")],
)
def test_AUT_09_the_wording_of_prompts_does_not_matter(prompts: tuple[bytes, bytes]) -> None:
    mechanism = Login("jörg", "pä55")
    mechanism.start()
    assert [mechanism.answer(prompt) for prompt in prompts] == [b"j\xc3\xb6rg", b"p\xc3\xa455"]
    mechanism.finish()


def test_a_third_prompt_is_an_error() -> None:
    mechanism = Login("tim", "tanstaaftanstaaf")
    mechanism.start()
    mechanism.answer(b"")
    mechanism.answer(b"")
    for _ in range(3):  # however often it is repeated, the password does not come again
        with pytest.raises(MechanismError, match="more than a name and a password"):
            mechanism.answer(b"")
    with pytest.raises(MechanismError):
        mechanism.finish()


@pytest.mark.parametrize("prompts", [0, 1])
def test_success_before_the_password_is_an_error(prompts: int) -> None:
    mechanism = Login("tim", "tanstaaftanstaaf")
    mechanism.start()
    for _ in range(prompts):
        mechanism.answer(b"")
    with pytest.raises(MechanismError, match="does not follow the password"):
        mechanism.finish()


def test_start_begins_anew() -> None:
    mechanism = Login("tim", "tanstaaftanstaaf")
    for _ in range(2):
        mechanism.start()
        assert mechanism.answer(b"") == b"tim"
