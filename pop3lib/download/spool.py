"""What is to be appended to an mbox, written down first: the append can then be completed.

A spool is a file beside the mbox: a line that says what is to be appended where, and behind it, at
a fixed place, the octets themselves. The line is written last; without it the octets count for
nothing. Once they are in the mbox a second line says so, and only the lines stay: a crash before
the messages were recorded is then no reason to append them twice. Each line is written while the
other one holds.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pop3lib import disk

#: Octets that are copied at a time.
_CHUNK = 256 * 1024
#: Octets that a line has room for; the first is for what is planned, the second for what is done.
_LINE = 8192
_PLANNED, _DONE, _BEGIN = 0, _LINE, 2 * _LINE
#: So many keys fit into a line: those of some batches, of which the last may be unrecorded.
_KEYS = 150


@dataclass(frozen=True)
class Plan:
    """What is to be appended."""

    #: counts the lines of a spool: the higher one is the one that counts
    serial: int
    #: where in the mbox
    offset: int
    #: how many octets
    size: int
    #: their SHA-256, in hexadecimal
    sha256: str
    #: the keys of the messages
    keys: tuple[str, ...]
    #: the keys of messages that are in the mbox already
    before: tuple[str, ...]

    @property
    def all_keys(self) -> tuple[str, ...]:
        """The keys of what is in the mbox once this is done."""
        return (*self.before, *self.keys)[-_KEYS:]


class Spool:
    """The spool of one account, for one mbox; locked while it is open.

    :param path: the file.
    :raises BlockingIOError: where another process has it open.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = disk.open_to_change(path)
        try:
            disk.lock(self._descriptor)
        except BaseException:
            disk.close(self._descriptor)
            raise
        #: how many octets are in it
        self.size: int = 0
        #: the keys of the messages that are whole
        self.keys: list[str] = []
        self._serial = 0
        self._before: tuple[str, ...] = ()

    def begin(self) -> None:
        """Begin anew; the keys of what is in the mbox are kept."""
        plan = self.plan()
        if plan is not None:
            self._before = plan.all_keys
        self.cut(0)
        self.keys.clear()

    def write(self, octets: bytes) -> None:
        """Put octets behind those that are there."""
        disk.write_at(self._descriptor, octets, _BEGIN + self.size)
        self.size += len(octets)

    def cut(self, size: int) -> None:
        """Forget what is behind *size* octets."""
        self.size = size
        disk.truncate(self._descriptor, _BEGIN + size)

    def seal(self, offset: int, *, sync: bool) -> Plan:
        """Write the line that says where the octets go."""
        digest = self._digest(self.size)
        before = self._before[-(_KEYS - len(self.keys)) :]
        plan = Plan(self._serial + 1, offset, self.size, digest, tuple(self.keys), before)
        self._write_line(_PLANNED, plan)
        if sync:
            disk.sync(self._descriptor)
        return plan

    def plan(self) -> Plan | None:
        """Return what a process before this one has sealed, or None."""
        lines = (disk.read(self._descriptor, _LINE, place) for place in (_PLANNED, _DONE))
        plans = [plan for plan in map(_read, lines) if plan is not None]
        whole = [plan for plan in plans if plan.sha256 == self._digest(plan.size)]
        self._serial = max((plan.serial for plan in plans), default=0)
        return max(whole, key=lambda plan: plan.serial, default=None)

    def append_to(self, mailbox: int, plan: Plan, done: int = 0) -> None:
        """Write into the open file *mailbox* what is planned, but for the first *done* octets."""
        while done < plan.size:
            octets = self._octets(done, plan.size)
            disk.write_at(mailbox, octets, plan.offset + done)
            done += len(octets)

    def agrees(self, mailbox: int, plan: Plan, size: int) -> bool:
        """Whether the first *size* octets that are planned are what *mailbox* has there."""
        done = 0
        while done < size:
            octets = self._octets(done, size)
            if octets != disk.read(mailbox, len(octets), plan.offset + done):
                return False
            done += len(octets)
        return True

    def done(self, plan: Plan) -> None:
        """Keep of a plan that was carried out nothing but the keys."""
        self._end(plan, plan.all_keys)

    def void(self, plan: Plan) -> None:
        """Forget a plan that is not carried out."""
        self._end(plan, plan.before)

    def _end(self, plan: Plan, keys: tuple[str, ...]) -> None:
        self._write_line(_DONE, Plan(plan.serial + 1, plan.offset, 0, self._digest(0), (), keys))
        self.cut(0)
        self.keys.clear()

    def close(self) -> None:
        """Close it, and so unlock it."""
        disk.close(self._descriptor)

    def _octets(self, begin: int, end: int) -> bytes:
        octets = disk.read(self._descriptor, min(_CHUNK, end - begin), _BEGIN + begin)
        if not octets:
            raise OSError("the spool is shorter than it should be")
        return octets

    def _digest(self, size: int) -> str:
        """Return the digest of the first *size* octets; "" where there are not so many."""
        found, done = hashlib.sha256(), 0
        while done < size:
            octets = disk.read(self._descriptor, min(_CHUNK, size - done), _BEGIN + done)
            if not octets:
                return ""
            found.update(octets)
            done += len(octets)
        return found.hexdigest()

    def _write_line(self, place: int, plan: Plan) -> None:
        line = json.dumps(asdict(plan)).encode("ascii") + b"\n"
        disk.write_at(self._descriptor, line.ljust(_LINE, b"\0"), place)


def spool_path(mailbox: Path, account: str) -> Path:
    """Return the name of the spool of *account* for *mailbox*."""
    owner = hashlib.sha256(account.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return mailbox.with_name(f".{mailbox.name}.{owner}.spool")


def spool_paths(mailbox: Path) -> list[Path]:
    """Return the spools that there are for *mailbox*."""
    if not mailbox.parent.is_dir():
        return []
    begin, end = f".{mailbox.name}.", ".spool"
    names = (each.name for each in mailbox.parent.iterdir())
    return [mailbox.with_name(n) for n in names if n.startswith(begin) and n.endswith(end)]


def _read(begin: bytes) -> Plan | None:
    try:
        fields: Any = json.loads(begin.partition(b"\n")[0])
        serial, offset, size = (int(fields[name]) for name in ("serial", "offset", "size"))
        keys, before = (tuple(map(str, fields[name])) for name in ("keys", "before"))
        return Plan(serial, offset, size, str(fields["sha256"]), keys, before)
    except (ValueError, KeyError, TypeError):
        return None
