"""Stuffing undone: whatever the message and wherever it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3lib.protocol.dots import _PIECE, DotReader
from pop3lib.testing.stuffing import stuffed

lines = st.lists(
    st.one_of(
        st.sampled_from([b"", b".", b"..", b"...", b".x", b"+OK", b"-ERR", b"\r", b"\n", b"\r."]),
        st.binary(max_size=12).map(lambda line: line.replace(b"\r\n", b"")),
    ),
    max_size=12,
)
cuts = st.lists(st.integers(1, 9), max_size=60)


def naive(body: bytes) -> bytes:
    """Read the lines one by one, as RFC 1939 section 3 describes it."""
    out: list[bytes] = []
    for line in body.split(b"\r\n"):
        if line == b".":
            return b"".join(kept + b"\r\n" for kept in out)
        out.append(line[1:] if line.startswith(b".") else line)
    raise AssertionError("no end")


def read(wire: bytes, sizes: list[int]) -> tuple[bytes, bytes]:
    """Feed *wire* in pieces of *sizes*; return the body and what stands behind it."""
    reader, body, pos = DotReader(), b"", 0
    for size in [*sizes, len(wire)]:
        piece = wire[pos : pos + size]
        octets, end = reader.feed(piece)
        body += octets
        if end >= 0:
            return body, wire[pos + end :]
        pos += size
    raise AssertionError("no end")


@given(lines, cuts)
def test_unstuffing_undoes_stuffing_wherever_it_is_cut(
    parts: list[bytes], sizes: list[int]
) -> None:
    message = b"".join(part + b"\r\n" for part in parts)
    wire = b"\r\n" + b"".join(stuffed([message])) + b"+OK next\r\n"
    assert read(wire, sizes) == (message, b"+OK next\r\n")


@given(lines, cuts)
def test_it_equals_a_naive_reader_of_lines(parts: list[bytes], sizes: list[int]) -> None:
    # Not stuffed: a dot in front of anything goes, a line that is a dot ends it.
    body = b"".join(part + b"\r\n" for part in parts) + b".\r\n"
    assert read(b"\r\n" + body, sizes)[0] == naive(body)


@given(st.lists(st.binary(max_size=9), max_size=9))
def test_stuffing_does_not_depend_on_chunks(chunks: list[bytes]) -> None:
    assert b"".join(stuffed(chunks)) == b"".join(stuffed([b"".join(chunks)]))


@pytest.mark.parametrize("eol", [b"\r\n", b"\n"])
def test_a_long_answer_is_split_where_no_line_end_loses_its_dot(eol: bytes) -> None:
    """Around every size that a piece may have: lines so long that a piece ends inside them."""
    for length in (*range(_PIECE - 9, _PIECE + 4), *range(2 * _PIECE - 9, 2 * _PIECE + 4)):
        message = (b"x" * length + eol + b"." + eol + b".y" + eol) * 3
        wire = eol + message.replace(eol + b".", eol + b"..") + b"." + eol
        assert DotReader(eol).feed(wire) == (message, len(wire))
