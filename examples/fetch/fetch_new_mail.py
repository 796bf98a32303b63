"""Fetch what is new into a Maildir and never lose a message: for a timer, every five minutes.

It says nothing where all is well and nothing has come. It ends with 0; with 75, where it is
enough to try again later; with 1, where somebody has to look::

    fetch_new_mail.py pops://ann@pop.example.org ~/Mail --keep 30
"""

from __future__ import annotations

import argparse
import os
import ssl
import sys
from pathlib import Path

import pop3lib
from pop3lib.download import Keep, Maildir, Reconnect, Report, Result, StateFile, download
from pop3lib.uidstate import StateInUseError

#: What passes by itself: another run is at work, the server is busy, the line is bad.
LATER = (
    StateInUseError,
    pop3lib.MaildropInUseError,
    pop3lib.LoginDelayError,
    pop3lib.ConnectionBroken,
)
EX_TEMPFAIL = 75


def session(url: str, ca_file: str | None) -> pop3lib.Client:
    """Return a client that is logged in; the password is in the environment or in a netrc file."""
    context = ssl.create_default_context(cafile=ca_file)
    pop = pop3lib.Client.from_url(url, ssl_context=context).connect()
    endpoint = pop3lib.Endpoint.from_url(url)
    login = pop3lib.find_login(endpoint.host, endpoint.user)
    if login is None:
        raise SystemExit(f"no password for {endpoint.host}: put one in POP3_PASSWORD or ~/.netrc")
    pop.login(login.user, login.password, token=login.token)
    return pop


def fetch(options: argparse.Namespace) -> Report:
    """Fetch what is new, and delete what has been there for so many days."""

    def connect() -> pop3lib.Client:
        return session(options.url, options.ca_file)

    with StateFile(f"{options.maildir}.uids", options.url) as state, connect() as pop:
        return download(
            pop,
            Maildir(options.maildir),
            state=state,
            keep=Keep.days(options.keep),
            reconnect=Reconnect(connect),
        )


def main() -> int:
    """Run once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("url", help="pops://user@host")
    parser.add_argument("maildir", type=Path)
    parser.add_argument("--keep", type=float, default=30.0, metavar="DAYS", help="by default 30")
    parser.add_argument("--ca-file", help="trust this authority's certificate (PEM)")
    options = parser.parse_args()
    try:
        report = fetch(options)
        for outcome in report.of(Result.REFUSED, Result.FAILED):
            print(f"message {outcome.number}: {outcome.error}", file=sys.stderr)
        if report.saved or report.warnings:
            print(report)
        report.check()
    except LATER as error:
        print(f"later: {error}", file=sys.stderr)
        return EX_TEMPFAIL
    except (pop3lib.POP3Error, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
