"""Servers of this world, as settings: ``Server(settings=presets.GMAIL)``.

Each is what clients have met of a server, and no more: its capabilities, and where it does
otherwise than the RFCs or than most. Dovecot, Courier and Twisted were recorded, and tests hold
these presets to the servers themselves. The others follow what the projects named with each have
reported; a newer version of the server may have mended it. How long a server takes is left out,
so that tests are quick, and so is most of what it says in prose.

``dataclasses.replace`` makes one a little different. This library copes with all of them, but
where a preset says "needs" or "fails".
"""

from __future__ import annotations

from pop3lib.testing import habits
from pop3lib.testing.faults import at, cut, insert, refuse, rewrite
from pop3lib.testing.settings import Settings

__all__ = [
    "AOL",
    "BARE_LF",
    "COURIER",
    "DOVECOT",
    "DOVECOT1",
    "EXCHANGE2000",
    "EXCHANGE2003",
    "FREE",
    "GMAIL",
    "HMAILSERVER",
    "HOTMAIL",
    "MAILLENNIUM",
    "MAILPIT",
    "MAILSAC",
    "MICROSOFT365",
    "NETEASE",
    "OPENMAIL",
    "QPOPPER",
    "TWISTED",
    "ZIMBRA",
]

#: What servers older than RFC 3206 lack in their CAPA answer.
_NO_CODES = ("RESP-CODES", "AUTH-RESP-CODE")
_CLOUD = ("PLAIN", "XOAUTH2", "OAUTHBEARER")

