"""The main job: look through a mailbox, mark what is unwanted, save the rest, close.

Without arguments it runs on a server of its own, inside this very process. With a URL it runs on
a real one, where it deletes nothing unless told::

    python examples/quickstart.py
    python examples/quickstart.py pops://ann@pop.example.org
    python examples/quickstart.py pops://ann@pop.example.org --delete 3 --delete 7

The password is asked for, or taken from the environment variable POP3_PASSWORD.
"""

from __future__ import annotations

import argparse
import getpass
import os
import shutil
import ssl
import tempfile
from collections.abc import Collection
from pathlib import Path

import pop3lib
from pop3lib.headers import printable
from pop3lib.testing import Maildrop, Server

MAIL = Path(__file__).with_name("mail")


def list_messages(pop: pop3lib.Client) -> list[int]:
    """Print a line for each message; only the headers are fetched. Return the numbers."""
    numbers = []
    print(f"{'no.':>4} {'octets':>7}  {'date':<16}  {'sender':<28}  subject")
    for message in pop.summaries():
        numbers.append(message.number)
        headers = message.headers
        columns = (date_of(headers), sender_of(headers)[:28], subject_of(headers)[:60])
        print("{:>4} {!s:>7}  {:<16}  {:<28}  {}".format(message.number, message.size, *columns))
    return numbers


def sender_of(headers: pop3lib.Headers) -> str:
    """Return the first sender's name, or else the address; safe to show in a terminal."""
    for mailbox in headers.from_.mailboxes if headers.from_ else ():
        return printable(mailbox.name or mailbox.address)
    return ""


def subject_of(headers: pop3lib.Headers) -> str:
    """Return the subject, decoded and safe to show."""
    return headers.subject.display if headers.subject else ""


def date_of(headers: pop3lib.Headers) -> str:
    """Return the date of sending in local time; empty where there is none to be read."""
    sent = headers.date.datetime if headers.date else None
    return f"{sent.astimezone():%Y-%m-%d %H:%M}" if sent else ""


def save(pop: pop3lib.Client, numbers: Collection[int], folder: Path) -> None:
    """Save messages as files, each streamed: a large one needs no more memory than a small one."""
    for number in numbers:
        with pop.open(number) as message, open(folder / f"{number:05}.eml", "xb") as file:
            shutil.copyfileobj(message, file)
    print(f"\nsaved {len(numbers)} messages in {folder}")


def session(pop: pop3lib.Client, delete: Collection[int], folder: Path) -> None:
    """Do the whole job on an open, logged-in session; the caller's ``with`` commits it."""
    numbers = list_messages(pop)
    save(pop, [number for number in numbers if number not in delete], folder)
    for number in delete:
        pop.dele(number)
    print(f"marked as deleted: {sorted(pop.deleted) or 'none'}")


def demo(folder: Path) -> None:
    """Run on a server of our own, then look into its maildrop."""
    maildrop = Maildrop.from_folder(MAIL, password="secret")
    with Server({"ann": maildrop}) as server:
        # Without TLS a password is sent only if one says so; here it stays in this process.
        with pop3lib.Client(
            server.host,
            server.port,
            security=pop3lib.Security.PLAINTEXT,
            allow_insecure_login=True,
        ) as pop:
            pop.login("ann", "secret")
            session(pop, {3}, folder)
            print(f"the server still holds {len(maildrop.messages)} messages")
        print(f"after QUIT it holds {len(maildrop.messages)}: the mark took effect")


def real(options: argparse.Namespace, folder: Path) -> None:
    """Run on the server of the URL."""
    context = ssl.create_default_context(cafile=options.ca_file)
    password = os.environ.get("POP3_PASSWORD") or getpass.getpass("Password: ")
    with pop3lib.Client.from_url(options.url, ssl_context=context) as pop:
        pop.login(password=password)
        session(pop, set(options.delete), folder)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("url", nargs="?", help="pops://user@host; without it, a demonstration")
    parser.add_argument("--delete", type=int, action="append", default=[], metavar="N")
    parser.add_argument("--folder", type=Path, help="where to save; by default a new folder here")
    parser.add_argument("--ca-file", help="trust this authority's certificate (PEM)")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="quickstart-mail-", dir="."))
    folder.mkdir(exist_ok=True)
    try:
        real(options, folder) if options.url else demo(folder)
    except (pop3lib.POP3Error, ssl.SSLError) as error:
        raise SystemExit(f"quickstart: {error}") from None


if __name__ == "__main__":
    main()
