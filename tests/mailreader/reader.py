"""The mail reader on a screen of its own, with a pilot at the keyboard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from keyring.errors import PasswordDeleteError
from mailreader.__main__ import desk
from mailreader.accounts import Account
from mailreader.app import MailReader
from mailreader.desk import Desk
from mailreader.dialogs import Dialog
from mailreader.header_page import HeaderPage
from mailreader.message_table import MessageTable
from mailreader.passwords import Keyring, Passwords
from textual import events
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import RichLog, Static

from pop3lib import Security
from pop3lib.testing import ScriptServer, Server

D = TypeVar("D", bound=Dialog[Any])

#: Seconds after which a test that waits has failed.
PATIENCE = 20


class OpenKeyring:
    """A keyring in memory, to look into."""

    def __init__(self, *secrets: tuple[Account, str]) -> None:
        self.kept = {account.address: secret for account, secret in secrets}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop(username, None) is None:
            raise PasswordDeleteError("there is none")  # as the real ones do


class Handled:
    """What the parts of the program have handled: keys, clicks, their own messages."""

    def __init__(self) -> None:
        #: how many messages; those by which Textual itself works do not count
        self.count = 0
        self._event = asyncio.Event()

    def __call__(self, message: Message) -> None:
        self.count += not message.verbose
        self._event.set()

    async def another(self) -> None:
        """Wait until one more was handled."""
        self._event.clear()
        await self._event.wait()


@dataclass(frozen=True)
class Reader:
    """The running program as its user sees it."""

    app: MailReader
    pilot: Pilot[None]
    desk: Desk
    handled: Handled

    @property
    def page(self) -> HeaderPage:
        return self.app.header_page

    @property
    def table(self) -> MessageTable:
        return self.page.table

    @property
    def news(self) -> str:
        """The line that says how things stand."""
        return str(self.page.query_one("#news", Static).visual)

    @property
    def headers(self) -> str:
        """The headers of the message under the cursor, as they are shown."""
        return str(self.page.query_one("#headers", Static).visual)

    async def settled(self) -> None:
        """Wait until every widget has done what it was told, and all that came of that."""
        before = -1
        while self.handled.count != before:
            before = self.handled.count
            await self.pilot.pause(0)

    async def press(self, *keys: str) -> None:
        """Press keys. (``Pilot.press`` waits for the whole process to be idle, up to a second.)"""
        for key in keys:
            self.app.simulate_key(key)
            await self.settled()

    async def write(self, text: str) -> None:
        """Paste a text where the cursor is."""
        assert self.app.focused is not None
        self.app.focused.post_message(events.Paste(text))
        await self.settled()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; it is looked at again whenever a message was handled."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await self.handled.another()

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        await self.until(lambda: not self.app.busy)
        await self.settled()

    async def asked(self, kind: type[D]) -> D:
        """Wait until a window has opened, and return it."""
        await self.until(lambda: isinstance(self.app.screen, kind))
        screen = self.app.screen
        assert isinstance(screen, kind)
        await self.settled()
        return screen

    async def told(self, kind: type[Dialog[Any]]) -> str:
        """Wait until a window has opened, and return its text."""
        return str((await self.asked(kind)).query_one(".text", Static).visual)

    @property
    def transcript(self) -> list[str]:
        """What was said, without the remarks about time."""
        return [line for line in self.desk.transcript.since(0) if " took " not in line]

    @property
    def log(self) -> list[str]:
        """The lines that the exerciser shows."""
        return [strip.text.rstrip() for strip in self.app.exerciser_page.query_one(RichLog).lines]

    async def say(self, line: str) -> None:
        """Type a line into the exerciser, and wait for what it does."""
        await self.write(line)
        await self.press("enter")
        await self.idle()
        self.app.exerciser_page.refresh_log()

    async def open(self) -> None:
        """Open the mailbox of the first account."""
        await self.press("o")
        await self.idle()


def account_of(server: Server | ScriptServer, name: str = "Ann", **changes: Any) -> Account:
    """Return the account of ann on an embedded server, in clear."""
    usual: dict[str, Any] = {"host": server.host, "port": server.port, "user": "ann"}
    usual["security"] = Security.PLAINTEXT
    return Account(name, **(usual | changes))


@asynccontextmanager
async def reading(
    folder: Path,
    accounts: Sequence[Account] = (),
    keyring: Keyring | None = None,
    *,
    size: tuple[int, int] = (80, 24),
    ca_file: str | None = None,
    timeout: float = 60,
) -> AsyncIterator[Reader]:
    """Run the program with these accounts; everything it writes is in *folder*."""
    laid_out = desk(folder / "data", folder, Passwords(keyring), ca_file, timeout)
    for account in accounts:
        laid_out.accounts.add(account)
    app, handled = MailReader(laid_out), Handled()
    try:
        async with app.run_test(size=size, message_hook=handled) as pilot:
            yield Reader(app, pilot, laid_out, handled)
    finally:
        await laid_out.mailbox.drop()


@asynccontextmanager
async def reading_of_ann(folder: Path, server: Server, **options: Any) -> AsyncIterator[Reader]:
    """Run the program with ann's account on an embedded server, her password in the keyring."""
    account = account_of(server)
    ring = OpenKeyring((account, "secret"))
    async with reading(folder, [account], ring, **options) as reader:
        yield reader


def run(story: Coroutine[Any, Any, None]) -> None:
    """Play a story."""

    async def bounded() -> None:
        async with asyncio.timeout(2 * PATIENCE):
            await story

    asyncio.run(bounded())
