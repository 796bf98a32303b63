"""Where passwords are: in the keyring of the system, or in the user's head."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import keyring
from keyring.backends import fail, null
from keyring.errors import KeyringError

from pop3lib import Secret

from .accounts import Account

T = TypeVar("T")

_SERVICE = "pop3lib mailreader"


class Keyring(Protocol):
    """What keeps passwords; the backends of ``keyring`` do."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return the password, or None."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the password."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget the password."""


def system_keyring() -> Keyring | None:
    """Return the system's keyring, or None where there is none."""
    found = keyring.get_keyring()
    return None if isinstance(found, fail.Keyring | null.Keyring) else found


class Passwords:
    """The passwords of accounts. A keyring may ask its owner first: call from a thread.

    What goes wrong with the keyring is no reason to fail: then the password is asked for.
    """

    def __init__(self, keyring: Keyring | None) -> None:
        self._keyring = keyring

    @property
    def kept(self) -> bool:
        """Whether there is a place to keep passwords in."""
        return self._keyring is not None

    def get(self, account: Account) -> Secret | None:
        """Return the password of *account*, or None where it must be asked for."""
        found = self._ask(lambda ring: ring.get_password(_SERVICE, account.address))
        return Secret(found) if found else None

    def keep(self, account: Account, password: Secret) -> bool:
        """Keep a password; say whether that was possible."""
        self._ask(lambda ring: ring.set_password(_SERVICE, account.address, password.reveal()))
        return self.get(account) is not None

    def forget(self, account: Account) -> None:
        """Forget the password of *account*, if it is known."""
        self._ask(lambda ring: ring.delete_password(_SERVICE, account.address))

    def _ask(self, question: Callable[[Keyring], T]) -> T | None:
        if self._keyring is None:
            return None
        try:
            return question(self._keyring)
        except (KeyringError, RuntimeError):  # a locked keyring, a desktop bus that is away
            return None
