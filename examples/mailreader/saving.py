"""Downloading mail: what is not ticked is saved, each message once, and nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from textual.widget import Widget
from textual.widgets import Input, Select

from pop3lib import ConnectionBroken
from pop3lib.download import (
    Candidate,
    Choice,
    Folder,
    Maildir,
    Progress,
    Report,
    Result,
    StateFile,
    adownload,
)

from .accounts import Account
from .closing import close_mailbox
from .desk import Desk
from .dialogs import Dialog, Notice
from .header_page import HeaderPage, counted
from .message_text import size_text
from .opening import enter
from .words import sentences

_STORES: dict[str, Callable[[Path], Folder | Maildir]] = {
    "files .eml, for mail programs to open": Folder,
    "Maildir": Maildir,
}


@dataclass(frozen=True)
class Place:
    """Where mail goes."""

    path: Path
    #: a key of the kinds of stores
    kind: str

    @property
    def store(self) -> Folder | Maildir:
        """What saves it."""
        return _STORES[self.kind](self.path)


class AskPlace(Dialog[Place]):
    """Where, and how, mail is to be saved."""

    def __init__(self, text: str, usual: Path) -> None:
        super().__init__(text)
        self._usual = usual

    def _fields(self) -> Iterable[Widget]:
        kinds = [(kind, kind) for kind in _STORES]
        yield Input(str(self._usual), id="path", compact=True, select_on_focus=False)
        yield Select(kinds, allow_blank=False, id="kind", compact=True)

    def _answer(self) -> None:
        path, kind = self.query_one("#path", Input).value.strip(), self.query_one(Select).value
        assert isinstance(kind, str)  # it cannot be blank
        self.dismiss(Place(Path(path).expanduser(), kind) if path else None)


async def download_mail(page: HeaderPage, desk: Desk, account: Account) -> None:
    """Save what is not ticked; without a session, have one for it and save everything."""
    guest = not desk.mailbox.connected
    if not guest and desk.mailbox.account is not None:
        account = desk.mailbox.account
    text = "Save the mail in this folder; it is made where it is missing:"
    usual = desk.folder / f"mail-{_file_name(account.name)}"
    place = await page.app.push_screen_wait(AskPlace(text, usual))
    if place is None or not await enter(page, desk, account):
        return
    if guest:
        page.empty()
    report = await _download(page, desk, account, place)
    if guest:
        await close_mailbox(page, desk)
    await _tell(page, account, place, report)


async def _download(page: HeaderPage, desk: Desk, account: Account, place: Place) -> Report:
    ticked = page.table.ticked

    def wanted(message: Candidate) -> Choice:
        return Choice.SKIP if message.number in ticked else Choice.DOWNLOAD

    def progress(far: Progress) -> None:
        page.progress(
            far.octets,
            max(far.octets, far.total_octets),
            f"Message {far.messages + 1} of {far.total_messages}, {size_text(far.octets)}.",
        )

    page.tell("Looking for what is new ...")
    place.path.parent.mkdir(parents=True, exist_ok=True)
    # Beside the mail, as what it says is true of this folder alone.
    seen = StateFile(f"{place.path}.uids", account.address)
    try:
        return await adownload(
            desk.mailbox.client,
            place.store,
            state=seen,
            select=wanted,
            progress=progress,
            quit=False,  # what is ticked is deleted when the user closes the mailbox
        )
    finally:
        page.progress_done()


async def _tell(page: HeaderPage, account: Account, place: Place, report: Report) -> None:
    known = sum(1 for _ in report.of(Result.KNOWN))
    before = report.listed - len(report.outcomes) + known
    there = f" {before} were there before." if before else ""
    page.tell(f"Saved {counted(report.saved)} in {place.path}.{there}")
    failed = list(report.of(Result.REFUSED, Result.FAILED))
    words = [f"{counted(len(failed))} could not be saved:"] if failed else []
    words += [f"{each.number}: {_reason(each.error, account)}" for each in failed[:5]]
    if report.failure is not None:
        words.append(_reason(report.failure, account))
        if isinstance(report.failure, ConnectionBroken):
            words.append("What was saved stays, and nothing was deleted. Download again for more.")
    words += report.warnings
    if words:
        text = "\n\n".join([f"Saved {counted(report.saved)} in {place.path}.", *words])
        await page.app.push_screen_wait(Notice(text))


def _reason(error: Exception | None, account: Account) -> str:
    return "" if error is None else sentences(error, account)


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name).strip("-").lower() or "mail"
