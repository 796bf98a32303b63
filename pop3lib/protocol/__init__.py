"""The sans-I/O core of POP3: usable alone, with any kind of I/O."""

from pop3lib.protocol.capabilities import Capabilities
from pop3lib.protocol.commands import (
    Apop,
    Auth,
    Capa,
    Dele,
    Lang,
    List,
    Noop,
    Pass,
    Quit,
    Retr,
    Rset,
    Stat,
    Stls,
    Top,
    Uidl,
    User,
    Utf8,
)
from pop3lib.protocol.connection import Connection
from pop3lib.protocol.exchange import Ahead, Command, Exchange, Flow, Pending, Procedure
from pop3lib.protocol.limits import Limits, Quirk
from pop3lib.protocol.reply import Reply
from pop3lib.protocol.session import Session
from pop3lib.protocol.state import State
from pop3lib.protocol.trace import Trace
from pop3lib.protocol.values import DropListing, Language, Listing

__all__ = [
    "Ahead",
    "Apop",
    "Auth",
    "Capa",
    "Capabilities",
    "Command",
    "Connection",
    "Dele",
    "DropListing",
    "Exchange",
    "Flow",
    "Lang",
    "Language",
    "Limits",
    "List",
    "Listing",
    "Noop",
    "Pass",
    "Pending",
    "Procedure",
    "Quirk",
    "Quit",
    "Reply",
    "Retr",
    "Rset",
    "Session",
    "Stat",
    "State",
    "Stls",
    "Top",
    "Trace",
    "Uidl",
    "User",
    "Utf8",
]
