"""OAUTHBEARER and XOAUTH2."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl import MechanismError, OAuthBearer, XOAuth2
from pop3lib.sasl.mechanism import ExplainsRefusal

TOKEN = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
#: RFC 7628 section 4.3, as it is on the wire
REFUSAL = b64decode(
    "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRp"
    "b24iOiJodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0="
)

BOTH = pytest.mark.parametrize("kind", [OAuthBearer, XOAuth2])


@pytest.mark.parametrize(
    ("port", "wire"),
    [
        (
            143,
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVh"
            "cmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB",
        ),
        (
            587,
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVh"
            "cmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB",
        ),
    ],
)
def test_the_examples_of_rfc_7628_section_4_1(port: int, wire: str) -> None:
    mechanism = OAuthBearer("user@example.com", TOKEN, host="server.example.com", port=port)
    assert mechanism.name == "OAUTHBEARER"
    assert mechanism.start() == b64decode(wire)
    mechanism.finish()


def test_AUT_17_the_failed_exchange_of_rfc_7628_section_4_3() -> None:
    mechanism = OAuthBearer("user@example.com", TOKEN, host="server.example.com", port=143)
    mechanism.start()
    assert mechanism.answer(REFUSAL) == b"\1"
    assert mechanism.refusal == {
        "status": "invalid_token",
        "scope": "example_scope",
        "openid-configuration": "https://example.com/.well-known/openid-configuration",
    }


def test_AUT_17_the_failed_exchange_of_rfc_7628_section_4_4() -> None:
    mechanism = OAuthBearer("someuser@example.com", TOKEN)
    mechanism.start()
    reasons = b64decode(
        "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NoZW1lcyI6ImJlYXJlciBtYWMiLCJzY29wZSI6Imh0dHBzOi8vbWFp"
        "bC5leGFtcGxlLmNvbS8ifQ=="
    )
    assert mechanism.answer(reasons) == b"\1"
    assert mechanism.refusal == {
        "status": "invalid_token",
        "schemes": "bearer mac",
        "scope": "https://mail.example.com/",
    }


def test_xoauth2_sends_what_google_and_microsoft_describe() -> None:
    # The example of Google's "OAuth 2.0 Mechanism" page.
    mechanism = XOAuth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg")
    assert mechanism.name == "XOAUTH2"
    assert mechanism.start() == (
        b"user=someuser@example.com\1auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\1\1"
    )
    mechanism.finish()


def test_AUT_17_xoauth2_answers_a_refusal_with_nothing() -> None:
    mechanism = XOAuth2("someuser@example.com", TOKEN)
    mechanism.start()
    refusal = b'{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}'
    assert mechanism.answer(refusal) == b""
    assert mechanism.refusal["status"] == "401"
    assert mechanism.refusal["scope"] == "https://mail.google.com/"


def test_what_is_not_known_is_left_out() -> None:
    assert OAuthBearer("", TOKEN).start() == f"n,,\1auth=Bearer {TOKEN}\1\1".encode()
    message = OAuthBearer("", TOKEN, host="pop.example.org").start()
    assert message == f"n,,\1host=pop.example.org\1auth=Bearer {TOKEN}\1\1".encode()


def test_INJ_11_comma_and_equals_sign_are_escaped_in_the_user_name() -> None:
    assert OAuthBearer("al,ice=x", TOKEN).start().startswith(b"n,a=al=2Cice=3Dx,\1")
    # XOAUTH2 has no such rule; and neither character ends a field there.
    assert XOAuth2("al,ice=x", TOKEN).start().startswith(b"user=al,ice=x\1")


@BOTH
def test_success_after_a_refusal_is_an_error(kind: type[XOAuth2 | OAuthBearer]) -> None:
    mechanism = kind("user@example.com", TOKEN)
    mechanism.start()
    mechanism.answer(REFUSAL)
    with pytest.raises(MechanismError, match="refused the token, and then claims success"):
        mechanism.finish()


@BOTH
def test_a_second_challenge_is_an_error(kind: type[XOAuth2 | OAuthBearer]) -> None:
    mechanism = kind("user@example.com", TOKEN)
    mechanism.start()
    mechanism.answer(REFUSAL)
    for _ in range(2):
        with pytest.raises(MechanismError, match="goes on after it has refused"):
            mechanism.answer(REFUSAL)
    assert mechanism.refusal["status"] == "invalid_token"  # the reasons are not lost by it


@BOTH
def test_success_before_the_token_is_an_error(kind: type[XOAuth2 | OAuthBearer]) -> None:
    with pytest.raises(MechanismError, match="before it had the token"):
        kind("user@example.com", TOKEN).finish()


@BOTH
def test_start_begins_anew(kind: type[XOAuth2 | OAuthBearer]) -> None:
    mechanism = kind("user@example.com", TOKEN)
    first = mechanism.start()
    mechanism.answer(REFUSAL)
    assert mechanism.start() == first
    assert mechanism.refusal == {}
    mechanism.finish()


@BOTH
@pytest.mark.parametrize(
    "challenge",
    [b"", b"no", b"[]", b'"status"', b"null", b"\xff\xfe", b"[" * 16384, b'{"a":' * 3000,
     b'{"n":' + b"1" * 5000 + b"}", b'{"status":401}'],
)  # fmt: skip
def test_AUT_17_a_refusal_that_explains_nothing_is_a_refusal(
    kind: type[XOAuth2 | OAuthBearer], challenge: bytes
) -> None:
    mechanism = kind("user@example.com", TOKEN)
    mechanism.start()
    assert mechanism.answer(challenge) in (b"", b"\1")
    assert mechanism.refusal == {}
    with pytest.raises(MechanismError):
        mechanism.finish()


@BOTH
def test_SEC_06_only_printable_ascii_is_believed_to_be_a_reason(
    kind: type[XOAuth2 | OAuthBearer],
) -> None:
    mechanism = kind("user@example.com", TOKEN)
    mechanism.start()
    reasons = {"status": "ok", "a": "\x1b]0;x\x07", "b\r": "c", "d": "\u202e", "e": 1, "f": None}
    mechanism.answer(json.dumps(reasons).encode())
    assert mechanism.refusal == {"status": "ok"}


@BOTH
def test_SEC_04_a_token_that_the_server_repeats_is_masked(
    kind: type[XOAuth2 | OAuthBearer],
) -> None:
    mechanism = kind("user@example.com", TOKEN)
    mechanism.start()
    mechanism.answer(json.dumps({"status": f"bad token {TOKEN}!", TOKEN: "unknown"}).encode())
    assert mechanism.refusal == {"status": "bad token ***!", "***": "unknown"}


@BOTH
def test_the_reasons_cannot_be_changed_from_outside(kind: type[XOAuth2 | OAuthBearer]) -> None:
    mechanism = kind("user@example.com", TOKEN)
    assert isinstance(mechanism, ExplainsRefusal)
    mechanism.start()
    mechanism.answer(REFUSAL)
    with pytest.raises(TypeError):
        mechanism.refusal["status"] = "fine"  # type: ignore[index]


@BOTH
@pytest.mark.parametrize(
    "token",
    ["", "tok\1auth=Bearer evil", "token\n", "token\r\n", "tok\0en", "t\x7f", "tökén", "t\ud800"],
)
def test_INJ_10_a_token_that_would_break_the_message_is_refused(
    kind: type[XOAuth2 | OAuthBearer], token: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^the token ") as caught:
        kind("user@example.com", token)
    assert not token or token not in str(caught.value)


@BOTH
@pytest.mark.parametrize("user", ["a\1auth=Bearer evil", "a\r\nDELE 1", "a\0"])
def test_INJ_10_a_user_name_that_would_break_the_message_is_refused(
    kind: type[XOAuth2 | OAuthBearer], user: str
) -> None:
    with pytest.raises(InvalidArgumentError, match="user name has a control character"):
        kind(user, TOKEN)


def test_xoauth2_needs_a_user_name() -> None:
    with pytest.raises(InvalidArgumentError, match="user name is empty"):
        XOAuth2("", TOKEN)


@pytest.mark.parametrize("host", ["a\1auth=x", "a b", "h\r\n", "bücher.example"])
def test_INJ_10_a_host_that_would_break_the_message_is_refused(host: str) -> None:
    with pytest.raises(InvalidArgumentError, match="no name of a host"):
        OAuthBearer("user@example.com", TOKEN, host=host)
