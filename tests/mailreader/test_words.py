"""Every error as a sentence that says what to do."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path

import pytest
from mailreader.accounts import Account
from mailreader.mailbox import Mailbox
from mailreader.transcript import Transcript
from mailreader.words import EXPECTED, sentences

from pop3lib import Secret, Security
from pop3lib.testing import Server, Settings
from pop3lib.testing.faults import at, cut, garbage, refuse, silence
from tests.conftest import Tls
from tests.mailreader.reader import account_of


async def _said(account: Account, context: ssl.SSLContext | None, password: str) -> str:
    mailbox = Mailbox(Transcript(), context, timeout=0.3)
    try:
        await mailbox.connect(account)
        await mailbox.log_in(Secret(password))
    except EXPECTED as error:
        return sentences(error, account)
    finally:
        await mailbox.drop()
    return "it worked"


def said(account: Account, context: ssl.SSLContext | None = None, password: str = "secret") -> str:
    """Return how the program tells of a login."""
    return asyncio.run(_said(account, context, password))


def test_a_refused_password() -> None:
    with Server() as server:
        words = said(account_of(server), password="h4sh")
    assert "does not accept" in words and "Type the password again" in words
    assert "h4sh" not in words


def test_a_mailbox_in_use() -> None:
    with Server(settings=Settings(lock_wait=0)) as server:
        assert server.maildrops["ann"].lock()
        words = said(account_of(server))
        server.maildrops["ann"].unlock()
    assert "open elsewhere" in words and "Close the other" in words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[SYS/TEMP] disk", "Try again later"),
        ("[SYS/PERM] moved", "Tell whoever runs it"),
        ("[LOGIN-DELAY] slowly", "more time between two logins"),
    ],
)
def test_trouble_of_the_server_s_own(text: str, told: str) -> None:
    with Server() as server:
        server.maildrops["ann"].refusal = text
        words = said(account_of(server))
    assert told in words and text.split()[1] in words


def test_a_host_that_is_none() -> None:
    words = said(Account("x", "no-such-host.invalid", 995, "ann"))
    assert "no host called no-such-host.invalid" in words and "Settings" in words


def test_a_port_where_nothing_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # taken, and not listened at
        words = said(Account("x", "127.0.0.1", taken.getsockname()[1], "ann"))
    assert "nothing listens at that port" in words and "995" in words


def test_a_line_that_is_lost() -> None:
    with Server(faults=lambda _: at("AUTH", cut(0))) as server:
        words = said(account_of(server))
    assert "line to 127.0.0.1 was lost" in words


def test_a_server_that_falls_silent() -> None:
    with Server(faults=lambda _: at("CAPA", silence())) as server:
        words = said(account_of(server))
    assert "fallen silent" in words and "Try again later" in words


def test_a_server_that_speaks_something_else() -> None:
    with Server(faults=lambda _: at("CAPA", garbage(b"HTTP/1.1 400 Bad Request\r\n"))) as server:
        words = said(account_of(server))
    assert "does not speak POP3 as it should" in words


def test_a_greeting_that_is_a_refusal() -> None:
    with Server(faults=lambda _: at("greeting", refuse("[SYS/TEMP] too busy"))) as server:
        assert "trouble of its own" in said(account_of(server))
    with Server(faults=lambda _: at("greeting", refuse("go away"))) as server:
        words = said(account_of(server))
    assert "lets nobody in now" in words and "go away" in words


def test_a_way_to_log_in_that_the_server_does_not_have() -> None:
    with Server(settings=Settings(sasl=("PLAIN",))) as server:
        words = said(account_of(server, login="SCRAM-SHA-256"))
    assert "does not offer what the account asks for" in words and "In Settings" in words


def test_a_certificate_of_an_unknown_authority(tls: Tls) -> None:
    with Server(tls_context=tls.server) as server:
        account = account_of(server, port=server.tls_port, security=Security.TLS)
        words = said(account)
        assert not server.log or "C:" not in "".join(server.log)
    assert "authority that this computer does not know" in words
    assert "No password was sent" in words


def test_a_certificate_for_another_host(tls: Tls) -> None:
    with Server(tls_context=tls.server_for("pop.example.org")) as server:
        account = account_of(server, port=server.tls_port, security=Security.TLS)
        words = said(account, tls.client)
        named = said(
            account_of(server, host="localhost", port=server.tls_port, security=Security.TLS),
            tls.client,
        )
    assert "Settings may have to name the server" in words and "for another host" in named


def test_no_TLS_where_it_was_expected() -> None:
    with Server() as server:
        words = said(account_of(server, security=Security.TLS))
    assert "does not speak TLS" in words and "995" in words


def test_a_server_that_has_no_STLS() -> None:
    with Server() as server:
        words = said(account_of(server, security=Security.STARTTLS))
    assert "is not safe" in words and "TLS from the start" in words and "STLS" in words


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    transcript = Transcript()
    (tmp_path / "there").touch()
    with pytest.raises(FileExistsError) as caught:
        transcript.save(tmp_path / "there")
    assert sentences(caught.value) == f"{tmp_path / 'there'}: File exists."
