"""A mailbox is opened, looked through, ticked and closed."""

from __future__ import annotations

from pathlib import Path

from mailreader.dialogs import Question

from pop3lib.testing import Server
from tests.mailreader.reader import reading_of_ann, run

FIVE = [b"Subject: number %d\r\nX-N: %d\r\n\r\nbody %d\r\n" % (n, n, n) for n in range(1, 6)]


def test_ticked_messages_are_deleted_when_the_mailbox_is_closed(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.open()
            assert [summary.number for summary in reader.table.summaries] == [1, 2, 3, 4, 5]
            assert "Subject: number 1" in reader.headers
            await reader.press("down", "space", "down", "space")
            assert reader.table.ticked == {2, 4}
            assert "2 ticked" in reader.news
            await reader.press("c")
            assert "2 messages will be deleted" in await reader.told(Question)
            await reader.press("enter")
            await reader.idle()
            assert reader.news == "Closed. 2 messages deleted: no. 2, 4."
            assert not reader.desk.mailbox.connected and not reader.table.summaries

    with Server(messages=FIVE) as server:
        run(story())
        server.settle()
        assert server.maildrops["ann"].messages == [FIVE[0], FIVE[2], FIVE[4]]
        assert not server.violations
