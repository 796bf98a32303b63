"""How do I get at texts and attachments?

pop3lib reads headers; the bodies are the business of the standard library's ``email``::

    python examples/stdlib_email.py
    python examples/stdlib_email.py pops://ann@pop.example.org
"""

from __future__ import annotations

import email
from collections.abc import Iterator
from email.message import Message

import session

import pop3lib
from pop3lib.headers import printable


def parts(content: bytes) -> Iterator[str]:
    """Yield a line for each part of a message that is no container of others."""
    for part in email.message_from_bytes(content).walk():
        if not part.is_multipart():
            yield printable(line_of(part))


def line_of(part: Message) -> str:
    """Return type, size, and file name or first words. Strangers write parts: some are not so."""
    try:
        octets = part.get_payload(decode=True)  # base64 and quoted-printable undone
        assert isinstance(octets, bytes)  # as it is of all that are not multipart
        charset = part.get_content_charset("us-ascii")
        text = part.get_filename() or octets.decode(charset, "replace")[:60].strip()
        return f"{part.get_content_type()}, {len(octets)} octets: {text}"
    except (LookupError, ValueError) as error:  # such as a character set that nobody knows
        return f"not readable: {error}"


def main() -> None:
    """Download the messages, one after the other, and say what is in them."""
    options = session.arguments(session.parser(__doc__))
    with session.opened(options) as pop:
        for message in pop.messages():
            subject = pop3lib.parse_headers(message.content).subject
            print(f"{message.number}.", message.error or subject or "(no subject)")
            for line in () if message.error else parts(message.content):
                print("   ", line)


if __name__ == "__main__":
    main()
