"""A password or token that does not show itself.

:class:`Secret` wraps what must not be seen. Its value leaves only through :meth:`Secret.reveal`,
which is called where bytes for the wire are made and nowhere else.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Final, NoReturn, TypeAlias
from urllib.parse import quote, quote_plus

#: What stands where a secret was.
MASK: Final = "***"


class Secret:
    """A secret text: never in a repr, a str, a comparison's message, or a pickle."""

    __slots__ = ("_hidden",)

    def __init__(self, value: str | Secret) -> None:
        # A closure instead of the text: tools that print a frame's variables, or an object's
        # slots, find a function there.
        text = value.reveal() if isinstance(value, Secret) else value
        self._hidden: Callable[[], str] = lambda: text

    def reveal(self) -> str:
        """Return the secret itself; keep the result out of variables that live long."""
        return self._hidden()

    def mask(self, text: str) -> str:
        """Return *text* with this secret replaced, as it is or in base64 or percent-encoded."""
        for form in self._forms():
            text = text.replace(form, MASK)
        return text

    def _forms(self) -> list[str]:
        value = self.reveal()
        encoded = b64encode(value.encode("utf-8", "surrogatepass")).decode("ascii")
        return [form for form in (value, encoded, quote(value), quote_plus(value)) if form]

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled: that would write it down")


#: What callers may pass where a secret is wanted.
SecretText: TypeAlias = str | Secret
