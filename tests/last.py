"""A command that the library does not know, as the documentation shows how to add one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from pop3lib import RemoteProtocolError
from pop3lib.protocol import Command, Reply


@dataclass(frozen=True)
class Last(Command[int]):
    """Ask for the highest number of a message that was accessed (:rfc:`1460`)."""

    verb: ClassVar[str] = "LAST"

    def parse(self, reply: Reply, body: bytes) -> int:
        """Read the number; 0 stands for none."""
        number = re.match(r"[0-9]{1,9}\b", reply.text)
        if number is None:
            raise RemoteProtocolError(f"LAST must answer a number: {reply.display}")
        return int(number[0])
