"""Which messages of a maildrop were seen, saved and deleted: a pure object, and its file."""

from pop3lib.uidstate.errors import StateDamagedError, StateError, StateInUseError
from pop3lib.uidstate.file import StateFile
from pop3lib.uidstate.state import Entry, Listed, Stage, UidState

__all__ = [
    "Entry",
    "Listed",
    "Stage",
    "StateDamagedError",
    "StateError",
    "StateFile",
    "StateInUseError",
    "UidState",
]
