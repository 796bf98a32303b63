"""LOGIN: the name, then the password (draft-murchison-sasl-login); obsolete and everywhere."""

from __future__ import annotations

from typing import ClassVar

from pop3lib.sasl.mechanism import MechanismError
from pop3lib.sasl.text import check_text
from pop3lib.secret import Secret, SecretText


class Login:
    """The LOGIN mechanism. What the server's prompts say does not matter: it differs.

    :raises InvalidArgumentError: for an empty or control-carrying name or password.
    """

    name: ClassVar[str] = "LOGIN"

    def __init__(self, user: str, password: SecretText) -> None:
        password = Secret(password)
        self._user = check_text("user name", user)
        self._password = check_text("password", password)
        self._asked = 0

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The password."""
        return (self._password,)

    def start(self) -> None:
        """Return None: the server speaks first (section 2.1 of the draft)."""
        self._asked = 0

    def answer(self, challenge: bytes) -> bytes:
        """Return the name, then the password."""
        self._asked += 1
        if self._asked > 2:
            raise MechanismError("the server asks for more than a name and a password")
        return (self._user if self._asked == 1 else self._password.reveal()).encode()

    def finish(self) -> None:
        """Accept once both were sent, and nothing more was asked."""
        if self._asked != 2:
            raise MechanismError("the server's success does not follow the password")
