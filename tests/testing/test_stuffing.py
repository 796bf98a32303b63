"""Dot-stuffing and TOP, however the message is cut into chunks."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pop3lib.testing.stuffing import stuffed, top

CONTENT = st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"a"]), max_size=20).map(b"".join)


def line_by_line(content: bytes) -> bytes:
    """Stuff dots as RFC 1939 section 3 says it."""
    lines = content.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)


@st.composite
def cut(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """Draw a message, and the same in chunks."""
    content = draw(CONTENT) + b"\r\n"
    places = draw(st.lists(st.integers(0, len(content)), max_size=6).map(sorted))
    edges = [0, *places, len(content)]
    return content, [content[a:b] for a, b in pairwise(edges)]


@given(cut())
def test_every_dot_that_begins_a_line_is_doubled_and_no_other(
    drawn: tuple[bytes, list[bytes]],
) -> None:
    content, chunks = drawn
    assert b"".join(stuffed(chunks)) == line_by_line(content) + b".\r\n"


@given(cut(), st.integers(0, 5))
def test_TOP_is_the_header_the_empty_line_and_so_many_lines(
    drawn: tuple[bytes, list[bytes]], lines: int
) -> None:
    content, chunks = drawn
    header, blank, body = (b"\r\n" + content).partition(b"\r\n\r\n")
    kept = body.split(b"\r\n")
    expected = b"".join(line + b"\r\n" for line in kept[:-1][:lines])
    if len(kept) - 1 < lines:
        expected += kept[-1]
    assert b"".join(top(chunks, lines)) == (header + blank + expected)[2:]


def test_TOP_reads_no_further_than_it_must() -> None:
    def endless() -> object:
        yield b"A: b\r\n\r"
        yield b"\none\r\ntwo\r\n"
        raise AssertionError("it read on")

    assert b"".join(top(endless(), 1)) == b"A: b\r\n\r\none\r\n"  # type: ignore[arg-type]
