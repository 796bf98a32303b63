"""The server's side of SASL. A mechanism yields challenges, and returns the user's name or None."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Generator, Mapping
from typing import TypeAlias

#: Returns a user's password, or None where there is no such user.
Passwords: TypeAlias = Callable[[str], str | None]
Conversation: TypeAlias = Generator[bytes, bytes, str | None]
#: Called with what it checks by, the initial response or None, and something never said before.
ServerMechanism: TypeAlias = Callable[[Passwords, bytes | None, str], Conversation]


def plain(passwords: Passwords, initial: bytes | None, _stamp: str) -> Conversation:
    """Check PLAIN (:rfc:`4616`)."""
    response = (yield b"") if initial is None else initial
    fields = response.decode("utf-8", "replace").split("\0")
    if len(fields) != 3 or fields[0] not in ("", fields[1]):
        return None
    return fields[1] if same(passwords(fields[1]), fields[2]) else None


def login(passwords: Passwords, initial: bytes | None, _stamp: str) -> Conversation:
    """Check LOGIN (draft-murchison-sasl-login)."""
    name = (yield b"Username:") if initial is None else initial
    password = yield b"Password:"
    user = name.decode("utf-8", "replace")
    return user if same(passwords(user), password.decode("utf-8", "replace")) else None


def cram_md5(passwords: Passwords, initial: bytes | None, stamp: str) -> Conversation:
    """Check CRAM-MD5 (:rfc:`2195`)."""
    if initial is not None:
        return None
    response = yield stamp.encode()
    user, _, digest = response.decode("utf-8", "replace").rpartition(" ")
    expected = hmac.new((passwords(user) or "").encode(), stamp.encode(), "md5").hexdigest()
    return user if passwords(user) and same(expected, digest) else None


def apop_digest(stamp: str, password: str) -> str:
    """Return what APOP must say (:rfc:`1939#section-7`)."""
    return hashlib.md5((stamp + password).encode(), usedforsecurity=False).hexdigest()


def same(expected: str | None, given: str) -> bool:
    """Compare in constant time."""
    return expected is not None and hmac.compare_digest(expected.encode(), given.encode())


MECHANISMS: Mapping[str, ServerMechanism] = {
    "PLAIN": plain,
    "LOGIN": login,
    "CRAM-MD5": cram_md5,
}
