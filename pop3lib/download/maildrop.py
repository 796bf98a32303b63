"""What the maildrop holds in this session: numbers, sizes and unique-ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pop3lib.download.listing import UidlAsFarAsItGoes
from pop3lib.errors import CommandError, ServerSystemError
from pop3lib.protocol.commands import List
from pop3lib.protocol.exchange import Flow
from pop3lib.protocol.flows import capabilities
from pop3lib.protocol.session import Session
from pop3lib.protocol.values import Listing


@dataclass(frozen=True)
class Listed:
    """A message that the server lists."""

    number: int
    size: int | None
    uid: str | None


@dataclass(frozen=True)
class Maildrop:
    """The messages of one session, by number; numbers mean nothing outside of it."""

    messages: Mapping[int, Listed]
    #: whether the server has UIDL
    has_uids: bool
    #: what is odd about it, in words
    warnings: tuple[str, ...] = ()

    def uids(self) -> Iterator[str]:
        """Yield the unique-ids, those that stand twice twice."""
        return (each.uid for each in self.messages.values() if each.uid is not None)


def take_stock(session: Session, marked: frozenset[int], had_uids: bool) -> Flow[Maildrop]:
    """Ask for sizes and unique-ids.

    :param marked: the messages that the caller has marked: Twisted goes on listing them.
    :param had_uids: whether unique-ids of this maildrop are known from before.
    :raises CommandError: where the server has UIDL, and refuses it now.
    """
    announced = (yield from capabilities(session)).uidl
    sizes = yield from List()
    uids = yield from _unique_ids(announced or had_uids)
    known: Mapping[int, str] = {} if uids is None else uids
    messages = {
        number: Listed(number, size, known.get(number))
        for number, size in sizes.items()
        if number not in marked
    }
    return Maildrop(messages, uids is not None, _warnings(messages, uids))


def _unique_ids(has_uidl: bool) -> Flow[Listing[str] | None]:
    try:
        return (yield from UidlAsFarAsItGoes())
    except CommandError as error:
        # RFC 1939 section 7: UIDL is optional. But where a server has it, trouble of today is no
        # reason to fetch everything anew.
        if has_uidl or isinstance(error, ServerSystemError):
            raise
        return None


def _warnings(messages: Mapping[int, Listed], uids: Listing[str] | None) -> tuple[str, ...]:
    if uids is None:
        return (
            "the server has no UIDL: whether a message was saved before is told by its octets "
            "alone, once it was fetched again; what is not saved in this very session stays",
        )
    without = sum(each.uid is None for each in messages.values())
    if without:
        return (f"{without} messages have no unique-id that can be used", *uids.defects)
    return uids.defects
