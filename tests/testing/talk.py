"""A session of the test server, without a socket."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping

from pop3lib.testing import Maildrop, Session, Settings
from pop3lib.testing.auth import Channel


def session(
    maildrops: Mapping[str, Maildrop] | None = None,
    settings: Settings | None = None,
    *,
    channel: Channel | None = None,
    stls: bool = False,
) -> Session:
    """Return a session that has greeted, inside *channel* where one is given."""
    begun = Session(maildrops or {"ann": Maildrop()}, settings or Settings(), stls=stls)
    if channel is not None:
        begun.tls_started(channel)
    begun.greet()
    return begun


def ask(begun: Session, *lines: str) -> bytes:
    """Say *lines* at once, and return all the answers."""
    return b"".join(begun.receive("".join(f"{line}\r\n" for line in lines).encode()))


def opened(*messages: bytes, settings: Settings | None = None) -> Session:
    """Return a session that has a maildrop of *messages* open."""
    begun = session({"ann": Maildrop("secret", messages)}, settings)
    assert ask(begun, "USER ann", "PASS secret").endswith(b" messages\r\n")
    return begun


def encoded(octets: bytes) -> str:
    """Return what stands for *octets* in a SASL line."""
    return b64encode(octets).decode()


def challenge(answer: bytes) -> bytes:
    """Return the challenge that an answer is."""
    assert answer.startswith(b"+ ") and answer.endswith(b"\r\n"), answer
    return b64decode(answer[2:-2], validate=True)
