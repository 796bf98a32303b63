"""A multi-line answer's body as it goes over the wire (:rfc:`1939#section-3`).

All works on chunks, so that a message of any size passes through in constant memory. A line is
what ends in CRLF, and nothing else: a bare LF or CR is content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_CRLF = b"\r\n"
_BLANK_LINE = b"\r\n\r\n"


def stuffed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield *chunks*, which end with CRLF, with dots stuffed and the final dot behind them."""
    tail = _CRLF  # a body begins a line
    for chunk in chunks:
        # The end of the last chunk is looked at again: a line may begin where it was cut.
        joined = tail + chunk
        yield joined.replace(b"\r\n.", b"\r\n..")[len(tail) :]
        tail = joined[-2:]
    yield b".\r\n"


def top(chunks: Iterable[bytes], lines: int) -> Iterator[bytes]:
    """Yield the header block, the empty line, and *lines* lines of what follows."""
    tail, in_header, left = _CRLF, True, lines
    for chunk in chunks:
        joined, cut = tail + chunk, 0
        if in_header:
            cut = _behind(joined, _BLANK_LINE, 0)
            in_header = cut < 0
        while left and not in_header and cut >= 0:
            cut = _behind(joined, _CRLF, cut)
            left -= cut >= 0
        if not left and not in_header:
            yield joined[len(tail) : cut]
            return
        yield chunk
        # What may be the beginning of a mark that the next chunk completes.
        tail = joined[-3:] if in_header else joined[-1:]


def _behind(octets: bytes, mark: bytes, start: int) -> int:
    """Return the position behind the next *mark*, or -1 where there is none."""
    found = octets.find(mark, start)
    return found if found < 0 else found + len(mark)
