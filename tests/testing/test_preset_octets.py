"""The octets that presets say, some of which only another client than ours would ask for."""

from __future__ import annotations

import socket

import pytest

from pop3lib.testing import Maildrop, Server, Settings, presets

ALL: dict[str, Settings] = {
    name: value for name, value in vars(presets).items() if isinstance(value, Settings)
}
MAIL = [b"Subject: one\r\n\r\nHello\r\n"]

#: What CAPA answers before login, from the samples of each server; None: it is not known.
ANNOUNCED = {
    "DOVECOT": "CAPA TOP UIDL USER SASL PIPELINING RESP-CODES AUTH-RESP-CODE",
    "DOVECOT1": "TOP UIDL USER SASL PIPELINING RESP-CODES AUTH-RESP-CODE",
    "COURIER": "SASL TOP USER LOGIN-DELAY PIPELINING UIDL UTF8 IMPLEMENTATION",
    "TWISTED": (
        "TOP USER UIDL PIPELINE CELERITY AUSPEX POTENCE IMPLEMENTATION EXPIRE LOGIN-DELAY SASL"
    ),
    "GMAIL": "USER RESP-CODES EXPIRE LOGIN-DELAY TOP UIDL X-GOOGLE-RICO SASL",
    "MICROSOFT365": "TOP UIDL USER SASL",
    "EXCHANGE2003": "TOP UIDL USER SASL",
    "EXCHANGE2000": "TOP UIDL USER",
    "ZIMBRA": "TOP UIDL USER SASL PIPELINING UTF8 RESP-CODES AUTH-RESP-CODE EXPIRE",
    "MAILLENNIUM": "TOP UIDL USER PIPELINING",
    "QPOPPER": "TOP UIDL USER",
    "HOTMAIL": None,
    "HMAILSERVER": "TOP UIDL USER PIPELINING",
    "MAILSAC": "UIDL USER SASL PIPELINING RESP-CODES AUTH-RESP-CODE",
    "AOL": None,
    "OPENMAIL": None,
    "NETEASE": "TOP UIDL USER PIPELINING",
    "MAILPIT": "TOP UIDL USER",
    "FREE": ("TOP UIDL USER SASL PIPELINING UTF8 RESP-CODES AUTH-RESP-CODE"),
    "BARE_LF": (
        "TOP UIDL USER SASL PIPELINING UTF8 RESP-CODES AUTH-RESP-CODE EXPIRE IMPLEMENTATION"
    ),
}
#: The mechanisms, where a server has its own; Dovecot's DIGEST-MD5 and EXTERNAL are left out.
MECHANISMS = {
    "DOVECOT": "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 OAUTHBEARER XOAUTH2",
    "DOVECOT1": "",
    "TWISTED": "CRAM-MD5",
    "GMAIL": "PLAIN XOAUTH2 OAUTHBEARER",
    "MICROSOFT365": "PLAIN XOAUTH2",
    "EXCHANGE2003": "PLAIN LOGIN",
    "ZIMBRA": "PLAIN X-ZIMBRA",
}
STAMPED = {"DOVECOT", "DOVECOT1", "TWISTED", "QPOPPER", "FREE"}


@pytest.mark.parametrize("name", sorted(ALL))
def test_what_a_server_announces_and_no_more(name: str) -> None:
    with (
        Server(settings=ALL[name]) as server,
        socket.create_connection((server.host, server.port), 10) as peer,
    ):
        peer.sendall(b"CAPA\r\n")
        lines = peer.makefile("rb")
        stamped, capable = b"@" in lines.readline(), lines.readline().startswith(b"+OK")
        capabilities = list(iter(lambda: lines.readline().strip(), b".")) if capable else []
        peer.sendall(b"USER ann\r\n")
        assert lines.readline().startswith(b"+OK")
        peer.sendall(b"PASS wrong\r\n")
        refused = lines.readline()
        lines.close()
    announced = ANNOUNCED[name]
    tags = {line.split(b" ")[0].decode() for line in capabilities}
    if "SASL" in tags:
        mechanisms = MECHANISMS.get(name, "PLAIN LOGIN CRAM-MD5")
        assert f"SASL {mechanisms}".strip().encode() in capabilities
    assert capable == (announced is not None)
    assert tags == set((announced or "").split())
    assert stamped == (name in STAMPED)
    assert (b"[AUTH]" in refused) == ("RESP-CODES" in tags)


