"""The harnesses, over their seeds and over seeds with some octets changed; no fuzzer is needed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pop3lib.headers import UnstructuredHeader
from pop3lib.protocol import Connection
from tests.fuzz import blind, core, headers, seeds

HARNESSES = [
    pytest.param(core.harness, seeds.core, id="core"),
    pytest.param(headers.harness, seeds.headers, id="headers"),
]


@pytest.mark.parametrize(("harness", "seeded"), HARNESSES)
def test_nothing_escapes_from_the_seeds(
    harness: Callable[[bytes], None], seeded: Callable[[], Iterable[bytes]]
) -> None:
    found = list(seeded())
    assert len(found) > 20
    for seed in found:
        harness(seed)


@pytest.mark.parametrize(("harness", "seeded"), HARNESSES)
def test_nothing_escapes_from_seeds_that_are_changed(
    harness: Callable[[bytes], None], seeded: Callable[[], Iterable[bytes]]
) -> None:
    changed = blind.inputs(list(seeded()), 300, random.Random(1939))
    for octets in itertools.islice(changed, 300):
        harness(octets)


def test_what_escapes_is_written_down(tmp_path: Path) -> None:
    def harness(octets: bytes) -> None:
        assert b"+OK" not in octets

    failed = tmp_path / "escaped"
    with pytest.raises(AssertionError):
        blind.run(harness, [b"seed"], runs=10_000, seconds=0, longest=99, failed=failed)
    assert b"+OK" in failed.read_bytes()
    harmless = blind.run(len, [b"seed"], runs=50, seconds=0, longest=9, failed=failed)
    assert harmless == 50


def test_a_transcript_as_a_seed_brings_its_commands_and_answers() -> None:
    seed = next(iter(seeds.core()))
    conversation = core.Conversation(seed[0], 0)
    for actions, answer in core.turns(seed[1:]):
        conversation.take_turn(actions, answer)
    assert conversation.orderly
    said = [line for line in conversation.trace if line.startswith("C: ")]
    assert "C: CAPA" in said and "C: QUIT" in said
    assert any(isinstance(outcome, str) for outcome in conversation.outcomes())


# --- a harness that finds nothing must be one that could


def test_an_exception_out_of_the_core_escapes_the_harness(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(connection: Connection, data: bytes) -> None:
        raise IndexError

    monkeypatch.setattr(Connection, "receive_data", broken)
    with pytest.raises(IndexError):
        core.harness(b"\0+OK\r\n")


def test_an_answer_that_depends_on_the_cut_escapes_the_harness(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take = Connection.receive_data

    def short(connection: Connection, data: bytes) -> None:
        take(connection, data.replace(b" hello", b""))

    monkeypatch.setattr(Connection, "receive_data", short)
    with pytest.raises(AssertionError):
        core.harness(b"\x20+OK hello\r\n")


def test_a_display_with_an_escape_in_it_escapes_the_harness(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(UnstructuredHeader, "display", property(lambda field: field.value))
    with pytest.raises(AssertionError):
        headers.harness(b"\0Subject: \x1b[31m\r\n")
