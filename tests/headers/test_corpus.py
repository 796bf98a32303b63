"""Real header blocks: nothing is raised, and the readings are those that other parsers share."""

from __future__ import annotations

from pathlib import Path

import pytest

from pop3lib.headers import parse_headers
from tests.headers.consensus import SAMPLE, compare
from tests.headers.readings import texts

BLOCKS = sorted(SAMPLE.glob("*/*.hdr"))


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in BLOCKS])
def test_a_real_block_can_be_read_and_shown(path: Path) -> None:
    for text in texts(path.read_bytes()):
        text.encode("utf-8")


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in BLOCKS])
def test_the_octets_of_a_real_block_are_kept(path: Path) -> None:
    raw = path.read_bytes()
    headers = parse_headers(raw)
    assert headers.raw == raw
    for field in headers:
        assert field.raw in raw


def test_the_readings_are_those_that_other_parsers_agree_on() -> None:
    found = compare(SAMPLE)
    assert found.blocks == len(BLOCKS) > 60
    assert found.values > 400
    assert found.differences == []
