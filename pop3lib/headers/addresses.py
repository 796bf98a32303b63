"""Address lists: mailboxes and groups (:rfc:`5322#section-3.4`, 4.4; :rfc:`6854`).

Usual mailboxes are matched by one pattern each; any other list is read by a tokeniser that knows
the obsolete forms (routes, dots in names, names in comments, empty elements) and goes on after
errors. What is before a ``<`` is a name and never an address, so that
``alice@example.org <bob@example.com>`` is Bob (CVE-2023-27043).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, TypeAlias

from pop3lib.headers.charsets import Note, text
from pop3lib.headers.encoded_word import decode_words, encode_words
from pop3lib.headers.phrases import Word, phrase, quote, quoted_text, words
from pop3lib.headers.scanner import ATEXT, Scanner
from pop3lib.printable import printable

_DOT_ATOM: Final = rf"[{ATEXT}]++(?:\.[{ATEXT}]++)*+"
_USUAL: Final = re.compile(
    rf'[ \t]*+(?:(?:"([^"\\\r\n]*+)"|([{ATEXT}.]++(?: [{ATEXT}.]++)*+))?+[ \t]*+'
    rf"<({_DOT_ATOM})@({_DOT_ATOM})>"
    # RFC 822's way to give a name
    rf"|(?!=\?)({_DOT_ATOM})@({_DOT_ATOM})(?:[ \t]++\(([^()\\\r\n]*+)\))?+)[ \t]*+(?:,|\Z)"
)
_PLAIN_LOCAL: Final = re.compile(rf"[{ATEXT}\x80-\U0010ffff]+(?:\.[{ATEXT}\x80-\U0010ffff]+)*")
_PLAIN_PHRASE: Final = re.compile(rf"[{ATEXT}]+(?: [{ATEXT}]+)*")
_MUST_ENCODE: Final = re.compile(r"[^\x20-\x7e]|=\?")
_NOT_DOMAIN: Final = re.compile(rf"[^{ATEXT}.\x80-\U0010ffff]+")

_NO_COMMA: Final = "no comma between two addresses"
_ANGLES: Final = "more than one pair of angle brackets"


class Mailbox(NamedTuple):
    """Someone's address, and perhaps a name; ``str`` gives it as a header may carry it."""

    #: the display name, decoded, or ``""``
    name: str
    #: the local part without its quotes, or ``""``
    local: str
    #: the domain as it was written, or ``""`` where there is none
    domain: str

    @property
    def address(self) -> str:
        """The addr-spec, the local part quoted where it must be; ``""`` where there is none."""
        if not (self.local or self.domain):
            return ""
        local = printable(self.local)
        if not _PLAIN_LOCAL.fullmatch(local):
            local = quote(local)
        return f"{local}@{printable(self.domain)}" if self.domain else local

    @property
    def display(self) -> str:
        """Name and address for the eyes of a person, safe to print; not for a header."""
        name, address = printable(self.name), self.address
        return f"{name} <{address}>" if name and address else name or address

    def __str__(self) -> str:
        if not self.name:
            return self.address
        if not self.address:
            return _printed_phrase(self.name)
        return f"{_printed_phrase(self.name)} <{self.address}>"


class Group(NamedTuple):
    """Mailboxes under one name; there may be none, as in ``undisclosed-recipients:;``."""

    #: the display name, decoded
    name: str
    #: the mailboxes in it
    members: tuple[Mailbox, ...]

    @property
    def display(self) -> str:
        """Name and members for the eyes of a person, safe to print; not for a header."""
        members = ", ".join(member.display for member in self.members)
        return f"{printable(self.name)}: {members};"

    def __str__(self) -> str:
        name = _printed_phrase(self.name)
        # RFC 2047 5(3): white space parts an encoded-word from a special.
        space = " " if name.endswith("?=") else ""
        return f"{name}{space}: {', '.join(map(str, self.members))};"


#: One element of an address list.
Address: TypeAlias = Mailbox | Group


class AddressList(NamedTuple):
    """What an address field holds."""

    addresses: tuple[Address, ...]
    defects: tuple[str, ...] = ()

    @property
    def mailboxes(self) -> tuple[Mailbox, ...]:
        """The mailboxes in order, those of groups included."""
        found: list[Mailbox] = []
        for address in self.addresses:
            if isinstance(address, Group):
                found += address.members
            else:
                found.append(address)
        return tuple(found)


