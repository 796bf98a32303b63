"""What both sides hold to be true of a session; commands look at it, and change it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pop3lib.protocol.capabilities import Capabilities
from pop3lib.protocol.state import State


@dataclass
class Session:
    """The facts of one session, as far as they are known."""

    #: where the session stands
    state: State = State.GREETING
    #: whether TLS is on
    secure: bool = False
    #: whether a password may be sent without TLS
    allow_insecure_login: bool = True
    #: what CAPA said *in this state*; None where it was not asked since the state changed
    capabilities: Capabilities | None = None
    #: whether UTF8 was said
    utf8: bool = False
    #: the text of the greeting; None until it came
    greeting: str | None = None
    #: the numbers of the messages marked as deleted
    deleted: set[int] = field(default_factory=set)
    #: what was forgiven in single-line answers, in words
    defects: list[str] = field(default_factory=list)

    def known(self) -> Capabilities:
        """The capabilities as far as they are known: nothing unknown is taken for granted."""
        return Capabilities() if self.capabilities is None else self.capabilities

    def start_tls(self) -> None:
        """Forget what was learnt in clear (:rfc:`2595#section-4`: MUST discard)."""
        self.secure = True
        self.capabilities = None
        # RFC 2595 section 4; the APOP stamp with it: it came from whoever sat in between.
        self.greeting = None

    def expected(self) -> Session:
        """A copy to try out what commands under way will change."""
        return Session(
            state=self.state,
            secure=self.secure,
            allow_insecure_login=self.allow_insecure_login,
            capabilities=self.capabilities,
            utf8=self.utf8,
            deleted=set(self.deleted),
        )
