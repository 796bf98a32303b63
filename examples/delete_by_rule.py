"""How do I delete by a rule?

Every condition that is given must hold; nothing is deleted without ``--really``::

    python examples/delete_by_rule.py --from lottery.example
    python examples/delete_by_rule.py pops://ann@pop.example.org --older-than 365 --really
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta

import session

import pop3lib


def is_older(headers: pop3lib.Headers, days: int) -> bool:
    """Whether it came so long ago; our own server's word goes first, and no date is never old."""
    received = headers.received[0].datetime if headers.received else None
    when = received or (headers.date.datetime if headers.date else None)
    return when is not None and when < datetime.now(UTC) - timedelta(days)


def is_from(headers: pop3lib.Headers, text: str) -> bool:
    """Whether a sender's address has *text* in it; the name beside it is anyone's to choose."""
    senders = headers.from_.mailboxes if headers.from_ else ()
    return any(text.lower() in sender.address.lower() for sender in senders)


def unwanted(message: pop3lib.Summary, rule: argparse.Namespace) -> bool:
    """Whether *rule* is about the message; one that the server did not show stays."""
    old = rule.older_than is None or is_older(message.headers, rule.older_than)
    sent = rule.sender is None or is_from(message.headers, rule.sender)
    return old and sent and message.error is None


def main() -> None:
    """Tell which messages the rule is about, and delete them if told to."""
    parser = session.parser(__doc__)
    parser.add_argument("--older-than", type=int, metavar="DAYS")
    parser.add_argument("--from", dest="sender", metavar="TEXT", help="a part of the address")
    parser.add_argument("--really", action="store_true", help="delete, and do not only tell")
    options = session.arguments(parser, "--from", "lottery.example")
    if options.older_than is None and not options.sender:
        parser.error("say which: --older-than DAYS, --from TEXT, or both")
    with session.opened(options) as pop:
        for message in pop.summaries():
            if unwanted(message, options):
                print(f"{message.number:>4}  {message.headers.from_}  {message.headers.subject}")
                if options.really:
                    pop.dele(message.number)
        marked = len(pop.deleted)
    print(f"deleted: {marked}")  # the block has ended with QUIT, and the server agreed


if __name__ == "__main__":
    main()
