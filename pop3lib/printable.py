"""Text from strangers, made safe to show: no control, no direction, nothing invisible.

A mail header or a server's reply can carry escape sequences that drive a terminal, characters
that turn the direction of what follows, or characters that take no room at all. :func:`printable`
puts something visible in their place. It knows nothing of mail.
"""

from __future__ import annotations

import re

#: What stands where an unsafe character stood.
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_SPACES = re.compile(r"[\t\r\n]+")
#: Controls, format characters (bidirectional ones among them), line and paragraph separators,
#: surrogates, and the letters and marks that Unicode calls default-ignorable. The two variation
#: selectors that choose between text and emoji (U+FE0E, U+FE0F) are left: real subjects have them.
_UNSAFE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ud800-\udfff\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
    "]"
)


def printable(text: str) -> str:
    """Return *text* with line ends and tabs as spaces, and every unsafe character replaced.

    The result has no control, escape, bidirectional or invisible character and no lone surrogate,
    so it can be printed, logged and encoded. Text that is safe already is returned as it is.
    """
    if text.isprintable() and text.isascii():
        return text
    return _UNSAFE.sub(REPLACEMENT, _SPACES.sub(" ", text))
