"""What an end of the connection means, in words: what was lost, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pop3lib.errors import RemoteProtocolError, ServerDisconnected
from pop3lib.protocol.exchange import Exchange
from pop3lib.protocol.session import Session
from pop3lib.protocol.state import State


def unfinished(session: Session, under_way: Sequence[Exchange[Any]]) -> str:
    """Return what an end of the connection cuts short, as a part of a sentence; "" for nothing."""
    if not under_way or session.state is State.GREETING:
        return _marks(session)
    return f" before its answer to {under_way[0].command} was complete{_marks(session)}"


def disconnected(session: Session, under_way: Sequence[Exchange[Any]]) -> ServerDisconnected:
    """Return the error for a server that hung up with *under_way* unanswered."""
    if not under_way:
        return ServerDisconnected(
            f"the server hung up in the state {session.state.name}, while nothing was asked of it"
            f"{_marks(session)}"
        )
    return ServerDisconnected(
        f"the server hung up before its answer to {under_way[0].command} was complete"
        f"{_marks(session)}{_pipelined(under_way)}"
    )


def unreadable(exchange: Exchange[Any] | None, error: Exception) -> RemoteProtocolError:
    """Return the error for an answer to *exchange* in whose reading *error* came up."""
    command = "the last command" if exchange is None else exchange.command
    blamed = RemoteProtocolError(f"the answer to {command} could not be read: {error!r}")
    blamed.__cause__ = error
    return blamed


def _marks(session: Session) -> str:
    if not session.deleted:
        return ""
    return f"; {len(session.deleted)} messages were marked as deleted, not confirmed"


def _pipelined(under_way: Sequence[Exchange[Any]]) -> str:
    if len(under_way) < 2:
        return ""
    return (
        f"; {len(under_way)} commands were under way at once: if it does so again, "
        "try pipelining=False"
    )
