"""The example of the how-to page on pytest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pop3lib import Client, Security
from pop3lib.testing import ScriptServer, Server, faults, presets


def tidy(host: str, port: int) -> int:
    """Delete the newsletters and say how many there were: the program to be tested."""
    with Client(host, port, security=Security.PLAINTEXT, allow_insecure_login=True) as pop:
        pop.login("ann", "secret", mechanism="USER")
        letters = [each.number for each in pop.summaries() if "list-id" in each.headers]
        for number in letters:
            pop.dele(number)
    return len(letters)


LETTER = b"List-Id: <news.example.org>\r\nSubject: news\r\n\r\nBuy!\r\n"
FRIEND = b"Subject: lunch?\r\n\r\nAt noon.\r\n"


@pytest.mark.pop3_server(messages=[LETTER, FRIEND, LETTER])
def test_letters_go_and_friends_stay(pop3_server: Server) -> None:
    assert tidy(pop3_server.host, pop3_server.port) == 2
    assert pop3_server.maildrops["ann"].messages == [FRIEND]
    assert not any(line.startswith("C: RETR") for line in pop3_server.log)


@pytest.mark.pop3_server(messages=[LETTER], settings=presets.MAILSAC)
def test_it_works_where_there_is_no_TOP(pop3_server: Server) -> None:
    assert tidy(pop3_server.host, pop3_server.port) == 1


@pytest.mark.pop3_server(
    messages=[LETTER, LETTER], faults=lambda _: faults.at("DELE 2", faults.cut(0))
)
def test_nothing_goes_where_the_line_is_cut(pop3_server: Server) -> None:
    with pytest.raises(ConnectionError):
        tidy(pop3_server.host, pop3_server.port)
    assert pop3_server.maildrops["ann"].messages == [LETTER, LETTER]


EMPTY = """
S: +OK an old server
C: CAPA
S: -ERR what?
C: USER ann
S: +OK
C: PASS ***
S: +OK nothing there
C: CAPA
S: -ERR what?
C: LIST
S: +OK
S: .
C: UIDL
S: -ERR what?
C: QUIT
S: +OK
"""


def test_an_empty_maildrop_is_left_alone(pop3_script: Callable[..., ScriptServer]) -> None:
    server = pop3_script(EMPTY)
    assert tidy(server.host, server.port) == 0
