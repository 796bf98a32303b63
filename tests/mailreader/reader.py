"""The mail reader on a screen of its own, with a pilot at the keyboard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mailreader.__main__ import desk
from mailreader.accounts import Account
from mailreader.app import MailReader
from mailreader.desk import Desk
from mailreader.dialogs import Dialog
from mailreader.header_page import HeaderPage
from mailreader.message_table import MessageTable
from mailreader.passwords import Keyring, Passwords
from textual.pilot import Pilot
from textual.widgets import Static

from pop3lib import Security
from pop3lib.testing import Server

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
        del self.kept[username]


@dataclass(frozen=True)
class Reader:
    """The running program as its user sees it."""

    app: MailReader
    pilot: Pilot[None]
    desk: Desk

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

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def write(self, text: str) -> None:
        await self.pilot.press(*("space" if c == " " else c for c in text))

    async def until(self, holds: Callable[[], object]) -> None:
        """Let the program go on until something holds."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await self.pilot.pause()

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        await self.until(lambda: not self.app.busy)
        await self.pilot.pause()

    async def asked(self, kind: type[D]) -> D:
        """Wait until a window has opened, and return it."""
        await self.until(lambda: isinstance(self.app.screen, kind))
        screen = self.app.screen
        assert isinstance(screen, kind)
        await self.pilot.pause()
        return screen

    async def told(self, kind: type[Dialog[Any]]) -> str:
        """Wait until a window has opened, and return its text."""
        return str((await self.asked(kind)).query_one(".text", Static).visual)

    async def open(self) -> None:
        """Open the mailbox of the first account."""
        await self.press("o")
        await self.idle()


def account_of(server: Server, name: str = "Ann", **changes: Any) -> Account:
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
) -> AsyncIterator[Reader]:
    """Run the program with these accounts; everything it writes is in *folder*."""
    laid_out = desk(folder / "data", folder, Passwords(keyring), ca_file)
    for account in accounts:
        laid_out.accounts.add(account)
    app = MailReader(laid_out)
    async with app.run_test(size=size) as pilot:
        yield Reader(app, pilot, laid_out)
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
