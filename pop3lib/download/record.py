"""The record of one download: a state, and the file that it may be kept in."""

from __future__ import annotations

import time

from pop3lib.uidstate import StateFile, UidState


def now() -> float:
    """Return the time in seconds since 1970."""
    return time.time()


class Record:
    """What a caller gave as ``state``: a file, a state without one, or nothing."""

    def __init__(self, given: StateFile | UidState | None) -> None:
        self._file = given if isinstance(given, StateFile) else None
        self._state = given if isinstance(given, UidState) else UidState()
        self._opened = False

    @property
    def state(self) -> UidState:
        """The state itself."""
        return self._state if self._file is None else self._file.state

    def open(self) -> None:
        """Open the file, unless the caller has done so."""
        if self._file is not None and not self._file.is_open:
            self._file.open()
            self._opened = True

    def write(self) -> None:
        """Have on the disk what has changed."""
        if self._file is None:
            self._state.changes()
        else:
            self._file.write()

    def forget(self) -> None:
        """Forget what the server has not listed for long."""
        days = 30.0 if self._file is None else self._file.forget_after
        self.state.forget(now(), days)

    def close(self) -> None:
        """Close the file, if it was opened here."""
        if self._file is not None and self._opened:
            self._file.close()
            self._opened = False
