"""Whatever happens in a session, its trace is a transcript, and a recording is the same one."""

from __future__ import annotations

import time
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from pop3lib.protocol import Connection, Quirk
from pop3lib.testing import Script, record
from tests.properties.test_machine import run, steps


class Watchers:
    """A trace, kept as it is, in a recording, and in one that is private."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.recording, self.private = record(private=False), record()

    @property
    def clock(self) -> Callable[[], float]:
        return time.monotonic

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        self.recording(line)
        self.private(line)


@given(steps, st.sampled_from([Quirk(0), Quirk.BLANK_LINES]), st.booleans())
def test_a_recording_of_any_session_has_what_was_said_in_its_order(
    steps: list[bytes | tuple[bytes] | None], quirks: Quirk, pipelining: bool
) -> None:
    watchers = Watchers()
    connection = Connection(trace=watchers, quirks=quirks, pipelining=pipelining)
    run([(b"+OK\r\n",), *steps], connection)
    connection.receive_data(b"")
    seen = Script.parse("\n".join(watchers.lines))
    kept = Script.parse(watchers.recording.text)
    shape = Script.parse(watchers.private.text)
    assert kept.server_octets == seen.server_octets
    assert kept.client_octets == seen.client_octets
    assert len(shape.server_octets) == len(seen.server_octets)
