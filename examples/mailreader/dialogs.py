"""The small windows: something to be read, a question, a text or a secret to be typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Static

from pop3lib import Secret

T = TypeVar("T")


class Dialog(ModalScreen[T | None]):
    """A window in front of the pages: its text, its fields, its buttons. Escape means no answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """Stack text, fields and buttons."""
        with Vertical(classes="dialog"):
            # No markup: servers and strangers have a part in these texts.
            yield Static(self._text, markup=False, classes="text")
            yield from self._fields()
            with Horizontal(classes="buttons"):
                yield from self._buttons()

    def _fields(self) -> Iterable[Widget]:
        return ()

    def _buttons(self) -> Iterable[Button]:
        yield Button("OK", compact=True, variant="primary", id="ok")
        yield Button("Cancel", compact=True, id="cancel")

    def _answer(self) -> None:
        """Dismiss the window with what was filled in."""
        self.dismiss(None)

    def on_input_submitted(self) -> None:
        """Take what was typed."""
        self._answer()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Go by the button."""
        self._pressed(event.button.id)

    def _pressed(self, button: str | None) -> None:
        # Overridden in place of the handler: Textual calls the handlers of all classes.
        if button == "ok":
            self._answer()
        else:
            self.dismiss(None)


class Notice(Dialog[None]):
    """Something that must be seen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "dismiss(None)", "Go on")]

    def _buttons(self) -> Iterable[Button]:
        yield Button("Go on", compact=True, variant="primary", id="ok")


class Question(Dialog[str]):
    """A question with a button for each answer; the first one is where Enter goes.

    :param answers: for each button its label and what it answers.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, text: str, answers: Sequence[tuple[str, str]]) -> None:
        super().__init__(text)
        self._answers = answers

    def _buttons(self) -> Iterable[Button]:
        for label, answer in self._answers:
            yield Button(label, compact=True, id=answer)

    def _pressed(self, button: str | None) -> None:
        self.dismiss(button)


class AskText(Dialog[str]):
    """A text to be typed."""

    def __init__(self, text: str, value: str = "") -> None:
        super().__init__(text)
        self._value = value

    def _fields(self) -> Iterable[Widget]:
        yield Input(self._value, id="answer", compact=True, select_on_focus=False)

    def _answer(self) -> None:
        self.dismiss(self.query_one("#answer", Input).value.strip() or None)


class Typed(Secret):
    """A secret that was typed, and whether it shall be kept."""

    __slots__ = ("keep",)

    def __init__(self, value: str, keep: bool = False) -> None:
        super().__init__(value)
        self.keep = keep


class AskSecret(Dialog[Typed]):
    """A password or token to be typed; it is never shown.

    :param can_keep: whether there is a keyring to offer.
    """

    def __init__(self, text: str, value: str = "", *, can_keep: bool = False) -> None:
        super().__init__(text)
        self._value = Secret(value)
        self._can_keep = can_keep

    def _fields(self) -> Iterable[Widget]:
        yield Input(self._value.reveal(), password=True, id="secret", compact=True)
        if self._can_keep:
            yield Checkbox("keep it in the keyring of this system", id="keep", compact=True)

    def _answer(self) -> None:
        value = self.query_one("#secret", Input).value
        keep = self._can_keep and self.query_one("#keep", Checkbox).value
        self.dismiss(Typed(value, keep) if value else None)
