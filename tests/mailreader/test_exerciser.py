"""POP3 by hand: every command, every line, no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from mailreader.accounts import Account
from mailreader.command_line import VERBS
from mailreader.dialogs import AskSecret, AskText, Question
from textual.widgets import Button, Input

from pop3lib.testing import Server, Settings, script
from pop3lib.testing.faults import at, cut
from tests.mailreader.reader import OpenKeyring, Reader, account_of, reading, reading_of_ann, run

TWO = [b"Subject: number %d\r\n\r\nbody %d\r\n.\r\n" % (n, n) for n in (1, 2)]


async def connected(reader: Reader) -> None:
    """Go to the exerciser and connect."""
    await reader.press("f3", "f4")
    await reader.idle()
    assert reader.transcript[0].startswith("S: +OK")


async def logged_in(reader: Reader) -> None:
    """Log in by hand."""
    await connected(reader)
    await reader.say("USER ann")
    await reader.write("pass ")
    await reader.asked(AskSecret)
    await reader.write("secret")
    await reader.press("enter")
    await reader.idle()
    assert reader.desk.mailbox.logged_in


async def conversation(reader: Reader) -> None:
    """Say what a student of the protocol says."""
    await logged_in(reader)
    for line in ("STAT", "LIST", "UIDL 1", "TOP 2 0", "RETR 2", "DELE 1", "NOOP", "RSET", "QUIT"):
        await reader.say(line)


def test_a_conversation_by_hand_is_shown_line_by_line(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await conversation(reader)
            said = [line[3:] for line in reader.transcript if line.startswith("C: ")]
            assert said[:4] == ["USER ann", "PASS ***", "STAT", "LIST"] and said[-1] == "QUIT"
            for line in ("C: RETR 2", "S: body 2", "S: ..", "S: .", "C: RSET"):
                assert line in reader.log
            assert "secret" not in "".join(reader.log)

    with Server(messages=TWO) as server:
        run(story())
        server.settle()
        assert server.maildrops["ann"].messages == TWO


def test_a_saved_transcript_is_played_again(tmp_path: Path) -> None:
    async def story(server: Server) -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await conversation(reader)
            await reader.press("f6")
            path = (await reader.asked(AskText)).query_one("#answer", Input).value
            await reader.press("enter")
            await reader.idle()
            saved.append(Path(path))

    saved: list[Path] = []
    with Server(messages=TWO) as server:
        run(story(server))
    text = saved[0].read_text("ascii")
    assert "secret" not in text and "-- STAT took 0." in text
    with script(text) as replay:  # raises where one line is another than it was
        run(_again(tmp_path / "again", account_of(replay)))


async def _again(folder: Path, account: Account) -> None:
    async with reading(folder, [account]) as reader:
        await conversation(reader)


def test_what_the_other_page_has_pipelined_is_played_again_too(tmp_path: Path) -> None:
    async def story(account: Account) -> None:
        ring = OpenKeyring((account, "secret"))
        async with reading(tmp_path / account.name, [account], ring) as reader:
            await reader.open()
            assert reader.table.row_count == 100
            await reader.press("c")
            await reader.idle()
            assert reader.news == "Closed. 0 messages deleted."
            said.append("\n".join(reader.desk.transcript.since(0)))

    said: list[str] = []
    with Server(messages=TWO * 50) as server:
        run(story(account_of(server, "first")))
    with script(said[0]) as replay:
        run(story(account_of(replay, "again")))


@pytest.mark.parametrize("verb", [verb for verb in VERBS if VERBS[verb].least])
def test_a_button_whose_command_needs_words_fills_the_line(tmp_path: Path, verb: str) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await connected(reader)
            reader.app.exerciser_page.query_one(f"#verb-{verb}", Button).press()
            await reader.until(lambda: reader.app.exerciser_page.line.value)
            words = {"USER": "ann", "APOP": "ann", "AUTH": "PLAIN", "TOP": "1 0"}
            assert reader.app.exerciser_page.line.value == f"{verb} {words.get(verb, '1')}"
            assert f"C: {verb}" not in "".join(reader.transcript)

    with Server(messages=TWO, settings=Settings(sasl=("PLAIN",))) as server:
        run(story())


@pytest.mark.parametrize("verb", ["CAPA", "UTF8", "LANG", "QUIT"])
def test_a_button_whose_command_needs_none_sends_it(tmp_path: Path, verb: str) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await connected(reader)
            reader.app.exerciser_page.query_one(f"#verb-{verb}", Button).press()
            await reader.until(lambda: f"C: {verb}" in reader.transcript)
            await reader.idle()

    with Server(messages=TWO, settings=Settings(languages=("en English",))) as server:
        run(story())


@pytest.mark.parametrize("line", ["APOP ann", "AUTH PLAIN", "AUTH CRAM-MD5", "AUTH LOGIN ann"])
def test_other_ways_to_log_in(tmp_path: Path, line: str) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await connected(reader)
            await reader.write(line)
            await reader.press("enter")
            assert line in await reader.told(AskSecret)
            await reader.write("secret")
            await reader.press("enter")
            await reader.idle()
            assert reader.desk.mailbox.logged_in
            assert "secret" not in "".join(reader.transcript)

    with Server(messages=TWO) as server:
        run(story())


def test_a_pasted_password_is_taken_out_of_the_line(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await connected(reader)
            await reader.say("USER ann")
            reader.app.exerciser_page.line.value = "PASS secret"
            await reader.asked(AskSecret)
            assert reader.app.exerciser_page.line.value == ""
            assert "secret" not in reader.app.export_screenshot()
            await reader.press("enter")
            await reader.idle()
            assert reader.desk.mailbox.logged_in

    with Server(messages=TWO) as server:
        run(story())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("RETR 1", "belongs to the state TRANSACTION"),
        ("TOP one 0", "not a number"),
        ("HELO", "begins with"),
        ("AUTH NONSENSE", "NONSENSE"),
    ],
)
def test_what_cannot_be_sent_is_not_sent_and_told(tmp_path: Path, line: str, told: str) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await connected(reader)
            await reader.say(line)
            assert told in reader.transcript[-1] and reader.transcript[-1].startswith("-- ")
            assert not [line for line in reader.transcript if line.startswith("C:")]
            assert reader.desk.mailbox.connected

    with Server(messages=TWO) as server:
        run(story())


def test_nothing_is_said_before_there_is_a_connection(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.press("f3")
            await reader.say("STAT")
            assert "There is no connection yet" in reader.transcript[-1]
            await reader.say("PASS")
            assert not isinstance(reader.app.screen, AskSecret)

    with Server(messages=TWO) as server:
        run(story())


def test_a_refusal_stands_in_the_transcript(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await logged_in(reader)
            await reader.say("RETR 99")
            assert any(line.startswith("S: -ERR") for line in reader.log)
            assert reader.desk.mailbox.logged_in

    with Server(messages=TWO) as server:
        run(story())


def test_a_line_that_is_lost_stands_in_the_transcript(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await logged_in(reader)
            await reader.say("RETR 2")
            assert reader.transcript[-3] == "-- the server closed the connection"
            assert "was lost" in reader.transcript[-2]
            assert reader.transcript[-1] == "-- Not connected. Nothing was deleted."
            assert reader.news == "Not connected. Nothing was deleted."

    with Server(messages=TWO, faults=lambda _: at("RETR 2", cut(9))) as server:
        run(story())


# --- one session, two pages


def test_a_button_means_the_message_that_the_other_page_stands_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.open()
            await reader.press("down", "f3")
            reader.app.exerciser_page.query_one("#verb-TOP", Button).press()
            await reader.until(lambda: reader.app.exerciser_page.line.value == "TOP 2 0")

    with Server(messages=TWO) as server:
        run(story())


def test_what_DELE_marks_is_ticked_on_the_other_page_until_RSET(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.open()
            await reader.press("f3")
            await reader.say("DELE 2")
            assert reader.table.ticked == {2} and "1 ticked" in reader.news
            await reader.say("RSET")
            assert reader.table.ticked == frozenset()
            await reader.say("DELE 1")
            await reader.press("f2", "up", "space")
            assert reader.table.ticked == {1}  # DELE is taken back by RSET alone

    with Server(messages=TWO) as server:
        run(story())
        server.settle()
        assert server.maildrops["ann"].messages == TWO


def test_a_QUIT_that_is_not_confirmed_leaves_a_doubt(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await logged_in(reader)
            await reader.say("DELE 1")
            await reader.write("QUIT")
            await reader.press("enter")
            await reader.asked(Question)
            await reader.press("enter")
            await reader.idle()
            assert "nobody knows what was deleted" in reader.news
            assert "nobody knows what was deleted" in reader.transcript[-1]

    with Server(messages=TWO, faults=lambda _: at("QUIT", cut(0))) as server:
        run(story())


@pytest.mark.parametrize(("key", "remaining"), [("enter", TWO[1:]), ("escape", TWO)])
def test_QUIT_asks_first_where_it_deletes(tmp_path: Path, key: str, remaining: list[bytes]) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await logged_in(reader)
            await reader.say("DELE 1")
            await reader.write("QUIT")
            await reader.press("enter")
            assert "QUIT deletes 1 message" in await reader.told(Question)
            await reader.press(key)
            await reader.idle()

    with Server(messages=TWO) as server:
        run(story())
        server.settle()
        assert server.maildrops["ann"].messages == remaining


def test_a_session_begun_by_hand_is_listed_on_the_other_page(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await connected(reader)
            await reader.press("f2")
            await reader.open()
            assert len(reader.table.summaries) == 2

    with Server(messages=TWO) as server:
        run(story())
        assert len(server.sessions) == 1


def test_disconnecting_deletes_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await logged_in(reader)
            await reader.say("DELE 1")
            await reader.press("f5")
            await reader.idle()
            assert "without QUIT" in reader.transcript[-1]
            assert not reader.desk.mailbox.connected

    with Server(messages=TWO) as server:
        run(story())
        server.settle()
        assert server.maildrops["ann"].messages == TWO


def test_lines_that_were_typed_come_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await connected(reader)
            await reader.say("CAPA")
            await reader.say("NOOP")
            await reader.press("up", "up")
            assert reader.app.exerciser_page.line.value == "CAPA"
            await reader.press("down", "down")
            assert reader.app.exerciser_page.line.value == ""

    with Server(messages=TWO) as server:
        run(story())
