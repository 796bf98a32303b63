"""The program: its two pages, and what its keys and buttons do."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, TabbedContent, TabPane
from textual.worker import Worker

import pop3lib
from pop3lib import Secret

from .accounts import Account
from .desk import Desk
from .dialogs import AskSecret, Notice, Question
from .header_page import HeaderPage, counted
from .words import EXPECTED, sentences

#: So many messages are put into the list at once: between them the keyboard has its turn.
_BATCH = 50


class MailReader(App[None]):
    """Both pages look at the one session of the desk."""

    TITLE = "pop3lib mail reader"
    CSS_PATH = "mailreader.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "page('header')", "Header"),
        Binding("f3", "page('exerciser')", "Exerciser"),
        Binding("escape", "cancel", "Cancel"),
        Binding("ctrl+q", "leave", "Quit", priority=True),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._doing: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """Put the pages behind their tabs."""
        with TabbedContent(initial="header"), TabPane("Header", id="header"):
            yield HeaderPage(self._desk)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin in the list."""
        self.header_page.table.focus()

    @property
    def header_page(self) -> HeaderPage:
        """The page *Header*."""
        return self.query_one(HeaderPage)

    # --- one thing at a time ---

    @property
    def busy(self) -> bool:
        """Whether something is being done with the session."""
        return self._doing is not None and not self._doing.is_finished

    def act(self, what: Coroutine[Any, Any, None]) -> None:
        """Do something with the session, beside the interface; what goes wrong is told."""
        if self.busy:
            what.close()
            self.notify("One thing at a time: Escape cancels what is under way.")
        else:
            self._doing = self.run_worker(self._carefully(what), group="session")

    async def _carefully(self, what: Coroutine[Any, Any, None]) -> None:
        try:
            await what
        except EXPECTED as error:
            await self.push_screen_wait(Notice(sentences(error, self._desk.mailbox.account)))

    def action_cancel(self) -> None:
        """Break off what is under way."""
        if self._doing is not None and self.busy:
            self._doing.cancel()
            self.header_page.tell("Cancelled.")

    # --- the mailbox ---

    def action_open_mailbox(self) -> None:
        """Connect, log in, list."""
        account = self.header_page.account
        if account is None:
            self.notify("There is no account yet: add one in Settings.")
        else:
            self.act(self._open(account))

    async def _open(self, account: Account) -> None:
        if await self._enter(account):
            await self._list()

    async def _enter(self, account: Account) -> bool:
        """Have the maildrop open; say whether it is."""
        mailbox, page = self._desk.mailbox, self.header_page
        if not mailbox.connected:
            page.tell(f"Connecting to {account.host} ...")
            await mailbox.connect(account)
        if not mailbox.logged_in:
            page.tell(f"Logging in as {account.user} ...")
            return await self._log_in(account)
        return True

    async def _log_in(self, account: Account) -> bool:
        secret = await asyncio.to_thread(self._desk.passwords.get, account)
        reason = ""
        while (secret := secret or await self._ask_secret(account, reason)) is not None:
            try:
                await self._desk.mailbox.log_in(secret)
            except pop3lib.AuthenticationError as error:
                secret, reason = None, f"{sentences(error, account)}\n\n"
            else:
                return True
        await self._desk.mailbox.drop()
        self.header_page.tell("Not logged in.")
        return False

    async def _ask_secret(self, account: Account, reason: str) -> Secret | None:
        what = "token" if account.takes_token else "password"
        text = f"{reason}The {what} of {account.user} on {account.host}:"
        return await self.push_screen_wait(AskSecret(text, can_keep=self._desk.passwords.kept))

    async def _list(self) -> None:
        """Fill the list as the headers arrive."""
        page, mailbox = self.header_page, self._desk.mailbox
        page.empty()
        total = (await mailbox.client.stat()).count
        batch = []
        async for summary in mailbox.summaries():
            batch.append(summary)
            if len(batch) == _BATCH:
                page.table.show(batch)
                page.tell(f"Reading headers: {len(page.table.summaries)} of {total}")
                batch = []
                await asyncio.sleep(0)
        page.table.show(batch)
        page.tell_totals()

    def action_reset(self) -> None:
        """Take all ticks back."""
        self.act(self._reset())

    async def _reset(self) -> None:
        if self._desk.mailbox.logged_in:
            await self._desk.mailbox.client.rset()
        self.header_page.table.untick()

    def action_close_mailbox(self) -> None:
        """Delete what is ticked, after a question, and end the session."""
        self.act(self._close())

    async def _close(self) -> None:
        mailbox, page = self._desk.mailbox, self.header_page
        if not mailbox.connected:
            page.tell("The mailbox is not open.")
            return
        doomed = page.table.ticked | mailbox.marked
        if doomed and await self._may_delete(len(doomed)):
            await mailbox.delete(doomed - mailbox.marked)
        gone = await mailbox.leave()
        page.empty()
        page.tell(f"Closed. {counted(len(gone))} deleted.")

    async def _may_delete(self, count: int) -> bool:
        answers = [(f"Delete {count} and close", "delete"), ("Stay", "stay")]
        text = f"{counted(count)} will be deleted from the server, for good."
        return await self.push_screen_wait(Question(text, answers)) == "delete"

    def action_page(self, name: str) -> None:
        """Go to a page."""
        self.query_one(TabbedContent).active = name

    def action_download(self) -> None:
        """Save what is not ticked."""

    def action_settings(self) -> None:
        """Open the settings."""

    def action_leave(self) -> None:
        """Leave the program."""
        self.exit()
