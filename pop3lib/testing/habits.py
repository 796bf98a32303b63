"""What real servers make of their answers: the faults that presets are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from pop3lib.testing.faults import Action, Fault, HangUp, rewrite

_CRLF = b"\r\n"
_END = b"\r\n.\r\n"
_SIZE = re.compile(rb"^((?:\+OK )?\d+) (\d+)\r$", re.MULTILINE)
_PAIR = re.compile(rb"^(\d+) (\S+)\r$", re.MULTILINE)
_ABOUT_ONE = re.compile(rb"^\+OK \d+ ")


def status(old: bytes, new: bytes) -> Fault:
    """Say *new* in the place of a status line that begins with *old*."""

    def change(answer: bytes) -> bytes:
        line, end, rest = answer.partition(_CRLF)
        return new + end + rest if line.startswith(old) else answer

    return rewrite(change)


def sizes(size: Callable[[int], int]) -> Fault:
    """Tell other sizes in LIST than those of the messages."""

    def line(match: re.Match[bytes]) -> bytes:
        return b"%s %d\r" % (match[1], size(int(match[2])))

    return rewrite(lambda answer: _SIZE.sub(line, answer))


def truncated(octets: int) -> Fault:
    """Send no more of a body than so many octets, dots stuffed; its end comes all the same."""

    def change(answer: bytes) -> bytes:
        line, end, body = answer.partition(_CRLF)
        return line + end + body[:octets] + _END if len(body) > octets + len(_END) else answer

    return rewrite(change)


def unstuffed(answer: bytes) -> bytes:
    """Forget the second dot in front of lines that begin with one."""
    return answer.replace(b"\r\n..", b"\r\n.")


def glued_end(answer: bytes) -> bytes:
    """Put the final dot behind the last line, without a line end between."""
    return answer.removesuffix(_END) + b".\r\n" if answer.endswith(_END) else answer


def bare_lf(answer: bytes) -> bytes:
    """End all lines in LF."""
    return answer.replace(_CRLF, b"\n")


def unnumbered(answer: bytes) -> bytes:
    """Leave the number out of an answer about one message."""
    return answer if answer.endswith(_END) else _ABOUT_ONE.sub(b"+OK ", answer)


def padded(answer: bytes) -> bytes:
    """Put several spaces between a number and a unique-id."""
    return _PAIR.sub(rb"\1   \2\r", answer)


def hangs_up(*, after: bytes, times: int = 1, instead: bool = False) -> Fault:
    """Hang up when an answer that begins with *after* has come so many times.

    :param instead: whether the last of them is not said.
    """
    left = times

    def fault(command: str, actions: Iterable[Action]) -> Iterator[Action]:
        nonlocal left
        for action in actions:
            if isinstance(action, bytes) and action.startswith(after):
                left -= 1
            if left > 0 or not instead:
                yield action
            if left <= 0:
                yield HangUp()

    return fault


def impatient(times: int, last: bytes) -> Fault:
    """Say *last* and hang up at so many commands that are unknown or out of place before login."""
    left = times

    def fault(command: str, actions: Iterable[Action]) -> Iterator[Action]:
        nonlocal left
        for action in actions:
            yield action
            if isinstance(action, bytes) and action.startswith(b"-ERR unknown command"):
                left -= 1
            if left == 0:
                yield last
                yield HangUp()

    return fault
