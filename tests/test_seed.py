"""The example session of 2004, value by value."""

from __future__ import annotations

import pytest

import pop3lib
import pop3lib.testing
from pop3lib import DropListing
from tests import faces
from tests.driver import load

SIZES = [916, 976, 952, 993, 961, 982, 2600, 895, 943, 928, 923, 918, 910, 1050, 1063]
SIZES += [35252, 35433, 35405]


@pytest.mark.usefixtures("face")
def test_every_value_of_the_session_of_2004() -> None:
    with (
        pop3lib.testing.ScriptServer(load("seed-2004")) as server,
        faces.Client(
            server.host,
            server.port,
            security=pop3lib.Security.PLAINTEXT,
            allow_insecure_login=True,
        ) as pop,
    ):
        assert pop.greeting == "<5164.1087222681@newmail.bresciaonline.it>"
        states = [pop.state.name]
        pop.user("delphilab")
        pop.pass_("moretto")
        states.append(pop.state.name)
        assert pop.stat() == DropListing(18, 122100)
        assert pop.list() == dict(enumerate(SIZES, 1))
        assert sum(SIZES) == 122100
        assert pop.list(5) == 961
        message = pop.retr(5)
        pop.dele(5)
        assert pop.deleted == {5}
    assert states == ["AUTHORIZATION", "TRANSACTION"]
    assert message.startswith(b"Return-Path: <Sendoh85@libero.it>\r\nDelivered-To: ")
    assert message.endswith(b"\r\n\r\nQuesta \xe8 una mail di prova.\r\n")
    headers = pop3lib.parse_headers(message)
    assert [header.name for header in headers] == [
        "Return-Path", "Delivered-To", "Received", "Received", "Received", "Date", "Message-Id",
        "Subject", "MIME-Version", "X-Sensitivity", "Content-Type", "Content-Transfer-Encoding",
        "From", "To", "X-XaM3-API-Version", "X-type", "X-SenderIP",
    ]  # fmt: skip
    assert str(headers.subject) == "Prova2"
    assert headers["received"].value.startswith("(qmail 27474")
    assert "by 0 with SMTP" in headers.all("received")[1].value
