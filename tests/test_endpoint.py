"""Hosts, ports and POP URLs."""

from __future__ import annotations

import ssl

import pytest

import pop3lib
from pop3lib import InvalidArgumentError, Security
from pop3lib.endpoint import Endpoint, default_context


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("pops://ann@pop.example.org", Endpoint("pop.example.org", 995, Security.TLS, "ann")),
        ("pop://mailsrv.qualcomm.com", Endpoint("mailsrv.qualcomm.com", 110, Security.STARTTLS)),
        ("pop://rg@h:8110", Endpoint("h", 8110, Security.STARTTLS, "rg")),
        ("pop://rg;AUTH=+APOP@h:8110", Endpoint("h", 8110, Security.STARTTLS, "rg", "APOP")),
        ("pop://baz;AUTH=SCRAM-MD5@h", Endpoint("h", 110, Security.STARTTLS, "baz", "SCRAM-MD5")),
        ("POPS://a%40b;auth=*@[::1]:1/", Endpoint("::1", 1, Security.TLS, "a@b")),
    ],
)
def test_what_rfc_2384_shows(url: str, endpoint: Endpoint) -> None:
    assert Endpoint.from_url(url) == endpoint


@pytest.mark.parametrize(
    "url",
    ["", "imap://h", "pop://", "pop://h:x", "pop://h:0", "pop://h:99999", "pop://h/path",
     "pop://u;x=y@h", "pop://u;AUTH=@h", "pop://a b", "pop://h\r\nDELE 1"],
)  # fmt: skip
def test_what_is_no_POP_URL(url: str) -> None:
    with pytest.raises(InvalidArgumentError):
        Endpoint.from_url(url)


def test_SEC_09_a_password_in_a_URL_is_refused_and_not_shown() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        pop3lib.Client.from_url("pops://ann:hush@h")
    assert "hush" not in str(caught.value)


def test_security_can_be_overruled_and_is_shown() -> None:
    assert Endpoint.from_url("pop://h", Security.PLAINTEXT).security is Security.PLAINTEXT
    assert str(Endpoint("::1", 995)) == "[::1]:995"
    assert "h:110" in repr(pop3lib.Client.from_url("pop://ann@h"))


@pytest.mark.parametrize(
    ("host", "port"), [("", 1), ("a b", 1), ("h\n", 1), ("h", 0), ("h", 65536)]
)
def test_hosts_and_ports_that_cannot_be(host: str, port: int) -> None:
    with pytest.raises(InvalidArgumentError):
        pop3lib.Client(host, port)


def test_TLS_14_15_the_default_context_verifies() -> None:
    context = default_context()
    assert context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert not context.hostname_checks_common_name
