"""Octets to text: which charsets are believed, and what to do with octets that say nothing.

A charset name comes from strangers, so it is looked up in a fixed table and never handed to
``codecs.lookup``, which imports modules by that name, remembers every miss, and knows codecs that
are no charsets (``unicode_escape``, ``zip``) or are quadratic (``punycode``). Nothing here knows
what a header is.

Throughout :mod:`pop3lib.headers`, *octets* held in a ``str`` means one character for each octet
(Latin-1): the grammars run over that, and text is made from its leaves. So an encoded-word keeps
the octets it was sent with, and one damaged name does not spoil its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

#: Records a defect; the same words are kept once.
Note: TypeAlias = Callable[[str], Any]

_NAMES = {
    # ISO-8859-1 is read as its superset, as browsers and other mail readers do: mailers write
    # curly quotes and call them Latin-1.
    "cp1252": "windows-1252 cp1252 windows1252 x-cp1252 iso-8859-1 iso8859-1 iso_8859-1 latin1 l1 "
    "iso-8859-1-windows-3.1-latin-1",
    "ascii": "us-ascii ascii ansi_x3.4-1968 646",
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8",
    "utf-7": "utf-7 unicode-1-1-utf-7",
    "utf-16": "utf-16",
    "utf-16-be": "utf-16be",
    "utf-16-le": "utf-16le",
    "cp1250": "windows-1250 cp1250 windows1250",
    "cp1251": "windows-1251 cp1251 windows1251 win-1251 x-cp1251",
    "cp1253": "windows-1253 cp1253",
    "cp1254": "windows-1254 cp1254 iso-8859-9 iso8859-9 latin5",
    "cp1255": "windows-1255 cp1255",
    "cp1256": "windows-1256 cp1256",
    "cp1257": "windows-1257 cp1257",
    "cp1258": "windows-1258 cp1258",
    "cp874": "windows-874 cp874 tis-620 iso-8859-11",
    "koi8-r": "koi8-r koi8 cskoi8r",
    "koi8-u": "koi8-u koi8-ru",
    "mac-roman": "macintosh mac x-mac-roman",
    "mac-cyrillic": "x-mac-cyrillic",
    "cp437": "cp437 ibm437",
    "cp850": "cp850 ibm850",
    "cp852": "cp852 ibm852",
    "cp858": "cp858 ibm00858",
    "cp866": "cp866 ibm866",
    # GB 2312, KS C 5601 and JIS labels too stand for the supersets that are really sent.
    "gb18030": "gb18030 gb2312 gbk cp936 x-gbk gb_2312-80 euc-cn",
    "hz": "hz-gb-2312 hz",
    "big5hkscs": "big5 big5-hkscs cp950 x-x-big5 cn-big5",
    "cp949": "euc-kr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ks_c_5601 cp949 windows-949 uhc",
    "johab": "johab",
    "iso2022_kr": "iso-2022-kr",
    "cp932": "shift_jis shift-jis sjis cp932 windows-31j ms_kanji x-sjis csshiftjis",
    "euc_jp": "euc-jp x-euc-jp",
    "iso2022_jp_2": "iso-2022-jp iso-2022-jp-2 iso-2022-jp-1 csiso2022jp",
    "iso2022_jp_3": "iso-2022-jp-3",
    "iso2022_jp_ext": "iso-2022-jp-ext cp50220 cp50221 cp50222",
}
#: Python's codec, by each name in lower case that is believed.
CODECS = {name: codec for codec, names in _NAMES.items() for name in names.split()}
for _part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16):
    for _name in (f"iso-8859-{_part}", f"iso8859-{_part}", f"iso_8859-{_part}"):
        CODECS[_name] = f"iso8859-{_part}"
CODECS["iso-8859-8-i"] = CODECS["iso-8859-8-e"] = "iso8859-8"

#: What windows-1252 has in place of Latin-1's C1 controls; five octets mean nothing there.
_WINDOWS_1252 = {
    octet: _meaning
    for octet in range(0x80, 0xA0)
    if (_meaning := bytes([octet]).decode("cp1252", "replace")) != "\ufffd"
}

#: The defect of 8-bit octets that say nothing of their charset.
NOT_UTF8 = "octets that are neither ASCII nor UTF-8, read as windows-1252"
_UNFIT = "octets that do not fit their charset"

#: RFC 2047 7 wants printable characters and white space only.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile(r"[\r\n]+")


def text(octets: str, note: Note) -> str:
    """Read *octets* of no stated charset: UTF-8 (:rfc:`6532`), or windows-1252 and a defect."""
    if not octets.isascii():
        try:
            octets = octets.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError:
            note(NOT_UTF8)
            octets = octets.translate(_WINDOWS_1252)
    return one_line(octets)


def decode(octets: bytes, charset: str, note: Note) -> str:
    """Read *octets* as *charset*, replacing what is not text in it and noting a defect."""
    codec = CODECS.get(charset.lower())
    if codec is None:
        note("a charset that is not known, of which only the ASCII is read")
        return one_line(octets.decode("ascii", "replace"))
    if codec == "cp1252":
        decoded = octets.decode("latin-1").translate(_WINDOWS_1252)
    else:
        decoded = _decoded(octets, codec, note)
    if _CONTROL.search(decoded):
        note("encoded control characters")
    return one_line(decoded)


def _decoded(octets: bytes, codec: str, note: Note) -> str:
    try:
        decoded = octets.decode(codec)
    except UnicodeDecodeError:
        note(_UNFIT)
        if codec == "ascii":  # a name for "I do not know"
            return text(octets.decode("latin-1"), note)
        decoded = octets.decode(codec, "replace")
    # UTF-7 and UTF-16 can spell lone surrogates, which can be neither printed nor encoded.
    return _SURROGATES.sub("\ufffd", decoded)


def one_line(value: str) -> str:
    """Return *value* with line ends as spaces: what is parsed here never makes a new field."""
    return _LINE_ENDS.sub(" ", value) if "\n" in value or "\r" in value else value
