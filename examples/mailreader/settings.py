"""The settings: the accounts, which can be added, changed, deleted and tried."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from pop3lib import POP3Error

from .account_form import AccountForm
from .accounts import Account
from .desk import Desk
from .dialogs import Notice, Question
from .header_page import counted
from .message_text import size_text
from .opening import log_in
from .words import EXPECTED, sentences


class Settings(ModalScreen[str | None]):
    """The accounts on the left, one of them on the right. It answers the last one's name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "done", "Done"),
        Binding("f4", "new", "New"),
        Binding("f5", "save", "Save"),
        Binding("f6", "try_out", "Test"),
        Binding("f8", "delete", "Delete"),
    ]

    def __init__(self, desk: Desk, chosen: Account | None) -> None:
        super().__init__()
        self._desk = desk
        #: the account that is being changed; None for a new one
        self._account = chosen
        self._form = AccountForm(can_keep=desk.passwords.kept)

    def compose(self) -> ComposeResult:
        """Put the list beside the form, the buttons below."""
        with Vertical(classes="dialog", id="settings-dialog"):
            with Horizontal(id="accounts-and-form"):
                yield OptionList(id="accounts", compact=True, markup=False)
                yield self._form
            with Horizontal(classes="buttons"):
                yield Button("New F4", action="screen.new", id="new", compact=True)
                yield Button("Save F5", action="screen.save", id="save-account", compact=True)
                yield Button("Test F6", action="screen.try_out", id="test", compact=True)
                yield Button("Delete F8", action="screen.delete", id="delete", compact=True)
                yield Button("Done Esc", action="screen.done", id="done", compact=True)
            yield Static("", markup=False, id="settings-news")

    def on_mount(self) -> None:
        """Begin with the account that was chosen on the page."""
        self._list()
        self._do(self._show(self._account))

    # --- one thing at a time ---

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        self.run_worker(self._carefully(what), exclusive=True)

    async def _carefully(self, what: Coroutine[Any, Any, None]) -> None:
        try:
            await what
        except EXPECTED as error:
            await self.app.push_screen_wait(Notice(sentences(error, self._account)))

    def _tell(self, news: str) -> None:
        self.query_one("#settings-news", Static).update(news)

    # --- the list ---

    def _list(self) -> None:
        options = self.query_one("#accounts", OptionList)
        options.clear_options()
        names = [account.name for account in self._desk.accounts]
        options.add_options(Option(name) for name in names)
        if self._account is not None and self._account.name in names:
            options.highlighted = names.index(self._account.name)

    @on(OptionList.OptionSelected, "#accounts")
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._do(self._show(self._desk.accounts.get(str(event.option.prompt))))

    async def _show(self, account: Account | None) -> None:
        self._account = account
        kept = account is not None and await self._kept(account)
        self._form.fill(account, kept=kept)
        self._form.query_one("#name").focus()

    async def _kept(self, account: Account) -> bool:
        return await asyncio.to_thread(self._desk.passwords.get, account) is not None

    # --- what the buttons do ---

    def action_done(self) -> None:
        """Go back to the pages."""
        self.dismiss(self._account.name if self._account else None)

    def action_new(self) -> None:
        """Empty the form for a new account."""
        self._do(self._show(None))
        self._tell("A new account: fill it in, and save it.")

    def action_save(self) -> None:
        """Keep what is filled in."""
        self._do(self._save())

    async def _save(self) -> None:
        account, before = self._form.account(), self._account
        if before is None:
            self._desk.accounts.add(account)
        else:
            self._desk.accounts.change(before.name, account)
        where = await asyncio.to_thread(self._keep_password, before, account)
        await self._show(account)
        self._list()
        self._tell(f"Saved. {where}")

    def _keep_password(self, before: Account | None, account: Account) -> str:
        """Have the keyring know what it shall; say where the password is now."""
        passwords, typed = self._desk.passwords, self._form.password
        if before is not None and (before.address != account.address or not self._form.keep):
            passwords.forget(before)
        if typed is not None and self._form.keep:
            passwords.keep(account, typed)
        kept = passwords.get(account) is not None
        return "The keyring has the password." if kept else "The password is asked for each time."

    def action_delete(self) -> None:
        """Forget the account, after a question."""
        self._do(self._delete())

    async def _delete(self) -> None:
        account = self._account
        if account is None:
            self._tell("This account was never saved.")
            return
        text = f"Forget the account {account.name!r}, and its password? No mail is touched."
        answers = [("Forget it", "forget"), ("Stay", "stay")]
        if await self.app.push_screen_wait(Question(text, answers)) == "forget":
            self._desk.accounts.remove(account.name)
            await asyncio.to_thread(self._desk.passwords.forget, account)
            await self._show(None)
            self._list()
            self._tell("Forgotten.")

    def action_try_out(self) -> None:
        """Log in with what is filled in, and leave again."""
        self._do(self._try_out())

    async def _try_out(self) -> None:
        account, mailbox = self._form.account(), self._desk.mailbox.another()
        self._tell(f"Connecting to {account.host} ...")
        try:
            await mailbox.connect(account)
            if await log_in(self.app, mailbox, self._desk.passwords, self._form.password):
                found = await mailbox.client.stat()
                tls = "over TLS" if mailbox.secure else "WITHOUT TLS"
                words = f"{counted(found.count)}, {size_text(found.size)}"
                self._tell(f"It works, {tls}: {words}.")
            else:
                self._tell("Not logged in.")
            with suppress(POP3Error):  # all is known that was wanted
                await mailbox.leave()
        except EXPECTED:
            self._tell("It does not work.")
            raise
        finally:
            await mailbox.drop()
