"""The lines of a state file: JSON, one entry a line; for each unique-id the last line counts.

Every line can be read without the others, so what a crash or a disk does to one of them harms no
other, and a person can read them. A line is whole once its line feed is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pop3lib.uidstate.errors import StateDamagedError, StateError
from pop3lib.uidstate.state import Entry, Stage

_FORMAT = "pop3lib unique-ids"
_VERSION = 1


def header(account: str) -> bytes:
    """Return the first line of the file of *account*."""
    return _line({"format": _FORMAT, "version": _VERSION, "account": account})


def lines(changes: Mapping[str, Entry | None]) -> bytes:
    """Return the lines that record *changes*; None means that an id was forgotten."""
    return b"".join(_line(_fields(uid, entry)) for uid, entry in changes.items())


def snapshot(account: str, entries: Iterable[Entry]) -> bytes:
    """Return a whole file."""
    return header(account) + lines({entry.uid: entry for entry in entries})


@dataclass
class Content:
    """What stands in a file."""

    account: str = ""
    entries: dict[str, Entry] = field(default_factory=dict)
    #: octets up to which the file is whole: a crash may have torn what is behind
    whole: int = 0
    #: lines that were read
    count: int = 0
    #: the numbers of lines that cannot be read
    damaged: list[int] = field(default_factory=list)


def parse(octets: bytes) -> Content:
    """Read a file.

    What cannot be read is in ``damaged`` where good lines follow it. Behind the last good line it
    is what a crash has torn, and was never relied upon.

    :raises StateDamagedError: where it does not begin as such a file does.
    :raises StateError: where a later version wrote it.
    """
    first, end, rest = octets.partition(b"\n")
    content = Content(_account(first + end), whole=len(first + end), count=1)
    bad: list[int] = []
    position = content.whole
    for number, line in enumerate(rest.split(b"\n")[:-1], 2):
        position += len(line) + 1
        if _read(line, content.entries):
            content.damaged += bad
            content.whole, content.count, bad = position, number, []
        else:
            bad.append(number)
    return content


def _account(line: bytes) -> str:
    fields = _object(line)
    if fields is None or fields.get("format") != _FORMAT or not line.endswith(b"\n"):
        raise StateDamagedError("its first line is not that of a file of unique-ids")
    if fields.get("version") != _VERSION:
        raise StateError("a later version of pop3lib wrote it; use that one")
    return str(fields.get("account"))


def _read(line: bytes, entries: dict[str, Entry]) -> bool:
    """Take in one line; say whether it could be read."""
    fields = _object(line)
    uid = None if fields is None else fields.get("uid")
    if fields is None or not isinstance(uid, str):
        return False
    try:
        stage = fields["stage"]
        if stage is None:
            entries.pop(uid, None)
        else:
            entries[uid] = _entry(uid, stage, fields)
    except (KeyError, TypeError, ValueError):
        return False
    return True


def _entry(uid: str, stage: object, fields: Mapping[str, Any]) -> Entry:
    if not all(isinstance(each, str) for each in fields["sha256"]):
        raise TypeError("not text")
    gone = fields["gone"]
    return Entry(
        uid,
        Stage(stage),
        float(fields["first_seen"]),
        float(fields["changed"]),
        tuple(fields["sha256"]),
        None if gone is None else float(gone),
    )


def _object(line: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):  # the former also for what is no UTF-8
        return None
    return found if isinstance(found, dict) else None


def _fields(uid: str, entry: Entry | None) -> Mapping[str, Any]:
    if entry is None:
        return {"uid": uid, "stage": None}
    return {
        "uid": uid,
        "stage": entry.stage.value,
        "first_seen": entry.first_seen,
        "changed": entry.changed,
        "sha256": entry.digests,
        "gone": entry.gone,
    }


def _line(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode("ascii") + b"\n"
