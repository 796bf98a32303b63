"""Servers that repeat what they were told, at length: rows of the catalogue, by their ids."""

from __future__ import annotations

import pytest

from pop3lib import AuthenticationError, CommandError, MaildropInUseError
from tests.security.hostile import Peer, client, serving

pytestmark = pytest.mark.usefixtures("face")

SECRET = "S3cr3t/pa55"


def refusal(answer: bytes, password: str = SECRET) -> CommandError:
    """Return what PASS raises where the server answers *answer*."""

    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(b"-ERR\r\n", b"+OK\r\n", b"-ERR " + answer + b"\r\n")

    with serving(act) as server:
        pop = client(server).connect()
        with pytest.raises(CommandError) as caught:
            pop.login("ann", password)
        pop.close()
    return caught.value


def test_SEC_04_a_password_in_the_place_of_a_response_code() -> None:
    error = refusal(f"[{SECRET}] no".encode())
    assert error.code == error.reply.code == "***"
    for shown in (str(error), repr(error.reply), error.reply.line.decode()):
        assert SECRET.upper() not in shown.upper()


def test_SEC_04_a_response_code_is_told_though_the_password_is_spelled_like_it() -> None:
    error = refusal(b"[IN-USE] try in-use later", "in-use")
    assert isinstance(error, MaildropInUseError)
    assert error.reply.text == "try *** later"


def test_SEC_06_a_response_code_is_cut_where_it_is_shown() -> None:
    error = refusal(b"[" + b"A" * 4000 + b"] no")
    assert isinstance(error, AuthenticationError)
    assert error.code == "A" * 4000
    assert len(str(error)) < 300
