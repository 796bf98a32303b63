"""Files that survive a crash: the few things done to a disk, each in one place.

What is written is safe once :func:`sync` has returned, and a name once :func:`sync_folder` has.
Everything made here is readable by its owner alone, whatever the umask says.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

#: Files that are synced at once.
_AT_ONCE = 8

#: No other process gets the descriptor, no link is followed, and no line end is changed.
_SAFELY = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)

if sys.platform == "win32":
    import msvcrt

    def sync(descriptor: int) -> None:
        """Return once the octets of a file are on the disk itself."""
        os.fsync(descriptor)

    def lock(descriptor: int) -> None:
        """Lock a file against all others, or raise BlockingIOError; closing it unlocks it."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from error

    lock_mailbox = lock
else:
    import fcntl

    _FULL: int | None = getattr(fcntl, "F_FULLFSYNC", None)

    def sync(descriptor: int) -> None:
        """Return once the octets of a file are on the disk itself."""
        if _FULL is None:
            os.fsync(descriptor)
        else:  # on macOS fsync leaves them in the drive's own memory
            fcntl.fcntl(descriptor, _FULL)

    def lock(descriptor: int) -> None:
        """Lock a file against all others, or raise BlockingIOError; closing it unlocks it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def lock_mailbox(descriptor: int) -> None:
        """Lock an mbox as Dovecot, mutt and the standard library do, or raise BlockingIOError."""
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except PermissionError as error:  # POSIX allows EACCES in the place of EAGAIN
            raise BlockingIOError(*error.args) from error


def create(path: str | Path) -> int:
    """Make the file *path*, which must not exist, and return its descriptor."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _SAFELY, 0o600)


def open_to_change(path: Path) -> int:
    """Open the file *path*, made where it is missing, and return its descriptor."""
    return os.open(path, os.O_RDWR | os.O_CREAT | _SAFELY, 0o600)


def read(descriptor: int, count: int, offset: int) -> bytes:
    """Return up to *count* octets from *offset*."""
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, count)


def size(descriptor: int) -> int:
    """Return how many octets a file has."""
    return os.fstat(descriptor).st_size


def write(descriptor: int, octets: bytes) -> None:
    """Write all of *octets*: the system may take fewer at a time."""
    rest = memoryview(octets)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_at(descriptor: int, octets: bytes, offset: int) -> None:
    """Write all of *octets* at *offset*."""
    os.lseek(descriptor, offset, os.SEEK_SET)
    write(descriptor, octets)


def truncate(descriptor: int, size: int) -> None:
    """Cut a file to *size* octets."""
    os.ftruncate(descriptor, size)


def sync_all(descriptors: Sequence[int]) -> list[OSError | None]:
    """Return once the octets of several files are on the disk, with what went wrong for each.

    They are synced at once: one after the other, each would wait for a commit of the file system
    of its own.
    """
    if len(descriptors) < 2:
        return [_error_of_sync(each) for each in descriptors]
    with ThreadPoolExecutor(min(_AT_ONCE, len(descriptors))) as threads:
        return list(threads.map(_error_of_sync, descriptors))


def _error_of_sync(descriptor: int) -> OSError | None:
    try:
        sync(descriptor)
    except OSError as error:
        return error
    return None


def rename(old: str | Path, new: str | Path) -> None:
    """Give a file its name at one instant; what had the name before is replaced."""
    os.replace(old, new)


def remove(path: str | Path) -> None:
    """Remove a file; one that is gone already is no error."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, where they are missing; the new names are synced."""
    if not path.is_dir():
        make_folder(path.parent)
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Return once the names in a folder are on the disk itself."""
    if (
        sys.platform == "win32"
    ):  # there a folder cannot be opened, and its names are written with the file
        return
    descriptor = os.open(path, os.O_RDONLY | _SAFELY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def close(descriptor: int) -> None:
    """Close a descriptor."""
    os.close(descriptor)
