"""Which mechanism is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3lib.errors import InsecureError, InvalidArgumentError, UnsupportedError
from pop3lib.sasl import (
    FOR_PASSWORDS,
    FOR_TOKENS,
    NAMES,
    ChannelBinding,
    Credentials,
    Mechanism,
    candidates,
    mechanism_for,
)

BINDING = ChannelBinding("tls-server-end-point", b"the hash of a certificate")
PASSWORD = Credentials("ann", "hush")
BOUND = Credentials("ann", "hush", channel_binding=BINDING)
TOKEN = Credentials("ann", "hush", "tok", host="pop.example.org", port=995)
#: What servers list besides, and what no server should.
STRANGE = ["DIGEST-MD5", "NTLM", "GSSAPI", "KERBEROS_V4", "X-ZIMBRA", "PLAIN;X", "PLAIN\r\nDELE 1",
           "plain", "SCRAM-MD5", "SCRAM-SHA-256-PLUS-PLUS", "ANONYMOUS", ""]  # fmt: skip


def names(offered: list[str], credentials: Credentials, *, clear: bool = True) -> list[str]:
    return [mechanism.name for mechanism in candidates(offered, credentials, clear=clear)]


def flag(mechanism: Mechanism) -> bytes:
    """What the mechanism says of channel binding, in the first field of its first message."""
    return (mechanism.start() or b"").partition(b",")[0]


def test_the_order_of_strength() -> None:
    assert FOR_PASSWORDS == (
        "SCRAM-SHA-512-PLUS",
        "SCRAM-SHA-256-PLUS",
        "SCRAM-SHA-1-PLUS",
        "SCRAM-SHA-512",
        "SCRAM-SHA-256",
        "SCRAM-SHA-1",
        "PLAIN",
        "LOGIN",
    )
    assert FOR_TOKENS == ("OAUTHBEARER", "XOAUTH2")


def test_AUT_24_old_and_strange_mechanisms_are_in_no_table() -> None:
    assert set(NAMES) == {*FOR_PASSWORDS, *FOR_TOKENS, "CRAM-MD5", "EXTERNAL"}
    assert names(["DIGEST-MD5", "NTLM", "CRAM-MD5", "EXTERNAL", "GSSAPI"], BOUND) == []


@pytest.mark.parametrize(
    ("offered", "credentials", "clear", "expected"),
    [
        # Dovecot's list, with and without a channel to bind, and without TLS
        (["PLAIN", "LOGIN", "SCRAM-SHA-1", "SCRAM-SHA-256"], PASSWORD, True, "SCRAM-SHA-256"),
        (["PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS"], BOUND, True, "SCRAM-SHA-1-PLUS"),
        (["PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS"], PASSWORD, True, "SCRAM-SHA-1"),
        (["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1"], PASSWORD, False, "SCRAM-SHA-1"),
        # a binding with a weaker hash before a stronger hash without: it stops who is in between
        (["SCRAM-SHA-256", "SCRAM-SHA-1-PLUS"], BOUND, True, "SCRAM-SHA-1-PLUS"),
        (["LOGIN", "PLAIN", "CRAM-MD5"], PASSWORD, True, "PLAIN"),
        (["LOGIN"], PASSWORD, True, "LOGIN"),
        # a token stands before a password
        (["PLAIN", "XOAUTH2", "OAUTHBEARER"], TOKEN, True, "OAUTHBEARER"),
        (["PLAIN", "XOAUTH2"], TOKEN, True, "XOAUTH2"),
    ],
)
def test_the_strongest_that_is_offered_and_allowed_comes_first(
    offered: list[str], credentials: Credentials, clear: bool, expected: str
) -> None:
    assert names(offered, credentials, clear=clear)[0] == expected


@pytest.mark.parametrize(
    ("offered", "credentials", "clear"),
    [
        (["PLAIN", "LOGIN"], PASSWORD, False),
        (["PLAIN", "LOGIN", "SCRAM-SHA-256"], TOKEN, True),  # the password is not tried instead
        (["XOAUTH2"], PASSWORD, True),
        (["SCRAM-SHA-256-PLUS"], PASSWORD, True),
        ([], PASSWORD, True),
        (STRANGE, BOUND, True),
    ],
)
def test_AUT_05_where_nothing_suits_nothing_is_taken(
    offered: list[str], credentials: Credentials, clear: bool
) -> None:
    assert names(offered, credentials, clear=clear) == []


@given(
    offered=st.lists(st.sampled_from([*NAMES, *STRANGE])),
    credentials=st.sampled_from([PASSWORD, BOUND, TOKEN]),
    clear=st.booleans(),
)
def test_INJ_12_names_come_from_the_table_in_its_order(
    offered: list[str], credentials: Credentials, clear: bool
) -> None:
    taken = names(offered, credentials, clear=clear)
    table = FOR_TOKENS if credentials is TOKEN else FOR_PASSWORDS
    assert taken == [name for name in table if name in taken]
    assert set(taken) <= set(offered)
    if not clear:
        assert not {"PLAIN", "LOGIN"} & set(taken)
    if credentials is not BOUND:
        assert not any(name.endswith("-PLUS") for name in taken)


def test_AUT_01_no_mechanism_is_made_before_it_is_wanted() -> None:
    # A login without a password fails where the password is needed, not where it is not.
    nobody = Credentials("ann")
    assert names([], nobody) == []
    with pytest.raises(InvalidArgumentError, match="needs a password"):
        names(["PLAIN"], nobody)


def test_the_mechanism_has_what_it_needs_of_the_credentials() -> None:
    (mechanism,) = candidates(["OAUTHBEARER"], TOKEN, clear=True)
    assert mechanism.start() == (
        b"n,a=ann,\1host=pop.example.org\1port=995\1auth=Bearer tok\1\1"
    )  # fmt: skip
    (mechanism,) = candidates(["PLAIN"], PASSWORD, clear=True)
    assert mechanism.start() == b"\0ann\0hush"
    assert mechanism_for("EXTERNAL", PASSWORD, ["EXTERNAL"]).start() == b"ann"
    assert mechanism_for("EXTERNAL", Credentials(""), ["EXTERNAL"]).start() == b""
    assert mechanism_for("XOAUTH2", TOKEN, []).start() == b"user=ann\1auth=Bearer tok\1\1"


# --- channel binding (RFC 5802 section 6)


def test_AUT_15_a_server_without_PLUS_is_told_that_we_could_have_bound() -> None:
    (mechanism,) = candidates(["SCRAM-SHA-256", "GSSAPI"], BOUND, clear=False)
    assert flag(mechanism) == b"y"


def test_AUT_15_a_server_with_any_PLUS_is_never_told_that_it_has_none() -> None:
    offered = ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256"]
    flags = {
        mechanism.name: flag(mechanism) for mechanism in candidates(offered, BOUND, clear=True)
    }
    assert flags == {"SCRAM-SHA-1-PLUS": b"p=tls-server-end-point", "SCRAM-SHA-256": b"n"}
    # Asked for by name, without the binding: the user's word, and no lie about the list.
    assert flag(mechanism_for("SCRAM-SHA-256", BOUND, offered)) == b"n"


def test_AUT_15_without_a_channel_to_bind_nothing_is_said_of_the_list() -> None:
    (mechanism,) = candidates(["SCRAM-SHA-256"], PASSWORD, clear=True)
    assert flag(mechanism) == b"n"


@pytest.mark.parametrize("digest", ["SHA-512", "SHA-256", "SHA-1"])
def test_AUT_15_PLUS_by_name_without_a_channel_to_bind_is_refused(digest: str) -> None:
    name = f"SCRAM-{digest}-PLUS"
    assert flag(mechanism_for(name, BOUND, [name])) == b"p=tls-server-end-point"
    with pytest.raises(InsecureError, match=rf"{name} needs TLS.*Nothing was sent"):
        mechanism_for(name, PASSWORD, [name])


def test_AUT_15_PLUS_by_name_from_a_server_without_it_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="does not list SCRAM-SHA-256-PLUS"):
        mechanism_for("SCRAM-SHA-256-PLUS", BOUND, ["SCRAM-SHA-256", "PLAIN"])


# --- by name


@pytest.mark.parametrize("name", NAMES)
def test_every_name_makes_the_mechanism_of_that_name(name: str) -> None:
    everything = Credentials("ann", "hush", "tok", channel_binding=BINDING)
    assert mechanism_for(name, everything, NAMES).name == name


def test_AUT_05_a_name_that_is_not_offered_is_not_replaced_by_another() -> None:
    with pytest.raises(UnsupportedError, match="does not list SCRAM-SHA-256; nothing was sent"):
        mechanism_for("SCRAM-SHA-256", PASSWORD, ["PLAIN", "LOGIN"])


@pytest.mark.parametrize("name", FOR_TOKENS)
def test_a_tokens_mechanism_is_made_though_it_is_not_listed(name: str) -> None:
    # Some servers have it and do not say so.
    assert mechanism_for(name, TOKEN, ["PLAIN"]).name == name


@pytest.mark.parametrize("name", STRANGE)
def test_INJ_12_a_name_that_is_not_in_the_table_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedError, match=r"no such mechanism here.*SCRAM-SHA-256-PLUS"):
        mechanism_for(name, PASSWORD, [name])


@pytest.mark.parametrize(("name", "what"), [("PLAIN", "password"), ("XOAUTH2", "token")])
def test_what_the_mechanism_needs_must_be_there(name: str, what: str) -> None:
    with pytest.raises(InvalidArgumentError, match=f"needs a {what}; none was given"):
        mechanism_for(name, Credentials("ann"), [name])
