"""The program: its two pages, and what its keys and buttons do."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, TabbedContent, TabPane
from textual.worker import Worker

from pop3lib import ConnectionBroken
from pop3lib.protocol import Noop

from .accounts import Account
from .closing import close_mailbox
from .desk import Desk
from .dialogs import AskText, Dialog, Notice
from .exerciser_page import ExerciserPage
from .exercising import connect, disconnect, speak
from .header_page import HeaderPage, counted
from .opening import open_mailbox
from .saving import download_mail
from .settings import Settings
from .words import EXPECTED, sentences

_KEYS = """\
Tab and Shift+Tab go from field to field, Enter presses a button, Escape goes back or stops \
what is under way.

Header: o open, d download, c close the mailbox; arrows, j and k move, space ticks, u unticks \
all; r shows the headers raw; a is the account, s the settings.

Exerciser: type a command or press its button; Enter sends it, up and down bring back earlier \
ones. F4 connects, F5 drops the connection, F6 saves the transcript.

F2 Header, F3 Exerciser, Ctrl+Q leaves. Nothing is deleted but by closing, after a question."""


class MailReader(App[None]):
    """Both pages look at the one session of the desk."""

    TITLE = "pop3lib mail reader"
    CSS_PATH = "mailreader.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help"),
        Binding("f2", "page('header')", "Header"),
        Binding("f3", "page('exerciser')", "Exerciser"),
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("ctrl+q", "leave", "Quit", priority=True),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.header_page = HeaderPage(desk)
        self.exerciser_page = ExerciserPage(desk, self._current)
        self._doing: Worker[None] | None = None
        self._was_connected = False
        self._page = "header"

    def compose(self) -> ComposeResult:
        """Put the pages behind their tabs."""
        with TabbedContent(initial="header"):
            with TabPane("Header", id="header"):
                yield self.header_page
            with TabPane("Exerciser", id="exerciser"):
                yield self.exerciser_page
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin in the list, and keep an eye on the line."""
        self.header_page.table.focus()
        self.set_interval(0.5, self._look_at_line)

    def action_page(self, name: str) -> None:
        """Go to a page."""
        self.query_one(TabbedContent).active = name
        first = self.header_page.table if name == "header" else self.exerciser_page.line
        first.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no key for the page that is open."""
        if action == "page":
            return self._page not in parameters
        return super().check_action(action, parameters)

    @on(TabbedContent.TabActivated)
    def _page_changed(self, event: TabbedContent.TabActivated) -> None:
        self._page = event.tabbed_content.active
        self.refresh_bindings()

    def action_help(self) -> None:
        """Say which keys there are."""
        self.push_screen(Notice(_KEYS))

    # --- one thing at a time ---

    @property
    def busy(self) -> bool:
        """Whether something is being done with the session."""
        return self._doing is not None and not self._doing.is_finished

    def act(self, what: Coroutine[Any, Any, object]) -> None:
        """Do something with the session, beside the interface; what goes wrong is told."""
        if self.busy:
            what.close()
            self.notify("One thing at a time: Escape cancels what is under way.")
        else:
            self._doing = self.run_worker(self._carefully(what))

    async def _carefully(self, what: Coroutine[Any, Any, object]) -> None:
        try:
            await what
        except EXPECTED as error:
            await self._tell(error)
        finally:
            self._was_connected = self._desk.mailbox.connected
            if self._desk.mailbox.logged_in:
                self.header_page.table.mark(self._desk.mailbox.marked)

    async def _tell(self, error: Exception) -> None:
        text = sentences(error, self._desk.mailbox.account)
        if isinstance(error, ConnectionBroken):
            text = f"{text}\n\n{self._nothing_deleted()}"
            self.header_page.tell("Not connected. Nothing was deleted.")
        await self.push_screen_wait(Notice(text))

    def _nothing_deleted(self) -> str:
        account = self._desk.mailbox.account
        ticked = len(self.header_page.ticked_ids(account)) if account else 0
        back = f" {counted(ticked, 'tick')} will be there again when you open it." if ticked else ""
        return f"Nothing was deleted.{back}"

    def action_cancel(self) -> None:
        """Break off what is under way."""
        if self._doing is not None and self.busy:
            self._doing.cancel()
            self.header_page.progress_done()
            self.header_page.tell("Cancelled.")

    def _look_at_line(self) -> None:
        """Tell of a line that was lost while nobody spoke."""
        if self._was_connected and not self.busy and not self._desk.mailbox.connected:
            self.act(self._desk.mailbox.execute(Noop()))  # raises what has happened

    # --- the mailbox ---

    def action_open_mailbox(self) -> None:
        """Connect, log in, list."""
        account = self._account()
        if account is not None:
            self.act(open_mailbox(self.header_page, self._desk, account))

    def action_reset(self) -> None:
        """Take all ticks back."""
        if self._desk.mailbox.logged_in:
            self.act(speak(self.header_page, self._desk, "RSET"))
        else:
            self.header_page.table.untick()

    def action_close_mailbox(self) -> None:
        """Delete what is ticked, after a question, and end the session."""
        self.act(close_mailbox(self.header_page, self._desk))

    def action_download(self) -> None:
        """Save what is not ticked."""
        account = self._account()
        if account is not None:
            self.act(download_mail(self.header_page, self._desk, account))

    def _account(self) -> Account | None:
        account = self.header_page.account
        if account is None:
            self.notify("No account is chosen: press a for one, or s to make one.")
        return account

    # --- the exerciser ---

    def _current(self) -> int:
        summary = self.header_page.table.current
        return summary.number if summary else 1

    def action_connect(self) -> None:
        """Connect to the chosen account's server, for talking by hand."""
        account = self._account()
        if account is not None:
            self.act(connect(self._desk, account))

    def action_disconnect(self) -> None:
        """Let go of the connection."""
        self.act(disconnect(self.header_page, self._desk))

    @on(ExerciserPage.Spoken)
    def _spoken(self, event: ExerciserPage.Spoken) -> None:
        self.act(speak(self.header_page, self._desk, event.line, event.secret))

    def action_save_transcript(self) -> None:
        """Write what was said to a file."""
        self.act(self._save_transcript())

    async def _save_transcript(self) -> None:
        usual = self._desk.folder / f"transcript-{datetime.now():%Y%m%d-%H%M%S}.txt"
        text = "Save the transcript as (passwords are not in it; what the server sent is):"
        answer = await self.push_screen_wait(AskText(text, str(usual)))
        if answer:
            path = Path(answer).expanduser()
            self._desk.transcript.save(path)
            self.notify(f"{counted(self._desk.transcript.count, 'line')} in {path}", markup=False)

    # --- the rest ---

    def action_settings(self) -> None:
        """Open the settings."""
        settings = Settings(self._desk, self.header_page.account)
        self.push_screen(settings, self.header_page.show_accounts)

    def action_leave(self) -> None:
        """Leave the program, the mailbox closed first."""
        if self._doing is not None:
            self._doing.cancel()
        while isinstance(self.screen, Dialog):
            self.pop_screen()
        self._doing = self.run_worker(self._carefully(self._leave()))

    async def _leave(self) -> None:
        if await close_mailbox(self.header_page, self._desk, "quit"):
            self.exit()
