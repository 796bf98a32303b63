"""The accounts, in a small SQLite database. No password is ever in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from pop3lib import Security
from pop3lib.sasl import FOR_PASSWORDS, FOR_TOKENS

#: The port that is meant where none is given.
USUAL_PORTS = {Security.TLS: 995, Security.STARTTLS: 110, Security.PLAINTEXT: 110}
#: The ways to log in that an account may insist on; ``""`` is the strongest the server offers.
LOGINS = ("", "USER", "APOP", *FOR_PASSWORDS, "CRAM-MD5", *FOR_TOKENS)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    name TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    user TEXT NOT NULL,
    security TEXT NOT NULL,
    login TEXT NOT NULL
)
"""


class AccountError(Exception):
    """An account that cannot be kept; the message says what to mend."""


@dataclass(frozen=True)
class Account:
    """A maildrop, and how to get there."""

    #: what the user calls it
    name: str
    host: str
    port: int
    user: str
    security: Security = Security.TLS
    #: one of :data:`LOGINS`
    login: str = ""

    def __post_init__(self) -> None:
        for what, text in (("name", self.name), ("host", self.host), ("user", self.user)):
            if not text.strip() or not text.isprintable():
                raise AccountError(f"The {what} is missing, or has characters nobody can see.")
        if not 0 < self.port < 65536:
            raise AccountError(f"A port is a number from 1 to 65535, not {self.port}.")

    @property
    def takes_token(self) -> bool:
        """Whether it is an OAuth token that opens it, and no password."""
        return self.login in FOR_TOKENS

    @property
    def address(self) -> str:
        """Whose maildrop it is, and where: what a password is kept under.

        A password is meant for one server. Where the host of an account is changed, the new one
        must not be sent the old one's password.
        """
        return f"{self.user}@{self.host}:{self.port}"


class Accounts:
    """The accounts by name, in a file.

    :raises sqlite3.Error: from every method, where the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._open() as database:
            database.execute(_SCHEMA)

    def __iter__(self) -> Iterator[Account]:
        with self._open() as database:
            rows = database.execute(
                "SELECT name, host, port, user, security, login FROM account "
                "ORDER BY name COLLATE NOCASE"
            ).fetchall()
        return iter([_account(row) for row in rows])

    def get(self, name: str) -> Account | None:
        """Return the account that is called *name*, or None."""
        return next((account for account in self if account.name == name), None)

    def add(self, account: Account) -> None:
        """Keep a new account.

        :raises AccountError: where there is one of this name.
        """
        with self._open() as database:
            self._write(database, account)

    def change(self, name: str, account: Account) -> None:
        """Put *account* in the place of the one called *name*.

        :raises AccountError: where another one has the new name.
        """
        with self._open() as database:
            database.execute("DELETE FROM account WHERE name = ?", (name,))
            self._write(database, account)

    def remove(self, name: str) -> None:
        """Forget the account that is called *name*."""
        with self._open() as database:
            database.execute("DELETE FROM account WHERE name = ?", (name,))

    @staticmethod
    def _write(database: sqlite3.Connection, account: Account) -> None:
        name, host, port, user, security, login = astuple(account)
        row = (name, host, port, user, security.name, login)
        try:
            database.execute("INSERT INTO account VALUES (?, ?, ?, ?, ?, ?)", row)
        except sqlite3.IntegrityError:
            raise AccountError(f"There is an account called {name!r} already.") from None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction: committed at the end, undone by an exception."""
        with closing(sqlite3.connect(self._path)) as database, database:
            yield database


def _account(row: tuple[str, str, int, str, str, str]) -> Account:
    name, host, port, user, security, login = row
    return Account(name, host, port, user, Security[security], login)