@pytest.mark.parametrize(
    ("settings", "command", "answer"),
    [
        (presets.COURIER, "LIST", b"+OK POP3 clients that break here, they violate STD53."),
        (presets.COURIER, "LIST 1", b"+OK POP3 clients that break here, they violate STD53."),
        (presets.TWISTED, "UIDL 1", b"+OK unique-1"),
        (presets.MAILLENNIUM, "UIDL 1", b"+OK 1 unique-1"),
        (presets.MAILSAC, "TOP 1 0", b"-ERR unknown command"),
    ],
)
def test_what_a_server_says_when_one_has_logged_in(
    settings: Settings, command: str, answer: bytes
) -> None:
    mail = {"ann": Maildrop("secret", MAIL, uids=["unique-1"])}
    with (
        Server(mail, settings=settings) as server,
        socket.create_connection((server.host, server.port), 10) as peer,
    ):
        lines = peer.makefile("rb")
        for said in ("", "USER ann", "PASS secret", command):
            peer.sendall(f"{said}\r\n".encode() if said else b"")
            heard = lines.readline()
        lines.close()
    assert heard == answer + b"\r\n"


@pytest.mark.parametrize(
    ("settings", "command", "answer"),
    [
        (presets.TWISTED, b"AUTH CRAM-MD5 YW5u\r\n", b""),
        (presets.EXCHANGE2003, b"AUTH PLAIN\r\n", b"+OK\r\n"),
        (presets.MICROSOFT365, b"AUTH XOAUTH2 YW5u\r\n", b"-ERR Protocol error. 10\r\n"),
    ],
)
def test_what_a_server_says_to_AUTH(settings: Settings, command: bytes, answer: bytes) -> None:
    with Server(settings=settings) as server:
        assert talk(server, command, 1) == answer


def test_MAILLENNIUM_puts_spaces_before_a_unique_id() -> None:
    mail = {"ann": Maildrop("secret", MAIL, uids=["unique-1"])}
    with Server(mail, settings=presets.MAILLENNIUM) as server:
        said = b"USER ann\r\nPASS secret\r\nUIDL\r\n"
        assert talk(server, said, 4).endswith(b"+OK\r\n1   unique-1\r\n")


def talk(server: Server, said: bytes, answers: int) -> bytes:
    """Say *said* at once, and return so many lines behind the greeting."""
    with socket.create_connection((server.host, server.port), 10) as peer:
        peer.sendall(said)
        with peer.makefile("rb") as lines:
            return b"".join(lines.readline() for _ in range(answers + 1)).partition(b"\r\n")[2]


def test_COURIER_loses_what_comes_in_one_go_with_PASS() -> None:
    with Server(settings=presets.COURIER) as server:
        heard = talk(server, b"USER ann\r\nPASS secret\r\nSTAT\r\nLIST\r\n", 2)
        assert heard == b"+OK\r\n+OK 0 messages\r\n"
        server.settle()
        assert "-- 12 octets behind it are lost" in server.log


def test_TWISTED_never_answers_an_unknown_command_among_others() -> None:
    with Server(settings=presets.TWISTED) as server:
        assert talk(server, b"CAPA\r\nXYZZY\r\nCAPA\r\n", 1).startswith(b"+OK")
        server.settle()
        assert sum(line == "C: CAPA" for line in server.log) == 1
        assert talk(server, b"XYZZY\r\n", 1) == b"-ERR unknown command\r\n"
