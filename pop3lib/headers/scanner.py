"""A text and a position in it: what the grammars of header fields share.

It knows the lexical tokens of :rfc:`5322#section-3.2`: white space, comments, quoted-strings,
domain-literals. Text is never cut: patterns are matched at the position, so that each token costs
its own length and a whole field costs its length, whatever it holds. Nothing recurses: the depth
of comments is counted. The text is octets, one character each (see :mod:`.charsets`).
"""

from __future__ import annotations

import re
from re import Match, Pattern

from pop3lib.headers.charsets import Note

#: RFC 5322 3.2.3, as the body of a character class. Octets above 127 belong to it (RFC 6532 3.2);
#: so do controls, which the obsolete syntax allows in places and which are noted elsewhere.
NOT_ATEXT = r'\t\n\r "(),.:;<>@\[\\\]'
#: The ASCII of RFC 5322 3.2.3, for the patterns of usual forms.
ATEXT = r"A-Za-z0-9!#$%&'*+\-/=?^_`{|}~"

_WHITE_CHARACTERS = " \t\r\n"
_WHITE = re.compile(r"[ \t\r\n]+")
_QUOTED = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.DOTALL)
_LITERAL = re.compile(r"\[([^\[\]\\]*+(?:\\.[^\[\]\\]*+)*+)\]", re.DOTALL)
_PAIR = re.compile(r"\\(.)", re.DOTALL)
_COMMENT_MARK = re.compile(r"[()]|\\.", re.DOTALL)
#: A comment that holds at most one level of comments, and no quoted-pair.
_PLAIN_COMMENT = re.compile(r"\([^()\\]*+(?:\([^()\\]*+\)[^()\\]*+)*+\)")
_BEFORE_COMMENT = re.compile(r'[^"()]++|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)|"', re.DOTALL)

_OPEN_COMMENT = "a comment that is not closed"
_OPEN_QUOTE = "a quoted-string that is not closed"


def unquote(content: str) -> str:
    """Return the meaning of a quoted-string's *content*: quoted-pairs give their character."""
    return _PAIR.sub(r"\1", content) if "\\" in content else content


class Scanner:
    """A position in *text*, the comments it has passed, and the defects it has met."""

    __slots__ = ("_no_more_quotes", "comments", "defects", "position", "text")

    def __init__(self, text: str) -> None:
        self.text: str = text
        self.position: int = 0
        self.comments: list[str] = []
        self.defects: dict[str, None] = {}
        self._no_more_quotes = False

    @property
    def done(self) -> bool:
        """Whether the end is reached."""
        return self.position >= len(self.text)

    def note(self, defect: str) -> None:
        """Record *defect*; the same words are kept once."""
        self.defects[defect] = None

    def peek(self) -> str:
        """Return the character at the position, or ``""`` at the end."""
        return self.text[self.position : self.position + 1]

    def take(self, characters: str) -> str:
        """Pass and return the character at the position if it is one of *characters*."""
        found = self.peek()
        if not found or found not in characters:
            return ""
        self.position += 1
        return found

    def match(self, pattern: Pattern[str]) -> Match[str] | None:
        """Pass and return what *pattern* matches at the position."""
        found = pattern.match(self.text, self.position)
        if found:
            self.position = found.end()
        return found

    def skip_cfws(self) -> bool:
        """Pass comments and folding white space; say whether there was any (RFC 5322 3.2.2)."""
        start = self.position
        while True:
            self.match(_WHITE)
            if self.peek() != "(":
                return self.position > start
            self.comments.append(self._comment())

    def quoted_string(self) -> str | None:
        """Pass a quoted-string and return its meaning, or None where none is closed."""
        if self.peek() != '"' or self._no_more_quotes:
            return None
        if found := self.match(_QUOTED):
            return unquote(found[1])
        # Nothing closes this one, so nothing closes a later one: looking again at each quote
        # would make the whole quadratic.
        self._no_more_quotes = True
        self.note(_OPEN_QUOTE)
        return None

    def domain_literal(self) -> str | None:
        """Pass a domain-literal and return it in its brackets, without white space around."""
        if found := self.match(_LITERAL):
            return f"[{found[1].strip(_WHITE_CHARACTERS)}]"
        return None

    def _comment(self) -> str:
        start = self.position
        end = _comment_end(self.text, start, self.note)
        self.position = end
        closed = end - 1 if self.text[end - 1] == ")" and end - 1 > start else end
        return unquote(self.text[start + 1 : closed]).strip(_WHITE_CHARACTERS)


def _comment_end(text: str, start: int, note: Note) -> int:
    """Return where the comment that opens at *start* ends: behind its ``)``, or with the text."""
    if plain := _PLAIN_COMMENT.match(text, start):
        return plain.end()
    depth = 0
    for mark in _COMMENT_MARK.finditer(text, start):
        if mark[0] == "(":
            depth += 1
        elif mark[0] == ")":
            depth -= 1
            if not depth:
                return mark.end()
    note(_OPEN_COMMENT)
    return len(text)


def without_comments(text: str, note: Note) -> str:
    """Return *text* with each comment as a space; quoted-strings are left alone."""
    if "(" not in text and ")" not in text:
        return text
    if '"' not in text:
        plain = _PLAIN_COMMENT.sub(" ", text)
        if "(" not in plain and ")" not in plain:
            return plain
    return _strip_comments(text, note)


def _strip_comments(text: str, note: Note) -> str:
    pieces: list[str] = []
    position = 0
    while position < len(text):
        if text[position] == "(":
            position = _comment_end(text, position, note)
            pieces.append(" ")
        elif text[position] == ")":
            note("a closing parenthesis that closes nothing")
            position += 1
        elif found := _BEFORE_COMMENT.match(text, position):
            pieces.append(found[0])
            position = found.end()
    return "".join(pieces)
