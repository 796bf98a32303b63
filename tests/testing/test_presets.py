"""Servers as settings: what each does otherwise; both clients cope, or say what is wrong."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import pop3lib
from pop3lib import SUBJECT, Quirk, Security
from pop3lib.protocol import Auth
from pop3lib.sasl import Plain
from pop3lib.testing import Maildrop, Server, Settings, presets
from tests import faces
from tests.conftest import Tls

MAIL = [
    b"Subject: one\r\n\r\n.\r\n..\r\n.dots\r\n",
    b"Subject: two\r\n\r\n" + b"a line of some length\r\n" * 40,
    b"Subject: three\r\n\r\nthe last\r\n",
]
#: Without a line that begins with a dot.
PLAIN_MAIL = [b"Subject: one\r\n\r\nHello\r\n", *MAIL[1:]]

ALL: dict[str, Settings] = {
    name: value for name, value in vars(presets).items() if isinstance(value, Settings)
}
NONE = Quirk(0)
QUIRKS = {"MICROSOFT365": Quirk.BLANK_LINES, "BARE_LF": Quirk.BARE_LF}
SOURCE = inspect.getsource(presets)
#: Those that fail somewhere, or change what is delivered: each has a test of its own.
FAILING = {"BARE_LF", "EXCHANGE2000", "HOTMAIL", "HMAILSERVER", "MAILPIT", "NETEASE"}

pytestmark = pytest.mark.usefixtures("face")


@contextmanager
def serving(settings: Settings, *messages: bytes, tokens: tuple[str, ...] = ()) -> Iterator[Server]:
    maildrop = Maildrop("secret", messages, tokens=tokens)
    with Server({"ann": maildrop}, settings=settings) as server:
        yield server
        server.settle()
        assert server.violations == []


def client(server: Server, *, quirks: Quirk = NONE, timeout: float = 10) -> pop3lib.Client:
    return faces.Client(
        server.host,
        server.port,
        security=Security.PLAINTEXT,
        allow_insecure_login=True,
        quirks=quirks,
        timeout=timeout,
    )


@contextmanager
def logged_in(
    server: Server, *, quirks: Quirk = NONE, timeout: float = 10
) -> Iterator[pop3lib.Client]:
    with client(server, quirks=quirks, timeout=timeout) as pop:
        pop.login("ann", "secret")
        yield pop


@pytest.mark.parametrize("name", sorted(set(ALL) - FAILING))
def test_a_whole_session_is_the_same_with_every_server(name: str) -> None:
    with serving(ALL[name], *MAIL) as server:
        with logged_in(server, quirks=QUIRKS.get(name, NONE)) as pop:
            assert pop.stat().count == 3
            assert list(pop.list()) == [1, 2, 3]
            assert list(pop.uidl().values()) == server.maildrops["ann"].uids
            subjects = [each.headers[SUBJECT].value for each in pop.summaries()]
            assert subjects == ["one", "two", "three"]
            assert [each.content for each in pop.messages()] == MAIL
            assert pop.uidl(3) == server.maildrops["ann"].uids[2]
            pop.dele(2)
            assert [each.number for each in pop.summaries()] == [1, 3]
            assert [each.content for each in pop.messages()] == [MAIL[0], MAIL[2]]
        server.settle()
        assert server.maildrops["ann"].messages == [MAIL[0], MAIL[2]]


@pytest.mark.parametrize("name", sorted(set(ALL) - {"HMAILSERVER"}))
def test_a_refused_password_is_told_by_type(name: str) -> None:
    with (
        serving(ALL[name]) as server,
        client(server, quirks=QUIRKS.get(name, NONE)) as pop,
        pytest.raises(pop3lib.AuthenticationError),
    ):
        pop.login("ann", "wrong")


def test_every_preset_says_what_it_is() -> None:
    told = re.findall(r"^#: .+\n(?:#: .+\n)*([A-Z0-9_]+) = Settings\(", SOURCE, re.MULTILINE)
    assert told == list(ALL) and len(told) > 15
    reference = (Path(__file__).parents[2] / "docs" / "reference" / "testing.rst").read_text(
        "utf-8"
    )
    assert re.findall(r"autodata:: ([A-Z0-9_]+)\n", reference)[-len(told) :] == told


# --- what needs a quirk, and what fails


@pytest.mark.parametrize(
    ("settings", "flag"),
    [(presets.MICROSOFT365, "BLANK_LINES"), (presets.BARE_LF, "BARE_LF")],
)
def test_without_the_quirk_the_error_names_it(settings: Settings, flag: str) -> None:
    with (
        serving(settings, *MAIL) as server,
        pytest.raises(pop3lib.RemoteProtocolError, match=flag),
        logged_in(server) as pop,
    ):
        pop.dele(1)


def test_BARE_LF_delivers_what_it_sends() -> None:
    with serving(presets.BARE_LF, *MAIL) as server, logged_in(server, quirks=Quirk.BARE_LF) as pop:
        assert [each.content for each in pop.messages()] == [
            mail.replace(b"\r\n", b"\n") for mail in MAIL
        ]
        assert [each.headers[SUBJECT].value for each in pop.summaries()] == ["one", "two", "three"]


def test_EXCHANGE2000_falls_silent_inside_a_message() -> None:
    with (
        serving(presets.EXCHANGE2000, *PLAIN_MAIL) as server,
        pytest.raises(pop3lib.ServerTimeout),
        logged_in(server, timeout=0.3) as pop,
    ):
        assert [each.headers[SUBJECT].value for each in pop.summaries()] == ["one", "two", "three"]
        pop.retr(1)


def test_HOTMAIL_lets_one_in_and_then_refuses_STAT() -> None:
    with serving(presets.HOTMAIL, *MAIL) as server, logged_in(server) as pop:
        with pytest.raises(pop3lib.CommandError, match="every 15 minutes"):
            pop.stat()
        assert list(pop.list()) == [1, 2, 3]


def test_HMAILSERVER_logs_nobody_in_by_an_answer_that_begins_with_a_plus() -> None:
    with serving(presets.HMAILSERVER, *MAIL) as server:
        pop = client(server)
        with pytest.raises(pop3lib.RemoteProtocolError, match=r"\+ERR"), pop:
            pop.login("ann", "wrong")
        assert pop.state is pop3lib.State.CLOSED
        with logged_in(server) as pop:
            assert pop.retr(1) == MAIL[0]
            assert pop.headers(2)[SUBJECT].value == "two"


@contextmanager
def nobody_asked() -> Iterator[None]:
    """Expect that the connection is closed for what came unasked."""
    with pytest.raises((pop3lib.RemoteProtocolError, pop3lib.WrongStateError)) as caught:
        yield
    assert "nobody asked" in str(caught.value)


def test_HMAILSERVER_forgets_the_dots_of_TOP() -> None:
    # What is left of the message comes where the next answer belongs, and no answer it is.
    with serving(presets.HMAILSERVER, MAIL[0]) as server, nobody_asked(), logged_in(server) as pop:
        assert pop.top(1, 3) == b"Subject: one\r\n\r\n"
        pop.noop()


def test_MAILPIT_ends_a_message_at_a_line_that_is_a_dot() -> None:
    with serving(presets.MAILPIT, *MAIL) as server, nobody_asked(), logged_in(server) as pop:
        assert pop.retr(2) == MAIL[1]
        assert pop.retr(1) == b"Subject: one\r\n\r\n"
        pop.noop()


def test_NETEASE_refuses_one_message_and_the_others_come() -> None:
    with serving(presets.NETEASE, *MAIL) as server, logged_in(server) as pop:
        summaries, messages = list(pop.summaries()), list(pop.messages())
        assert [each.error is None for each in summaries] == [True, False, True]
        assert [each.content for each in messages] == [MAIL[0], b"", MAIL[2]]
        assert "Can't get the letter" in str(messages[1].error)


# --- what is particular in the others


def test_DOVECOT_hangs_up_at_the_third_command_that_it_does_not_know() -> None:
    with serving(presets.DOVECOT) as server:
        pop = client(server).connect()
        for _ in range(3):
            with pytest.raises(pop3lib.CommandError):
                pop.utf8()
        with pytest.raises((pop3lib.RemoteProtocolError, pop3lib.WrongStateError)) as caught:
            pop.utf8()
        assert "Too many invalid bad commands" in str(caught.value)
        pop.close()


def test_DOVECOT_announces_how_to_log_in_only_before_it() -> None:
    with serving(presets.DOVECOT) as server, client(server) as pop:
        before = pop.capa()
        pop.login("ann", "secret")
        assert {"USER", "SASL"} <= set(before) and not {"USER", "SASL"} & set(pop.capa())


def test_GMAIL_announces_PIPELINING_only_behind_the_login_and_it_is_used() -> None:
    with serving(presets.GMAIL, *MAIL) as server, client(server) as pop:
        assert not pop.capa().pipelining
        pop.login("ann", "secret")
        assert pop.capabilities.pipelining


def test_GMAIL_hangs_up_on_UTF8() -> None:
    with (
        serving(presets.GMAIL) as server,
        pytest.raises(pop3lib.ServerDisconnected, match="UTF8"),
        client(server) as pop,
    ):
        pop.utf8()


def test_COURIER_hangs_up_instead_of_refusing_the_twelfth_password() -> None:
    with (
        serving(presets.COURIER) as server,
        pytest.raises(pop3lib.ServerDisconnected),
        client(server) as pop,
    ):
        for _ in range(12):
            with pytest.raises(pop3lib.AuthenticationError):
                pop.login("ann", "wrong", mechanism="USER")


@pytest.mark.parametrize("token", ["short", "long" * 400])
def test_MICROSOFT365_gets_a_token_in_two_lines(tls: Tls, token: str) -> None:
    maildrops = {"ann": Maildrop(tokens=[token])}
    with Server(maildrops, settings=presets.MICROSOFT365, tls_context=tls.server) as server:
        with faces.Client(server.host, server.tls_port, ssl_context=tls.client) as pop:
            pop.login("ann", token=token)
            assert pop.stat().count == 0
        server.settle()
        assert server.log[server.log.index("C: AUTH XOAUTH2") + 1] == "S: + "
        assert server.violations == []


def test_MICROSOFT365_does_not_say_why_a_token_is_refused_and_is_asked_once(tls: Tls) -> None:
    maildrops = {"ann": Maildrop(tokens=["fresh" * 300])}
    with Server(maildrops, settings=presets.MICROSOFT365, tls_context=tls.server) as server:
        with faces.Client(server.host, server.tls_port, ssl_context=tls.client) as pop:
            with pytest.raises(pop3lib.AuthenticationError) as caught:
                pop.login("ann", token="stale" * 300)
            assert caught.value.code is None and caught.value.details == {}
            pop.login("ann", token="fresh" * 300)
        server.settle()
        assert server.log.count("C: AUTH XOAUTH2") == 2
        assert server.violations == []


def test_EXCHANGE2003_says_OK_where_it_waits_for_the_password() -> None:
    with serving(presets.EXCHANGE2003, *MAIL) as server, client(server) as pop:
        pop.execute(Auth(Plain("ann", "secret"), initial_response=False))
        assert "S: + " in server.log  # and +OK was sent
        assert pop.list(2) == len(MAIL[1]) // 2
        assert pop.retr(2) == MAIL[1]


def test_MAILLENNIUM_breaks_a_long_TOP_off() -> None:
    long = b"Subject: long\r\n\r\n" + b"x" * 998 + b"\r\n"
    with serving(presets.MAILLENNIUM, long + b"y\r\n" * 40_000) as server, logged_in(server) as pop:
        assert len(pop.top(1, 10**6)) == 64 * 1024 + 2
        assert len(pop.retr(1)) == len(long) + 120_000


def test_QPOPPER_tells_of_a_lock_in_words() -> None:
    with (
        serving(presets.QPOPPER) as server,
        logged_in(server),
        client(server) as second,
        pytest.raises(pop3lib.AuthenticationError, match="lock"),
    ):
        second.login("ann", "secret")


def test_OPENMAIL_tells_sizes_in_whole_kilobytes() -> None:
    with serving(presets.OPENMAIL, *MAIL) as server, logged_in(server) as pop:
        assert list(pop.list().values()) == [1024, 1024, 1024]


def test_FREE_hangs_up_where_APOP_is_refused() -> None:
    with serving(presets.FREE) as server, client(server) as pop:
        with pytest.raises(pop3lib.AuthenticationError):
            pop.login("ann", "wrong", mechanism="APOP")
        with pytest.raises(pop3lib.POP3Error):
            pop.capa()


def test_ZIMBRA_and_DOVECOT1_announce_SASL_in_their_own_way() -> None:
    with serving(presets.ZIMBRA) as server, client(server) as pop:
        assert "X-ZIMBRA" in pop.capa().sasl
        pop.login("ann", "secret")
        assert "C: AUTH PLAIN ***" in server.log
    with serving(presets.DOVECOT1) as server, client(server) as pop:
        assert pop.capa().sasl == () and "SASL" in pop.capabilities
        pop.login("ann", "secret")
        assert "C: PASS ***" in server.log


def test_TWISTED_refuses_APOP_even_when_it_is_right() -> None:
    with (
        serving(presets.TWISTED) as server,
        client(server) as pop,
        pytest.raises(pop3lib.AuthenticationError),
    ):
        pop.login("ann", "secret", mechanism="APOP")


def test_TWISTED_goes_on_listing_what_is_deleted() -> None:
    with serving(presets.TWISTED, *MAIL) as server, logged_in(server) as pop:
        pop.dele(2)
        assert pop.list()[2] == 0 and pop.stat().count == 3
        assert pop.uidl()[2] == server.maildrops["ann"].uids[1]
