"""The page *Exerciser*: POP3 by hand, and every line that crosses the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Button, Input, RichLog, Static

from .command_line import VERBS, typed_password
from .desk import Desk

#: The buttons, row by row.
_ROWS = (
    ("CAPA", "STLS", "USER", "PASS", "APOP", "AUTH", "UTF8", "LANG"),
    ("STAT", "LIST", "UIDL", "TOP", "RETR", "DELE", "NOOP", "RSET", "QUIT"),
)
#: So many lines are poured into the log at once, and so many are to be seen there.
_POURED, _SHOWN = 1000, 5000
_STYLES = {"C:": "bold cyan", "S:": "", "--": "dim italic"}


class ExerciserPage(Vertical):
    """A line to type commands, a button for each of them, and the transcript.

    :param current: returns the number of the message that the other page stands on.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "app.connect", "Connect"),
        Binding("f5", "app.disconnect", "Disconnect"),
        Binding("f6", "app.save_transcript", "Save"),
        Binding("f3", "line", show=False),
        Binding("up", "recall(-1)", "Earlier", show=False),
        Binding("down", "recall(1)", "Later", show=False),
    ]

    class Spoken(Message):
        """A command was typed or pressed.

        :param secret: what was typed behind ``PASS``.
        """

        def __init__(self, line: str, secret: str | None = None) -> None:
            super().__init__()
            self.line = line
            self.secret = secret

    def __init__(self, desk: Desk, current: Callable[[], int]) -> None:
        super().__init__(id="exerciser-page")
        self._desk = desk
        self._current = current
        self._session = self._poured = 0
        self._said: list[str] = []
        self._recalled = 0
        self._shown = ""

    def compose(self) -> ComposeResult:
        """Stack the buttons, the line, the transcript and the state."""
        with Horizontal(classes="bar"):
            yield Button("Connect", action="app.connect", id="connect", compact=True)
            yield Button("Disconnect", action="app.disconnect", id="disconnect", compact=True)
            yield Button("Save transcript", action="app.save_transcript", id="save", compact=True)
            yield Static("(Disconnect deletes nothing.)", classes="hint")
        for row in _ROWS:
            with Horizontal(classes="bar"):
                yield from (Button(verb, id=f"verb-{verb}", compact=True) for verb in row)
        yield Input(placeholder="a command, such as TOP 1 0", id="line", compact=True)
        yield RichLog(max_lines=_SHOWN, wrap=True, min_width=20, id="log")
        yield Static("", markup=False, id="state")

    def on_mount(self) -> None:
        """Look at the session several times a second."""
        self.set_interval(0.1, self.refresh_log)

    @property
    def line(self) -> Input:
        """Where commands are typed."""
        return self.query_one("#line", Input)

    def action_line(self) -> None:
        """Go to where commands are typed."""
        self.line.focus()

    # --- what is said ---

    @on(Input.Submitted, "#line")
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self._said.append(event.value)
            self._recalled = len(self._said)
            event.input.clear()
            self.post_message(self.Spoken(event.value))

    @on(Input.Changed, "#line")
    def _changed(self, event: Input.Changed) -> None:
        """Take a password out of the line at once: no one shall see it."""
        secret = typed_password(event.value)
        if secret is not None:
            event.input.clear()
            self.post_message(self.Spoken("PASS", secret))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        verb = (event.button.id or "").removeprefix("verb-")
        if verb not in VERBS:
            return
        event.stop()
        if VERBS[verb].least:
            self._fill(f"{verb} {self._usual(verb)}")
        else:
            self.post_message(self.Spoken(verb))

    def _fill(self, line: str) -> None:
        """Write a line that the user may still change before it is sent."""
        self.line.value = line
        self.line.focus()
        self.line.cursor_position = len(line)

    def _usual(self, verb: str) -> str:
        mailbox = self._desk.mailbox
        if verb in ("USER", "APOP"):
            return mailbox.account.user if mailbox.account else ""
        if verb == "AUTH":
            offered = mailbox.client.capabilities.sasl if mailbox.connected else ()
            return offered[0] if offered else "PLAIN"
        return f"{self._current()} 0" if verb == "TOP" else str(self._current())

    def action_recall(self, step: int) -> None:
        """Bring back a line that was typed before."""
        if self._said and self.line.has_focus:
            self._recalled = max(0, min(len(self._said), self._recalled + step))
            self._fill([*self._said, ""][self._recalled])

    # --- what is shown ---

    def refresh_log(self) -> None:
        """Show what was said since, and how the session stands."""
        transcript, log = self._desk.transcript, self.query_one(RichLog)
        if transcript.session != self._session:
            log.clear()
            self._session, self._poured = transcript.session, 0
        skipped = transcript.count - self._poured - _POURED
        if skipped > 0:
            log.write(Text(f"({skipped} lines are not shown; they are in the transcript)", "dim"))
            self._poured += skipped
        for line in transcript.since(self._poured):
            log.write(_coloured(line))
        self._poured = transcript.count
        self._show_state(self._state())

    def _show_state(self, state: str) -> None:
        if state != self._shown:  # every update is drawn
            self._shown = state
            self.query_one("#state", Static).update(state)

    def _state(self) -> str:
        mailbox = self._desk.mailbox
        where = f"{mailbox.state.name}: {mailbox.state.value}"
        if not mailbox.connected or mailbox.account is None:
            return where
        minutes, seconds = divmod(int(mailbox.seconds), 60)
        tls = "TLS" if mailbox.secure else "no TLS"
        marked = f" | {len(mailbox.marked)} marked" if mailbox.marked else ""
        return f"{where} | {mailbox.account.host} | {tls} | {minutes:02}:{seconds:02}{marked}"


def _coloured(line: str) -> Text:
    style = "bold red" if line.startswith("S: -ERR") else _STYLES.get(line[:2], "")
    return Text(line, style)
