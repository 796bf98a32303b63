"""How do I test a program that reads mail?

Give it a server with the mail that the test is about; then look at what the program made of it,
what is left there, and what went over the wire. The program tells who fills a mailbox::

    python -m pytest examples/tested_program.py
    python examples/tested_program.py
    python examples/tested_program.py pops://ann@pop.example.org
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import session

import pop3lib
from pop3lib.testing import Server, faults


def octets_by_sender(pop: pop3lib.Client) -> Counter[str]:
    """Return how many octets there are of each sender."""
    octets: Counter[str] = Counter()
    for message in pop.summaries():
        senders = message.headers.from_.mailboxes if message.headers.from_ else ()
        octets[senders[0].address if senders else "unknown"] += message.size or 0
    return octets


MAIL = [b"From: Bob <bob@example.org>\r\n\r\n" + b"Hello again.\r\n" * 100, b"From: ann@x\r\n\r\n"]


def visit(server: Server) -> Counter[str]:
    """Run the program on a test's server; it is in this process, so it needs no TLS."""
    plain = pop3lib.Security.PLAINTEXT
    with pop3lib.Client(server.host, server.port, security=plain, allow_insecure_login=True) as pop:
        pop.login("ann", "secret")
        return octets_by_sender(pop)


def test_octets_are_counted_by_sender_and_no_message_is_downloaded() -> None:
    with Server(messages=[*MAIL, MAIL[0]]) as server:
        assert visit(server) == {"bob@example.org": 2 * len(MAIL[0]), "ann@x": len(MAIL[1])}
    assert len(server.maildrops["ann"].messages) == 3
    assert not [line for line in server.log if line.startswith("C: RETR")]


def test_a_lost_line_is_an_error_and_no_short_list() -> None:
    lost = faults.at("TOP 2 0", faults.cut(10))
    with (
        Server(messages=MAIL, faults=lambda _: lost) as server,
        suppress(pop3lib.ServerDisconnected),
    ):
        raise AssertionError(f"a part was taken for the whole: {visit(server)}")


def main() -> None:
    """Say who sent most."""
    with session.opened(session.arguments(session.parser(__doc__))) as pop:
        for sender, octets in octets_by_sender(pop).most_common(3):
            print(f"{octets:>8}  {sender}")


if __name__ == "__main__":
    main()
