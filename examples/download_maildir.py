"""How do I download what is new?

Into a Maildir, each message once, however often it is run. All stays on the server unless
``--keep`` says for how many days. What came is remembered in a file beside the Maildir; give each
mailbox its own::

    python examples/download_maildir.py
    python examples/download_maildir.py pops://ann@pop.example.org --maildir Mail --keep 30
"""

from __future__ import annotations

import math
from pathlib import Path

import session

from pop3lib.download import Keep, Maildir, Result, StateFile, download


def main() -> None:
    """Download, and say what became of it: of each message that did not come, and of all."""
    parser = session.parser(__doc__)
    parser.add_argument("--maildir", type=Path, default=Path("Mail"), help="by default: Mail")
    parser.add_argument("--keep", type=float, default=math.inf, metavar="DAYS")
    options = session.arguments(parser)
    seen = StateFile(f"{options.maildir}.uids", options.url or "a demonstration")
    with session.opened(options) as pop:
        report = download(pop, Maildir(options.maildir), state=seen, keep=Keep.days(options.keep))
        for outcome in report.of(Result.REFUSED, Result.FAILED):
            print(f"message {outcome.number}: {outcome.error}")
        print(report)
        report.check()  # raises what went wrong, if anything


if __name__ == "__main__":
    main()
