"""The SASL mechanisms that the test server knows, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pop3lib.testing.auth import (
    ServerMechanism,
    cram_md5,
    external,
    login,
    oauthbearer,
    plain,
    xoauth2,
)
from pop3lib.testing.scram import scram

BY_NAME: Mapping[str, ServerMechanism] = MappingProxyType(
    {
        "SCRAM-SHA-512-PLUS": scram("sha512", plus=True),
        "SCRAM-SHA-256-PLUS": scram("sha256", plus=True),
        "SCRAM-SHA-1-PLUS": scram("sha1", plus=True),
        "SCRAM-SHA-512": scram("sha512"),
        "SCRAM-SHA-256": scram("sha256"),
        "SCRAM-SHA-1": scram("sha1"),
        "EXTERNAL": external,
        "OAUTHBEARER": oauthbearer,
        "XOAUTH2": xoauth2,
        "CRAM-MD5": cram_md5,
        "PLAIN": plain,
        "LOGIN": login,
    }
)

#: The names, for :attr:`Settings.sasl <pop3lib.testing.Settings.sasl>`.
MECHANISMS: tuple[str, ...] = tuple(BY_NAME)