def parse_addresses(octets: str) -> AddressList:
    """Read an address list."""
    one = _USUAL.match(octets)
    if one and one.end() == len(octets) and octets.isascii() and "=?" not in octets:
        quoted, phrase_, local, domain, bare_local, bare_domain, comment = one.groups("")
        name = quoted or phrase_ or comment.strip(" \t")
        mailbox = tuple.__new__(Mailbox, (name, local or bare_local, domain or bare_domain))
        return tuple.__new__(AddressList, ((mailbox,), ()))
    found: list[Address] = []
    defects: dict[str, None] = {}
    position = _usual(octets, 0, found, defects.setdefault)
    if position < len(octets):
        reader = _Reader(octets, position, found, defects)
        reader.read()
    return tuple.__new__(AddressList, (tuple(found), tuple(defects)))


def _usual(octets: str, position: int, found: list[Address], note: Note) -> int:
    """Take the usual mailboxes from *position* on; return where something else stands.

    Usual is a mailbox with its comma, without routes, and without comments but for RFC 822's
    ``jdoe@machine.example (John Doe)``.
    """
    end = len(octets)
    while position < end:
        mailbox = _USUAL.match(octets, position)
        if mailbox is None:
            return position
        quoted, phrase_, local, domain, bare_local, bare_domain, comment = mailbox.groups("")
        name = quoted or phrase_ or comment.strip(" \t")
        if not name.isascii() or "=?" in name:
            if not quoted and name.rfind("=?") > name.rfind("?="):
                return position  # an encoded-word that holds what looks like an address
            name = quoted_text(name, note) if quoted else decode_words(name, note)
        found.append(tuple.__new__(Mailbox, (name, local or bare_local, domain or bare_domain)))
        position = mailbox.end()
    return position


class _Reader(Scanner):
    """Reads any list at all: words up to a delimiter, then what that delimiter makes of them."""

    __slots__ = ("_behind", "_found", "_group", "_members")

    def __init__(
        self, octets: str, position: int, found: list[Address], defects: dict[str, None]
    ) -> None:
        super().__init__(octets)
        self.position = position
        self.defects = defects
        self._found = found
        self._group: str | None = None
        self._members: list[Mailbox] = []
        #: an address has been read, and the comma that must follow has not
        self._behind = False

    def read(self) -> None:
        while not self.done:
            self._element()
            if self._group is None and not self._behind:
                self.position = _usual(self.text, self.position, self._found, self.note)
        if self._group is not None:
            self.note("a group that is not closed with a semicolon")
            self._close_group()

    def _element(self) -> None:
        self.comments.clear()
        found = words(self, "<>,:;")
        delimiter = self.take("<>,:;")
        if delimiter == "<":
            self._angle(found)
        elif delimiter == ":":
            self._colon(found)
        else:
            self._bare(found)
            if delimiter == ";":
                self._semicolon()
            elif delimiter == ">":
                self.note("a closing angle bracket that closes nothing")
            else:
                self._behind = False

    def _colon(self, found: list[Word]) -> None:
        if self._group is not None:
            self.note("a group inside a group")
        if any(map(_is_at, found)):
            self.note("a colon behind an address")
            self._bare(found)
        elif self._group is None:
            if self._behind:
                self.note(_NO_COMMA)
            self._group = phrase(found, self.note)
            if not self._group:
                self.note("a group without a name")
        self._behind = False

    def _semicolon(self) -> None:
        self._behind = self._group is not None
        if self._group is None:
            self.note("a semicolon that ends no group")
        else:
            self._close_group()

    def _close_group(self) -> None:
        self._found.append(Group(self._group or "", tuple(self._members)))
        self._group = None
        self._members.clear()

    def _angle(self, name: list[Word]) -> None:
        """Read an angle-addr; its ``<`` is passed (RFC 5322 3.4, 4.4)."""
        while self.take("<"):
            self.note(_ANGLES)
        found = self._behind_route()
        while self.peek() == "<" and not any(map(_is_at, found)):  # a name that went astray
            self.position += 1
            self.note(_ANGLES)
            name += found
            found = self._behind_route()
        if not self.take(">"):
            self.note("an angle bracket that is not closed")
        while self.take(">"):
            self.note(_ANGLES)
        self.skip_cfws()
        if any(map(_is_at, name)):
            self.note("an unquoted @ in a name")
        if not found:
            self.note("angle brackets without an address")
        self._add(name, found)

    def _behind_route(self) -> list[Word]:
        """Return the words of an addr-spec; a route before it is passed over (obs-route)."""
        found = words(self, "<>,:;")
        while self.peek() == ":" or (self.peek() == "," and _routes(found)):
            if not _routes(found):  # "mailto:" in most cases
                self.note("a colon inside the angle brackets")
            self.position += 1
            found = words(self, "<>,:;")
        return found

    def _bare(self, found: list[Word]) -> None:
        """Take words that no angle bracket follows: an addr-spec, and perhaps what is wrong."""
        name: list[Word] = []
        addresses = 0
        for run in _runs(found):
            if not any(map(_is_at, run)):
                name += run
                continue
            if name:
                self.note("an address with a name but without angle brackets")
            self._add(name, run)
            name = []
            addresses += 1
        if name and (addresses or self._behind):
            self.note("text behind an address")
        elif name:
            self._without_at(name)

    def _without_at(self, found: list[Word]) -> None:
        """Take a lone local part, as cron and old mailers write it, or else a name."""
        self.note("an address without a domain")
        local = found[0].kind == "atom" and not found[0].octets.startswith("=?")
        if local and len(_runs(found)) == 1:
            self._add([], found)
        elif name := phrase(found, self.note):
            self._append(Mailbox(name, "", ""))

    def _add(self, name: list[Word], spec: list[Word]) -> None:
        if self._behind:
            self.note(_NO_COMMA)
        local, domain = _addr_spec(spec, self.note)
        shown = phrase(name, self.note)
        if not shown and self.comments:
            # RFC 822's "jdoe@machine.example (John Doe)": the comment is the name
            shown = decode_words(self.comments[-1], self.note)
        if not local and not domain and spec:
            shown = shown or phrase(spec, self.note)
        if shown or local or domain:
            self._append(Mailbox(shown, local, domain))
        self._behind = True

    def _append(self, mailbox: Mailbox) -> None:
        (self._members if self._group is not None else self._found).append(mailbox)


