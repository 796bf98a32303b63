"""PLAIN: name and password in one message (:rfc:`4616`)."""

from __future__ import annotations

from pop3lib.sasl.mechanism import MechanismError
from pop3lib.sasl.text import check_text
from pop3lib.secret import Secret, SecretText


class Plain:
    """The PLAIN mechanism.

    :param authzid: whose maildrop is wanted, where it is another's.
    :raises ValueError: for an empty or control-carrying name or password.
    """

    name = "PLAIN"

    def __init__(self, user: str, password: SecretText, authzid: str = "") -> None:
        self._user = check_text("user name", user)
        self._authzid = check_text("authorization identity", authzid) if authzid else ""
        self._password = Secret(password)
        check_text("password", self._password.reveal())

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The password."""
        return (self._password,)

    def start(self) -> bytes:
        """Return the only message (:rfc:`4616#section-2`); NUL separates its fields."""
        return "\0".join((self._authzid, self._user, self._password.reveal())).encode()

    def answer(self, challenge: bytes) -> bytes:
        """Refuse: the mechanism has one message."""
        raise MechanismError("the server asks for more than PLAIN has to say")

    def finish(self) -> None:
        """Accept: the server proves nothing in this mechanism."""

    def __repr__(self) -> str:
        return f"Plain({self._user!r}, {self._password!r})"
