"""Mail is downloaded: what is not ticked, once, and nothing is lost."""

from __future__ import annotations

import mailbox
from pathlib import Path

from mailreader.dialogs import AskSecret, Notice, Question
from mailreader.saving import AskPlace
from mailreader.settings import Settings
from textual.widgets import Input, Select

from pop3lib.testing import Server
from pop3lib.testing import Settings as Offer
from pop3lib.testing.faults import at, cut, delay
from tests.mailreader.reader import OpenKeyring, Reader, reading, reading_of_ann, run

FIVE = [b"Subject: number %d\r\n\r\n.body %d\r\n" % (n, n) for n in range(1, 6)]


async def downloaded(reader: Reader, path: Path, kind: str | None = None) -> None:
    """Press the key, and say where."""
    await reader.press("d")
    dialog = await reader.asked(AskPlace)
    dialog.query_one("#path", Input).value = str(path)
    if kind is not None:
        dialog.query_one(Select).value = kind
    await reader.press("enter")


def eml(folder: Path) -> list[bytes]:
    """Return what was saved."""
    return sorted(file.read_bytes() for file in folder.glob("*.eml"))


def test_the_whole_story(tmp_path: Path) -> None:
    """Played by the pilot, key by key, as a person would."""

    async def story() -> None:
        async with reading(tmp_path, keyring=ring) as reader:
            press = reader.pilot.press
            # An account is made.
            await press("s")
            await reader.until(lambda: isinstance(reader.app.screen, Settings))
            await press(*"Ann", "tab", *"127.0.0.1", "tab")
            await press(*"ann", "tab", "enter", "down", "down", "enter", "tab")
            await press(*str(server.port), "f5", "escape")
            # The mailbox is opened; the password is asked for, and kept.
            await press("o")
            await reader.asked(AskSecret)
            await press(*"secret", "tab", "space", "tab", "enter")
            await reader.until(lambda: reader.table.row_count == 5)
            await reader.idle()
            # A header is read.
            await press("down")
            assert "Subject: number 2" in reader.headers
            # Two are ticked.
            await press("space", "down", "space")
            assert reader.table.ticked == {2, 4}
            # The rest is downloaded.
            await press("d")
            folder.append((await reader.asked(AskPlace)).query_one("#path", Input).value)
            await press("enter")
            await reader.idle()
            assert reader.news == f"Saved 3 messages in {folder[0]}."
            # It is closed, and what is ticked is deleted.
            await press("c")
            assert "2 messages will be deleted" in await reader.told(Question)
            await press("enter")
            await reader.idle()
            assert reader.news == "Closed. 2 messages deleted: no. 2, 4."

    ring, folder = OpenKeyring(), list[str]()
    with Server(messages=FIVE) as server:
        run(story())
        server.settle()
        kept = [FIVE[0], FIVE[2], FIVE[4]]
        assert server.maildrops["ann"].messages == kept
        assert server.violations == []
    assert eml(Path(folder[0])) == kept
    assert list(ring.kept.values()) == ["secret"]


def test_without_a_session_everything_is_downloaded_and_nothing_deleted(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await downloaded(reader, tmp_path / "mail")
            await reader.idle()
            assert reader.news == f"Saved 5 messages in {tmp_path / 'mail'}."
            assert not reader.desk.mailbox.connected

    with Server(messages=FIVE) as server:
        run(story())
        assert server.maildrops["ann"].messages == FIVE
    assert eml(tmp_path / "mail") == FIVE


def test_what_was_saved_is_not_saved_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            for news in ("Saved 5 messages", "Saved 0 messages"):
                await downloaded(reader, tmp_path / "mail")
                await reader.idle()
                assert reader.news.startswith(news)
            assert reader.news.endswith("5 were there before.")

    with Server(messages=FIVE) as server:
        run(story())
    assert eml(tmp_path / "mail") == FIVE


def test_into_a_Maildir(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await downloaded(reader, tmp_path / "Mail", "Maildir")
            await reader.idle()

    with Server(messages=FIVE) as server:
        run(story())
    subjects = sorted(message["Subject"] for message in mailbox.Maildir(tmp_path / "Mail"))
    assert subjects == [f"number {n}" for n in range(1, 6)]


def test_a_lost_line_loses_no_mail_and_the_rest_comes_the_next_time(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.open()
            await reader.press("space")
            await downloaded(reader, tmp_path / "mail")
            text = await reader.told(Notice)
            assert "was lost" in text and "nothing was deleted" in text
            await reader.press("enter")
            await reader.idle()
            saved.extend(eml(tmp_path / "mail"))
            assert saved and saved == FIVE[1 : 1 + len(saved)] and len(saved) <= 2
            await reader.open()
            assert reader.table.ticked == {1}
            await downloaded(reader, tmp_path / "mail")
            await reader.idle()
            assert reader.news.startswith(f"Saved {4 - len(saved)} messages")

    saved: list[bytes] = []
    with Server(
        messages=FIVE, faults=lambda count: at("RETR 4", cut(9)) if count == 1 else None
    ) as server:
        run(story())
        assert server.maildrops["ann"].messages == FIVE
    assert eml(tmp_path / "mail") == FIVE[1:]


def test_a_download_can_be_cancelled_and_the_session_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.open()
            await downloaded(reader, tmp_path / "mail")
            await reader.until(lambda: "Message 4 of 5" in reader.news)
            await reader.press("escape")
            await reader.idle()
            assert reader.news == "Cancelled." and reader.desk.mailbox.logged_in
            assert eml(tmp_path / "mail") == FIVE[:3]
            await downloaded(reader, tmp_path / "mail")
            await reader.idle()
            assert reader.news.startswith("Saved 2 messages")

    slow = at("RETR 4", delay(1.0), times=1)
    with Server(messages=FIVE, faults=lambda _: slow) as server:
        run(story())
    assert eml(tmp_path / "mail") == FIVE


def test_a_refused_message_stops_no_other(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await downloaded(reader, tmp_path / "mail")
            text = await reader.told(Notice)
            assert "Saved 4 messages" in text and "1 message could not be saved" in text
            assert "3: 127.0.0.1 refused RETR 3" in text and "it is broken" in text

    with Server(messages=FIVE, settings=Offer(refusals={"RETR 3": "it is broken"})) as server:
        run(story())
    assert eml(tmp_path / "mail") == [*FIVE[:2], *FIVE[3:]]


def test_a_folder_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await downloaded(reader, tmp_path / "file" / "mail")
            assert str(tmp_path / "file") in await reader.told(Notice)

    (tmp_path / "file").write_text("in the way")
    with Server(messages=FIVE) as server:
        run(story())
        server.settle()
        assert server.maildrops["ann"].messages == FIVE
