"""Trace fields: Received and Return-Path (:rfc:`5322#section-3.6.7`, :rfc:`5321#section-4.4`).

A Received field is words in pairs (``from`` host, ``by`` host, ``id`` ...) with comments anywhere
and a date behind the last semicolon. Servers write it as they like, so it is read by its words
alone: with the comments away, each clause is the word that follows its name.
"""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from typing import Final, NamedTuple

from pop3lib.headers.charsets import Note, text
from pop3lib.headers.dates import USUAL_DATE, parse_date, usual_instant
from pop3lib.headers.scanner import ATEXT, NOT_ATEXT, Scanner, without_comments

_CLAUSES: Final = ("from", "by", "via", "with", "id", "for")
_COMMENT: Final = r"\([^()\\]*+(?:\([^()\\]*+\)[^()\\]*+)*+\)"
#: A word that names no clause; most are told by their first letter.
_PLAIN: Final = rf"(?!(?=[bfivwBFIVW])(?i:{'|'.join(_CLAUSES)})[ \t(])" r"[^ \t\r\n<>\";,()\\]++"
#: What may stand behind a clause: comments, and words that no clause names, such as a bare
#: domain-literal or the rest of "Microsoft SMTP Server".
_MORE: Final = rf"(?:[ \t]*+{_COMMENT}|[ \t]++{_PLAIN})*+[ \t]*+"
_WORD_CLAUSE: Final = rf"[ \t]++({_PLAIN}){_MORE}"
_ANGLE_CLAUSE: Final = rf"[ \t]++(?:<({_PLAIN})>|({_PLAIN})){_MORE}"
#: What most servers write: the clauses in RFC 5321's order, then the date. qmail writes a comment
#: alone; some put "via" behind "with".
_USUAL: Final = re.compile(
    rf"(?:{_COMMENT}[ \t]*+)?+(?:from{_WORD_CLAUSE})?+(?:by{_WORD_CLAUSE})?+"
    rf"(?:via{_WORD_CLAUSE})?+(?:with{_WORD_CLAUSE})?+(?:via{_WORD_CLAUSE})?+"
    rf"(?:id{_ANGLE_CLAUSE})?+(?:for{_ANGLE_CLAUSE})?+;[ \t]*+(?:{USUAL_DATE}|([^;]*+))"
)
#: A word: quoted-strings, angle brackets and domain-literals in it may hold white space.
_WORD: Final = re.compile(r'(?:[^ \t\r\n"<]++|"[^"]*+"|<[^<>]*+>|["<])++')
_SPACE_INSIDE: Final = re.compile(r"<[^<>]*[ \t\r\n]")
#: One token of a path: a quoted-string, a domain-literal, a dot, an ``@``, an atom.
_PATH_WORD: Final = re.compile(
    rf'"[^"\\]*+(?:\\.[^"\\]*+)*+"|\[[^\[\]\\]*+\]|[.@]|[^{NOT_ATEXT}]++', re.DOTALL
)
#: The date of a field whose semicolon is missing.
_DATE_AT_END: Final = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +)?[0-9]{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|"
    r"Oct|Nov|Dec) [0-9]{2,4} [0-9]{1,2}:[0-9]{2}"
)
#: The null path, an addr-spec in its angle brackets, or, as mailboxes on disk have it, without.
_USUAL_PATH: Final = re.compile(
    rf"(<)?+((?:[{ATEXT}]++(?:\.[{ATEXT}]++)*+@[{ATEXT}]++(?:\.[{ATEXT}]++)*+)?+)(?(1)>|(?<=.))"
)
_NO_BRACKETS: Final = "a path without its angle brackets"


class Trace(NamedTuple):
    """The clauses of a Received field, None where one is missing, without angle brackets."""

    from_: str | None
    by: str | None
    via: str | None
    with_: str | None
    id: str | None
    for_: str | None
    #: when the message was received, aware
    datetime: datetime | None
    defects: tuple[str, ...] = ()


class Path(NamedTuple):
    """A Return-Path: the addr-spec, ``""`` for the null path, None where there is nothing."""

    address: str | None
    defects: tuple[str, ...] = ()


