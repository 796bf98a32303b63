"""Read the command line, and open the program."""

from __future__ import annotations

import argparse
import ssl
import tempfile
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import platformdirs

from pop3lib.testing import ScriptError

from .accounts import Account, Accounts
from .app import MailReader
from .demo import demonstration, replay
from .desk import Desk
from .mailbox import Mailbox
from .passwords import Keyring, Passwords, system_keyring
from .transcript import Transcript
from .words import EXPECTED, sentences


def desk(
    data: Path,
    folder: Path,
    passwords: Passwords,
    ca_file: str | None = None,
    timeout: float = 60,
) -> Desk:
    """Lay out what the program works with; the accounts are in the directory *data*."""
    context = ssl.create_default_context(cafile=ca_file) if ca_file else None
    transcript = Transcript()
    return Desk(
        Accounts(data / "accounts.sqlite3"),
        passwords,
        transcript,
        Mailbox(transcript, context, timeout),
        folder,
    )


def real(options: argparse.Namespace) -> Desk:
    """Lay out the user's own accounts."""
    data = options.data or platformdirs.user_data_path("pop3lib-mailreader")
    return desk(data, Path.cwd(), Passwords(system_keyring()), options.ca_file)


def demo(
    stack: ExitStack, server: AbstractContextManager[tuple[Account, Keyring]] | None = None
) -> Desk:
    """Lay out one account on a server of the program's own; nothing of it stays."""
    account, keyring = stack.enter_context(server or demonstration())
    data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mailreader-")))
    made = desk(data, Path.cwd(), Passwords(keyring))
    made.accounts.add(account)
    return made


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(prog="mailreader", description=(__doc__ or "").strip())
    parser.add_argument("--demo", action="store_true", help="on a server of its own, with mail")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the accounts are kept")
    parser.add_argument("--ca-file", help="trust this authority's certificate (PEM)")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="on a saved transcript")
    options = parser.parse_args()
    try:
        with ExitStack() as stack:
            app = MailReader(laid_out(options, stack))
            app.run()
            if app.return_code:
                raise SystemExit("The program has failed. Nothing was deleted by that.")
    except (*EXPECTED, ScriptError, ValueError) as error:
        raise SystemExit(f"mailreader: {sentences(error)}") from None


def laid_out(options: argparse.Namespace, stack: ExitStack) -> Desk:
    """Lay out what the command line asks for."""
    if options.replay:
        return demo(stack, replay(options.replay))
    return demo(stack) if options.demo else real(options)


if __name__ == "__main__":
    main()
