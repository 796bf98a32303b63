"""Opening a mailbox: connect, log in, list what is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from textual.app import App

import pop3lib
from pop3lib import Secret, Summary

from .accounts import Account
from .desk import Desk
from .dialogs import AskSecret, Notice, Typed
from .header_page import HeaderPage
from .mailbox import Mailbox
from .passwords import Passwords
from .words import sentences

#: No more messages are put into the list at once: between them the keyboard has its turn.
_BATCH = 256


async def open_mailbox(page: HeaderPage, desk: Desk, account: Account) -> None:
    """Have the mailbox open, and all of its messages in the list."""
    if await enter(page, desk, account):
        await list_messages(page, desk.mailbox)


async def enter(page: HeaderPage, desk: Desk, account: Account) -> bool:
    """Have the mailbox open; say whether it is."""
    mailbox = desk.mailbox
    if mailbox.connected and mailbox.account != account:
        text = "Another mailbox is open: close it first. There is one session at a time."
        await page.app.push_screen_wait(Notice(text))
        return False
    if not mailbox.connected:
        page.tell(f"Connecting to {account.host} ...")
        await mailbox.connect(account)
    if mailbox.logged_in:
        return True
    page.tell(f"Logging in as {account.user} ...")
    if await log_in(page.app, mailbox, desk.passwords):
        return True
    await mailbox.drop()
    page.tell("Not logged in.")
    return False


async def log_in(
    app: App[Any], mailbox: Mailbox, passwords: Passwords, typed: Secret | None = None
) -> bool:
    """Log in, with the password of the keyring or one that is asked for; say whether it is done.

    A password that is refused is asked for again. It is kept, if the user wants that, once the
    server has accepted it.
    """
    account = mailbox.account
    assert account is not None  # there is a connection, so there is an account
    secret = typed or await asyncio.to_thread(passwords.get, account)
    reason = ""
    while True:
        secret = secret or await _asked(app, account, passwords, reason)
        if secret is None:
            return False
        try:
            await mailbox.log_in(secret)
        except pop3lib.AuthenticationError as error:
            reason, secret = f"{sentences(error, account)}\n\n", None
            if not mailbox.connected:  # Twisted hangs up after a refusal
                await mailbox.connect(account)
        else:
            await _keep(app, account, passwords, secret)
            return True


async def _asked(
    app: App[Any], account: Account, passwords: Passwords, reason: str
) -> Secret | None:
    what = "token" if account.takes_token else "password"
    text = f"{reason}The {what} of {account.user} on {account.host}:"
    # A token is stale within the hour: it is not worth keeping.
    can_keep = passwords.kept and not account.takes_token
    return await app.push_screen_wait(AskSecret(text, can_keep=can_keep))


async def _keep(app: App[Any], account: Account, passwords: Passwords, secret: Secret) -> None:
    wanted = isinstance(secret, Typed) and secret.keep
    if wanted and not await asyncio.to_thread(passwords.keep, account, secret):
        app.notify("The keyring did not take the password; it is asked for next time.")


async def list_messages(page: HeaderPage, mailbox: Mailbox) -> None:
    """Fill the list as the headers arrive."""
    assert mailbox.account is not None  # it is open, so there is an account
    remembered = page.ticked_ids(mailbox.account)
    page.empty(mailbox.account)
    total = (await mailbox.client.stat()).count
    async with aclosing(_in_batches(mailbox)) as batches:
        async for batch in batches:
            page.add(batch, remembered)
            done = page.table.row_count
            page.progress(done, total, f"Reading headers: {done} of {total}.")
            await asyncio.sleep(0)
    page.progress_done()
    page.tell_totals()


async def _in_batches(mailbox: Mailbox) -> AsyncGenerator[list[Summary], None]:
    """Yield the first message at once, for something to look at, and then more and more of them.

    Each time that the list grows, Textual goes through all of its rows.
    """
    batch: list[Summary] = []
    size = 1
    async with aclosing(mailbox.client.summaries()) as summaries:
        async for summary in summaries:
            batch.append(summary)
            if len(batch) == size:
                yield batch
                batch, size = [], min(2 * size, _BATCH)
    yield batch
