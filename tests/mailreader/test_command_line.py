"""Commands as they are typed."""

from __future__ import annotations

import pytest
from mailreader.command_line import VERBS, command_of, read, typed_password

from pop3lib import InvalidArgumentError
from pop3lib.protocol import Command


def typed(line: str) -> Command[object] | None:
    return command_of(*read(line))


@pytest.mark.parametrize(
    ("line", "wire"),
    [
        ("stat", b"STAT"),
        (" List ", b"LIST"),
        ("LIST 3", b"LIST 3"),
        ("uidl  7", b"UIDL 7"),
        ("top 2 0", b"TOP 2 0"),
        ("RETR 12", b"RETR 12"),
        ("dele 1", b"DELE 1"),
        ("user ann lee", b"USER ann lee"),
        ("lang", b"LANG"),
        ("lang it", b"LANG it"),
        ("quit", b"QUIT"),
    ],
)
def test_a_line_is_a_command(line: str, wire: bytes) -> None:
    command = typed(line)
    assert command is not None and command.line() == wire


@pytest.mark.parametrize("line", ["PASS", "apop ann", "AUTH PLAIN", "auth scram-sha-256 bob"])
def test_a_secret_is_asked_for_apart(line: str) -> None:
    assert typed(line) is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "begins with CAPA"),
        ("HELO", "begins with CAPA STLS"),
        ("RETR", "RETR message"),
        ("TOP 1", "TOP message lines"),
        ("STAT 1", "typed so: STAT."),
        ("LIST 0", "int from 1"),
        ("LIST -1", "int from 1"),
        ("TOP 1 -1", "from 0"),
        ("RETR one", "'one' is not a number"),
        ("RETR \u00b2", "not a number"),
        ("RETR " + "9" * 30, "int from 1"),
        ("LANG it_IT!", "no language tag"),
        ("AUTH", "AUTH mechanism"),
    ],
)
def test_what_is_no_command_is_refused_before_anything_is_sent(line: str, told: str) -> None:
    with pytest.raises(InvalidArgumentError, match="Nothing was sent") as caught:
        typed(line)
    assert told in str(caught.value)


def test_a_password_typed_in_the_wrong_place_is_not_repeated() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        typed("s3cret-h4sh")
    assert "h4sh" not in str(caught.value)


def test_every_command_of_the_protocol_can_be_typed() -> None:
    rfcs = "USER PASS APOP STAT LIST RETR DELE NOOP RSET QUIT TOP UIDL CAPA STLS AUTH UTF8 LANG"
    assert set(VERBS) == set(rfcs.split())


@pytest.mark.parametrize(
    ("line", "secret"),
    [("PASS h4sh", "h4sh"), ("pass  h4 sh ", " h4 sh "), ("PASS ", ""), ("PASS", None)],
)
def test_what_stands_behind_PASS_is_seen_at_once(line: str, secret: str | None) -> None:
    assert typed_password(line) == secret
    assert typed_password("USER h4sh") is None
