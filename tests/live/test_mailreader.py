"""The mail reader on Dovecot, with TLS."""

from __future__ import annotations

import mailbox
from pathlib import Path

from tests.mailreader.reader import OpenKeyring, Reader, reading, run  # skips without Textual

# isort: split
from mailreader.accounts import Account
from mailreader.dialogs import AskSecret, Notice, Question
from mailreader.saving import AskPlace
from textual.widgets import Input, Select

from pop3lib import Security
from tests.live.servers import Dovecot

THREE = [b"Subject: number %d\n\nbody %d\n.\n" % (n, n) for n in (1, 2, 3)]


def alice(dovecot: Dovecot, security: Security = Security.TLS) -> Account:
    """Return alice's account; on the strict host where TLS does not come first."""
    if security is Security.TLS:
        return Account("Alice", "localhost", dovecot.tls_port, "alice", security)
    return Account("Alice", dovecot.strict_host, dovecot.port, "alice", security)


async def downloaded(reader: Reader, maildir: Path) -> None:
    await reader.press("d")
    dialog = await reader.asked(AskPlace)
    dialog.query_one("#path", Input).value = str(maildir)
    dialog.query_one(Select).value = "Maildir"
    await reader.press("enter")
    await reader.idle()


def test_the_whole_story_on_dovecot(dovecot: Dovecot, tmp_path: Path) -> None:
    async def story() -> None:
        ring = OpenKeyring((account, dovecot.password))
        async with reading(tmp_path, [account], ring, ca_file=str(dovecot.ca_file)) as reader:
            await reader.open()
            assert len(reader.table.summaries) == 3 and reader.desk.mailbox.secure
            await reader.press("down", "space")
            assert "Subject: number 3" in reader.headers
            await downloaded(reader, tmp_path / "Mail")
            assert reader.news == f"Saved 2 messages in {tmp_path / 'Mail'}."
            await reader.press("c")
            assert "1 message will be deleted" in await reader.told(Question)
            await reader.press("enter")
            await reader.idle()
            assert reader.news == "Closed. 1 message deleted: no. 2."

    dovecot.fill("alice", THREE)
    account = alice(dovecot)
    run(story())
    assert dovecot.messages("alice") == [THREE[0], THREE[2]]
    saved = sorted(message["Subject"] for message in mailbox.Maildir(tmp_path / "Mail"))
    assert saved == ["number 1", "number 3"]


def test_POP3_by_hand_with_STLS_and_SCRAM(dovecot: Dovecot, tmp_path: Path) -> None:
    async def story() -> None:
        async with reading(tmp_path, [account], ca_file=str(dovecot.ca_file)) as reader:
            await reader.press("f3", "f4")
            await reader.idle()
            await reader.say("CAPA")
            await reader.say("STLS")
            assert reader.desk.mailbox.secure and "-- TLS" in reader.log
            await reader.write("AUTH SCRAM-SHA-256")
            await reader.press("enter")
            await reader.asked(AskSecret)
            await reader.write(dovecot.password)
            await reader.press("enter")
            await reader.idle()
            await reader.say("STAT")
            assert any(line.startswith("S: +OK 3 ") for line in reader.log)
            await reader.say("QUIT")
            assert "C: AUTH SCRAM-SHA-256 ***" in reader.transcript
            assert dovecot.password not in "\n".join(reader.transcript)

    dovecot.fill("alice", THREE)
    account = alice(dovecot, Security.PLAINTEXT)
    run(story())
    assert dovecot.messages("alice") == THREE


def test_a_certificate_that_is_not_trusted_ends_it_before_the_password(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    async def story() -> None:
        ring = OpenKeyring((alice(dovecot), dovecot.password))
        async with reading(tmp_path, [alice(dovecot)], ring) as reader:
            await reader.press("o")
            assert "authority that this computer does not know" in await reader.told(Notice)
            assert reader.transcript == []

    run(story())
