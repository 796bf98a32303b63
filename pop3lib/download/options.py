"""What one download was asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pop3lib.download.keep import Keep
from pop3lib.download.progress import Watcher
from pop3lib.download.reconnect import Reconnect
from pop3lib.download.select import Selection
from pop3lib.errors import InvalidArgumentError


@dataclass(frozen=True)
class Options:
    """The wishes of a caller; see :func:`pop3lib.download.download`."""

    select: Selection | None = None
    keep: Keep = field(default_factory=Keep)
    progress: Watcher | None = None
    reconnect: Reconnect[Any] | None = None
    max_size: int | None = None
    max_count: int | None = None
    max_octets: int | None = None
    quit: bool = True

    def __post_init__(self) -> None:
        for name in ("max_size", "max_count", "max_octets"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise InvalidArgumentError(f"{name} must be at least 1, or None: {value!r}")
