"""What a caller gets wrong at the first try is told at once, in words, and without a secret."""

from __future__ import annotations

from typing import Any

import pytest

import pop3lib
from pop3lib import InvalidArgumentError, Limits, Security, WrongStateError
from pop3lib.protocol import Connection, Lang, Stat
from pop3lib.sasl import Credentials
from tests import faces

pytestmark = pytest.mark.usefixtures("face")


@pytest.mark.parametrize("security", ["TLS", "starttls", None, True])
@pytest.mark.parametrize("port", [None, 995])
def test_AUT_01_what_is_no_Security_is_not_taken_for_none(security: Any, port: int | None) -> None:
    with pytest.raises(InvalidArgumentError, match=r"Security\.TLS"):
        faces.Client("pop.example.org", port, security=security)


@pytest.mark.parametrize(
    "host",
    [
        "pops://pop.example.org",
        "pop.example.org:995",
        "[::1]",
        "a" * 64 + ".example.org",
        "pop..example.org",
        "\udcff.example.org",
        "",
        None,
        b"pop.example.org",
    ],
)
def test_a_host_is_a_name_or_an_address_and_no_more(host: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="not a host name"):
        faces.Client(host)


@pytest.mark.parametrize(
    "host", ["pop.example.org", "pop.example.org.", "::1", "m\u00fcller.example"]
)
def test_a_host_that_can_be_looked_up(host: str) -> None:
    assert host in repr(pop3lib.Client(host))


def test_SEC_09_a_password_given_along_with_the_host_is_not_shown() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        faces.Client("ann:S3cr3t@pop.example.org")
    assert "S3cr3t" not in str(caught.value)


@pytest.mark.parametrize("name", ["timeout", "deadline"])
@pytest.mark.parametrize("seconds", [0, -1, "60", float("nan"), float("inf"), True])
def test_seconds_are_a_number_above_0(name: str, seconds: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=name):
        faces.Client("pop.example.org", **{name: seconds})


@pytest.mark.parametrize("bound", [0, 1.5, "9", True])
def test_a_limit_is_an_int_from_1(bound: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="max_line"):
        Limits(max_line=bound)


def test_a_port_is_no_truth_value() -> None:
    with pytest.raises(InvalidArgumentError, match="not a port"):
        faces.Client("pop.example.org", True)


@pytest.mark.parametrize("command", ["STAT", Stat, None])
def test_what_is_no_command_is_not_sent(command: Any) -> None:
    connection = Connection()
    connection.receive_data(b"+OK\r\n")
    with pytest.raises(InvalidArgumentError, match=r"Stat\(\)"):
        connection.send(command)
    assert connection.data_to_send() == b""


@pytest.mark.parametrize("mechanism", ["PLAIN", b"PLAIN", None, 5])
def test_what_is_no_mechanism_is_told_and_not_shown(mechanism: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"pop3lib\.sasl") as caught:
        pop3lib.protocol.Auth(mechanism)
    assert "PLAIN" not in str(caught.value)


def test_a_user_name_of_octets_is_not_called_a_secret() -> None:
    user: Any = b"ann"
    with pytest.raises(InvalidArgumentError, match="user name is a bytes"):
        Credentials(user, "secret")


def test_a_language_is_text() -> None:
    tag: Any = 5
    with pytest.raises(InvalidArgumentError, match="language tag"):
        Lang(tag)


@pytest.mark.parametrize("raw", ["Subject: hi\r\n\r\n", None])
def test_a_header_block_is_octets(raw: Any) -> None:
    with pytest.raises(TypeError, match="bytes as received"):
        pop3lib.parse_headers(raw)


def test_SEQ_18_a_client_that_was_closed_does_not_connect() -> None:
    client = faces.Client("127.0.0.1", 1, security=Security.PLAINTEXT)
    client.close()
    with pytest.raises(WrongStateError, match="make a new one"):
        client.connect()
