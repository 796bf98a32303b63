"""The fields of an account, as one fills them in."""

from __future__ import annotations

from typing import TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Label, Select

from pop3lib import Secret, Security

from .accounts import LOGINS, USUAL_PORTS, Account, AccountError

T = TypeVar("T")

_SECURITY = {
    Security.TLS: "TLS from the start",
    Security.STARTTLS: "STARTTLS, required",
    Security.PLAINTEXT: "none: others can read the password",
}
_LOGIN_WORDS = {"": "the strongest there is", "USER": "USER and PASS"}


class AccountForm(Vertical):
    """One line for each field of the accounts' table, and one for the password.

    :param can_keep: whether there is a keyring for passwords.
    """

    def __init__(self, *, can_keep: bool) -> None:
        super().__init__(id="form")
        self._can_keep = can_keep

    def compose(self) -> ComposeResult:
        """Stack the fields."""
        yield from self._field("Name", Input(id="name", compact=True))
        yield from self._field("Host", Input(id="host", compact=True))
        yield from self._field("User", Input(id="user", compact=True))
        choices = [(words, security) for security, words in _SECURITY.items()]
        yield from self._field("Security", _choice("security", choices, Security.TLS))
        yield from self._field("Port", Input(id="port", compact=True, type="integer"))
        logins = [(_LOGIN_WORDS.get(name, name), name) for name in LOGINS]
        yield from self._field("Log in by", _choice("login", logins, ""))
        secret = Input(id="password", compact=True, password=True)
        yield from self._field("Password", secret)
        yield Checkbox("keep the password in the keyring", id="keep", compact=True)

    def on_mount(self) -> None:
        """Begin with a new account."""
        self.query_one("#keep", Checkbox).display = self._can_keep
        self.fill(None)

    @staticmethod
    def _field(label: str, field: Widget) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Label(label)
            yield field

    # --- the fields ---

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)

    def fill(self, account: Account | None, *, kept: bool = False) -> None:
        """Show an account, or none.

        :param kept: whether the keyring has its password.
        """
        self._input("name").value = account.name if account else ""
        self._input("host").value = account.host if account else ""
        self._input("user").value = account.user if account else ""
        self._input("port").value = str(account.port) if account else ""
        self.query_one("#security", Select).value = account.security if account else Security.TLS
        self.query_one("#login", Select).value = account.login if account else ""
        self.query_one("#keep", Checkbox).value = kept
        password = self._input("password")
        password.value = ""
        password.placeholder = "kept in the keyring" if kept else "asked for each time"

    def account(self) -> Account:
        """Return what is filled in.

        :raises AccountError: where something is missing.
        """
        security = self.query_one("#security", Select).value
        login = self.query_one("#login", Select).value
        assert isinstance(security, Security) and isinstance(login, str)  # neither can be blank
        port = self._input("port").value.strip()
        if port and not port.isdigit():
            raise AccountError(f"A port is a number from 1 to 65535, not {port}.")
        return Account(
            self._input("name").value.strip(),
            self._input("host").value.strip(),
            int(port) if port else USUAL_PORTS[security],
            self._input("user").value.strip(),
            security,
            login,
        )

    @property
    def password(self) -> Secret | None:
        """The password, if one was typed."""
        typed = self._input("password").value
        return Secret(typed) if typed else None

    @property
    def keep(self) -> bool:
        """Whether the keyring shall have the password."""
        return self._can_keep and self.query_one("#keep", Checkbox).value

    @on(Select.Changed, "#security")
    def _other_security(self, event: Select.Changed) -> None:
        """Say which port is meant where none is typed."""
        if isinstance(event.value, Security):
            self._input("port").placeholder = str(USUAL_PORTS[event.value])


def _choice(name: str, options: list[tuple[str, T]], value: T) -> Select[T]:
    return Select(options, allow_blank=False, value=value, id=name, compact=True)
