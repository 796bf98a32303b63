"""The tables of edge cases: the RFCs' examples, what they forbid, and what must still be found."""

from __future__ import annotations

import pytest

from pop3lib.headers import charsets
from tests.headers.readings import SECOND, Case, cases, differences, texts

FIRST = list(cases())
ALL = [*FIRST, *cases(SECOND)]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in ALL])
def test_a_case_is_read_as_its_table_says(case: Case) -> None:
    assert differences(case) == []


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in ALL])
def test_no_text_of_a_case_holds_a_lone_surrogate(case: Case) -> None:
    for text in texts(case.raw):
        text.encode("utf-8")


def test_no_table_is_lost() -> None:
    assert sum(not case.own for case in FIRST) == 227
    assert sum(case.own for case in FIRST) == 456
    assert len(ALL) - len(FIRST) == 555
    assert len({case.name for case in ALL}) == len(ALL)


def test_a_difference_is_noticed_for_every_key_of_every_case() -> None:
    """The comparison can fail: a wrong expectation is told, whichever key it stands under."""
    for case in ALL:
        for key in case.expect.keys() - {"kind", "no_surrogates", "count_max"}:
            if key.endswith(("_not", "_contain")) or key in ("get", "contains"):
                continue
            wrong: object = ["wrong"] if key.endswith("_any") else "wrong"
            changed = Case(case.name, case.header, case.raw, {key: wrong}, case.own)
            assert differences(changed), (case.name, key)


def test_every_charset_of_the_table_can_be_read() -> None:
    """A name that Python does not know would raise where a stranger chooses it."""
    for name in charsets.CODECS:
        noted: list[str] = []
        assert charsets.decode(b"", name, noted.append) == ""
        assert noted == []
