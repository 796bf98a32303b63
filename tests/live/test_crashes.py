"""A download from Dovecot is killed; the next run ends with every message, and none twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.download.crashing import Forge, Order
from tests.download.trials import Live, folder_in_memory, some
from tests.live.servers import Dovecot


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with Forge() as forge:
        yield forge


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_in_memory() as folder:
        yield folder


@pytest.mark.parametrize(
    ("store", "last", "asyncio", "count"),
    [("maildir", 0, False, 25), ("mbox", 5, True, 15), ("folder", 0, False, 10)],
)
def test_DAT_12_killed_at_a_step_of_a_session_with_Dovecot(
    dovecot: Dovecot, forge: Forge, folder: Path, store: str, last: int, asyncio: bool, count: int
) -> None:
    order = Order(
        dovecot.host, dovecot.port, "alice", dovecot.password, store, str(folder), last, asyncio
    )
    trial = Live(dovecot, forge, folder, order)
    for step in some(trial.steps(), count):
        trial.kill(step)
