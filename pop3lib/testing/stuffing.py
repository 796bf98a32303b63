"""A multi-line answer's body as it goes over the wire (:rfc:`1939#section-3`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def stuffed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield *chunks*, which end with CRLF, with dots stuffed and the final dot behind them."""
    tail = b"\r\n"
    for chunk in chunks:
        # The end of the last chunk is looked at again: a line may begin where it was cut.
        joined = (tail + chunk).replace(b"\r\n.", b"\r\n..")
        yield joined[len(tail) :]
        tail = (tail + chunk)[-2:]
    yield b".\r\n"


def top(chunks: Iterable[bytes], lines: int) -> Iterator[bytes]:
    """Yield the header block, the empty line, and *lines* lines of what follows."""
    content = b"".join(chunks)
    end = 0 if content.startswith(b"\r\n") else content.find(b"\r\n\r\n") + 2
    if end == 1:  # no empty line: all of it is header
        yield content
        return
    position = end + 2
    for _ in range(lines):
        found = content.find(b"\r\n", position)
        if found < 0:
            break
        position = found + 2
    yield content[:position]
