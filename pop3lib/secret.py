"""A password or token that does not show itself.

:class:`Secret` wraps what must not be seen. Its value leaves only through :meth:`Secret.reveal`,
which is called where bytes for the wire are made and nowhere else.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Final, NoReturn, TypeAlias
from urllib.parse import quote, quote_plus

#: What stands where a secret was.
MASK: Final = "***"
#: Shorter pieces of base64 than this give nothing away, and would mask half of every text.
_SHORTEST_PIECE: Final = 4
#: The other alphabet of base64 (:rfc:`4648#section-5`), which servers of OAuth use.
_URL_SAFE: Final = str.maketrans("+/", "-_")


class Secret:
    """A secret text: never in a repr, a str, a comparison's message, or a pickle.

    Two secrets are equal only if they are the same object; a copy is the object itself.

    :raises TypeError: where *value* is no text. Bytes have no one spelling: decode them first.
    """

    __slots__ = ("_hidden",)

    def __init__(self, value: str | Secret) -> None:
        if not isinstance(value, str | Secret):
            kind = type(value).__name__
            del value  # a traceback that prints variables must not find it
            raise TypeError(f"a secret is a str or a Secret, not {kind}")
        # A closure instead of the text: tools that print a frame's variables, or an object's
        # slots, find a function there.
        text = value.reveal() if isinstance(value, Secret) else value
        self._hidden: Callable[[], str] = lambda: text

    def reveal(self) -> str:
        """Return the secret itself; keep the result out of variables that live long."""
        return self._hidden()

    def mask(self, text: str) -> str:
        """Return *text* with this secret replaced, in whatever encoding a server repeats it.

        Known are: as it is, percent-encoded, in hexadecimal, and in base64, also in the midst of
        a longer message such as PLAIN's; each in upper and lower case.
        """
        # The longest first: a short form may be a part of a longer one.
        forms = sorted(set(self._forms()), key=len, reverse=True)
        return re.sub("|".join(map(re.escape, forms)), MASK, text, flags=re.I) if forms else text

    def _forms(self) -> Iterator[str]:
        if not self:
            return
        octets = self.reveal().encode("utf-8", "surrogatepass")
        yield self.reveal()
        yield octets.decode("latin-1")  # how a line that is not UTF-8 as a whole is read
        yield from (quote(octets), quote(octets, safe=""), quote_plus(octets))
        yield octets.hex()
        for form in (b64encode(octets).decode("ascii"), *_pieces(octets)):
            if len(form) >= _SHORTEST_PIECE:
                yield from (form, form.translate(_URL_SAFE))

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled: that would write it down")


#: What callers may pass where a secret is wanted.
SecretText: TypeAlias = str | Secret


def _pieces(octets: bytes) -> Iterator[str]:
    """Yield what base64 makes of *octets* inside a longer message, for each place in a triple.

    Only the characters that depend on nothing around *octets* (:rfc:`4648#section-4`).
    """
    for before in range(3):
        encoded = b64encode(bytes(before) + octets).decode("ascii")
        yield encoded[-(-8 * before // 6) : 8 * (before + len(octets)) // 6]


def wrapped(value: SecretText | None) -> Secret | None:
    """Return *value* as a secret; None stays None."""
    return None if value is None else Secret(value)
