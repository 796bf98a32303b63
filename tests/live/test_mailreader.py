"""The mail reader on Dovecot, with TLS."""

from __future__ import annotations

from pathlib import Path

from tests.mailreader.reader import OpenKeyring, reading, run  # first: it skips without Textual

# isort: split
from mailreader.accounts import Account
from mailreader.dialogs import Question

from pop3lib import Security
from tests.live.servers import Dovecot

THREE = [b"Subject: %d\n\nbody %d\n.\n" % (n, n) for n in (1, 2, 3)]


def test_messages_are_listed_ticked_and_deleted_on_dovecot(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    async def story() -> None:
        ring = OpenKeyring((account, dovecot.password))
        async with reading(tmp_path, [account], ring, ca_file=str(dovecot.ca_file)) as reader:
            await reader.open()
            assert len(reader.table.summaries) == 3 and reader.desk.mailbox.secure
            await reader.press("down", "space", "c")
            await reader.asked(Question)
            await reader.press("enter")
            await reader.idle()
            assert reader.news == "Closed. 1 message deleted: no. 2."

    dovecot.fill("alice", THREE)
    account = Account("Alice", "localhost", dovecot.tls_port, "alice", Security.TLS)
    run(story())
    assert dovecot.messages("alice") == [THREE[0], THREE[2]]
