"""What was said on the wire, as it can be shown, saved and played again."""

from __future__ import annotations

from collections import deque
from itertools import islice
from pathlib import Path

#: So many lines are kept: of a mailbox that is downloaded whole there may be many millions.
KEPT = 200_000


class Transcript:
    """The ``C:`` and ``S:`` lines of the session, in the notation of ``pop3lib.testing.script``.

    Secrets are no part of it: the client takes them out before it calls :meth:`add`.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._lines: deque[str] = deque(maxlen=kept)
        #: how many lines there have been
        self.count = 0
        #: how many sessions there have been
        self.session = 0

    def add(self, line: str) -> None:
        """Take note of a line."""
        self._lines.append(line)
        self.count += 1

    def begin(self) -> None:
        """Forget all: a transcript is of one session."""
        self._lines.clear()
        self.count = 0
        self.session += 1

    def remark(self, text: str) -> None:
        """Take note of what happened beside the lines."""
        printable = text.encode("ascii", "backslashreplace").decode().replace("\n", " ")
        self.add(f"-- {printable}")

    def since(self, count: int) -> list[str]:
        """Return the lines behind the first *count* of them, as far as they are kept."""
        forgotten = self.count - len(self._lines)
        return list(islice(self._lines, max(0, count - forgotten), None))

    def save(self, path: Path) -> None:
        """Write it to a new file.

        :raises FileExistsError: where there is a file of this name.
        """
        forgotten = self.count - len(self._lines)
        lines = self.since(0)
        if forgotten:
            lines.insert(0, f"-- {forgotten} lines before these were not kept")
        with open(path, "x", encoding="ascii", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
