"""The general path alone: what the parser reads where no shortcut is taken.

Most grammars begin with one pattern for what nearly everyone writes. Here the patterns match
nothing, so that the readers behind them can be asked about usual input, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from unittest.mock import patch

from pop3lib.headers import addresses, block, dates, ids, lists, params, received, scanner

NEVER = re.compile(r"(?!)")

#: Each pattern that only makes usual input faster.
PATTERNS: tuple[tuple[ModuleType, str], ...] = (
    (addresses, "_USUAL"),
    (dates, "_USUAL"),
    (ids, "_USUAL"),
    (lists, "_USUAL_URLS"),
    (lists, "_USUAL_ID"),
    (params, "_USUAL_VALUE"),
    (received, "_USUAL"),
    (received, "_USUAL_PATH"),
    (scanner, "_PLAIN_COMMENT"),
)


@contextmanager
def no_shortcuts() -> Iterator[None]:
    """Read everything by the general path inside of this."""
    with ExitStack() as stack:
        for module, name in PATTERNS:
            stack.enter_context(patch.object(module, name, NEVER))
        # A block whose lines all end in CRLF is read like one whose lines do not.
        stack.enter_context(patch.object(block, "_regular", lambda *_: None))
        yield
