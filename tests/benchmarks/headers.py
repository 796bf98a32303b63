"""Header parsing against the standard library's, over real blocks, in one interleaved run.

Run it as ``python -m tests.benchmarks.headers [folder of .hdr files]``. Times are medians, in
microseconds of processor time a block, which a busy machine changes less than the clock's; blocks
are given CRLF line ends first, as a POP3 server sends them.
"""

from __future__ import annotations

import gc
import re
import statistics
import sys
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from email import policy
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from time import process_time

import pop3lib
from pop3lib.headers import (
    DATE,
    FROM,
    MESSAGE_ID,
    SUBJECT,
    TO,
    AddressHeader,
    ContentDispositionHeader,
    ContentTypeHeader,
    DateHeader,
    ReceivedHeader,
    ReturnPathHeader,
)
from pop3lib.headers.names import KINDS

_SAMPLE = Path(__file__).parent.parent / "headers" / "corpus"
_ROUNDS = 9
#: How many blocks are read on end, as in listing a mailbox: fewer are over before caches are warm.
_MAILBOX = 300
_COMPAT = BytesHeaderParser(policy=policy.compat32)
_TYPED = BytesHeaderParser(policy=policy.default)
_FIVE = ("Subject", "From", "To", "Date", "Message-ID")

Parse = Callable[[bytes], object]


def pop3lib_five(raw: bytes) -> None:
    """Type five usual fields."""
    headers = pop3lib.parse_headers(raw)
    if subject := headers.get(SUBJECT):
        _ = subject.value
    for key in (FROM, TO):
        if field := headers.get(key):
            _ = field.addresses
    if date := headers.get(DATE):
        _ = date.datetime
    if identifier := headers.get(MESSAGE_ID):
        _ = identifier.id


def pop3lib_everything(raw: bytes) -> None:
    """Type every field, Received and defects included."""
    for field in pop3lib.parse_headers(raw):
        _ = field.defects


def _by_email_utils(message: Message, name: str, value: str) -> object:
    """Read a field as far as the standard library can, without its typed policy."""
    kind = KINDS.get(name.lower())
    text = str(value)  # a field of 8-bit octets is an email.header.Header
    try:
        if kind is AddressHeader or kind is ReturnPathHeader:
            return [(_decoded(shown), address) for shown, address in getaddresses([text])]
        if kind is DateHeader:
            return parsedate_to_datetime(text)
        if kind is ReceivedHeader:
            return parsedate_to_datetime(text.rpartition(";")[2])
        if kind is ContentTypeHeader or kind is ContentDispositionHeader:
            return message.get_params(header=name)
        return _decoded(text)
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _decoded(value: str) -> str:
    return str(make_header(decode_header(value))) if "=?" in value else value


def compat32_five(raw: bytes) -> None:
    """The same five, by ``compat32`` and ``email.utils``."""
    message = _COMPAT.parsebytes(raw)
    for name in _FIVE:
        if (value := message[name]) is not None:
            _by_email_utils(message, name, value)


def compat32_everything(raw: bytes) -> None:
    """Every field, by ``compat32`` and ``email.utils``."""
    message = _COMPAT.parsebytes(raw)
    for name, value in message.items():
        _by_email_utils(message, name, value)


def default_five(raw: bytes) -> None:
    """The same five, by ``policy.default``."""
    message = _TYPED.parsebytes(raw)
    for name in _FIVE:
        _typed(message, name)


def default_everything(raw: bytes) -> None:
    """Every field, by ``policy.default``."""
    message = _TYPED.parsebytes(raw)
    for name in dict.fromkeys(message.keys()):
        _typed(message, name)


def _typed(message: Message, name: str) -> None:
    with suppress(Exception):  # real mail makes it raise
        message.get_all(name)


TASKS: dict[str, tuple[Parse, Parse, Parse]] = {
    "split only": (pop3lib.parse_headers, _COMPAT.parsebytes, _TYPED.parsebytes),
    "five fields typed": (pop3lib_five, compat32_five, default_five),
    "everything typed": (pop3lib_everything, compat32_everything, default_everything),
}


def microseconds(parse: Parse, blocks: list[bytes]) -> float:
    """Return the time that *parse* takes for one block, on average over *blocks*."""
    begin = process_time()
    for raw in blocks:
        parse(raw)
    return (process_time() - begin) / len(blocks) * 1e6


def memory(parse: Parse, blocks: list[bytes]) -> float:
    """Return the octets that one parsed block holds, on average."""
    gc.collect()
    tracemalloc.start()
    kept = [parse(raw) for raw in blocks]
    octets, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return octets / len(kept)


def read_blocks(folder: Path) -> list[bytes]:
    """Return the blocks of 15 to 25 fields under *folder*, as a POP3 server sends them."""
    blocks = [
        re.sub(rb"\r*\n", b"\r\n", re.sub(rb"\A>?From [^\n]*\n", b"", path.read_bytes()))
        for path in sorted(folder.rglob("*.hdr"))
    ]
    return [raw for raw in blocks if 15 <= len(pop3lib.parse_headers(raw)) <= 25]


def main(folder: Path) -> None:
    """Print medians and ratios."""
    blocks = read_blocks(folder)
    if not blocks:
        raise SystemExit(f"no .hdr files with 15 to 25 fields in {folder}")
    fields = statistics.mean(len(pop3lib.parse_headers(raw)) for raw in blocks)
    octets = statistics.mean(map(len, blocks))
    print(f"{len(blocks)} blocks, on average {fields:.1f} fields and {octets:.0f} octets")
    mailbox = blocks * -(-_MAILBOX // len(blocks))
    for task, parsers in TASKS.items():
        rounds = [[microseconds(parse, mailbox) for parse in parsers] for _ in range(_ROUNDS)]
        own, compat, default = (statistics.median(times) for times in zip(*rounds, strict=True))
        print(
            f"{task:18} pop3lib {own:6.1f}   compat32 {compat:6.1f} ({compat / own:4.1f} times)   "
            f"policy.default {default:7.1f} ({default / own:4.1f} times)"
        )
    own, compat, default = (memory(parse, blocks) for parse in TASKS["split only"])
    print(f"octets held        pop3lib {own:.0f}   compat32 {compat:.0f}   default {default:.0f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else _SAMPLE)
