"""PLAIN: name and password in one message (:rfc:`4616`)."""

from __future__ import annotations

from typing import ClassVar

from pop3lib.sasl.single import SingleMessage
from pop3lib.sasl.text import check_text
from pop3lib.secret import Secret, SecretText


class Plain(SingleMessage):
    """The PLAIN mechanism: the password crosses as it is, so it wants TLS around it.

    :param authzid: whose maildrop is wanted, where it is another's.
    :raises InvalidArgumentError: for an empty or control-carrying name or password.
    """

    name: ClassVar[str] = "PLAIN"

    def __init__(self, user: str, password: SecretText, authzid: str = "") -> None:
        password = Secret(password)
        self._user = check_text("user name", user)
        self._authzid = check_text("authorization identity", authzid) if authzid else ""
        self._password = check_text("password", password)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The password."""
        return (self._password,)

    def _message(self) -> bytes:
        # RFC 4616 section 2: NUL separates the fields; no field has one, as all were checked.
        return "\0".join((self._authzid, self._user, self._password.reveal())).encode()