def parse_received(octets: str) -> Trace:
    """Read a Received field."""
    usual = _USUAL.fullmatch(octets) if octets.isascii() else None
    if usual is None:
        defects: dict[str, None] = {}
        return _read(without_comments(octets, defects.setdefault), defects)
    from_, by, via, with_, late_via, angle_id, id_, angle_for, for_, *date, odd = usual.groups()
    wrong: tuple[str, ...] = ()
    when = usual_instant(*date) if odd is None else None
    if when is None:
        when, _, wrong = parse_date(usual[0].rpartition(";")[2].strip(" \t"))
    return tuple.__new__(
        Trace,
        (from_, by, via or late_via, with_, angle_id or id_, angle_for or for_, when, wrong),
    )


def _read(bare: str, defects: dict[str, None]) -> Trace:
    note = defects.setdefault
    head, semicolon, date = bare.rpartition(";")
    if not semicolon:
        head, date = _split_at_date(date, note)
    clauses = _clauses(head, note)
    from_, by, via, with_, id_, for_ = (clauses.get(name) for name in _CLAUSES)
    when = parse_date(date.strip(" \t\r\n"))
    found = (*defects, *when.defects)
    return Trace(from_, by, via, with_, id_, for_, when.datetime, found)


def _split_at_date(bare: str, note: Note) -> tuple[str, str]:
    note("no semicolon before the date")
    found = _DATE_AT_END.search(bare)
    return (bare[: found.start()], bare[found.start() :]) if found else (bare, "")


def _clauses(head: str, note: Note) -> dict[str, str]:
    """Return the word behind the first of each clause's name; words in between are skipped.

    ``from mail.webnote.net [193.120.211.219] by ...`` (no comment around the literal) and ``with
    Microsoft SMTP Server id ...`` are what servers write.
    """
    if '"' not in head:
        head = head.replace(">", "> ")  # "id <AA13347>for joe"
    if '"' in head or not head.isascii() or _SPACE_INSIDE.search(head):
        words = _WORD.findall(head)
    else:
        words = head.split()
    clauses: dict[str, str] = {}
    for name, word in pairwise(words):
        name = name.lower()
        if name not in _CLAUSES or name in clauses:
            continue
        if word.lower() in _CLAUSES:  # "from (192.0.2.9) by ..."
            note("a clause without a value")
        else:
            clauses[name] = _bare(word, note)
    return clauses


def _bare(word: str, note: Note) -> str:
    """Return *word* without angle brackets, and without what some servers put behind it."""
    if word.endswith(";"):
        note("a semicolon between two clauses")
    if "<" in word:
        word = word.partition("<")[2].partition(">")[0].strip(" \t\r\n")
    return text(word.rstrip(",;"), note)


def parse_return_path(octets: str) -> Path:
    """Read a Return-Path; a source route is dropped (:rfc:`5321#appendix-C`)."""
    if usual := _USUAL_PATH.fullmatch(octets):
        return tuple.__new__(Path, (usual[2], () if usual[1] else (_NO_BRACKETS,)))
    return _PathReader(octets).read()


class _PathReader(Scanner):
    """Reads any path at all."""

    __slots__ = ()

    def read(self) -> Path:
        self.skip_cfws()
        bracket = self.take("<")
        found = self._words()
        while self.take("<"):  # a name before it, or more than one pair
            self.note("text before the path")
            bracket, found = "<", self._words()
        while found[:1] == ["@"] and self.take(",:"):  # obs-route
            found = self._words()
        if not bracket or not self.take(">"):
            self.note(_NO_BRACKETS)
        self.skip_cfws()
        if not self.done:
            self.note("text behind the path")
        if not found and not bracket:
            return Path(None, tuple(self.defects))
        return Path(self._address(found), tuple(self.defects))

    def _words(self) -> list[str]:
        """Pass the tokens of an addr-spec, as they are written; quotes are kept."""
        found: list[str] = []
        self.skip_cfws()
        while part := self.match(_PATH_WORD):
            found.append(part[0])
            self.skip_cfws()
        return found

    def _address(self, found: list[str]) -> str:
        if found and (found.count("@") != 1 or found[0] == "@" or found[-1] == "@"):
            self.note("a path that is not local-part@domain")
        return text("".join(found), self.note)
