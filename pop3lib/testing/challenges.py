"""The challenges of a transcript that are not written down: made while it is played."""

from __future__ import annotations

import time
from base64 import b64encode
from binascii import a2b_base64

from pop3lib.secret import SecretText
from pop3lib.testing.auth import Channel, Conversation, Desk
from pop3lib.testing.maildrop import Maildrop
from pop3lib.testing.mechanisms import BY_NAME


class _Anyone(dict[str, Maildrop]):
    """The same maildrop, whoever asks."""

    def get(self, user: str, default: object = None) -> Maildrop:
        return self[""]


class Challenges:
    """The server's side of one AUTH after the other, for anyone who has the password."""

    def __init__(self, password: SecretText) -> None:
        self._maildrops = _Anyone({"": Maildrop(password)})
        self._conversation: Conversation | None = None
        self._said = b""

    def hear(self, line: bytes) -> None:
        """Take note of what the client said: AUTH, or the answer to a challenge."""
        self._said = line.strip()
        if self._said[:5].upper() == b"AUTH ":
            self._conversation = None

    def make(self, channel: Channel) -> bytes:
        """Return the next challenge in base64.

        :raises ValueError: where there is none: the password was wrong, or the mechanism is over.
        """
        try:
            if self._conversation is None:
                return b64encode(self._begin(channel))
            return b64encode(self._conversation.send(a2b_base64(self._said)))
        except StopIteration:
            raise ValueError("the client did not prove that it has the script's password") from None

    def _begin(self, channel: Channel) -> bytes:
        _, name, *initial = self._said.decode("ascii", "replace").split(" ")
        if name.upper() not in BY_NAME:
            raise ValueError(f"{name} is not a mechanism that makes challenges here")
        desk = Desk(
            self._maildrops, channel, (), f"<{time.time_ns()}@pop3lib.example>", 4096, True, _ignore
        )
        response = a2b_base64(initial[0]) if initial and initial[0] != "=" else None
        self._conversation = BY_NAME[name.upper()](desk, response)
        return next(self._conversation)


def _ignore(_violation: str) -> None:
    """What a client should not have said, the script says."""
