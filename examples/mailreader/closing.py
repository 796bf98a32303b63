"""The end of a session: what is ticked is deleted now, or nothing is."""

from __future__ import annotations

from collections.abc import Mapping

from pop3lib import CommandError, ConnectionBroken, POP3Error

from .desk import Desk
from .dialogs import Notice, Question
from .header_page import HeaderPage, counted
from .mailbox import Mailbox
from .words import sentences


async def close_mailbox(page: HeaderPage, desk: Desk, and_then: str = "close") -> bool:
    """Delete what is ticked, once the user has agreed, and end the session; say whether it is over.

    :param and_then: what the user wants to do, for the buttons' labels.
    """
    mailbox = desk.mailbox
    if not mailbox.connected:
        page.tell("The mailbox is not open.")
        return True
    doomed = page.table.ticked | mailbox.marked
    answer = await _wanted(page, len(doomed), and_then) if doomed else "keep"
    if answer not in ("delete", "keep"):
        return False
    if answer == "keep" and mailbox.marked:
        await mailbox.client.rset()
    refused = await mailbox.delete(doomed - mailbox.marked) if answer == "delete" else {}
    await _leave(page, mailbox, refused)
    return True


async def _wanted(page: HeaderPage, count: int, and_then: str) -> str | None:
    text = f"{counted(count)} will be deleted from the server, for good."
    answers = [
        (f"Delete {count} and {and_then}", "delete"),
        (f"{and_then.capitalize()}, delete nothing", "keep"),
        ("Stay", "stay"),
    ]
    return await page.app.push_screen_wait(Question(text, answers))


async def _leave(page: HeaderPage, mailbox: Mailbox, refused: Mapping[int, POP3Error]) -> None:
    marked = mailbox.marked
    try:
        gone = await mailbox.leave()
    except CommandError as error:
        page.tell("Closed, but not all was deleted.")
        await _notice(page, f"{sentences(error, mailbox.account)} Open the mailbox to see.")
    except ConnectionBroken as error:
        await _tell_of_doubt(page, len(marked), sentences(error, mailbox.account))
    else:
        page.empty()
        page.tell(f"Closed. {counted(len(gone))} deleted{_listed(gone)}.")
        if refused:
            reasons = "\n".join(f"{number}: {error}" for number, error in refused.items())
            await _notice(page, f"{counted(len(refused))} could not be deleted.\n{reasons}")


async def _tell_of_doubt(page: HeaderPage, marked: int, reason: str) -> None:
    if not marked:
        page.tell("Closed. Nothing was to be deleted.")
        return
    page.tell("The line was lost before the end was confirmed.")
    await _notice(
        page,
        f"{reason} It happened before the server had confirmed the end of the session, so nobody "
        f"knows whether {counted(marked)} were deleted. Open the mailbox again to see.",
    )


async def _notice(page: HeaderPage, text: str) -> None:
    await page.app.push_screen_wait(Notice(text))


def _listed(numbers: frozenset[int]) -> str:
    return f": no. {', '.join(map(str, sorted(numbers)))}" if 0 < len(numbers) <= 12 else ""
