"""Maildrops on disk: filled for a test, and read back to see what was really deleted.

Messages are stored as they are given. Mail on Unix ends its lines in LF, so that is what to give.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

#: Called with a new folder before a server may see it, to hand it to the server's user.
Hand = Callable[[Path], None]


def _keep(folder: Path) -> None:
    """Leave a folder to whoever made it."""


class FolderMaildrop:
    """A folder with one file for each message, in the order of their names."""

    def __init__(self, path: Path, hand: Hand = _keep) -> None:
        self.path = path
        self._hand = hand
        self._fills = itertools.count()
        self.fill([])

    def fill(self, messages: Iterable[bytes]) -> None:
        """Hold exactly *messages*, with nothing left of what a server noted about others."""
        fill = next(self._fills)
        new = self.path.with_name(f"{self.path.name}.{fill}.new")
        old = self.path.with_name(f"{self.path.name}.{fill}.old")
        self._write(new, messages)
        self._hand(new)
        # Swapped whole: a session of the last test that is still ending keeps its own files.
        if self.path.exists():
            self.path.rename(old)
        new.rename(self.path)
        shutil.rmtree(old, ignore_errors=True)

    def messages(self) -> list[bytes]:
        """Return what is there now, in the server's order."""
        return [path.read_bytes() for path in sorted(self._files(), key=lambda path: path.name)]

    def _write(self, folder: Path, messages: Iterable[bytes]) -> None:
        folder.mkdir()
        for count, content in enumerate(messages):
            (folder / f"{count:06}.eml").write_bytes(content)

    def _files(self) -> Iterable[Path]:
        return self.path.iterdir()


class Maildir(FolderMaildrop):
    """A maildrop in the format that Dovecot and Courier have in common."""

    def _write(self, folder: Path, messages: Iterable[bytes]) -> None:
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True)
        for count, content in enumerate(messages):
            # Both servers take the order from the time that begins a name.
            (folder / "new" / f"{1700000000 + count}.M{count}P1.localhost").write_bytes(content)

    def _files(self) -> Iterable[Path]:
        return itertools.chain((self.path / "new").iterdir(), (self.path / "cur").iterdir())
