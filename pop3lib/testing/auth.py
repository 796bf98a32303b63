"""The server's side of SASL. A mechanism yields challenges, and returns the user's name or None.

None is a refusal. A mechanism in which the client speaks first yields an empty challenge where
the client sent no initial response (:rfc:`5034#section-4`). SCRAM has a module of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pop3lib.sasl.channel_binding import ChannelBinding
from pop3lib.secret import Secret
from pop3lib.testing.maildrop import Maildrop

Conversation: TypeAlias = Generator[bytes, bytes, str | None]


@dataclass(frozen=True)
class Channel:
    """What the server knows of the channel."""

    #: whether TLS is on
    secure: bool = False
    #: what SCRAM's ``-PLUS`` binds to, or None
    binding: ChannelBinding | None = None
    #: the names in the client's certificate, once that was verified
    client_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Desk:
    """What a mechanism checks by."""

    maildrops: Mapping[str, Maildrop]
    channel: Channel
    #: the mechanisms that are offered on this channel
    offered: tuple[str, ...]
    #: something that was never said before: a challenge
    stamp: str
    scram_iterations: int
    #: whether a refused token is explained
    explains: bool
    #: called with what the client should not have done
    violation: Callable[[str], None]

    def password(self, user: str) -> Secret | None:
        """Return a user's password, or None where there is no such user."""
        maildrop = self.maildrops.get(user)
        return None if maildrop is None else maildrop.password

    def holder(self, token: str, user: str = "") -> str | None:
        """Return whom an OAuth token lets in: *user*, or its owner where no user is named."""
        for name, maildrop in self.maildrops.items():
            if user in ("", name) and any(same(known, token) for known in maildrop.tokens):
                return name
        return None


#: Called with what it checks by, and the initial response or None.
ServerMechanism: TypeAlias = Callable[[Desk, bytes | None], Conversation]


def plain(desk: Desk, initial: bytes | None) -> Conversation:
    """Check PLAIN (:rfc:`4616`)."""
    response = (yield b"") if initial is None else initial
    fields = text(response).split("\0")
    if len(fields) != 3 or fields[0] not in ("", fields[1]):
        return None
    return fields[1] if same(desk.password(fields[1]), fields[2]) else None


def login(desk: Desk, initial: bytes | None) -> Conversation:
    """Check LOGIN (draft-murchison-sasl-login); an initial response is the name."""
    name = (yield b"Username:") if initial is None else initial
    password = yield b"Password:"
    return text(name) if same(desk.password(text(name)), text(password)) else None


def cram_md5(desk: Desk, initial: bytes | None) -> Conversation:
    """Check CRAM-MD5 (:rfc:`2195`)."""
    if initial is not None:
        desk.violation("CRAM-MD5 begins with the server's challenge")
        return None
    response = yield desk.stamp.encode()
    user, _, digest = response.rpartition(b" ")
    password = desk.password(text(user))
    if password is None:
        return None
    expected = hmac.new(password.reveal().encode(), desk.stamp.encode(), "md5").hexdigest()
    return text(user) if hmac.compare_digest(expected.encode(), digest) else None


def external(desk: Desk, initial: bytes | None) -> Conversation:
    """Check EXTERNAL (:rfc:`4422#appendix-A`): a name in the client's certificate."""
    asked = text((yield b"") if initial is None else initial)
    names = [name for name in desk.channel.client_names if name in desk.maildrops]
    if asked:
        return asked if asked in names else None
    return names[0] if names else None


def xoauth2(desk: Desk, initial: bytes | None) -> Conversation:
    """Check XOAUTH2, as Google and Microsoft describe it."""
    fields = _fields((yield b"") if initial is None else initial)
    user = desk.holder(_bearer(fields), fields.get("user", "")) if "user" in fields else None
    if user is None and desk.explains:
        answer = yield _json(status="401", schemes="bearer", scope="mail")
        if answer:
            desk.violation("XOAUTH2: an error challenge is answered by an empty line")
    return user


def oauthbearer(desk: Desk, initial: bytes | None) -> Conversation:
    """Check OAUTHBEARER (:rfc:`7628`)."""
    response = (yield b"") if initial is None else initial
    header, _, rest = response.partition(b"\x01")
    flag, authzid = _gs2(text(header))
    user = desk.holder(_bearer(_fields(rest)), authzid) if flag in ("n", "y") else None
    if user is None and desk.explains:  # RFC 7628 section 3.2.2
        answer = yield _json(status="invalid_token", scope="mail")
        if answer != b"\x01":  # RFC 7628 section 3.2.3
            desk.violation("OAUTHBEARER: an error challenge is answered by one ^A")
    return user


def apop_digest(stamp: str, password: Secret) -> str:
    """Return what APOP must say (:rfc:`1939#section-7`)."""
    shared = stamp + password.reveal()
    return hashlib.md5(shared.encode(), usedforsecurity=False).hexdigest()


def same(expected: Secret | None, given: str) -> bool:
    """Compare in constant time."""
    if expected is None:
        return False
    return hmac.compare_digest(expected.reveal().encode(), given.encode())


def text(octets: bytes) -> str:
    """Return *octets* as text; what is not UTF-8 matches no name and no secret."""
    return octets.decode("utf-8", "replace")


def _fields(message: bytes) -> dict[str, str]:
    """Read the ``name=value`` pairs that ^A ends."""
    pairs = [pair.partition("=") for pair in text(message).split("\x01") if pair]
    return {name: value for name, _, value in pairs}


def _bearer(fields: Mapping[str, str]) -> str:
    """Return the token; RFC 6750 section 2.1, where the scheme's case does not count."""
    scheme, _, token = fields.get("auth", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _gs2(header: str) -> tuple[str, str]:
    """Read a GS2 header (:rfc:`5801#section-4`): channel binding flag, authorization identity."""
    flag, _, rest = header.partition(",")
    name = rest.removesuffix(",").removeprefix("a=")
    return flag, name.replace("=2C", ",").replace("=3D", "=")


def _json(**members: str) -> bytes:
    return json.dumps(members).encode()
