"""The commands, each in one place: its line, its states, its answer.

RFC 1939 (USER PASS APOP STAT LIST RETR TOP UIDL DELE NOOP RSET QUIT), RFC 2449 (CAPA), RFC 2595
(STLS), RFC 5034 (AUTH) and RFC 6856 (UTF8, LANG).
"""

from pop3lib.protocol.commands.authorization import Apop, Auth, Pass, Stls, User, Utf8
from pop3lib.protocol.commands.listings import List, Stat, Uidl
from pop3lib.protocol.commands.messages import Dele, Retr, RetrHeaders, Rset, Top
from pop3lib.protocol.commands.session import Acknowledged, Capa, Greeting, Lang, Noop, Quit

__all__ = [
    "Acknowledged",
    "Apop",
    "Auth",
    "Capa",
    "Dele",
    "Greeting",
    "Lang",
    "List",
    "Noop",
    "Pass",
    "Quit",
    "Retr",
    "RetrHeaders",
    "Rset",
    "Stat",
    "Stls",
    "Top",
    "Uidl",
    "User",
    "Utf8",
]