#: Dovecot 2.3: STLS, USER and SASL are announced until one has logged in, and no longer. The third
#: command before login that it does not know is answered by two ``-ERR`` in a row, and it hangs up.
DOVECOT = Settings(
    greeting="Dovecot ready.",
    sasl=("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "OAUTHBEARER", "XOAUTH2"),
    utf8=False,
    capabilities=("CAPA",),
    hidden_after_login=("STLS", "USER", "SASL"),
    habits=(lambda: habits.impatient(3, b"-ERR Too many invalid bad commands.\r\n"),),
)

#: Dovecot 1: the capability SASL without a mechanism behind it (Horde, ``Pop3.php``).
DOVECOT1 = Settings(sasl=(), utf8=False, capabilities=("SASL",))

#: Courier 1.0: no APOP, no response codes, and prose behind LIST's ``+OK``. What is sent in one go
#: with the line that logs in is lost. It hangs up instead of refusing the 12th password.
COURIER = Settings(
    greeting="Hello there.",
    apop=False,
    capabilities=("LOGIN-DELAY 10", "IMPLEMENTATION Courier Mail Server"),
    hidden=_NO_CODES,
    refusal_code=None,
    login_loses_input=True,
    habits=(
        lambda: at(
            "LIST", habits.status(b"+OK", b"+OK POP3 clients that break here, they violate STD53.")
        ),
        lambda: at("PASS", habits.hangs_up(after=b"-ERR", times=12, instead=True)),
    ),
)

#: Twisted 26, its ``POP3`` class: ``PIPELINE`` for PIPELINING, but a command that it does not know,
#: sent along with others, is never answered, nor are those behind it. APOP is offered and never
#: works; AUTH with an initial response is hung up on. ``UIDL n`` is answered without the number
#: (twisted #9104), and what is marked as deleted goes on being listed, its size 0 (#9094).
TWISTED = Settings(
    greeting="",
    sasl=("CRAM-MD5",),
    utf8=False,
    capabilities=(
        "PIPELINE", "CELERITY", "AUSPEX", "POTENCE", "IMPLEMENTATION Twisted", "EXPIRE 60",
        "LOGIN-DELAY 120",
    ),
    hidden=(*_NO_CODES, "PIPELINING"),
    refusal_code=None,
    refusals={"APOP": "wrong digest"},
    lists_deleted=True,
    unknown_loses_input=True,
    habits=(
        lambda: at("UIDL", rewrite(habits.unnumbered)),
        lambda: at("AUTH CRAM-MD5 ***", cut(0)),
    ),
)  # fmt: skip

#: Gmail: PIPELINING is announced once one has logged in only (MailKit's samples), and UTF8 is hung
#: up on (fdm #140). It lists no more than some 300 messages at a time; put no more into it.
GMAIL = Settings(
    greeting="Gpop ready",
    apop=False,
    sasl=_CLOUD,
    utf8=False,
    capabilities=("EXPIRE 0", "LOGIN-DELAY 300", "X-GOOGLE-RICO"),
    hidden=("AUTH-RESP-CODE",),
    hidden_before_login=("PIPELINING",),
    habits=(lambda: at("UTF8", cut(0)),),
)

#: Microsoft 365: an empty line comes before the answer to DELE (MailKit #1634): needs
#: ``quirks=Quirk.BLANK_LINES``. XOAUTH2 is taken in two lines only (getmail6 #256),
#: and a refused token is not explained (email-oauth2-proxy #238).
MICROSOFT365 = Settings(
    greeting="The Microsoft Exchange POP3 service is ready.",
    apop=False,
    pipelining=False,
    sasl=("PLAIN", "XOAUTH2"),
    utf8=False,
    capabilities=(),
    hidden=_NO_CODES,
    refusal_code=None,
    explains_tokens=False,
    habits=(
        lambda: at("DELE", insert(b"\r\n")),
        lambda: at("AUTH XOAUTH2 ***", refuse("Protocol error. 10")),
    ),
)

#: Exchange 2003: ``+OK`` where ``+`` belongs in AUTH (MailKit #391); sizes are those of its own
#: compressed store (fetchmail FAQ S2).
EXCHANGE2003 = Settings(
    apop=False,
    pipelining=False,
    sasl=("PLAIN", "LOGIN"),
    utf8=False,
    capabilities=(),
    hidden=_NO_CODES,
    refusal_code=None,
    habits=(
        lambda: at("AUTH", habits.status(b"+ ", b"+OK")),
        lambda: at("LIST", habits.sizes(lambda octets: octets // 2)),
    ),
)

#: Exchange 2000: the final dot stands behind the last line, without a line end between (fetchmail
#: FAQ S2). RETR fails with ``ServerTimeout``: the end of such a message cannot be told from its
#: text.
EXCHANGE2000 = Settings(
    apop=False,
    pipelining=False,
    sasl=(),
    utf8=False,
    capabilities=(),
    hidden=_NO_CODES,
    refusal_code=None,
    habits=(lambda: at("RETR", rewrite(habits.glued_end)),),
)

#: Zimbra: a mechanism of its own, and EXPIRE for each user (MailKit's samples).
ZIMBRA = Settings(apop=False, sasl=("PLAIN", "X-ZIMBRA"), capabilities=("EXPIRE 31 USER",))

#: Maillennium (Comcast, as it was): several spaces in UIDL (mpop), and TOP breaks off after 64 kB
#: (fetchmail).
MAILLENNIUM = Settings(
    apop=False,
    sasl=(),
    utf8=False,
    capabilities=(),
    hidden=_NO_CODES,
    refusal_code=None,
    habits=(
        lambda: at("UIDL", rewrite(habits.padded)),
        lambda: at("TOP", habits.truncated(64 * 1024)),
    ),
)

#: Qpopper: no response codes; a maildrop that is in use is told in words only (fetchmail):
#: ``AuthenticationError`` instead of ``MaildropInUseError``.
QPOPPER = Settings(
    sasl=(),
    utf8=False,
    pipelining=False,
    capabilities=(),
    hidden=_NO_CODES,
    refusal_code=None,
    habits=(
        lambda: habits.status(
            b"-ERR [IN-USE]", b"-ERR maildrop lock busy!  Is another session active?"
        ),
    ),
)

#: Hotmail, as it was: one may log in, but STAT fails where one has come too often (Angus Mail).
HOTMAIL = Settings(
    capa=False,
    apop=False,
    sasl=(),
    refusal_code=None,
    refusals={"STAT": "login allowed only every 15 minutes"},
)

#: hMailServer: a refused PASS is answered ``+ERR`` (hmailserver PR #594): fails with
#: ``RemoteProtocolError``, and nobody is logged in. TOP does not stuff dots (#126).
HMAILSERVER = Settings(
    apop=False,
    sasl=(),
    utf8=False,
    refusal_code=None,
    capabilities=(),
    hidden=_NO_CODES,
    habits=(
        lambda: at("PASS", habits.status(b"-ERR", b"+ERR Invalid user name or password.")),
        lambda: at("TOP", rewrite(habits.unstuffed)),
    ),
)

#: mailsac: there is no TOP (neomutt #2707); headers are read by RETR up to the empty line.
MAILSAC = Settings(apop=False, top=False, utf8=False, capabilities=())

#: AOL and Verizon, "JPOP": no CAPA, but TOP and UIDL (neomutt #1427).
AOL = Settings(capa=False, apop=False, sasl=(), refusal_code=None)

#: HP OpenMail: sizes are multiples of 1024 (fetchmail FAQ S3).
OPENMAIL = Settings(
    capa=False,
    apop=False,
    sasl=(),
    refusal_code=None,
    habits=(lambda: at("LIST", habits.sizes(lambda octets: -(-octets // 1024) * 1024)),),
)

#: 163 and QQ: a message in the midst of others, here the second, cannot be had (zmail #22, #106).
NETEASE = Settings(
    apop=False,
    sasl=(),
    utf8=False,
    capabilities=(),
    hidden=_NO_CODES,
    refusal_code=None,
    refusals={"RETR 2": "Can't get the letter", "TOP 2 0": "Can't get the letter"},
)

#: mailpit, as it was (mailpit #299): dots are not stuffed. A line that begins with one loses it; a
#: line that is only one ends the message, and what comes behind it fails with
#: ``RemoteProtocolError``.
MAILPIT = Settings(
    apop=False,
    pipelining=False,
    sasl=(),
    utf8=False,
    capabilities=(),
    hidden=_NO_CODES,
    refusal_code=None,
    habits=(lambda: at("RETR", rewrite(habits.unstuffed)),),
)

#: pop.free.fr: hangs up where APOP is refused (MailKit #856).
FREE = Settings(capabilities=(), habits=(lambda: at("APOP", habits.hangs_up(after=b"-ERR")),))

#: The servers that end their lines in LF alone (MailKit: "broken UNIX servers"): needs
#: ``quirks=Quirk.BARE_LF``.
BARE_LF = Settings(apop=False, habits=(lambda: rewrite(habits.bare_lf),))
