"""OAUTHBEARER (:rfc:`7628`) and XOAUTH2: a token in place of a password.

The first is the standard, the second what Google and Microsoft had before it. Where the token is
refused the server explains itself in a challenge, and waits for an answer before it says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl.gs2 import gs2_header
from pop3lib.sasl.mechanism import MechanismError
from pop3lib.sasl.text import check_text
from pop3lib.secret import Secret, SecretText

_NOTHING: Mapping[str, str] = MappingProxyType({})
#: RFC 6749 appendix A.12. RFC 6750 section 2.1 allows fewer; servers have their own ideas.
_TOKEN = re.compile(r"[ -~]+")
_HOST = re.compile(r"[!-~]*")


class _Bearer:
    """What the two mechanisms share."""

    name: ClassVar[str]
    #: what lets the server go on to its refusal
    _acknowledgement: ClassVar[bytes]

    def __init__(self, user: str, token: SecretText) -> None:
        token = Secret(token)
        self._user = check_text("user name", user) if user else ""
        self._token = check_text("token", token)
        if not _TOKEN.fullmatch(self._token.reveal()):
            raise InvalidArgumentError("the token is not all ASCII. Nothing was sent")
        self._said = False
        self._refusal: Mapping[str, str] | None = None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The token."""
        return (self._token,)

    @property
    def refusal(self) -> Mapping[str, str]:
        """Why the token was refused, as far as the server said (:rfc:`7628#section-3.2.2`).

        ``status``, ``scope``, ``openid-configuration`` and whatever other texts there are; empty
        where nothing was refused or nothing said.
        """
        return self._refusal or _NOTHING

    def start(self) -> bytes:
        """Return the message with the token."""
        self._said, self._refusal = True, None
        return self._message()

    def answer(self, challenge: bytes) -> bytes:
        """Take the server's reasons, and let it go on to its ``-ERR``."""
        if self._refusal is not None:
            raise MechanismError("the server goes on after it has refused the token")
        self._refusal = self._reasons(challenge)
        return self._acknowledgement

    def finish(self) -> None:
        """Accept where nothing was refused."""
        if self._refusal is not None:
            raise MechanismError("the server refused the token, and then claims success")
        if not self._said:
            raise MechanismError("the server claims success before it had the token")

    def _message(self) -> bytes:
        raise NotImplementedError

    def _reasons(self, challenge: bytes) -> Mapping[str, str]:
        try:
            members = json.loads(challenge)
        except (ValueError, RecursionError):
            return _NOTHING  # the refusal counts, even where the server cannot explain it
        if not isinstance(members, dict):
            return _NOTHING
        # RFC 6749 section 5.2: texts are printable ASCII. Anything else is not for people's eyes.
        texts = {key: text for key, text in members.items() if isinstance(text, str)}
        return MappingProxyType(
            {
                self._token.mask(key): self._token.mask(text)
                for key, text in texts.items()
                if key.isascii() and key.isprintable() and text.isascii() and text.isprintable()
            }
        )


class XOAuth2(_Bearer):
    """The XOAUTH2 mechanism, as Google and Microsoft describe it.

    :param user: whose maildrop is wanted: the address that the token was issued for.
    :param token: an OAuth 2.0 access token; how to come by one is not the business of this library.
    :raises InvalidArgumentError: for an empty name or token, or one that would break the message.
    """

    name: ClassVar[str] = "XOAUTH2"
    _acknowledgement: ClassVar[bytes] = b""

    def __init__(self, user: str, token: SecretText) -> None:
        token = Secret(token)
        super().__init__(check_text("user name", user), token)

    def _message(self) -> bytes:
        return f"user={self._user}\1auth=Bearer {self._token.reveal()}\1\1".encode()


class OAuthBearer(_Bearer):
    """The OAUTHBEARER mechanism (:rfc:`7628#section-3`).

    :param user: whose maildrop is wanted; empty where the server shall tell it from the token.
    :param token: an OAuth 2.0 access token; how to come by one is not the business of this library.
    :param host: the server's name, and
    :param port: its port, as one connected to them; each is left out where it is empty or 0.
    :raises InvalidArgumentError: for an empty token, or anything that would break the message.
    """

    name: ClassVar[str] = "OAUTHBEARER"
    _acknowledgement: ClassVar[bytes] = b"\1"  # RFC 7628 section 3.2.3

    def __init__(self, user: str, token: SecretText, *, host: str = "", port: int = 0) -> None:
        token = Secret(token)
        super().__init__(user, token)
        if not _HOST.fullmatch(host):
            raise InvalidArgumentError(f"no name of a host: {host!r:.80}. Nothing was sent")
        self._host, self._port = host, port

    def _message(self) -> bytes:
        pairs = {
            "host": self._host,
            "port": str(self._port or ""),
            "auth": f"Bearer {self._token.reveal()}",
        }
        # RFC 7628 section 3.1: gs2-header kvsep *(key "=" value kvsep) kvsep
        fields = "".join(f"{key}={value}\1" for key, value in pairs.items() if value)
        return f"{gs2_header('n', self._user)}\1{fields}\1".encode()
