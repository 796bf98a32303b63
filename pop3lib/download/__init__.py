"""Retrieval that never loses mail: fetch what is new, keep it safe, delete what need not stay."""

from importlib import import_module
from typing import TYPE_CHECKING

from pop3lib.download.blocking import download
from pop3lib.download.folder import Folder
from pop3lib.download.keep import Held, Keep
from pop3lib.download.maildir import Maildir
from pop3lib.download.mbox import Mbox
from pop3lib.download.progress import Progress, Watcher
from pop3lib.download.reconnect import Reconnect
from pop3lib.download.report import Commit, Outcome, Report, Result
from pop3lib.download.select import Candidate, Choice, Selection, by_headers
from pop3lib.download.store import AsyncDelivery, AsyncStore, Delivery, Incoming, Store
from pop3lib.uidstate import StateFile, UidState

if TYPE_CHECKING:
    from pop3lib.download.aio import adownload

__all__ = [
    "AsyncDelivery",
    "AsyncStore",
    "Candidate",
    "Choice",
    "Commit",
    "Delivery",
    "Folder",
    "Held",
    "Incoming",
    "Keep",
    "Maildir",
    "Mbox",
    "Outcome",
    "Progress",
    "Reconnect",
    "Report",
    "Result",
    "Selection",
    "StateFile",
    "Store",
    "UidState",
    "Watcher",
    "adownload",
    "by_headers",
    "download",
]


def __getattr__(name: str) -> object:
    """Import what is for asyncio at its first use: asyncio costs more time than all the rest."""
    if name == "adownload":
        return import_module("pop3lib.download.aio").adownload
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
