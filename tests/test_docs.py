"""What the documentation says of the project is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GUARANTEES = (ROOT / "docs" / "explanation" / "guarantees.rst").read_text("utf-8")

_TEST = re.compile(r"``(tests/[\w/]+\.py)::(\w+)``")


@pytest.mark.parametrize(("path", "name"), sorted(set(_TEST.findall(GUARANTEES))))
def test_a_test_that_stands_beside_a_guarantee_exists(path: str, name: str) -> None:
    source = (ROOT / path).read_text("utf-8")
    assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE)


def test_every_guarantee_has_a_test_beside_it() -> None:
    promised = GUARANTEES.split("\n\nNot promised\n")[0]
    titles = re.findall(r"^(\S.*)\n    \S", promised, re.MULTILINE)
    beside = re.findall(r"^(\S.*)\n(?:(?:    .*)?\n)+?    \* ``tests/", promised, re.MULTILINE)
    assert titles
    assert beside == titles
