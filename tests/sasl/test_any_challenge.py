"""Whatever a server sends: a response or MechanismError, and no success that it did not earn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3lib.sasl import (
    ChannelBinding,
    CramMd5,
    External,
    Login,
    Mechanism,
    MechanismError,
    OAuthBearer,
    Plain,
    Scram,
    XOAuth2,
)

BINDING = ChannelBinding("tls-server-end-point", b"the hash of a certificate")
MAKERS: dict[str, Callable[[], Mechanism]] = {
    "PLAIN": lambda: Plain("ann", "hush"),
    "LOGIN": lambda: Login("ann", "hush"),
    "CRAM-MD5": lambda: CramMd5("ann", "hush"),
    "EXTERNAL": lambda: External("ann"),
    "XOAUTH2": lambda: XOAuth2("ann", "tok"),
    "OAUTHBEARER": lambda: OAuthBearer("ann", "tok"),
    "SCRAM-SHA-1": lambda: Scram("ann", "hush", "SHA-1", nonce=lambda: "N"),
    "SCRAM-SHA-256": lambda: Scram("ann", "hush", plus_missing=True, nonce=lambda: "N"),
    "SCRAM-SHA-512-PLUS": lambda: Scram(
        "ann", "hush", "SHA-512", channel_binding=BINDING, nonce=lambda: "N"
    ),
}

#: Pieces of which SCRAM's messages are made, and pieces of which they should not be.
ATTRIBUTES = st.sampled_from(
    ["r=Nx", "r=N", "r=x", "s=QUJD", "s=", "s=!", "i=4096", "i=4095", "i=0", "i=99999999999", "m=x",
     "e=other-error", "e=", "v=QUJD", "v=", "x=y", "x=\u00e9", "", "=", "r", "p=QUJD", "c=biws"]
)  # fmt: skip
CHALLENGES = st.lists(
    st.binary(max_size=40)
    | st.lists(ATTRIBUTES, min_size=1, max_size=5).map(lambda parts: ",".join(parts).encode())
    | st.sampled_from([b"r=Nx,s=QUJD,i=4096", b'{"status":"401"}', b"<1@example.org>"]),
    max_size=5,
)


def test_the_names_are_right() -> None:
    assert {name: make().name for name, make in MAKERS.items()} == {name: name for name in MAKERS}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@given(challenges=CHALLENGES)
def test_any_challenges_give_responses_or_a_mechanism_error(
    make: Callable[[], Mechanism], challenges: list[bytes]
) -> None:
    mechanism = make()
    assert isinstance(mechanism.start(), bytes | None)
    try:
        responses = [mechanism.answer(challenge) for challenge in challenges]
        assert all(isinstance(response, bytes) for response in responses)
        mechanism.finish()
    except MechanismError as error:
        assert str(error).isascii() and str(error).isprintable()  # nothing of the server's is in it
    else:
        assert not mechanism.name.startswith("SCRAM")


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@given(challenges=CHALLENGES)
def test_after_an_error_there_is_no_way_on(
    make: Callable[[], Mechanism], challenges: list[bytes]
) -> None:
    mechanism = make()
    mechanism.start()
    failed = False
    for challenge in challenges:
        try:
            mechanism.answer(challenge)
        except MechanismError:
            failed = True
        else:
            assert not failed
    if failed:
        with pytest.raises(MechanismError):
            mechanism.finish()


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_no_mechanism_accepts_a_success_before_its_start(make: Callable[[], Mechanism]) -> None:
    with pytest.raises(MechanismError):
        make().finish()
