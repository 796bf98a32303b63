"""The AUTHORIZATION state: who is it, and which maildrop is theirs?

USER and PASS, APOP, and the SASL exchange of AUTH. What is refused is a
:class:`~pop3lib.testing.transaction.Refusal`.
"""

from __future__ import annotations

import time
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from contextlib import suppress

from pop3lib.testing.auth import Channel, Conversation, Desk, apop_digest, same
from pop3lib.testing.capabilities import offered_mechanisms, plaintext_allowed
from pop3lib.testing.maildrop import Maildrop
from pop3lib.testing.mechanisms import BY_NAME
from pop3lib.testing.settings import Settings
from pop3lib.testing.transaction import Refusal


class Authorization:
    """What one session has said of who it is.

    :param stamp: what the greeting had, for APOP, and what CRAM-MD5 challenges with.
    :param violation: called with what the client should not have done.
    """

    def __init__(
        self,
        maildrops: Mapping[str, Maildrop],
        settings: Settings,
        stamp: str,
        violation: Callable[[str], None],
    ) -> None:
        self._maildrops = maildrops
        self._settings = settings
        self._stamp = stamp
        self._violation = violation
        self._user: str | None = None
        self._conversation: Conversation | None = None
        #: what is known of the channel
        self.channel: Channel = Channel()

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The names of the mechanisms that are offered now."""
        return tuple(offered_mechanisms(self._settings, self.channel))

    def forget(self) -> None:
        """Forget the user: USER counts for the very next command only."""
        self._user = None

    def user(self, arguments: list[str]) -> None:
        """Hear USER; whether there is such a user is told by PASS (:rfc:`1939#section-7`)."""
        self._refuse_in_clear("USER")
        self._user = " ".join(arguments)

    def pass_(self, arguments: list[str]) -> Maildrop:
        """Hear PASS."""
        self._refuse_in_clear("PASS")
        user, self._user = self._user, None
        if user is None:
            raise Refusal("USER comes first")
        # RFC 1939 section 7: PASS has one argument, and spaces are part of it.
        right = same(self._desk().password(user), " ".join(arguments))
        return self._admit(user if right else None)

    def apop(self, arguments: list[str]) -> Maildrop:
        """Hear APOP (:rfc:`1939#section-7`)."""
        user, given = arguments if len(arguments) == 2 else ("", "")
        password = self._desk().password(user)
        right = password is not None and apop_digest(self._stamp, password) == given
        return self._admit(user if right else None)

    def auth(self, arguments: list[str]) -> str | Maildrop:
        """Hear AUTH (:rfc:`5034`); return the challenge, or the maildrop where that was all."""
        name = arguments[0].upper()
        if name not in BY_NAME or name not in self._settings.sasl:
            raise Refusal("no such mechanism")
        if name not in self.mechanisms:
            raise Refusal(f"[AUTH] {name} is not for this channel")
        initial = _from_base64(arguments[1].encode()) if len(arguments) > 1 else None
        conversation = BY_NAME[name](self._desk(), initial)
        return self._advance(conversation, lambda: next(conversation))

    def resumed(self) -> Conversation | None:
        """Return the exchange whose response the client's next line is; it ends unless resumed."""
        conversation, self._conversation = self._conversation, None
        return conversation

    def respond(self, conversation: Conversation, line: bytes) -> str | Maildrop:
        """Hear the answer to a challenge."""
        if line == b"*":  # RFC 5034 section 4
            raise Refusal("cancelled")
        response = _from_base64(line)
        return self._advance(conversation, lambda: conversation.send(response))

    def _advance(self, conversation: Conversation, step: Callable[[], bytes]) -> str | Maildrop:
        try:
            challenge = step()
        except StopIteration as stop:
            return self._admit(stop.value)
        self._conversation = conversation
        return b64encode(challenge).decode()

    def _desk(self) -> Desk:
        return Desk(
            self._maildrops,
            self.channel,
            self.mechanisms,
            self._stamp,
            self._settings.scram_iterations,
            self._settings.explains_tokens,
            self._violation,
        )

    def _refuse_in_clear(self, name: str) -> None:
        if not plaintext_allowed(self._settings, self.channel):
            raise Refusal(f"[AUTH] {name} is for TLS only")

    def _admit(self, user: str | None) -> Maildrop:
        maildrop = None if user is None else self._maildrops.get(user)
        if maildrop is None:
            code = self._settings.refusal_code
            raise Refusal(f"{f'[{code}] ' if code else ''}wrong name or password")
        if maildrop.refusal is not None:
            raise Refusal(maildrop.refusal)
        delay, last = self._settings.login_delay, maildrop.last_login
        if delay and last is not None and time.monotonic() - last < delay:
            raise Refusal(f"[LOGIN-DELAY] {delay} seconds must lie between logins")
        return maildrop


def _from_base64(octets: bytes) -> bytes:
    if octets == b"=":  # RFC 5034 section 4: an empty initial response
        return b""
    with suppress(ValueError):
        return a2b_base64(octets, strict_mode=True) if octets else b""
    raise Refusal("that is not base64")
