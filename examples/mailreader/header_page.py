"""The page *Header*: what is in the mailbox, what of it shall go, and what shall be kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, ProgressBar, Select, Static

from pop3lib import Summary

from .accounts import Account
from .desk import Desk
from .message_table import MessageTable
from .message_text import details_of, raw_of, size_text


class HeaderPage(Vertical):
    """The list of messages under its buttons, and the headers of one of them.

    What the buttons do is up to the program: each key and button runs an action of the app.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "list", show=False),
        Binding("o", "app.open_mailbox", "Open"),
        Binding("d", "app.download", "Download"),
        Binding("c", "app.close_mailbox", "Close"),
        Binding("u", "app.reset", "Untick"),
        Binding("r", "raw", "Raw"),
        Binding("a", "account", "Account", show=False),
        Binding("s", "app.settings", "Settings", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="header-page")
        #: the list of messages
        self.table = MessageTable()
        self._desk = desk
        self._listed: Account | None = None
        self._raw = False

    def compose(self) -> ComposeResult:
        """Stack the buttons, the list and the headers."""
        with Horizontal(classes="bar"):
            yield Select[str]([], prompt="(no account)", id="account", compact=True)
            yield Button("Open mailbox", action="app.open_mailbox", id="open", compact=True)
            yield Button("Download mail", action="app.download", id="download", compact=True)
            yield Button("Close mailbox", action="app.close_mailbox", id="close", compact=True)
            yield Button("RSET", action="app.reset", id="reset", compact=True)
            yield Button("Settings", action="app.settings", id="settings", compact=True)
        with Horizontal(classes="bar"):
            yield Static("", markup=False, id="news")
            yield ProgressBar(show_eta=False)
        yield self.table
        with VerticalScroll(id="details"):
            yield Static("", markup=False, id="headers")

    def on_mount(self) -> None:
        """Begin with the accounts that there are."""
        self.query_one(ProgressBar).display = False
        self.show_accounts()

    # --- accounts ---

    @property
    def account(self) -> Account | None:
        """The account that is chosen."""
        name = self.query_one("#account", Select).value
        return self._desk.accounts.get(name) if isinstance(name, str) else None

    def show_accounts(self, chosen: str | None = None) -> None:
        """Offer the accounts that there are now, *chosen* or the one before on top."""
        select: Select[str] = self.query_one("#account", Select)
        before = chosen or select.value
        names = [account.name for account in self._desk.accounts]
        select.set_options((name, name) for name in names)
        if names:
            select.value = before if isinstance(before, str) and before in names else names[0]
        else:
            self.tell("There is no account yet: press s, or the button Settings, to make one.")

    def action_account(self) -> None:
        """Go to the list of accounts."""
        select: Select[str] = self.query_one("#account", Select)
        select.focus()
        select.action_show_overlay()

    # --- messages ---

    def action_list(self) -> None:
        """Go to the list of messages."""
        self.table.focus()

    def tell(self, news: str) -> None:
        """Say how things stand."""
        self.query_one("#news", Static).update(news)

    def empty(self, account: Account | None = None) -> None:
        """Show no messages, before those of *account* are shown."""
        self._listed = account
        self.table.empty()
        self.query_one("#headers", Static).update("")

    def ticked_ids(self, account: Account) -> frozenset[str]:
        """Return the unique-ids of *account*'s messages that are ticked, if it is listed.

        Those of another account mean nothing here: many servers begin to count at 1.
        """
        if self._listed is None or self._listed.name != account.name:
            return frozenset()
        ticked = self.table.ticked
        return frozenset(
            each.uid for each in self.table.summaries if each.number in ticked and each.uid
        )

    def add(self, summaries: Sequence[Summary], ticked: Collection[str] = ()) -> None:
        """Put more messages into the list; those of the unique-ids *ticked* are ticked again."""
        self.table.show(summaries, {each.number for each in summaries if each.uid in ticked})

    def progress(self, done: int, total: int, words: str) -> None:
        """Show how far something has come."""
        bar = self.query_one(ProgressBar)
        bar.update(total=total or None, progress=done)
        bar.display = True
        self.tell(f"{words} Escape stops it.")

    def progress_done(self) -> None:
        """Show no progress any more."""
        self.query_one(ProgressBar).display = False

    def tell_totals(self) -> None:
        """Say how many messages there are, and how many will be deleted."""
        table = self.table
        if not table.summaries:
            self.tell("The mailbox is empty.")
            return
        sizes = [summary.size or 0 for summary in table.summaries]
        ticked = len(table.ticked)
        self.tell(
            f"{counted(len(sizes))}, {size_text(sum(sizes))}. "
            + (f"{ticked} ticked: deleted when the mailbox is closed." if ticked else "")
        )

    @on(MessageTable.Ticked)
    def _ticked(self) -> None:
        self.tell_totals()

    @on(MessageTable.Shown)
    def _shown(self, event: MessageTable.Shown) -> None:
        self._show(event.summary)

    def action_raw(self) -> None:
        """Show the headers as they came, or decoded."""
        self._raw = not self._raw
        summary = self.table.current
        if summary is not None:
            self._show(summary)

    def _show(self, summary: Summary) -> None:
        text = raw_of(summary) if self._raw else details_of(summary)
        how = "as they came" if self._raw else "decoded"
        title = f"message {summary.number}, its headers {how}"
        self.query_one("#details").border_title = title
        self.query_one("#headers", Static).update(text)
        self.query_one("#details").scroll_home(animate=False)


def counted(count: int, what: str = "message") -> str:
    """Return a number with its noun."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
