"""What the program works with; its pages share it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .accounts import Accounts
from .mailbox import Mailbox
from .passwords import Passwords
from .transcript import Transcript


@dataclass(frozen=True)
class Desk:
    """The accounts, their passwords, the session, and what was said in it."""

    accounts: Accounts
    passwords: Passwords
    transcript: Transcript
    mailbox: Mailbox
    #: where mail and transcripts are saved unless the user says otherwise
    folder: Path
