"""How long commands took: a clock for the trace of a session, which has none of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from pop3lib.protocol.trace import Trace


@dataclass(frozen=True)
class Timed:
    """A trace that also tells how long each command took.

    ::

        pop3lib.Client("pop.example.org", trace=pop3lib.Timed(print))

    Behind the last line of each answer it has a line such as ``-- RETR 7 took 0.132 s``: the
    seconds from when the command was given out until its answer was in. The TLS handshake counts
    towards STLS, all challenges towards AUTH, and what is ahead of it in a pipeline towards each
    command. In a transcript such lines are remarks.

    :param trace: called with each line, as any trace is.
    :param clock: returns seconds; only differences count.
    """

    #: called with each line
    trace: Trace
    #: returns seconds
    clock: Callable[[], float] = time.perf_counter

    def __call__(self, line: str) -> None:
        """Pass *line* on."""
        self.trace(line)
