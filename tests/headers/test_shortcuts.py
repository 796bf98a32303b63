"""The patterns for usual input read what the general readers read, and as many defects."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pop3lib.headers import parse_headers
from pop3lib.headers.block import controls
from tests.headers.consensus import SAMPLE
from tests.headers.readings import SECOND, Plain, cases, reading
from tests.headers.shapes import PIECES
from tests.headers.shortcuts import no_shortcuts

BLOCKS = sorted(SAMPLE.glob("*/*.hdr"))
CASES = [case.raw for case in (*cases(), *cases(SECOND)) if len(case.raw) < 2_000]
#: Fields of real mail and of the tables, without their line ends.
FIELDS = sorted(
    {
        field.raw
        for raw in (*CASES, *(path.read_bytes() for path in BLOCKS))
        for field in parse_headers(raw)
    }
)
_PIECES = st.sampled_from([piece.encode("latin-1") for piece in PIECES])
#: Where something is changed, how many octets go, and what comes.
_CHANGE = st.tuples(st.integers(0), st.integers(0, 5), st.one_of(st.just(b""), _PIECES))


def stray_pair(raw: bytes) -> bool:
    """Say whether a CR and an LF stand apart where all others are CRLF.

    By the shortcut it is a field with control characters, by the general path a line end.
    """
    found = controls(raw)
    return raw.count(b"\r\n") * 2 < len(found) and found == b"\r\n" * (len(found) // 2)


def told(raw: bytes) -> tuple[list[Plain], tuple[str, ...], bytes]:
    """Return all that is read of *raw*, and where its header ends."""
    headers = parse_headers(raw)
    fields = [
        {"raw": field.raw, "text": field.value, "defects": field.defects, **reading(field)}
        for field in headers
    ]
    return fields, headers.defects, headers.raw


def told_without_shortcuts(raw: bytes) -> tuple[list[Plain], tuple[str, ...], bytes]:
    with no_shortcuts():
        return told(raw)


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in BLOCKS])
def test_a_real_block_is_read_the_same_without_shortcuts(path: Path) -> None:
    raw = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert told(raw) == told_without_shortcuts(raw)


def test_every_field_there_is_is_read_the_same_without_shortcuts() -> None:
    assert len(FIELDS) > 1_500
    for field in FIELDS:
        raw = field + b"\r\n\r\n"
        if stray_pair(raw):
            continue
        assert told(raw) == told_without_shortcuts(raw)


@given(st.sampled_from(FIELDS), st.lists(_CHANGE, max_size=4))
def test_a_damaged_field_is_read_the_same_without_shortcuts(
    field: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    for where, gone, come in changes:
        where %= len(field) + 1
        field = field[:where] + come + field[where + gone :]
    raw = field + b"\r\n\r\n"
    assume(not stray_pair(raw))
    assert told(raw) == told_without_shortcuts(raw)


@given(st.binary(max_size=60), st.sampled_from(FIELDS), st.binary(max_size=60))
def test_any_octets_around_a_field_are_read_the_same_without_shortcuts(
    before: bytes, field: bytes, behind: bytes
) -> None:
    raw = before + b"\r\n" + field + behind + b"\r\n\r\n"
    assume(not stray_pair(raw))
    assert told(raw) == told_without_shortcuts(raw)
