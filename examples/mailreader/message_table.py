"""The list of messages, with a check box for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import DataTable

from pop3lib import Summary

from .message_text import Row, row_of

_TICKED, _UNTICKED = Text("[x]", "bold red"), Text("[ ]")
_TICK_WIDTH, _DATE_WIDTH, _SIZE_WIDTH = 3, 16, 7
#: What the widths must leave room for: two columns of padding for each of five, and the scroll bar.
_PADDING = 5 * 2 + 2
_NARROW = 100


class MessageTable(DataTable[Text]):
    """Messages by number; those that are ticked will be deleted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "Tick"),
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]

    class Ticked(Message):
        """A box was ticked or unticked."""

    class Shown(Message):
        """The cursor stands on another message."""

        def __init__(self, summary: Summary) -> None:
            super().__init__()
            self.summary = summary

    def __init__(self) -> None:
        super().__init__(cursor_type="row", id="messages")
        self._summaries: dict[int, Summary] = {}
        #: the messages that the server has been told to delete: only RSET takes that back
        self._marked: frozenset[int] = frozenset()
        self._ticked: set[int] = set()
        self._laid_out = 0

    # --- what is in it ---

    @property
    def summaries(self) -> list[Summary]:
        """The messages, in order."""
        return list(self._summaries.values())

    @property
    def ticked(self) -> frozenset[int]:
        """The numbers of the messages whose boxes are ticked."""
        return frozenset(self._ticked | self._marked) & self._summaries.keys()

    @property
    def current(self) -> Summary | None:
        """The message under the cursor."""
        if not self.is_valid_row_index(self.cursor_row):
            return None
        key = self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value
        return self._summaries.get(int(key or 0))

    def empty(self) -> None:
        """Show no messages."""
        self._summaries.clear()
        self._ticked.clear()
        self._marked = frozenset()
        self.clear()

    def show(self, summaries: Iterable[Summary], ticked: Collection[int] = ()) -> None:
        """Add messages at the end; those whose numbers are among *ticked* are ticked."""
        self._ticked.update(ticked)
        for summary in summaries:
            self._summaries[summary.number] = summary
            self._add(summary)

    def _add(self, summary: Summary) -> None:
        number = summary.number
        self.add_row(self._box(number), *_cells(row_of(summary)), key=str(number))

    # --- ticks ---

    def untick(self) -> None:
        """Take the ticks out of all boxes."""
        self._ticked.clear()
        self._draw_boxes()

    def mark(self, numbers: frozenset[int]) -> None:
        """Show as ticked what the server was told to delete."""
        if numbers != self._marked:
            self._marked = numbers
            self._draw_boxes()

    def action_tick(self) -> None:
        """Tick or untick the message under the cursor, and go to the next one."""
        summary = self.current
        if summary is not None:
            self._turn(summary.number)
            self.action_cursor_down()

    def on_click(self, event: events.Click) -> None:
        """Tick where a box is clicked; anywhere else a click moves the cursor."""
        meta = event.style.meta
        if meta.get("column") == 0 and self.is_valid_row_index(meta.get("row", -1)):
            key = list(self.rows)[meta["row"]].value
            self._turn(int(key or 0))

    def _turn(self, number: int) -> None:
        if number in self._marked:
            self.notify("The server was told by DELE: only RSET takes that back, for all.")
            return
        self._ticked ^= {number}
        self._draw_box(number)
        self.post_message(self.Ticked())

    def _box(self, number: int) -> Text:
        return _TICKED if number in self._ticked or number in self._marked else _UNTICKED

    def _draw_box(self, number: int) -> None:
        self.update_cell(str(number), "tick", self._box(number))

    def _draw_boxes(self) -> None:
        for number in self._summaries:
            self._draw_box(number)
        self.post_message(self.Ticked())

    # --- looks ---

    def on_resize(self, event: events.Resize) -> None:
        """Lay out the columns anew where the width has changed."""
        if event.size.width != self._laid_out:
            self._laid_out = event.size.width
            self._lay_out(event.size.width)

    def _lay_out(self, width: int) -> None:
        row = self.cursor_row
        self.clear(columns=True)
        date = _DATE_WIDTH if width >= _NARROW else 10
        left = max(20, width - _TICK_WIDTH - date - _SIZE_WIDTH - _PADDING)
        sender = left * 2 // 5
        for label, columns in (
            ("del", _TICK_WIDTH),
            ("sender", sender),
            ("subject", left - sender),
            ("date", date),
            ("size", _SIZE_WIDTH),
        ):
            self.add_column(label, width=columns, key="tick" if label == "del" else label)
        for summary in self._summaries.values():
            self._add(summary)
        self.move_cursor(row=row)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Say which message the cursor has come to."""
        event.stop()
        summary = self.current
        if summary is not None:
            self.post_message(self.Shown(summary))


def _cells(row: Row) -> Iterable[Text]:
    # As a Text: in a str, the stranger's markup would mean something.
    yield Text(row.sender, no_wrap=True, overflow="ellipsis")
    yield Text(row.subject, no_wrap=True, overflow="ellipsis")
    yield Text(row.date, no_wrap=True, overflow="crop")  # where it is narrow the day is enough
    yield Text(row.size, no_wrap=True, justify="right")
