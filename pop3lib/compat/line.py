"""A command as poplib has it: a line that the caller wrote, and an answer that nobody reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pop3lib.printable import printable
from pop3lib.protocol.exchange import Command
from pop3lib.protocol.reply import Reply, decoded
from pop3lib.protocol.session import Session
from pop3lib.protocol.state import State
from pop3lib.secret import MASK, Secret

#: How many words stand in front of the secret, by the name of the command.
_WORDS = {"PASS": 1, "APOP": 2, "AUTH": 2}
#: The commands whose success may be a login; RPOP was PASS without a password (RFC 1081).
_LOGINS = frozenset({*_WORDS, "RPOP"})


@dataclass(frozen=True)
class Line(Command[bytes]):
    """A line that is sent as it is, in whatever state; its value is the body of the answer.

    :param text: the line, as far as one may show it.
    :param secret: what follows it and is not shown.
    :param encoding: how the line is written.
    :param long: whether a positive answer has more than one line.
    """

    text: str
    secret: Secret
    encoding: str = "UTF-8"
    long: bool = False

    allowed: ClassVar[frozenset[State]] = frozenset({State.AUTHORIZATION, State.TRANSACTION})
    # poplib knows no bound, and a token does not fit into 255 octets.
    max_octets: ClassVar[int | None] = None

    @classmethod
    def of(cls, line: str, *, encoding: str, long: bool = False, response: bool = False) -> Line:
        """Split *line* in front of its secret: all of a *response* to a SASL challenge is one."""
        words = line.split(" ")
        count = 0 if response else _WORDS.get(words[0].upper(), len(words))
        secret = " ".join(words[count:])
        logs_in = response or words[0].upper() in _LOGINS
        kind = LoginLine if logs_in else cls
        return kind(line.removesuffix(secret), Secret(secret), encoding, long)

    def line(self) -> bytes:
        """Return the line."""
        try:
            return f"{self.text}{self.secret.reveal()}".encode(self.encoding)
        except UnicodeEncodeError:  # its message would quote what cannot be written
            raise ValueError(f"the line cannot be written in {self.encoding}") from None

    def has_body(self) -> bool:
        """Whether the caller expects more than one line."""
        return self.long

    def read_status(self, line: bytes) -> Reply:
        """Read a SASL challenge, too: programs speak AUTH by themselves, line by line."""
        if not self.long and (line == b"+" or line.startswith(b"+ ")):
            return Reply(True, None, decoded(line[2:]), line)
        return super().read_status(line)

    def parse(self, reply: Reply, body: bytes) -> bytes:
        """Return the body as it is."""
        return body

    @property
    def secrets(self) -> Sequence[Secret]:
        """What the server may repeat, and nobody may see."""
        return (self.secret,) if self.secret else ()

    def __str__(self) -> str:
        return printable(self.text) + (MASK if self.secret else "")


@dataclass(frozen=True)
class LoginLine(Line):
    """A line whose answer may be the end of a login; or a challenge, and another line follows."""

    authenticates: ClassVar[bool] = True

    def learn(self, session: Session, reply: Reply, result: Any) -> None:
        """Be logged in, unless the answer is a challenge."""
        if session.state is State.AUTHORIZATION and reply.line.startswith(b"+OK"):
            session.state = State.TRANSACTION
            session.capabilities = None  # RFC 2449 section 5: they may differ by state
