"""The states of a POP3 session (:rfc:`1939#section-3`)."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """Where a session stands. ``state.name`` is the RFC's own word for it."""

    #: connected; the server has not spoken yet (:rfc:`1939#section-4`)
    GREETING = "the greeting has not come yet"
    #: the server waits to learn who we are (:rfc:`1939#section-4`)
    AUTHORIZATION = "not logged in yet"
    #: the maildrop is ours (:rfc:`1939#section-5`)
    TRANSACTION = "logged in"
    #: QUIT was confirmed, the marked messages are removed (:rfc:`1939#section-6`)
    UPDATE = "the session was ended by QUIT"
    #: nothing can be said any more
    CLOSED = "the connection is closed"
