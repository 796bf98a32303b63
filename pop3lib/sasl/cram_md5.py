"""CRAM-MD5: a keyed digest of what the server sends (:rfc:`2195`).

Whoever listens can guess at the password at leisure, and nothing proves the server: better than a
password in clear, weaker than anything inside TLS. It is for servers that have nothing else.
"""

from __future__ import annotations

import hmac
from functools import partial
from hashlib import md5
from typing import ClassVar

from pop3lib.sasl.mechanism import MechanismError
from pop3lib.sasl.text import check_text
from pop3lib.secret import Secret, SecretText

# Hosts in FIPS mode refuse MD5 unless told what it is for.
_md5 = partial(md5, usedforsecurity=False)


class CramMd5:
    """The CRAM-MD5 mechanism.

    :raises InvalidArgumentError: for an empty or control-carrying name or password.
    """

    name: ClassVar[str] = "CRAM-MD5"

    def __init__(self, user: str, password: SecretText) -> None:
        password = Secret(password)
        self._user = check_text("user name", user)
        self._password = check_text("password", password)
        self._asked = 0
        self._digest: Secret | None = None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The password, and the digest by which it can be guessed."""
        return (self._password,) if self._digest is None else (self._password, self._digest)

    def start(self) -> None:
        """Return None: the server speaks first."""
        self._asked, self._digest = 0, None

    def answer(self, challenge: bytes) -> bytes:
        """Return the name, a space, and the digest in lower-case hexadecimal."""
        self._asked += 1
        if self._asked > 1:
            raise MechanismError("the server asks for a second digest")
        # RFC 2195 section 2 wants a msg-id with the server's name. Twisted sends <...@None>, and
        # nothing hangs on the form: HMAC has no weakness that a chosen text could use. An empty
        # one never changes, though, and its digest could be sent by anyone who heard it once.
        if not challenge:
            raise MechanismError("the server's CRAM-MD5 challenge is empty")
        self._digest = Secret(self._keyed(challenge))
        return f"{self._user} {self._digest.reveal()}".encode()

    def _keyed(self, challenge: bytes) -> str:
        return hmac.new(self._password.reveal().encode(), challenge, _md5).hexdigest()

    def finish(self) -> None:
        """Accept what followed the digest: the server proves nothing in this mechanism."""
        if self._asked != 1 or self._digest is None:
            raise MechanismError("the server's success does not follow the digest")
