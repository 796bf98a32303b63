"""What can be wrong with a state file."""

from __future__ import annotations

from pop3lib.errors import POP3Error


class StateError(POP3Error):
    """The record of what was saved cannot be used; nothing was sent, and it was not changed."""


class StateInUseError(StateError):
    """Another process uses the state file: let it finish, and try again."""


class StateDamagedError(StateError):
    """A state file has something in it that was not written there by this library."""
