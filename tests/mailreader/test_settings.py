"""The settings: accounts are added, changed, deleted and tried, from the keyboard."""

from __future__ import annotations

from pathlib import Path

from mailreader.account_form import AccountForm
from mailreader.accounts import Account
from mailreader.dialogs import AskSecret, Notice, Question
from mailreader.settings import Settings
from textual.widgets import Select, Static

from pop3lib import Security
from pop3lib.testing import Server
from tests.mailreader.reader import OpenKeyring, Reader, account_of, reading, run


async def opened(reader: Reader) -> Settings:
    """Open the settings."""
    await reader.press("s")
    await reader.until(lambda: isinstance(reader.app.screen, Settings))
    await reader.settled()
    assert isinstance(reader.app.screen, Settings)
    await reader.until(lambda: reader.app.focused is not None and reader.app.focused.id == "name")
    return reader.app.screen


def news(settings: Settings) -> str:
    return str(settings.query_one("#settings-news", Static).visual)


async def filled_in(
    reader: Reader, account: Account, password: str = "", keep: bool = False
) -> None:
    """Fill in the form field by field, with Tab between."""
    form = reader.app.screen.query_one(AccountForm)
    for text in (account.name, account.host, account.user):
        await reader.write(text)
        await reader.press("tab")
    form.query_one("#security", Select).value = account.security
    await reader.press("tab")
    await reader.write(str(account.port))
    await reader.press("tab", "tab")
    await reader.write(password)
    if keep:
        await reader.press("tab", "space")


def test_an_account_is_made_and_its_password_is_in_the_keyring_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading(tmp_path, keyring=ring) as reader:
            settings = await opened(reader)
            await filled_in(reader, account, "s3cret-h4sh", keep=True)
            await reader.press("f5")
            await reader.until(lambda: "Saved" in news(settings))
            assert "keyring has the password" in news(settings)
            await reader.press("escape")
            await reader.until(lambda: reader.page.account == account)
            assert list(reader.desk.accounts) == [account]

    ring = OpenKeyring()
    account = Account("Ann", "pop.example.org", 1995, "ann", Security.TLS)
    run(story())
    assert ring.kept == {"ann@pop.example.org:1995": "s3cret-h4sh"}
    written = b"".join(f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())
    assert b"pop.example.org" in written and b"h4sh" not in written


def test_without_a_keyring_the_password_is_nowhere(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading(tmp_path) as reader:
            settings = await opened(reader)
            assert not settings.query_one("#keep").display
            await filled_in(reader, Account("Ann", "pop.example.org", 995, "ann"), "s3cret-h4sh")
            await reader.press("f5")
            await reader.until(lambda: "Saved" in news(settings))
            assert "asked for each time" in news(settings)

    run(story())
    written = b"".join(f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())
    assert b"h4sh" not in written


def test_the_port_may_be_left_out(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading(tmp_path) as reader:
            settings = await opened(reader)
            for text in ("Ann", "pop.example.org", "ann"):
                await reader.write(text)
                await reader.press("tab")
            settings.query_one("#security", Select).value = Security.STARTTLS
            await reader.press("f5")
            await reader.until(lambda: "Saved" in news(settings))
            (account,) = reader.desk.accounts
            assert account.port == 110 and account.security is Security.STARTTLS

    run(story())


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading(tmp_path) as reader:
            await opened(reader)
            await reader.press("f5")
            assert "The name is missing" in await reader.told(Notice)
            await reader.press("enter", "escape")
            assert list(reader.desk.accounts) == []

    run(story())


def test_another_host_does_not_get_the_old_one_s_password(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading(tmp_path, [before], ring) as reader:
            settings = await opened(reader)
            await reader.press("tab")
            await reader.write("elsewhere.example")  # the field's text is selected
            await reader.press("f5")
            await reader.until(lambda: "Saved" in news(settings))
            (account,) = reader.desk.accounts
            assert account.host == "elsewhere.example" and ring.kept == {}

    before = Account("Ann", "pop.example.org", 995, "ann")
    ring = OpenKeyring((before, "secret"))
    run(story())


def test_an_account_is_deleted_after_a_question_and_its_password_with_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading(tmp_path, [account], ring) as reader:
            settings = await opened(reader)
            await reader.press("f8")
            assert "Forget the account 'Ann'" in await reader.told(Question)
            await reader.press("enter")
            await reader.until(lambda: news(settings) == "Forgotten.")
            assert list(reader.desk.accounts) == [] and ring.kept == {}
            await reader.press("escape")
            await reader.settled()
            assert reader.page.account is None

    account = Account("Ann", "pop.example.org", 995, "ann")
    ring = OpenKeyring((account, "secret"))
    run(story())


def test_a_connection_is_tried_before_it_is_saved(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading(tmp_path) as reader:
            settings = await opened(reader)
            await filled_in(reader, account_of(server), "secret")
            await reader.press("f6")
            await reader.until(lambda: "It works" in news(settings))
            assert news(settings) == "It works, WITHOUT TLS: 1 message, 16 B."
            assert list(reader.desk.accounts) == [] and not reader.desk.mailbox.connected

    with Server(messages=[b"Subject: one\r\n\r\n"]) as server:
        run(story())
        assert "C: QUIT" in server.log


def test_a_connection_that_does_not_work_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading(tmp_path) as reader:
            settings = await opened(reader)
            await filled_in(reader, account_of(server), "wrong")
            await reader.press("f6")
            assert "does not accept" in await reader.told(AskSecret)
            await reader.press("escape")
            await reader.until(lambda: news(settings) == "Not logged in.")
            server.stop()
            await reader.press("f6")
            assert "nothing listens" in await reader.told(Notice)

    server = Server().start()
    run(story())
