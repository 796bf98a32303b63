"""The CAPA answer as typed values."""

from __future__ import annotations

import math

import pytest

from pop3lib.protocol import Capabilities


def test_what_rfc_2449_shows() -> None:
    caps = Capabilities(
        b"TOP|USER|SASL CRAM-MD5 kerberos_v4|LOGIN-DELAY 900 USER|PIPELINING|EXPIRE 60 USER|UIDL|"
        b"IMPLEMENTATION Shlemazle-Plotz-v302|STLS|RESP-CODES|AUTH-RESP-CODE|UTF8 USER|LANG|"
        b"X-Foo a b".split(b"|")
    )
    assert caps.top and caps.user and caps.pipelining and caps.uidl and caps.stls
    assert caps.resp_codes and caps.auth_resp_code
    assert caps.utf8 and caps.utf8_user and caps.languages
    assert caps.sasl == ("CRAM-MD5", "KERBEROS_V4")
    assert caps.login_delay == 900
    assert caps.expire == 60
    assert caps.implementation == "Shlemazle-Plotz-v302"
    assert "x-foo" in caps and caps["x-foo"] == ("a", "b")
    assert object() not in list[object](caps)
    assert len(caps) == 14 and next(iter(caps)) == "TOP"
    assert caps.defects == ()
    assert "X-FOO a b" in repr(caps)


def test_nothing_is_taken_for_granted() -> None:
    caps = Capabilities()
    assert not (caps.top or caps.user or caps.uidl or caps.stls or caps.pipelining or caps.utf8)
    assert not (caps.resp_codes or caps.auth_resp_code or caps.languages or caps.utf8_user)
    assert caps.sasl == () and caps.login_delay is None and caps.expire is None
    assert caps.implementation is None
    assert repr(caps) == "<Capabilities none>"


@pytest.mark.parametrize(
    ("lines", "defect"),
    [
        ([b"PIPELINE"], "PIPELINE stands for PIPELINING"),
        ([b""], "an empty line among the capabilities"),
        ([b"TOP", b"top"], "TOP is announced twice"),
    ],
)
def test_LIM_19_odd_lines_are_defects(lines: list[bytes], defect: str) -> None:
    assert Capabilities(lines).defects == (defect,)


def test_LIM_19_eight_bits_and_repeats() -> None:
    caps = Capabilities([b"IMPLEMENTATION caf\xe9", b"SASL PLAIN", b"SASL LOGIN", b"EXPIRE never"])
    assert caps.implementation == "caf\xe9"
    assert caps.sasl == ("PLAIN", "LOGIN")
    assert caps.expire == math.inf
    assert Capabilities([b"EXPIRE soon", b"LOGIN-DELAY"]).expire is None
