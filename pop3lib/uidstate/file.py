"""The file that a state is kept in: appended to as things happen, replaced whole now and then.

Why lines of JSON and no database: an append and one sync record a whole batch of messages; a crash
can only tear the end, which was not relied upon yet; a person can read it, and mend it. The
unique-ids are all needed in memory in any case, for UIDL lists them all.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from pop3lib import disk
from pop3lib.uidstate.errors import StateDamagedError, StateError, StateInUseError
from pop3lib.uidstate.lines import Content, lines, parse, snapshot
from pop3lib.uidstate.state import UidState

#: Lines that no longer count, beyond which the file is written anew.
_SLACK = 1000


class StateFile:
    """A :class:`UidState` in a file; inside its ``with`` block it is this process's alone.

    ::

        with StateFile("ann.uids", "ann@pop.example.org") as file:
            for entry in file.state:
                print(entry.uid, entry.stage.value)

    :func:`~pop3lib.download.download` opens and closes it itself. Each maildrop needs a file of
    its own. Beside it there is a file ``.lock``, which is empty and stays.

    :param path: the file; it is made where it is missing.
    :param account: whose maildrop it is, such as ``"ann@pop.example.org"``; a file that was
        written for another account is refused.
    :param forget_after: days after which an id is forgotten that the server lists no more.
    :param salvage: whether to go on with what can be read of a damaged file. The damaged one is
        kept beside it, under a name with ``.damaged``.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        account: str = "",
        *,
        forget_after: float = 30.0,
        salvage: bool = False,
    ) -> None:
        self._path = Path(path).absolute()
        self._account = account
        self._salvage = salvage
        self._lock: int | None = None
        self._file: int | None = None
        self._size = 0
        #: days after which an id is forgotten that the server lists no more
        self.forget_after: float = forget_after
        #: what the file says
        self.state: UidState = UidState(account)

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    @property
    def is_open(self) -> bool:
        """Whether it is open, and so locked."""
        return self._lock is not None

    def open(self) -> Self:
        """Lock the file and read it.

        :raises StateInUseError: where another process has it.
        :raises StateDamagedError: where it is damaged; it stays as it is.
        :raises StateError: where it is another account's, or written by a later version.
        :raises OSError: where the system refuses.
        """
        disk.make_folder(self._path.parent)
        self._lock = self._locked()
        try:
            self._load()
        except BaseException:
            self.close()
            raise
        return self

    def write(self) -> None:
        """Record what has changed, and return once it is on the disk.

        :raises OSError: where the system refuses; then nothing of it was recorded.
        """
        if self._file is None:
            raise StateError(f"{self._path} is not open")
        changes = self.state.changes()
        if not changes:
            return
        octets = lines(changes)
        try:
            disk.write_at(self._file, octets, self._size)
            disk.sync(self._file)
        except BaseException:
            self.state.changed_again(changes)
            with contextlib.suppress(OSError):
                disk.truncate(self._file, self._size)
            raise
        self._size += len(octets)

    def close(self) -> None:
        """Close the file and unlock it; what was not written is lost."""
        descriptors, self._file, self._lock = (self._file, self._lock), None, None
        for descriptor in descriptors:
            if descriptor is not None:
                with contextlib.suppress(OSError):  # what counts was synced before
                    disk.close(descriptor)

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _locked(self) -> int:
        path = self._beside(".lock")  # a file that is never replaced, as the other one is
        descriptor = disk.open_to_change(path)
        try:
            disk.lock(descriptor)
        except BlockingIOError:
            disk.close(descriptor)
            raise StateInUseError(
                f"another process is using {self._path}: let it finish, and try again"
            ) from None
        return descriptor

    def _load(self) -> None:
        octets = self._path.read_bytes() if self._path.exists() else b""
        content = self._parsed(octets) if octets else Content(self._account)
        if self._account and content.account != self._account:
            raise StateError(
                f"{self._path} is the record of {content.account!r}, not of {self._account!r}. "
                "Give each account a file of its own"
            )
        self.state = UidState(content.account, content.entries.values())
        if not octets or content.damaged or content.count > 2 * len(self.state) + _SLACK:
            octets = self._replaced(content)
            content.whole = len(octets)
        self._file = disk.open_to_change(self._path)
        self._size = content.whole
        if len(octets) > content.whole:  # torn by a crash
            disk.truncate(self._file, content.whole)

    def _parsed(self, octets: bytes) -> Content:
        try:
            content = parse(octets)
        except StateDamagedError as error:
            if not self._salvage:
                raise self._damaged(str(error)) from None
            content = Content(self._account, damaged=[1])
        if content.damaged and not self._salvage:
            raise self._damaged(f"it cannot be read at line {content.damaged[0]}")
        if content.damaged:
            self._keep_aside(octets)
        return content

    def _damaged(self, what: str) -> StateDamagedError:
        return StateDamagedError(
            f"{self._path} is damaged: {what}. It was not changed, and nothing was fetched or "
            "deleted. Mend it, or open it with salvage=True: what can be read is kept then, the "
            "rest is fetched again, and what the store still has is not saved twice"
        )

    def _keep_aside(self, octets: bytes) -> None:
        number = 1
        while (path := self._beside(f".damaged-{number}")).exists():
            number += 1
        self._write_whole(path, octets)

    def _replaced(self, content: Content) -> bytes:
        """Write the file anew, so that at every instant there is the old one or the new one."""
        octets = snapshot(content.account, content.entries.values())
        new = self._beside(".new")
        disk.remove(new)  # of a process that was killed here
        self._write_whole(new, octets)
        disk.rename(new, self._path)
        disk.sync_folder(self._path.parent)
        return octets

    def _write_whole(self, path: Path, octets: bytes) -> None:
        descriptor = disk.create(path)
        try:
            disk.write(descriptor, octets)
            disk.sync(descriptor)
        finally:
            disk.close(descriptor)

    def _beside(self, ending: str) -> Path:
        return self._path.with_name(self._path.name + ending)
