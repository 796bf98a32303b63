"""Status lines: ``+OK``, ``-ERR``, and the response code behind them."""

from __future__ import annotations

import re

from pop3lib.errors import RemoteProtocolError
from pop3lib.protocol.reply import Reply, decoded, quoted

#: RFC 2449 section 8: one or more levels in square brackets at the beginning of the text.
_CODE = re.compile(r"\[([\x21-\x5a\x5c\x5e-\x7e]+)\] ?")

#: What to do about an empty line (Microsoft 365 was seen to send them).
_BLANK_LINES = (
    ". If this server is known to send empty lines before its answers, connect with "
    "quirks=Quirk.BLANK_LINES"
)


def is_status(line: bytes) -> bool:
    """Whether *line* begins as a status line does.

    The indicator is a whole token in upper case (:rfc:`1939#section-3`): ``+ok``, ``+OKAY`` and
    ``+ERR`` (hMailServer sent it for a refused PASS) are not taken for success.
    """
    return line.partition(b" ")[0] in (b"+OK", b"-ERR")


def parse_status(line: bytes) -> Reply:
    """Read *line*, which comes without its line end.

    :raises RemoteProtocolError: where it is no status line.
    """
    if not is_status(line):
        raise RemoteProtocolError(
            f"expected +OK or -ERR, the server sent {quoted(line)}; the connection is closed"
            f"{'' if line else _BLANK_LINES}"
        )
    status, _, rest = line.partition(b" ")
    text = decoded(rest)
    code = _CODE.match(text)
    if code is None:
        return Reply(status == b"+OK", None, text, line)
    return Reply(status == b"+OK", code[1].upper(), text[code.end() :], line)
