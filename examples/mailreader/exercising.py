"""What the exerciser does: one typed command after the other, on the session of both pages."""

from __future__ import annotations

from typing import Any

from textual.app import App

from pop3lib import CommandError, ConnectionBroken, InvalidArgumentError, POP3Error, Secret
from pop3lib.protocol import Auth, Command, Pass, Quit, Rset
from pop3lib.sasl import FOR_TOKENS, NAMES, Credentials, mechanism_for

from .accounts import Account
from .command_line import Words, command_of, read
from .desk import Desk
from .dialogs import AskSecret, Question
from .header_page import HeaderPage, counted
from .mailbox import Mailbox
from .words import EXPECTED, sentences

#: Those that need no more than can be typed: no certificate, and no hash of the channel.
_MECHANISMS = [name for name in NAMES if name != "EXTERNAL" and not name.endswith("-PLUS")]


async def connect(desk: Desk, account: Account) -> None:
    """Connect, and leave it to the user to log in. What goes wrong is part of the transcript."""
    if desk.mailbox.connected:
        desk.transcript.remark("There is a connection already: QUIT or Disconnect ends it.")
        return
    try:
        await desk.mailbox.connect(account)
    except EXPECTED as error:
        desk.transcript.remark(sentences(error, account))


async def disconnect(page: HeaderPage, desk: Desk) -> None:
    """Let go of the connection without QUIT."""
    if desk.mailbox.connected:
        await desk.mailbox.drop()
        desk.transcript.remark("Disconnected without QUIT: nothing is deleted.")
        page.tell("Disconnected without QUIT: nothing is deleted.")


async def speak(page: HeaderPage, desk: Desk, line: str, typed: str | None = None) -> None:
    """Send one typed line, if it is a command of POP3.

    :param typed: the secret, where it was typed with the line.
    """
    try:
        verb, words = read(line)
        command = command_of(verb, words)
        if command is None:
            await _speak_in_secret(page.app, desk.mailbox, verb, words, typed)
        elif not isinstance(command, Quit) or await _may_quit(page.app, desk.mailbox):
            await _speak(page, desk, command)
    except CommandError:
        pass  # the transcript has the server's own words
    except POP3Error as error:
        desk.transcript.remark(sentences(error, desk.mailbox.account))
        if isinstance(error, ConnectionBroken):
            _tell_what_became(page, desk, quitting=line.strip().upper() == "QUIT")


def _tell_what_became(page: HeaderPage, desk: Desk, *, quitting: bool) -> None:
    """Say what a lost line means for the mail."""
    news = "Not connected. Nothing was deleted."
    if quitting and desk.mailbox.client.deleted:
        news = "QUIT was not confirmed: nobody knows what was deleted. Open the mailbox to see."
    desk.transcript.remark(news)
    page.tell(news)


async def _speak(page: HeaderPage, desk: Desk, command: Command[Any]) -> None:
    mailbox = desk.mailbox
    marked = mailbox.marked
    await mailbox.execute(command)
    if isinstance(command, Rset):
        page.table.untick()
    elif isinstance(command, Quit):
        page.empty()
        page.tell(f"Closed by QUIT. {counted(len(marked))} deleted.")


async def _may_quit(app: App[Any], mailbox: Mailbox) -> bool:
    """Ask first where QUIT deletes something."""
    count = len(mailbox.marked)
    if not count:
        return True
    text = f"QUIT deletes {counted(count)}, for good."
    answers = [(f"Delete {count} and quit", "quit"), ("Stay", "stay")]
    return await app.push_screen_wait(Question(text, answers)) == "quit"


async def _speak_in_secret(
    app: App[Any], mailbox: Mailbox, verb: str, words: Words, typed: str | None
) -> None:
    client = mailbox.client  # raises where there never was one, before a secret is typed
    if verb == "AUTH" and words[0].upper() not in _MECHANISMS:
        known = " ".join(_MECHANISMS)
        raise InvalidArgumentError(f"{words[0][:40]!r} is not one of {known}. Nothing was sent")
    token = verb == "AUTH" and words[0].upper() in FOR_TOKENS
    text = f"{' '.join([verb, *words])}: the {'token' if token else 'password'}"
    secret = await app.push_screen_wait(AskSecret(text, typed or ""))
    if secret is None:
        return
    if verb == "PASS":
        await mailbox.execute(Pass(secret))
    elif verb == "APOP":
        await client.apop(words[0], secret)
    else:
        await mailbox.execute(_auth(mailbox, words, secret, token))


def _auth(mailbox: Mailbox, words: Words, secret: Secret, token: bool) -> Auth:
    account = mailbox.account
    assert account is not None  # there is a connection, so there is an account
    credentials = Credentials(
        words[1] if words[1:] else account.user,
        None if token else secret,
        secret if token else None,
        host=account.host,
        port=account.port,
    )
    name = words[0].upper()
    # Also where the server does not list it, or was not asked: what happens then is to be seen.
    return Auth(mechanism_for(name, credentials, {name, *mailbox.client.capabilities.sasl}))
