"""A Maildir: one file a message, and no lock.

A message is written in ``tmp``, synced, renamed into ``new``, and ``new`` is synced.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from pop3lib import disk
from pop3lib.download.files import FileStore

_KEY = re.compile(r"[0-9]+\.K([0-9a-f]{40})\.")


class Maildir(FileStore):
    """A Maildir, made where it is missing.

    A file's name has the message's key in it, which a mail reader keeps when it moves the file to
    ``cur`` and adds flags. So what is here is known again, in the folders below (``.Archive``) as
    well.

    :param path: the folder that has ``cur``, ``new`` and ``tmp`` in it.
    :param sync: whether to wait until the disk has what is saved. Without, a crash of the machine
        (not of the program) may lose what was saved last, and the server may have deleted it.
    """

    def __init__(self, path: str | os.PathLike[str], *, sync: bool = True) -> None:
        super().__init__(path, sync=sync)
        self._temporary, self._folder = self._path / "tmp", self._path / "new"
        self._folders = (self._folder, self._path / "cur")
        self._keys: set[str] | None = None

    def _has(self, key: str) -> bool:
        if self._keys is None:
            self._keys = set(self._found())
        return key in self._keys

    def final(self, key: str) -> str:
        """Return the name that the message with this key gets."""
        return os.path.join(self._folder, f"{int(time.time())}.K{key}.{self._host}")

    def _published(self, key: str) -> None:
        if self._keys is not None:
            self._keys.add(key)

    def _make(self) -> None:
        for name in ("tmp", "new", "cur"):
            disk.make_folder(self._path / name)

    def _found(self) -> Iterator[str]:
        if self._path.is_dir():
            below = (each for each in self._path.iterdir() if each.name.startswith("."))
            for folder in (self._path, *below):
                yield from _keys_in(folder)


def _keys_in(folder: Path) -> Iterator[str]:
    for part in (folder / "new", folder / "cur"):
        if part.is_dir():
            names = (_KEY.match(name) for name in os.listdir(part))
            yield from (match[1] for match in names if match)
