"""What is in my mailbox?

One line for each message; only the headers are fetched, and nothing changes::

    python examples/list_headers.py
    python examples/list_headers.py pops://ann@pop.example.org
"""

from __future__ import annotations

import session

import pop3lib


def line_of(message: pop3lib.Summary) -> str:
    """Return number, octets, date, sender and subject, safe to print."""
    if message.error is not None:  # one refused message stops nothing
        return f"{message.number:>4}  {message.error}"
    headers = message.headers
    sent = headers.date.datetime if headers.date else None
    date = f"{sent.astimezone():%Y-%m-%d %H:%M}" if sent else ""
    senders = headers.from_.mailboxes if headers.from_ else ()
    sender = senders[0].display if senders else ""
    octets = "" if message.size is None else message.size
    return f"{message.number:>4} {octets:>6}  {date:<16}  {sender:<30.30}  {headers.subject or ''}"


def main() -> None:
    """List the messages as their headers arrive."""
    options = session.arguments(session.parser(__doc__))
    with session.opened(options) as pop:
        for message in pop.summaries():
            print(line_of(message).rstrip())


if __name__ == "__main__":
    main()
