"""Who one is, and what proves it."""

from __future__ import annotations

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl.channel_binding import ChannelBinding
from pop3lib.sasl.text import check_text
from pop3lib.secret import Secret, SecretText, wrapped


def _checked_user(user: str) -> str:
    if not isinstance(user, str):
        raise InvalidArgumentError(f"the user name is a {type(user).__name__}, no str")
    return check_text("user name", user)


class Credentials:
    """A user's name with a password or an OAuth token, and the channel they are meant for.

    :raises InvalidArgumentError: where one of the texts is empty or has a control character. The
        user's name alone may be empty: a certificate or a token can say it as well.
    """

    __slots__ = ("channel_binding", "host", "password", "port", "token", "user")

    def __init__(
        self,
        user: str,
        password: SecretText | None = None,
        token: SecretText | None = None,
        *,
        host: str = "",
        port: int = 0,
        channel_binding: ChannelBinding | None = None,
    ) -> None:
        password, token = wrapped(password), wrapped(token)
        #: the user's name, or empty
        self.user: str = _checked_user(user) if user else ""
        #: the password, where there is one
        self.password: Secret | None = (
            None if password is None else check_text("password", password)
        )
        #: the OAuth 2.0 access token, where there is one
        self.token: Secret | None = None if token is None else check_text("token", token)
        #: the server's name: OAUTHBEARER tells it to the server, and the port
        self.host: str = host
        #: the server's port
        self.port: int = port
        #: what is known of the TLS channel, where there is one: the -PLUS mechanisms need it
        self.channel_binding: ChannelBinding | None = channel_binding

    def need_password(self) -> Secret:
        """Return the password, or raise where there is none."""
        if self.password is None:
            raise InvalidArgumentError("this way of logging in needs a password; none was given")
        return self.password

    def need_token(self) -> Secret:
        """Return the token, or raise where there is none."""
        if self.token is None:
            raise InvalidArgumentError("this way of logging in needs a token; none was given")
        return self.token
