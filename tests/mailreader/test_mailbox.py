"""A mailbox is opened, looked through, ticked and closed; and what may go wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from mailreader.dialogs import AskSecret, Notice, Question
from textual.widgets import Select

from pop3lib import Security
from pop3lib.testing import Maildrop, Server, Settings
from pop3lib.testing.faults import at, chain, cut, delay, refuse
from tests.conftest import Tls
from tests.mailreader.reader import (
    OpenKeyring,
    Reader,
    account_of,
    reading,
    reading_of_ann,
    run,
)

FIVE = [b"Subject: number %d\r\nX-N: %d\r\n\r\nbody %d\r\n" % (n, n, n) for n in range(1, 6)]


def left(server: Server) -> list[bytes]:
    """Return what the maildrop holds once all sessions are over."""
    server.settle()
    assert server.violations == []
    return server.maildrops["ann"].messages


async def two_ticked(reader: Reader) -> None:
    """Open the mailbox, and tick numbers 2 and 4."""
    await reader.open()
    await reader.press("down", "space", "down", "space")
    assert reader.table.ticked == {2, 4}


def test_ticked_messages_are_deleted_when_the_mailbox_is_closed(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await two_ticked(reader)
            assert [summary.number for summary in reader.table.summaries] == [1, 2, 3, 4, 5]
            assert "2 ticked" in reader.news
            await reader.press("c")
            assert "2 messages will be deleted" in await reader.told(Question)
            await reader.press("enter")
            await reader.idle()
            assert reader.news == "Closed. 2 messages deleted: no. 2, 4."
            assert not reader.desk.mailbox.connected and not reader.table.summaries

    with Server(messages=FIVE) as server:
        run(story())
        assert left(server) == [FIVE[0], FIVE[2], FIVE[4]]


@pytest.mark.parametrize(
    ("keys", "news"),
    [(("escape",), "2 ticked"), (("right", "enter"), "Closed. 0 messages deleted.")],
)
def test_the_question_may_be_answered_with_no(
    tmp_path: Path, keys: tuple[str, ...], news: str
) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await two_ticked(reader)
            await reader.press("c")
            await reader.asked(Question)
            await reader.press(*keys)
            await reader.idle()
            assert news in reader.news
            assert reader.desk.mailbox.logged_in == (news == "2 ticked")

    with Server(messages=FIVE) as server:
        run(story())
        assert left(server) == FIVE


def test_nothing_is_asked_where_nothing_is_ticked(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.open()
            await reader.press("space", "up", "space", "c")
            await reader.idle()
            assert reader.news == "Closed. 0 messages deleted."

    with Server(messages=FIVE) as server:
        run(story())
        assert left(server) == FIVE


def test_headers_are_shown_decoded_and_raw_on_a_key(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.open()
            assert "Subject: Grüße" in reader.headers
            await reader.press("r")
            assert "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=" in reader.headers
            await reader.press("down")
            assert "X-N: 1" in reader.headers
            assert "RETR" not in "".join(server.log)

    with Server(messages=[b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n", FIVE[0]]) as server:
        run(story())


def test_RSET_unticks(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await two_ticked(reader)
            await reader.press("u")
            await reader.idle()
            assert reader.table.ticked == frozenset() and "ticked" not in reader.news
            assert "C: RSET" in reader.transcript

    with Server(messages=FIVE) as server:
        run(story())


def test_a_click_on_a_box_ticks_it_and_elsewhere_it_moves_the_cursor(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.open()
            await reader.pilot.click("#messages", offset=(2, 3))
            await reader.settled()
            assert reader.table.ticked == {3} and "number 3" in reader.headers
            await reader.pilot.click("#messages", offset=(40, 5))
            await reader.settled()
            assert reader.table.ticked == {3} and "number 5" in reader.headers
            await reader.pilot.click("#messages", offset=(2, 3))
            await reader.settled()
            assert reader.table.ticked == frozenset()
            await reader.pilot.click("#messages", offset=(2, 0))  # the title of the column
            await reader.settled()
            assert reader.table.ticked == frozenset() and reader.app.is_running

    with Server(messages=FIVE) as server:
        run(story())


def test_a_terminal_of_another_width_shows_the_same(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await two_ticked(reader)
            for width in (120, 40, 80):
                await reader.pilot.resize_terminal(width, 24)
                await reader.settled()
                assert reader.table.ticked == {2, 4} and reader.table.row_count == 5
                assert reader.table.cursor_row == 4
                shown = [reader.table.render_line(y).text for y in range(1, 6)]
                assert ["[x]" in line for line in shown] == [False, True, False, True, False]

    with Server(messages=FIVE) as server:
        run(story())


def test_an_empty_mailbox(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.open()
            assert reader.news == "The mailbox is empty." and not reader.table.row_count
            await reader.press("space", "r", "u", "c")
            await reader.idle()
            await reader.press("c")
            await reader.idle()
            assert not reader.desk.mailbox.connected

    with Server() as server:
        run(story())


# --- logging in


def test_a_refused_password_is_asked_for_again_and_kept_once_it_is_right(tmp_path: Path) -> None:
    async def story() -> None:
        ring = OpenKeyring((account_of(server), "wrong"))
        async with reading(tmp_path, [account_of(server)], ring) as reader:
            await reader.press("o")
            assert "does not accept this user name and password" in await reader.told(AskSecret)
            await reader.write("h4sh")
            await reader.press("tab", "space", "enter")
            await reader.press("tab", "enter")
            again = await reader.asked(AskSecret)
            await reader.until(lambda: reader.app.screen is not again or not again.query("#x"))
            await reader.write("secret")
            await reader.press("tab", "space", "tab", "enter")
            await reader.idle()
            assert len(reader.table.summaries) == 5
            assert list(ring.kept.values()) == ["secret"]
            assert "h4sh" not in "\n".join(reader.transcript)

    with Server(messages=FIVE) as server:
        run(story())


def test_without_an_answer_nobody_is_logged_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading(tmp_path, [account_of(server)]) as reader:
            await reader.press("o")
            assert "password of ann on 127.0.0.1" in await reader.told(AskSecret)
            await reader.press("escape")
            await reader.idle()
            assert reader.news == "Not logged in." and not reader.desk.mailbox.connected

    with Server(messages=FIVE) as server:
        run(story())


@pytest.mark.parametrize(
    ("login", "line"),
    [
        ("", "C: AUTH SCRAM-SHA-256 ***"),
        ("USER", "C: PASS ***"),
        ("APOP", "C: APOP ann ***"),
        ("PLAIN", "C: AUTH PLAIN ***"),
        ("CRAM-MD5", "C: AUTH CRAM-MD5"),
        ("XOAUTH2", "C: AUTH XOAUTH2 ***"),
    ],
)
def test_an_account_logs_in_its_own_way(tmp_path: Path, tls: Tls, login: str, line: str) -> None:
    async def story() -> None:
        async with reading(tmp_path, [account], ca_file=str(authority)) as reader:
            await reader.press("o")
            what = "token" if account.takes_token else "password"
            assert f"The {what} of ann" in await reader.told(AskSecret)
            await reader.write("s3cret")
            await reader.press("enter")
            await reader.idle()
            assert line in reader.transcript and len(reader.table.summaries) == 5

    authority = tmp_path / "ca.pem"
    tls.authority.cert_pem.write_to_path(str(authority))
    maildrop = Maildrop("s3cret", FIVE, tokens=["s3cret"])
    offer = Settings(sasl=("PLAIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2"))
    with Server({"ann": maildrop}, settings=offer, tls_context=tls.server) as server:
        account = account_of(server, port=server.tls_port, security=Security.TLS, login=login)
        run(story())


def test_ticks_are_never_carried_to_another_account(tmp_path: Path) -> None:
    async def story() -> None:
        accounts = [account_of(anns), account_of(bobs, "Bob", user="bob")]
        ring = OpenKeyring((accounts[0], "secret"), (accounts[1], "secret"))
        async with reading(tmp_path, accounts, ring) as reader:
            await two_ticked(reader)
            reader.page.query_one("#account", Select).value = "Bob"
            await reader.press("o")
            assert "Another mailbox is open" in await reader.told(Notice)
            await reader.press("enter")
            await reader.idle()
            anns.stop()
            assert "Nothing was deleted" in await reader.told(Notice)
            await reader.press("enter")
            await reader.open()
            assert len(reader.table.summaries) == 5 and reader.table.ticked == frozenset()

    uids = ["1", "2", "3", "4", "5"]
    with (
        Server({"ann": Maildrop("secret", FIVE, uids=uids)}) as anns,
        Server({"bob": Maildrop("secret", FIVE, uids=uids)}) as bobs,
    ):
        run(story())


def test_without_an_account_one_is_told_how_to_make_one(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading(tmp_path) as reader:
            await reader.press("o")
            assert not reader.app.busy
            (told,) = reader.app._notifications
            assert "press a" in told.message
            assert "no account yet" in reader.news

    run(story())


# --- what goes wrong


def test_a_line_lost_while_the_headers_arrive(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.press("o")
            text = await reader.told(Notice)
            assert "was lost" in text and "Nothing was deleted" in text
            await reader.press("enter")
            await reader.open()
            assert len(reader.table.summaries) == 5

    with Server(
        messages=FIVE, faults=lambda count: at("TOP 4 0", cut(3)) if count == 1 else None
    ) as server:
        run(story())
        assert left(server) == FIVE


def test_a_line_lost_while_nobody_speaks_is_told_and_the_ticks_come_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, first) as reader:
            await two_ticked(reader)
            first.stop()
            text = await reader.told(Notice)
            assert "Nothing was deleted" in text and "2 ticks will be there again" in text
            await reader.press("enter")
            await reader.idle()
            with Server({"ann": maildrop}) as second:
                moved = account_of(second)
                reader.desk.accounts.change("Ann", moved)
                reader.desk.passwords.keep(moved, maildrop.password)
                await reader.open()
                assert reader.table.ticked == {2, 4}
                await reader.press("c")
                await reader.asked(Question)
                await reader.press("enter")
                await reader.idle()

    maildrop = Maildrop("secret", FIVE)
    first = Server({"ann": maildrop}).start()
    run(story())
    assert maildrop.messages == [FIVE[0], FIVE[2], FIVE[4]]


def test_a_line_lost_before_the_end_is_confirmed_leaves_a_doubt(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await two_ticked(reader)
            await reader.press("c")
            await reader.asked(Question)
            await reader.press("enter")
            text = await reader.told(Notice)
            assert "nobody knows whether 2 messages were deleted" in text

    with Server(messages=FIVE, faults=lambda _: at("QUIT", cut(0))) as server:
        run(story())


def test_messages_that_cannot_be_deleted_are_named(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await two_ticked(reader)
            await reader.press("c")
            await reader.asked(Question)
            await reader.press("enter")
            text = await reader.told(Notice)
            assert "1 message could not be deleted" in text and "it is locked" in text
            assert reader.news == "Closed. 1 message deleted: no. 4."

    with Server(messages=FIVE, settings=Settings(refusals={"DELE 2": "it is locked"})) as server:
        run(story())
        assert left(server) == [*FIVE[:3], FIVE[4]]


def test_an_end_that_the_server_refuses_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await two_ticked(reader)
            await reader.press("c")
            await reader.asked(Question)
            await reader.press("enter")
            assert "some deleted messages not removed" in await reader.told(Notice)
            assert reader.news == "Closed, but not all was deleted."

    text = "some deleted messages not removed"
    with Server(messages=FIVE, faults=lambda _: at("QUIT", refuse(text))) as server:
        run(story())
        assert left(server) == FIVE


def test_what_is_under_way_can_be_cancelled_and_the_session_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.press("o")
            await reader.until(lambda: reader.table.row_count)
            assert reader.app.busy
            await reader.press("escape")
            await reader.idle()
            assert reader.news == "Cancelled." and len(reader.table.summaries) < 5
            assert reader.desk.mailbox.logged_in
            await reader.press("c")
            await reader.idle()
            assert reader.news == "Closed. 0 messages deleted."

    with Server(messages=FIVE, faults=lambda _: at("TOP 4 0", delay(1.0))) as server:
        run(story())
        assert left(server) == FIVE


def test_one_thing_at_a_time(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.press("o", "o", "c")
            assert reader.app._notifications
            await reader.idle()
            assert len(reader.table.summaries) == 5
            assert reader.transcript.count("C: STAT") == 1

    slow = chain(at("CAPA", delay(0.2)), at("STAT", delay(0.2)))
    with Server(messages=FIVE, faults=lambda _: slow) as server:
        run(story())


# --- leaving


@pytest.mark.parametrize(
    ("keys", "remaining"),
    [(("enter",), [FIVE[0], FIVE[2], FIVE[4]]), (("right", "enter"), FIVE)],
)
def test_leaving_asks_what_becomes_of_the_ticked_ones(
    tmp_path: Path, keys: tuple[str, ...], remaining: list[bytes]
) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await two_ticked(reader)
            await reader.press("ctrl+q")
            assert "2 messages will be deleted" in await reader.told(Question)
            await reader.press(*keys)
            await reader.until(lambda: not reader.app.is_running)

    with Server(messages=FIVE) as server:
        run(story())
        assert left(server) == remaining


def test_leaving_works_in_the_midst_of_a_question(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading(tmp_path, [account_of(server)]) as reader:
            await reader.press("o")
            await reader.asked(AskSecret)
            await reader.press("ctrl+q")
            await reader.until(lambda: not reader.app.is_running)

    with Server(messages=FIVE) as server:
        run(story())


def test_a_program_that_ends_without_leaving_deletes_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await two_ticked(reader)
            reader.app.exit()

    with Server(messages=FIVE) as server:
        run(story())
        assert left(server) == FIVE
