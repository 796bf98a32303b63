"""Status lines."""

from __future__ import annotations

import pytest

from pop3lib import RemoteProtocolError
from pop3lib.protocol import Reply
from pop3lib.protocol.reply import quoted
from pop3lib.protocol.status import parse_status


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"+OK", Reply(True, None, "")),
        (b"+OK ", Reply(True, None, "")),
        (b"+OK 2 320", Reply(True, None, "2 320")),
        (b"-ERR", Reply(False, None, "")),
        (b"-ERR [IN-USE] busy", Reply(False, "IN-USE", "busy")),
        (b"-ERR [sys/temp] later", Reply(False, "SYS/TEMP", "later")),
        (b"-ERR [AUTH]", Reply(False, "AUTH", "")),
        (b"-ERR [", Reply(False, None, "[")),
        (b"-ERR [[[]]] []", Reply(False, None, "[[[]]] []")),
        (b"-ERR []", Reply(False, None, "[]")),
        (b"-ERR \xff", Reply(False, None, "\xff")),
        ("-ERR là".encode(), Reply(False, None, "là")),
    ],
)
def test_LIM_20_codes_are_data_and_odd_ones_are_text(line: bytes, reply: Reply) -> None:
    assert parse_status(line) == reply
    assert parse_status(line).line == line


@pytest.mark.parametrize(
    "line",
    [b"", b"+", b"+ok", b"+OKAY", b"+ERR", b"+NO", b" +OK", b"OK", b"+OK\t1", b"+OK\x00", b"-err"],
)
def test_FRM_13_the_indicator_is_a_whole_token(line: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_status(line)


def test_SEC_06_text_is_shown_without_controls() -> None:
    shown = parse_status(b"-ERR \x1b]0;x\x07 \r FORGED \xe2\x80\xae").display
    assert not any(c < " " or c in "\x7f\u202e" for c in shown)
    assert "FORGED" in shown


def test_long_text_is_cut_where_it_is_shown() -> None:
    assert len(parse_status(b"-ERR " + b"x" * 5000).display) == 512
    assert quoted(b"y" * 100) == '"' + "y" * 60 + '..."'
