"""Credentials, and what may stand in them."""

from __future__ import annotations

import pytest

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl import ChannelBinding, Credentials
from pop3lib.secret import Secret

CONTROLS = [chr(code) for code in (*range(0x20), 0x7F)]


def test_what_is_given_is_kept_and_secrets_are_wrapped() -> None:
    binding = ChannelBinding("tls-server-end-point", b"x")
    credentials = Credentials(
        "ann", "hush", Secret("tok"), host="pop.example.org", port=995, channel_binding=binding
    )
    assert credentials.user == "ann"
    assert credentials.need_password().reveal() == "hush"
    assert credentials.need_token().reveal() == "tok"
    assert (credentials.host, credentials.port) == ("pop.example.org", 995)
    assert credentials.channel_binding is binding


def test_what_is_not_given_is_none_and_asking_for_it_is_an_error() -> None:
    credentials = Credentials("ann")
    assert credentials.password is None and credentials.token is None
    with pytest.raises(InvalidArgumentError, match="needs a password; none was given"):
        credentials.need_password()
    with pytest.raises(InvalidArgumentError, match="needs a token; none was given"):
        credentials.need_token()


def test_the_user_name_may_be_empty_and_secrets_may_not() -> None:
    # EXTERNAL and OAUTHBEARER can do without a name.
    assert Credentials("", "x").user == ""
    with pytest.raises(InvalidArgumentError, match="the password is empty"):
        Credentials("ann", "")
    with pytest.raises(InvalidArgumentError, match="the token is empty"):
        Credentials("ann", token="")


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: f"{ord(control):02x}")
@pytest.mark.parametrize("what", ["user name", "password", "token"])
def test_INJ_03_no_control_character_is_taken(what: str, control: str) -> None:
    texts = {"user name": "ann", "password": "hush", "token": "tok"}
    for text in (control, f"hush{control}", f"{control}hush", f"hu{control}sh"):
        with pytest.raises(InvalidArgumentError, match=f"the {what} has a control") as caught:
            Credentials(*{**texts, what: text}.values())
        assert "hu" not in str(caught.value)


def test_INJ_08_a_lone_surrogate_cannot_be_sent() -> None:
    with pytest.raises(InvalidArgumentError, match="the password cannot be written in UTF-8"):
        Credentials("ann", "hush\ud800")


def test_AUT_22_what_has_no_control_character_is_left_as_it_is() -> None:
    password = "  p\u00e4ss\u200d w\u202eord \U0001f600\x80 "
    assert Credentials("  ann ", password).need_password().reveal() == password
    assert Credentials("  ann ", password).user == "  ann "
