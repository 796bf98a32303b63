"""UIDL, read as far as it goes: a download can do without an id, but not without the mail."""

from __future__ import annotations

import re

from pop3lib.errors import RemoteProtocolError
from pop3lib.protocol.commands import Uidl
from pop3lib.protocol.listing import parse_uid, parse_uids
from pop3lib.protocol.reply import Reply
from pop3lib.protocol.values import Listing

_LINE = re.compile(rb" *([0-9]{1,10})[ \t]+(.*)", re.DOTALL)


class UidlAsFarAsItGoes(Uidl[Listing[str]]):
    """UIDL whose bad lines are left out: those messages count as messages without an id.

    getmail6 has a retriever of its own for servers with empty ids (``BrokenUIDLPOP3Retriever``).
    """

    def __init__(self) -> None:
        super().__init__()

    def parse(self, reply: Reply, body: bytes) -> Listing[str]:
        """Read the unique-ids."""
        try:
            return parse_uids(body)
        except RemoteProtocolError as error:
            return _read(body, str(error))


def _read(body: bytes, why: str) -> Listing[str]:
    found: dict[int, str] = {}
    twice: set[int] = set()
    for line in body.split(b"\n"):
        match = _LINE.fullmatch(line.removesuffix(b"\r"))
        if match is None:
            continue
        number = int(match[1])
        if number in found:
            twice.add(number)
        try:
            found[number] = parse_uid(match[2].rstrip(b" "), [])
        except RemoteProtocolError:
            twice.add(number)
    ids = {number: uid for number, uid in found.items() if number not in twice}
    return Listing(ids, (why,))
