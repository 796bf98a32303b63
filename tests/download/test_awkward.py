"""The octets that are saved are the octets that were sent, for every awkward message and store."""

from __future__ import annotations

from pathlib import Path

import pytest

from pop3lib.download import StateFile
from pop3lib.testing import Server
from tests.awkward import AWKWARD
from tests.download.crashing import STORES
from tests.download.fetching import fetch
from tests.download.trials import saved


def sent(octets: bytes) -> bytes:
    """Return a message as pop3lib.testing sends it: as it is, with a line end at its end."""
    return octets if octets.endswith(b"\r\n") else octets + b"\r\n"


@pytest.mark.usefixtures("face")
@pytest.mark.parametrize("kind", sorted(STORES))
def test_DAT_18_every_awkward_message_is_saved_as_it_was_sent(tmp_path: Path, kind: str) -> None:
    stored = [each.stored.replace(b"\n", b"\r\n") for each in AWKWARD]
    stored += [each.stored for each in AWKWARD]  # bare line feeds are octets like any others
    with Server(messages=stored) as server:
        report = fetch(
            server, STORES[kind](tmp_path / "mail"), state=StateFile(tmp_path / "uids", "ann")
        )
    report.check()
    assert saved(tmp_path, kind) == sorted(map(sent, stored))
