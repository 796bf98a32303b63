"""Downloads from real servers: the octets that are saved, and two processes at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from pop3lib.download import Keep, Result, StateFile
from tests.awkward import AWKWARD
from tests.download.crashing import STORES, Forge, Order
from tests.download.fetching import fetch
from tests.download.trials import saved
from tests.live.servers import Dovecot, Server


@pytest.mark.usefixtures("face")
@pytest.mark.parametrize("kind", sorted(STORES))
def test_DAT_18_what_a_real_server_delivers_is_what_is_saved(
    server: Server, tmp_path: Path, kind: str
) -> None:
    server.fill("alice", [each.stored for each in AWKWARD])
    # Courier wraps it in a notice that is made anew for each RETR.
    wrapped = {
        number
        for number, each in enumerate(AWKWARD, 1)
        if server.name == "courier" and each.wants_utf8
    }
    state = StateFile(tmp_path / "uids", "alice")
    store = STORES[kind](tmp_path / "mail")
    report = fetch(server, store, "alice", state=state, keep=Keep.none())
    delivered = [each.delivered(server.name) for each in AWKWARD]
    refused = [number for number, octets in enumerate(delivered, 1) if octets is None]
    assert [outcome.number for outcome in report.of(Result.REFUSED)] == [
        number for number in refused if number in {each.number for each in report.outcomes}
    ]
    there = saved(tmp_path, kind)
    expected = [
        octets
        for number, octets in enumerate(delivered, 1)
        if octets is not None and number not in wrapped
    ]
    assert len(there) == len(expected) + len(wrapped)
    assert not [octets for octets in expected if octets not in there]
    assert len(server.messages("alice")) == len(refused)


def test_two_processes_at_one_maildrop_end_with_every_message_once(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    stored = [b"Subject: %d\n\ntext\n" % number for number in range(50)]
    dovecot.fill("alice", stored)
    with Forge() as one, Forge() as other:
        for _ in range(5):
            order = Order(
                dovecot.host, dovecot.port, "alice", dovecot.password, "maildir", str(tmp_path), 0
            )
            one.begin(order)
            other.begin(order)
            ends = [one.end(), other.end()]
            assert any(not end.error for end in ends)
            assert all("another process" in end.error for end in ends if end.error)
    assert saved(tmp_path, "maildir") == sorted(each.replace(b"\n", b"\r\n") for each in stored)
    assert dovecot.messages("alice") == []
