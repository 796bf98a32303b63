"""An mbox: one file for all messages, which others may be appending to."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from pop3lib import disk
from pop3lib.download.quoting import FromQuoter
from pop3lib.download.spool import Plan, Spool, spool_path, spool_paths
from pop3lib.download.store import Delivery, Incoming

#: Seconds between two attempts to lock the mbox.
_PAUSE = 0.05


class Mbox:
    """An mbox, made where it is missing: messages are appended whole, or not at all.

    The line ends stay as they came. A line that begins with ``From`` gets a ``>`` (``mboxrd``).
    What is to be appended is written to a file beside the mbox first (a *spool*, whose name begins
    with a dot): where the program or the machine dies in the midst, the next run completes the
    append. Of the messages that are here it knows only those that were appended last, so give a
    *state* as well.

    While it appends it holds the lock that Dovecot, mutt and the standard library take
    (``fcntl``); programs that know nothing but ``.lock`` files must not write to it.

    :param path: the file.
    :param sync: whether to wait until the disk has what is saved. Without, a crash of the machine
        (not of the program) may lose what was saved last, and the server may have deleted it.
    :param lock_timeout: seconds to wait for others who have the file locked.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, sync: bool = True, lock_timeout: float = 30.0
    ) -> None:
        self._path = Path(path).absolute()
        self._sync = sync
        self._lock_timeout = lock_timeout
        self._keys: set[str] | None = None
        self._spool: Spool | None = None

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def has(self, key: str) -> bool:
        """Whether the message with this key is among those that were appended last."""
        if self._keys is None:
            self._keys = set(self._recovered())
        return key in self._keys

    def begin(self, message: Incoming) -> Delivery:
        """Return what takes the octets of a message.

        :raises BlockingIOError: where another process downloads from the same account to here.
        """
        self.has("")  # what was left unfinished comes first
        try:
            if self._spool is None:
                disk.make_folder(self._path.parent)
                self._spool = Spool(spool_path(self._path, message.account))
                self._spool.begin()
            return _Delivery(self, self._spool)
        except BaseException:
            self.abandoned()
            raise

    def sync(self) -> None:
        """Append what was finished, and return once it is on the disk.

        :raises TimeoutError: where others have the file locked all the time.
        """
        spool = self._spool
        if spool is None:
            return
        try:
            if spool.keys:
                self._append(spool)
        finally:
            self._close_spool()

    def abandoned(self) -> None:
        """Let go of the spool if there is nothing in it."""
        if self._spool is not None and not self._spool.keys:
            self._close_spool()

    def _close_spool(self) -> None:
        spool, self._spool = self._spool, None
        if spool is not None:
            spool.close()

    def _append(self, spool: Spool) -> None:
        with self._locked() as mailbox:
            gap = _gap(mailbox)
            begin = disk.size(mailbox)
            plan = spool.seal(begin + len(gap), sync=self._sync)
            try:
                disk.write_at(mailbox, gap, begin)
                spool.append_to(mailbox, plan)
                self._settle(mailbox)
            except BaseException:
                with contextlib.suppress(OSError):
                    disk.truncate(mailbox, begin)
                    spool.void(plan)
                raise
        assert self._keys is not None  # begin() has looked
        self._keys.update(plan.keys)
        with contextlib.suppress(OSError):  # the mail is safe; what stays in the spool agrees
            spool.done(plan)

    def _settle(self, mailbox: int) -> None:
        if self._sync:
            disk.sync(mailbox)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        """Open the mbox and lock it; closing it unlocks it."""
        new = not self._path.exists()
        mailbox = disk.open_to_change(self._path)
        try:
            self._wait_for_lock(mailbox)
            if new and self._sync:
                disk.sync_folder(self._path.parent)
            yield mailbox
        finally:
            disk.close(mailbox)

    def _wait_for_lock(self, mailbox: int) -> None:
        end = time.monotonic() + self._lock_timeout
        while True:
            try:
                return disk.lock_mailbox(mailbox)
            except BlockingIOError:
                if time.monotonic() > end:
                    raise TimeoutError(
                        f"others have kept {self._path} locked for {self._lock_timeout} seconds"
                    ) from None
            time.sleep(_PAUSE)

    # --- what a process before this one may have left ---

    def _recovered(self) -> Iterator[str]:
        """Complete what was not finished; yield the keys of the messages that are here."""
        for path in spool_paths(self._path):
            try:
                spool = Spool(path)
            except BlockingIOError:  # another account's, and at work
                continue
            try:
                plan = spool.plan()
                if plan is not None:
                    yield from plan.all_keys if self._complete(spool, plan) else plan.before
            finally:
                spool.close()

    def _complete(self, spool: Spool, plan: Plan) -> bool:
        """Complete an append; say whether the mbox has what was planned.

        What does not agree with the plan was written by others, and is left as it is.
        """
        if not plan.size:
            return True
        with self._locked() as mailbox:
            there = disk.size(mailbox) - plan.offset
            if there < 0 or not spool.agrees(mailbox, plan, min(there, plan.size)):
                spool.void(plan)
                return False
            if there < plan.size:
                spool.append_to(mailbox, plan, there)
            self._settle(mailbox)
        spool.done(plan)
        return True


class _Delivery:
    """One message on its way to an mbox."""

    def __init__(self, store: Mbox, spool: Spool) -> None:
        self._store = store
        self._spool = spool
        self._begin = spool.size
        self._quoter = FromQuoter()
        self._ends_line = True
        date = time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime())
        spool.write(b"From MAILER-DAEMON " + date.encode("ascii") + b"\n")

    def write(self, octets: bytes) -> None:
        self._spool.write(self._quoter.feed(octets))
        self._ends_line = octets.endswith(b"\n") if octets else self._ends_line

    def finish(self, key: str) -> str:
        # POP3 knows no message without a last line end; others who call this may.
        self._spool.write(self._quoter.end() + (b"\n" if self._ends_line else b"\n\n"))
        self._spool.keys.append(key)
        return str(self._store.path)

    def abandon(self) -> None:
        try:
            self._spool.cut(self._begin)
        finally:
            self._store.abandoned()


def _gap(mailbox: int) -> bytes:
    """Return what must stand before the next message: the last one ends with an empty line."""
    size = disk.size(mailbox)
    end = disk.read(mailbox, 3, max(0, size - 3))
    if not end or end.endswith((b"\n\n", b"\n\r\n")) or end == b"\n":
        return b""
    return b"\n" if end.endswith(b"\n") else b"\n\n"
