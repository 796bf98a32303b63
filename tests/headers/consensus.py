"""Compares readings with those on which other parsers agree, over a folder of header blocks.

Run it as ``python -m tests.headers.consensus [folder]``. The folder holds ``consensus.jsonl`` and
the blocks it names (see ``corpus/README.rst``).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pop3lib.headers import parse_headers
from tests.headers.readings import Plain, reading

SAMPLE = Path(__file__).parent / "corpus"

_KEYS = {"addresses": ("list",), "date": ("iso",), "msgid": ("id",), "references": ("ids",),
         "content-type": ("value", "params"), "content-disposition": ("value", "params"),
         "mime-version": ("version",)}  # fmt: skip


@dataclass
class Agreement:
    """How many blocks and values were compared, and what differed, in words."""

    blocks: int = 0
    values: int = 0
    differences: list[str] = field(default_factory=list)


def compare(folder: Path) -> Agreement:
    """Compare all blocks of *folder*."""
    found = Agreement()
    for line in (folder / "consensus.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        found.blocks += 1
        found.values += len(row["values"])
        raw = (folder / row["file"]).read_bytes()
        found.differences += [f"{row['file']}: {words}" for words in _differences(raw, row)]
    return found


def _differences(raw: bytes, row: Plain) -> Iterator[str]:
    fields = list(parse_headers(raw))
    names = [field.name for field in fields]
    if names != row["names"]:
        yield f"the fields {names} instead of {row['names']}"
        return
    for value in row["values"]:
        have = reading(fields[value["i"]])
        for key in _KEYS.get(value["kind"], ("value",)):
            if have[key] != value[key]:
                yield f"{value['name']}: {have[key]!r} instead of {value[key]!r}"


def main(arguments: list[str]) -> None:
    """Print the agreement, and each difference."""
    found = compare(Path(arguments[0]) if arguments else SAMPLE)
    for words in found.differences:
        print(words)
    print(f"{found.blocks} blocks, {found.values} values, {len(found.differences)} differences")


if __name__ == "__main__":
    main(sys.argv[1:])
