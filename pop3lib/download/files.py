"""What stores of one file for each message have in common."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from pop3lib import disk
from pop3lib.download.store import Delivery, Incoming

_COUNT = itertools.count(1)
#: The name of a file that is being written: when, by which process, on which machine.
_TEMPORARY = re.compile(r"([0-9]+)\.P([0-9]+)Q[0-9]+\.(.*)")
#: Seconds after which a file in tmp/ is nobody's any more; so the rules of Maildir have it.
_STALE = 36 * 3600


def host_name() -> str:
    """Return the machine's name as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", socket.gethostname()).strip(".-") or "localhost"


def temporary_name(host: str) -> str:
    """Return a name that no other process, and nothing else in this one, comes up with."""
    return f"{int(time.time())}.P{os.getpid()}Q{next(_COUNT)}.{host}"


def remove_leftovers(folder: Path) -> None:
    """Remove what processes that are no more have left unfinished in *folder*."""
    for path in folder.iterdir():
        match = _TEMPORARY.fullmatch(path.name)
        if match and _is_leftover(int(match[1]), int(match[2]), match[3]):
            disk.remove(path)


def _is_leftover(since: int, process: int, host: str) -> bool:
    if time.time() - since > _STALE:
        return True
    return host == host_name() and process != os.getpid() and not _runs(process)


def _runs(process: int) -> bool:
    if os.name == "nt":  # there os.kill() would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


class FileDelivery:
    """One message that is written to a file of its own.

    :param path: its temporary name.
    """

    def __init__(self, store: FileStore, path: str) -> None:
        self._store = store
        self._path = path
        self._published = False
        self._descriptor: int | None = disk.create(path)

    def write(self, octets: bytes) -> None:
        """Take the next octets."""
        disk.write(self.descriptor, octets)

    def finish(self, key: str) -> str:
        """Have it published by the store's next sync; return the name that it will have."""
        final = self._store.final(key)
        self._store.finished(self, key, final)
        return final

    @property
    def descriptor(self) -> int:
        """The open file."""
        assert self._descriptor is not None, "the delivery is over"
        return self._descriptor

    def publish(self, final: str) -> None:
        """Give the message its final name, now that its octets are safe."""
        self._close()
        disk.rename(self._path, final)
        self._published = True

    def abandon(self) -> None:
        """Remove the file, unless it was published."""
        if self._published:
            return
        with contextlib.suppress(OSError):
            self._close()
        with contextlib.suppress(OSError):  # it will be removed as a leftover
            disk.remove(self._path)

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            disk.close(descriptor)


#: A message that is whole, its key, and the name that it gets.
_Finished: TypeAlias = tuple[FileDelivery, str, str]


class FileStore:
    """A store of one file for each message: written under another name, synced, renamed.

    :param sync: whether to wait until the disk has it. Without, a crash of the machine (not of
        the program) may lose what was saved last, and the server may have deleted it by then.
    """

    def __init__(self, path: str | os.PathLike[str], *, sync: bool = True) -> None:
        self._path = Path(path).absolute()
        #: where files are written, and where they end
        self._temporary = self._folder = self._path
        #: where messages are found again
        self._folders: tuple[Path, ...] = (self._path,)
        self._found_again = False
        self._sync = sync
        self._host = host_name()
        self._finished: list[_Finished] = []
        self._ready = False

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def has(self, key: str) -> bool:
        """Whether the message with this key is here."""
        found = self._has(key)
        self._found_again |= found
        return found

    def final(self, key: str) -> str:
        """Return the name that the message with this key gets."""
        raise NotImplementedError

    def begin(self, message: Incoming) -> Delivery:
        """Return what takes the octets of a message."""
        self._make_ready()
        return FileDelivery(self, os.path.join(self._temporary, temporary_name(self._host)))

    def finished(self, delivery: FileDelivery, key: str, final: str) -> None:
        """Take note that a message is whole."""
        self._finished.append((delivery, key, final))

    def sync(self) -> None:
        """Publish what was finished, and return once it is on the disk.

        :raises OSError: where that could not be done for all of it; what could is here.
        """
        finished, self._finished = self._finished, []
        try:
            errors = list(filter(None, self._publish(finished)))
        finally:
            for delivery, _, _ in finished:
                delivery.abandon()  # but for those that were published
        self._sync_folders(bool(finished))
        if errors:
            raise errors[0]

    def _publish(self, finished: Sequence[_Finished]) -> Iterator[OSError | None]:
        """Publish what can be published; yield what went wrong for each."""
        files = [delivery.descriptor for delivery, _, _ in finished]
        errors = disk.sync_all(files) if self._sync else [None] * len(files)
        for (delivery, key, final), error in zip(finished, errors, strict=True):
            if error is None:
                try:
                    delivery.publish(final)
                    self._published(key)
                except OSError as met:
                    error = met
            yield error

    def _sync_folders(self, published: bool) -> None:
        """Have on the disk the names that were given now, or found and given who knows when."""
        folders = self._folders if self._found_again else (self._folder,) * published
        for folder in folders if self._sync else ():
            if folder.is_dir():
                disk.sync_folder(folder)
        self._found_again = False

    def _has(self, key: str) -> bool:
        """Whether there is a file with this key."""
        raise NotImplementedError

    def _published(self, key: str) -> None:
        """Take note that the message with this key is here."""

    def _make(self) -> None:
        """Make the folders that are missing."""
        disk.make_folder(self._path)

    def _make_ready(self) -> None:
        if not self._ready:
            self._make()
            remove_leftovers(self._temporary)
            self._ready = True
