"""How do I look through many mailboxes at once?

All are visited at the same time, in one thread, and each has a bar that shows how far it is. One
that fails stops no other. It needs rich, which is in the extra ``examples``::

    python examples/many_mailboxes.py
    python examples/many_mailboxes.py pops://ann@pop.example.org pops://bob@pop.example.net
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import session
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress

import pop3lib
from pop3lib.testing import Maildrop, Server


@contextmanager
def places(options: argparse.Namespace) -> Iterator[list[session.Place]]:
    """Find the mailboxes of the URLs; without any, three of a server of our own."""
    context = ssl.create_default_context(cafile=options.ca_file)
    if options.urls:
        found = [pop3lib.Endpoint.from_url(url) for url in options.urls]
        yield [session.Place(endpoint, context, own=False) for endpoint in found]
        return
    maildrops = {name: Maildrop.from_folder(session.MAIL) for name in ("ann", "bob", "cid")}
    with Server(maildrops) as server:
        own = (server.host, server.port, pop3lib.Security.PLAINTEXT)
        yield [session.Place(pop3lib.Endpoint(*own, name), context, own=True) for name in maildrops]


async def visit(place: session.Place, found: pop3lib.FoundLogin, progress: Progress) -> str:
    """Look at every header block of one mailbox; return what there is to tell."""
    endpoint = place.endpoint
    user = endpoint.user or found.user
    bar = progress.add_task(escape(f"{user} at {endpoint.host}"), total=None)
    async with pop3lib.AsyncClient(
        endpoint.host,
        endpoint.port,
        security=endpoint.security,
        ssl_context=place.context,
        allow_insecure_login=place.own,
    ) as pop:
        await pop.login(user, found.password, token=found.token, mechanism=endpoint.mechanism)
        totals = await pop.stat()
        progress.update(bar, total=totals.count)
        senders: set[str] = set()
        async for message in pop.summaries():
            if message.headers.from_:
                senders.update(sender.address for sender in message.headers.from_.mailboxes)
            progress.advance(bar)
    return f"{user}: {totals.count} messages of {totals.size} octets, from {len(senders)} senders"


async def visit_all(mailboxes: list[session.Place]) -> list[str | BaseException]:
    """Visit all at once; an error stands in the place of what could not be had."""
    logins = [place.login() for place in mailboxes]  # asked for before the bars are there
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn())
    with Progress(*columns) as progress:
        visits = map(visit, mailboxes, logins, [progress] * len(logins))
        return await asyncio.gather(*visits, return_exceptions=True)


def main() -> None:
    """Print a line for each mailbox; what failed is told in the end."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("urls", nargs="*", metavar="url", help="pops://user@host")
    parser.add_argument("--ca-file", help="trust this authority's certificate (PEM)")
    try:
        with places(parser.parse_args()) as mailboxes:
            told = asyncio.run(visit_all(mailboxes))
    except (pop3lib.InvalidArgumentError, OSError) as error:  # no POP URL, no such file
        raise SystemExit(f"many_mailboxes.py: {error}") from None
    for line in told:
        if isinstance(line, str):
            print(line)
    if failed := [line for line in told if isinstance(line, BaseException)]:
        raise SystemExit(f"many_mailboxes.py: {'; '.join(map(str, failed))}")


if __name__ == "__main__":
    main()
