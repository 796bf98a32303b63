"""Mailing lists' fields: the commands of :rfc:`2369` and the identifier of :rfc:`2919`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pop3lib.headers.charsets import text
from pop3lib.headers.phrases import phrase, words
from pop3lib.headers.scanner import ATEXT, Scanner

#: ATEXT but for what begins an encoded-word.
_PLAIN: Final = ATEXT.replace("=", "")
_URL: Final = re.compile(r"<([^<>]*+)(>?)")
#: URLs in brackets with commas between, and nothing else: what most lists write.
_USUAL_URL: Final = re.compile(r"<([!-;=?-~]++)>")
_USUAL_URLS: Final = re.compile(r"<[!-;=?-~]++>(?:[ \t]*+,[ \t]*+<[!-;=?-~]++>)*+")
_USUAL_ID: Final = re.compile(
    rf'(?:(?:"([^"\\=\r\n\x80-\xff]*+)"|([{_PLAIN}]++(?: [{_PLAIN}]++)*+))[ \t]++)?+'
    rf"<([{_PLAIN}]++(?:\.[{_PLAIN}]++)*+)>"
)
_WHITE: Final = re.compile(r"[ \t\r\n]+")
_NO: Final = re.compile(r"[Nn][Oo]\b")


class Urls(NamedTuple):
    """The URLs of a list command, the preferred one first."""

    urls: tuple[str, ...]
    defects: tuple[str, ...] = ()


class ListId(NamedTuple):
    """The identifier of a list, and its description."""

    id: str | None
    label: str
    defects: tuple[str, ...] = ()


def parse_list_urls(octets: str) -> Urls:
    """Read a list command (RFC 2369 2): URLs in angle brackets, comments, commas; or ``NO``."""
    if _USUAL_URLS.fullmatch(octets):
        return Urls(tuple(_USUAL_URL.findall(octets)))
    scanner = Scanner(octets)
    scanner.skip_cfws()
    if scanner.match(_NO):  # List-Post: NO (RFC 2369 3.4)
        return Urls((), tuple(scanner.defects))
    urls: list[str] = []
    while url := scanner.match(_URL):
        if not url[2]:
            scanner.note("an angle bracket that is not closed")
        if bare := _WHITE.sub("", url[1]):
            urls.append(text(bare, scanner.note))
        if not _next_item(scanner):
            break
    if not urls:
        scanner.note("no URL in angle brackets")
    return Urls(tuple(urls), tuple(scanner.defects))


def _next_item(scanner: Scanner) -> bool:
    """Pass the comma before another URL; what does not follow one ends the list (RFC 2369 2)."""
    scanner.skip_cfws()
    comma = scanner.take(",")
    while scanner.take(", \t\r\n"):
        pass
    scanner.skip_cfws()
    if not scanner.done and (not comma or scanner.peek() != "<"):
        scanner.note("text that is no URL in angle brackets, and ends the list")
        return False
    return bool(comma)


def parse_list_id(octets: str) -> ListId:
    """Read a List-Id: a phrase, and an identifier in angle brackets (RFC 2919 3)."""
    if usual := _USUAL_ID.fullmatch(octets):
        quoted, label_, identifier_ = usual.groups("")
        return ListId(identifier_, quoted or label_)
    scanner = Scanner(octets)
    label = words(scanner, "<")
    if not scanner.take("<"):
        return _bare_id(octets)
    identifier = "".join(word.octets for word in words(scanner, "<>"))
    if not identifier:
        scanner.note("an empty list identifier")
    if not scanner.take(">"):
        scanner.note("an angle bracket that is not closed")
    scanner.skip_cfws()
    if not scanner.done:
        scanner.note("text behind the list identifier")
    shown = phrase(label, scanner.note)
    return ListId(text(identifier, scanner.note) or None, shown, tuple(scanner.defects))


def _bare_id(octets: str) -> ListId:
    """A lone word is the identifier; several are a label (RFC 2919 3 wants angle brackets)."""
    scanner = Scanner(octets)
    found = words(scanner, "")
    scanner.note("no list identifier in angle brackets")
    if not found or any(word.spaced for word in found[1:]):
        return ListId(None, phrase(found, scanner.note), tuple(scanner.defects))
    identifier = text("".join(word.octets for word in found), scanner.note)
    return ListId(identifier, "", tuple(scanner.defects))
