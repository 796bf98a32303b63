"""A mechanism that has one message, and no more to say."""

from __future__ import annotations

from typing import ClassVar

from pop3lib.sasl.mechanism import MechanismError


class SingleMessage:
    """What PLAIN and EXTERNAL share: everything but the message."""

    name: ClassVar[str]
    _said = False

    def start(self) -> bytes:
        """Return the only message."""
        self._said = True
        return self._message()

    def answer(self, challenge: bytes) -> bytes:
        """Refuse: whatever the server asks, there is no second message."""
        self._said = False
        raise MechanismError(f"the server asks for more than {self.name} has to say")

    def finish(self) -> None:
        """Accept what followed the message: the server proves nothing in these mechanisms."""
        if not self._said:
            raise MechanismError(f"the server claims success before {self.name} has said anything")

    def _message(self) -> bytes:
        raise NotImplementedError
