"""The examples of the reference page, run as they stand."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pop3lib.sasl

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "sasl.rst"


def test_the_examples_on_the_page_do_what_they_say() -> None:
    failed, tried = doctest.testfile(
        str(PAGE), module_relative=False, encoding="utf-8", optionflags=doctest.ELLIPSIS
    )
    assert tried > 20 and failed == 0


def test_the_page_has_every_public_name() -> None:
    page = PAGE.read_text("utf-8")
    described = re.findall(r"^\.\. (?:auto\w+|data):: (\w+)$", page, re.MULTILINE)
    assert sorted(described) == sorted(pop3lib.sasl.__all__)


def test_the_pages_table_has_every_mechanism_in_order_of_strength() -> None:
    page = PAGE.read_text("utf-8")
    rows = re.findall(r"^([A-Z0-9-]+) +:class:", page, re.MULTILINE)
    assert tuple(rows) == pop3lib.sasl.NAMES
