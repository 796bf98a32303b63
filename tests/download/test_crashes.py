"""A download is killed at every step; the next run ends with every message, and none twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pop3lib.testing import Server
from tests.download.crashing import Forge, Order
from tests.download.trials import SENT, Embedded, folder_in_memory, some


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
    [
        ("maildir", 0, False, 10_000),
        ("maildir", 5, True, 20),
        ("mbox", 0, False, 80),
        ("mbox", 5, True, 20),
        ("folder", 0, False, 30),
        ("folder", 20, True, 20),
    ],
)
def test_DAT_12_killed_at_a_step_the_next_run_has_all_and_none_twice(
    forge: Forge, folder: Path, store: str, last: int, asyncio: bool, count: int
) -> None:
    with Server(messages=SENT) as server:
        order = Order(server.host, server.port, "ann", "secret", store, str(folder), last, asyncio)
        trial = Embedded(server, forge, folder, order)
        for step in some(trial.steps(), count):
            trial.kill(step)


def test_a_run_that_nobody_kills_has_steps_of_every_kind(forge: Forge, folder: Path) -> None:
    """The trials above would show nothing if the steps were not counted."""
    with Server(messages=SENT) as server:
        order = Order(server.host, server.port, "ann", "secret", "maildir", str(folder), 0)
        end = forge(order)
    assert end.steps > 20 * 8 and not end.error
