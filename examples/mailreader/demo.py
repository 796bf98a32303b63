"""Servers of the program's own: one with example mail, and one that plays a saved transcript."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pop3lib import Secret, Security
from pop3lib.testing import Maildrop, Server, script

from .accounts import Account
from .passwords import Keyring

MAIL = Path(__file__).parent.parent / "mail"
_USER, _PASSWORD = "ann", "secret"


class OneSecret:
    """A keyring for the demonstration: it is gone when the program ends."""

    def __init__(self, account: Account) -> None:
        self._secrets = {account.address: Secret(_PASSWORD)}

    def get_password(self, service: str, username: str) -> str | None:
        """Return the password, or None."""
        found = self._secrets.get(username)
        return found.reveal() if found else None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the password until the program ends."""
        self._secrets[username] = Secret(password)

    def delete_password(self, service: str, username: str) -> None:
        """Forget the password."""
        self._secrets.pop(username, None)


@contextmanager
def demonstration() -> Iterator[tuple[Account, Keyring]]:
    """Run the server; give the account of its one user, and a keyring that knows the password."""
    with Server({_USER: Maildrop.from_folder(MAIL, password=_PASSWORD)}) as server:
        # Without TLS, and without harm: what is sent stays in this process.
        account = Account("Demo", server.host, server.port, _USER, Security.PLAINTEXT)
        yield account, OneSecret(account)


@contextmanager
def replay(path: Path) -> Iterator[tuple[Account, Keyring]]:
    """Run a server that plays a saved transcript; any password will do.

    :raises ScriptError: at the end, where the user said something else than was said then.
    """
    with script(path.read_text("ascii"), timeout=3600) as server:
        account = Account(path.name, server.host, server.port, _USER, Security.PLAINTEXT)
        yield account, OneSecret(account)
