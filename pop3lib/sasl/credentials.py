"""Who one is, and what proves it."""

from __future__ import annotations

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl.text import check_text
from pop3lib.secret import Secret, SecretText


class Credentials:
    """A user's name with a password or an OAuth token, and the server they are meant for."""

    __slots__ = ("host", "password", "port", "token", "user")

    def __init__(
        self,
        user: str,
        password: SecretText | None = None,
        token: SecretText | None = None,
        *,
        host: str = "",
        port: int = 0,
    ) -> None:
        #: the user's name
        self.user = _checked("user name", user)
        #: the password, where there is one
        self.password = _secret("password", password)
        #: the OAuth 2.0 access token, where there is one
        self.token = _secret("token", token)
        #: the server's name and port: OAUTHBEARER tells them to the server
        self.host, self.port = host, port

    def need_password(self) -> Secret:
        """Return the password, or raise where there is none."""
        if self.password is None:
            raise InvalidArgumentError("this way of logging in needs a password; none was given")
        return self.password

    def __repr__(self) -> str:
        return f"Credentials({self.user!r}, password={self.password}, token={self.token})"


def _checked(what: str, text: str) -> str:
    try:
        return check_text(what, text)
    except ValueError as error:
        raise InvalidArgumentError(f"login: {error}. Nothing was sent") from None


def _secret(what: str, value: SecretText | None) -> Secret | None:
    if value is None:
        return None
    secret = Secret(value)
    _checked(what, secret.reveal())
    return secret
