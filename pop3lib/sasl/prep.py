"""SASLprep: one spelling for texts that look the same (:rfc:`4013`).

A profile of stringprep (:rfc:`3454`), which is bound to Unicode 3.2: characters that came later
are unassigned there. They may be sent, but not stored.
"""

from __future__ import annotations

import stringprep
from collections.abc import Callable
from typing import Final
from unicodedata import ucd_3_2_0 as unicode_3_2

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl.text import T
from pop3lib.secret import Secret

#: RFC 4013 section 2.3, in its order.
_PROHIBITED: Final[tuple[Callable[[str], bool], ...]] = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def saslprep(text: T, what: str = "text", *, stored: bool = False) -> T:
    """Return *text* prepared; a :class:`~pop3lib.secret.Secret` stays one.

    :param what: how to call it in an error's message; the text itself is never shown.
    :param stored: whether it is to be stored, as a server does, and not sent: then a character
        that Unicode 3.2 does not know is refused (:rfc:`4013#section-2.5`).
    :raises InvalidArgumentError: where nothing is left of it, a character is prohibited, or its
        directions are mixed.
    """
    prepared = Secret(_normalized(Secret(text).reveal()))
    fault = _fault(prepared.reveal(), stored)
    if fault is not None:
        raise InvalidArgumentError(
            f"SASLprep refuses the {what}: {fault}. Nothing was sent; PLAIN does without SASLprep"
        )
    return prepared if isinstance(text, Secret) else prepared.reveal()


def _normalized(text: str) -> str:
    mapped = "".join(map(_mapped, text))
    return mapped if mapped.isascii() else unicode_3_2.normalize("NFKC", mapped)


def _mapped(character: str) -> str:
    """Return what stands for *character* (:rfc:`4013#section-2.1`)."""
    # RFC 3454 has U+200B in both tables. RFC 4013 names the spaces first, and the servers' usual
    # readings (libidn's, PostgreSQL's) look there first: a password must come out as theirs does.
    if stringprep.in_table_c12(character):
        return " "
    return "" if stringprep.in_table_b1(character) else character


def _fault(prepared: str, stored: bool) -> str | None:
    if not prepared:
        return "nothing is left of it (RFC 5802 section 5.1)"
    if any(prohibited(character) for character in prepared for prohibited in _PROHIBITED):
        return "it has a prohibited character (RFC 4013 section 2.3)"
    if not _runs_one_way(prepared):
        return "it mixes writing directions (RFC 3454 section 6)"
    if stored and any(map(stringprep.in_table_a1, prepared)):
        return "it has a character that Unicode 3.2 does not know (RFC 4013 section 2.5)"
    return None


def _runs_one_way(text: str) -> bool:
    """Say whether the bidirectional rules are kept (:rfc:`3454#section-6`)."""
    if not any(map(stringprep.in_table_d1, text)):
        return True
    ends_right_to_left = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return ends_right_to_left and not any(map(stringprep.in_table_d2, text))
