"""What hides the secrets of a login in whatever the server says."""

from __future__ import annotations

from collections.abc import Sequence

from pop3lib.protocol.reply import decoded
from pop3lib.secret import Secret


class Veil:
    """The secrets that the server has been told, or is being told, until a login succeeds.

    A server may repeat a password long after the command that had it: in its answer to the next
    one, in the midst of nonsense. Once a login succeeds the secrets are forgotten, and with them
    the means to find them: keeping a password for the life of a session would be the worse risk.
    """

    __slots__ = ("_secrets",)

    def __init__(self) -> None:
        self._secrets: list[Secret] = []

    def __bool__(self) -> bool:
        return bool(self._secrets)

    def add(self, secrets: Sequence[Secret]) -> None:
        """Hide *secrets* too, from now on."""
        self._secrets.extend(secrets)

    def forget(self) -> None:
        """Let go of all that was to be hidden."""
        self._secrets.clear()

    def hide(self, text: str, more: Sequence[Secret] = ()) -> str:
        """Return *text* without the secrets, and without *more* of them."""
        for secret in (*self._secrets, *more):
            text = secret.mask(text)
        return text

    def octets(self, octets: bytes, more: Sequence[Secret] = ()) -> bytes:
        """Return *octets* without the secrets; the same octets where none is in them."""
        if not self._secrets and not more:
            return octets
        text = decoded(octets)
        hidden = self.hide(text, more)
        return octets if hidden == text else hidden.encode()
