"""A folder of ``.eml`` files, as mail programs open them by a click."""

from __future__ import annotations

import os

from pop3lib.download.files import FileStore


class Folder(FileStore):
    """A folder with a file ``<key>.eml`` for each message, made where it is missing.

    What is here is known again by its name, as long as it stays in the folder.

    :param path: the folder.
    :param sync: whether to wait until the disk has what is saved. Without, a crash of the machine
        (not of the program) may lose what was saved last, and the server may have deleted it.
    """

    def _has(self, key: str) -> bool:
        return os.path.exists(self.final(key))

    def final(self, key: str) -> str:
        """Return the name that the message with this key gets."""
        return os.path.join(self._path, f"{key}.eml")
