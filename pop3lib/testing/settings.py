"""What the test server offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pop3lib.testing.faults import Fault


@dataclass(frozen=True)
class Settings:
    """What a :class:`~pop3lib.testing.Server` offers; by default most of what it knows."""

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
    #: the SASL mechanisms that are known, of :data:`pop3lib.testing.MECHANISMS`; those with
    #: ``-PLUS`` are offered on TLS only, EXTERNAL only to a client with a certificate
    sasl: tuple[str, ...] = ("PLAIN", "LOGIN", "CRAM-MD5")
    #: how often SCRAM hashes a password
    scram_iterations: int = 4096
    #: whether USER, PASS, PLAIN and LOGIN are offered on TLS only
    login_needs_tls: bool = False
    #: whether UTF8 is known (:rfc:`6856#section-2`)
    utf8: bool = True
    #: whether RETR and TOP of an 8-bit header are refused with ``[UTF8]`` before UTF8 was said
    #: (:rfc:`6856#section-5`); otherwise its octets are sent as they are
    utf8_required: bool = False
    #: what LANG lists, each a language tag and its name (``"en English"``), the preferred one
    #: first; without any, LANG is not known (:rfc:`6856#section-3`)
    languages: tuple[str, ...] = ()
    #: further lines of the CAPA answer
    capabilities: tuple[str, ...] = ("EXPIRE NEVER", "IMPLEMENTATION pop3lib.testing")
    #: the tags of lines that the CAPA answer keeps to itself, such as ``"TOP"``
    hidden: tuple[str, ...] = ()
    #: such lines that it keeps to itself until the user has logged in, and
    hidden_before_login: tuple[str, ...] = ()
    #: those that it keeps to itself from then on
    hidden_after_login: tuple[str, ...] = ()
    #: the response code of a refused login, or None
    refusal_code: str | None = "AUTH"
    #: whether a challenge explains why an OAuth token is refused, before the ``-ERR`` comes
    explains_tokens: bool = True
    #: seconds that must lie between two logins of a user; announced where it is not 0
    login_delay: int = 0
    #: seconds that a login waits for another session to leave the maildrop before ``[IN-USE]``:
    #: a client that drops its connection and comes right back is let in
    lock_wait: float = 0.25
    #: commands that are refused, and the text behind ``-ERR``: either a whole line
    #: (``{"RETR 2": "[SYS/TEMP] try later"}``) or a verb, in upper case
    refusals: Mapping[str, str] = field(default_factory=dict)
    #: whether LIST, UIDL and STAT go on telling of messages that are marked, their size as 0
    lists_deleted: bool = False
    #: whether what is sent in one go with the line that logs in is lost
    login_loses_input: bool = False
    #: whether a command that is not known, sent in one go with others, is not answered, nor
    #: anything behind it
    unknown_loses_input: bool = False
    #: what is done otherwise than this server would: each is called for a connection, and returns
    #: a fault (see :mod:`pop3lib.testing.faults`); they come before those of the ``Server``
    habits: tuple[Callable[[], Fault], ...] = ()
