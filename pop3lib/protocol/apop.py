"""The APOP stamp and its digest (:rfc:`1939#section-7`).

MD5 is broken for this use: whoever sits in between can choose stamps and read the first
characters of the password from the digests (CVE-2007-1558). So a stamp must be a well-formed
message identifier, and nothing here is chosen unless the caller names APOP.
"""

from __future__ import annotations

import hashlib
import re

from pop3lib.secret import Secret

#: RFC 1939 section 7: the syntax of the stamp is that of a msg-id (RFC 822): one @, no space, no
#: control, ASCII. The length is bounded: honest stamps are short.
_STAMP = re.compile(r"<[!-;=?A-~]{1,64}@[!-;=?A-~]{1,64}>")


def stamp(greeting: str | None) -> str | None:
    """Return the stamp in *greeting*, or None where there is none that can be used."""
    match = _STAMP.search(greeting or "")
    return match[0] if match else None


def digest(stamp: str, password: Secret) -> Secret:
    """Return the digest of the stamp and the password that follows it, in lower-case hex."""
    secret = password.reveal().encode()
    return Secret(hashlib.md5(stamp.encode() + secret, usedforsecurity=False).hexdigest())