def _is_at(word: Word) -> bool:
    return word.kind == "special" and word.octets == "@"


def _routes(found: list[Word]) -> bool:
    return not found or _is_at(found[0])


def _joins(word: Word) -> bool:
    return word.kind == "special" and word.octets in (".", "@")


def _runs(found: list[Word]) -> list[list[Word]]:
    """Cut *found* where white space stands, but not around dots and ``@`` (obs-local-part)."""
    runs: list[list[Word]] = []
    previous: Word | None = None
    for word in found:
        if previous is None or (word.spaced and not _joins(word) and not _joins(previous)):
            runs.append([])
        runs[-1].append(word)
        previous = word
    return runs


def _addr_spec(found: list[Word], note: Note) -> tuple[str, str]:
    """Return local part and domain: what is before and behind the last ``@``."""
    found = [word for word in found if word.kind != "special" or _joins(word)]
    ats = [index for index, word in enumerate(found) if _is_at(word)]
    at = ats[-1] if ats else len(found)
    if len(ats) > 1:
        note("more than one @ in an address")
    if not ats or not _dotted(found[:at], "quoted") or not _dotted(found[at + 1 :], "literal"):
        note("an address that is not local-part@domain")
    if at == 0:
        return "", ""
    local = " ".join("".join(word.octets for word in run) for run in _runs(found[:at]))
    return text(local, note), text(_domain(found[at + 1 :]), note)


def _dotted(found: list[Word], other: str) -> bool:
    """Whether *found* is words with one dot between each two: atoms, or of the *other* kind."""
    dots = all(word.octets == "." and word.kind == "special" for word in found[1::2])
    words_ = all(word.kind in ("atom", other) for word in found[::2])
    return dots and words_ and len(found) % 2 == 1


def _domain(found: list[Word]) -> str:
    if len(found) == 1 and found[0].kind == "literal":
        return found[0].octets
    return _NOT_DOMAIN.sub("", "".join(word.octets for word in found if word.kind != "quoted"))


def _printed_phrase(name: str) -> str:
    """Return *name* as a phrase: as it is, as a quoted-string, or as encoded-words."""
    if _MUST_ENCODE.search(name):
        return encode_words(name)
    return name if _PLAIN_PHRASE.fullmatch(name) else quote(name)
