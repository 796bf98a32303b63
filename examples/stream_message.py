"""How do I save one large message?

As it comes, in constant memory: it never is in memory as a whole, however large it is::

    python examples/stream_message.py
    python examples/stream_message.py pops://ann@pop.example.org --number 7
"""

from __future__ import annotations

import shutil
from itertools import chain, repeat
from pathlib import Path

import session

from pop3lib.testing import LazyMessage, Maildrop

#: What the server of its own has: 64 MB that are made while they are sent.
HEAD, BLOCK = b"Subject: the photographs of summer\r\n\r\n.\r\n", b"photographs " * 83 + b"..\r\n"
LARGE = LazyMessage(
    len(HEAD) + 64_000 * len(BLOCK), lambda: chain([HEAD], repeat(BLOCK * 64, 1000))
)


def main() -> None:
    """Save a message, by default the largest, in a file of the current folder."""
    parser = session.parser(__doc__)
    parser.add_argument("--number", type=int, help="which one; by default the largest")
    options = session.arguments(parser)
    with session.opened(options, Maildrop(messages=[LARGE])) as pop:
        sizes = pop.list()
        if not sizes:
            raise SystemExit("the mailbox is empty")
        number = options.number or max(sizes, key=sizes.__getitem__)
        file = Path(f"message-{number}.eml")
        part = file.with_suffix(".part")  # a message that broke off is never taken for a whole one
        with pop.open(number) as message, open(part, "wb") as target:
            shutil.copyfileobj(message, target)
        part.replace(file)
    print(f"message {number} is in {file}: {file.stat().st_size} octets")


if __name__ == "__main__":
    main()
