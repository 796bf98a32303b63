"""What the test server offers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What a :class:`~pop3lib.testing.Server` offers; by default all that it knows."""

    #: the text of the greeting; an APOP stamp is put behind it
    greeting: str = "pop3lib.testing ready"
    #: whether CAPA is known
    capa: bool = True
    #: whether PIPELINING is announced; commands sent ahead without it are a violation
    pipelining: bool = True
    #: whether TOP is known
    top: bool = True
    #: whether UIDL is known
    uidl: bool = True
    #: whether USER and PASS are known
    user: bool = True
    #: whether the greeting has a stamp, and APOP is known
    apop: bool = True
    #: the SASL mechanisms that are known: any of PLAIN, LOGIN, CRAM-MD5
    sasl: tuple[str, ...] = ("PLAIN", "LOGIN", "CRAM-MD5")
    #: whether UTF8 is known (:rfc:`6856#section-2`)
    utf8: bool = True
    #: further lines of the CAPA answer
    capabilities: tuple[str, ...] = ("EXPIRE NEVER", "IMPLEMENTATION pop3lib.testing")
    #: the response code of a refused login, or None
    refusal_code: str | None = "AUTH"
