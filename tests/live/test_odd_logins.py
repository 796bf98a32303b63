"""Names and passwords that are out of the ordinary, on a real server, unchanged to the octet.

With the blocking client alone: what is sent is the core's, whichever client writes it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pop3lib import AuthenticationError, InvalidArgumentError, Security, State, UnsupportedError
from tests.live.conftest import require
from tests.live.servers import Dovecot
from tests.live.visit import client

LONG = "long password, " * 40
PASSWORDS = {
    "ann": "  spaces  around and  within ",
    "ann lee": "a name with a space",
    "ann@example.org": "%u %d \"quotes\" 'and' \\\\ {PLAIN} $ & # : ; = , *",
    "änn": "pä55wörd € пароль 密码",
    "bjørn": "ascii",
    "carl": LONG,
    "dora": "=",
    "n" * 120: "a long name",
}
assert len(LONG) > 512


@pytest.fixture(scope="module")
def odd() -> Iterator[Dovecot]:
    """A Dovecot with these users, to whom it grants every character."""
    with require(Dovecot("auth_username_chars =", passwords=PASSWORDS)) as server:
        yield server


@pytest.mark.parametrize("mechanism", [None, "PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("user", PASSWORDS)
def test_AUT_22_it_gets_there_unchanged(odd: Dovecot, user: str, mechanism: str | None) -> None:
    password = PASSWORDS[user]
    with client(odd, Security.TLS) as pop:
        pop.login(user, password, mechanism=mechanism)
        assert pop.state is State.TRANSACTION


@pytest.mark.parametrize("user", ["ann", "änn", "carl", "dora"])
def test_AUT_22_nearly_right_is_wrong(odd: Dovecot, user: str) -> None:
    with client(odd, Security.TLS) as pop:
        for wrong in (f"{PASSWORDS[user]} ", PASSWORDS[user][:-1] or "x"):
            with pytest.raises(AuthenticationError):
                pop.login(user, wrong, mechanism="PLAIN")
        pop.login(user, PASSWORDS[user], mechanism="PLAIN")


@pytest.mark.parametrize("user", ["ann", "ann@example.org", "dora", "n" * 120])
def test_AUT_22_USER_and_PASS_carry_it_as_it_is(odd: Dovecot, user: str) -> None:
    with client(odd, Security.TLS) as pop:
        pop.login(user, PASSWORDS[user], mechanism="USER")
        assert pop.state is State.TRANSACTION


def test_INJ_07_a_password_too_long_for_a_command_goes_by_SASL_alone(odd: Dovecot) -> None:
    with client(odd, Security.TLS) as pop:
        with pytest.raises(InvalidArgumentError, match="255"):
            pop.login("carl", LONG, mechanism="USER")
        pop.login("carl", LONG)
        assert pop.state is State.TRANSACTION


@pytest.mark.parametrize("user", ["änn", "bjørn"])
def test_INJ_08_USER_carries_ascii_alone_where_the_server_says_nothing_else(
    odd: Dovecot, user: str
) -> None:
    with client(odd, Security.TLS) as pop:
        with pytest.raises(UnsupportedError, match="UTF8 USER"):
            pop.login(user, PASSWORDS[user], mechanism="USER")
        pop.login(user, PASSWORDS[user])
        assert pop.state is State.TRANSACTION
