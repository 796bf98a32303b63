"""How do I log in with OAuth 2.0?

With an access token instead of a password. Tokens last for an hour or so; this asks a command of
yours for one, as other mail programs do. Without TLS no token is ever sent::

    python examples/oauth_login.py
    python examples/oauth_login.py pops://ann@pop.example.org --token-command "oauth2-token ann"
"""

from __future__ import annotations

import subprocess

import session

import pop3lib
from pop3lib.testing import Maildrop


def token_from(command: str) -> pop3lib.Secret:
    """Return what *command*, a line for the shell, prints."""
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"no token: the command ended with {done.returncode}")
    return pop3lib.Secret(done.stdout.strip())


def main() -> None:
    """Log in with what the command prints, and say what there is."""
    parser = session.parser(__doc__)
    parser.add_argument("--token-command", metavar="COMMAND", required=True, help="prints a token")
    options = session.arguments(parser, "--token-command", "echo token-of-ann")
    maildrop = Maildrop(messages=[b"Subject: one\r\n\r\n"], tokens=["token-of-ann"])
    with session.place(options, maildrop) as mailbox, mailbox.client() as pop:
        try:
            # OAUTHBEARER where the server has it, else XOAUTH2
            pop.login(mailbox.endpoint.user, token=token_from(options.token_command))
        except pop3lib.AuthenticationError as error:
            print("the server says of the token:", dict(error.details))
            raise
        print(f"logged in without a password; messages: {pop.stat().count}")


if __name__ == "__main__":
    main()
