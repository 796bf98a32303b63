"""The small results: a drop listing, listings of sizes and unique-ids, a language."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from dataclasses import dataclass, field
from typing import TypeVar

V = TypeVar("V")


@dataclass(frozen=True)
class DropListing:
    """What STAT says of the maildrop (:rfc:`1939#section-5`)."""

    #: the number of messages, those marked as deleted not counted
    count: int
    #: their octets together; None where the server gave none, or a negative number
    size: int | None
    #: what was forgiven, in words
    defects: tuple[str, ...] = field(default=(), compare=False)


class Listing(Mapping[int, V]):
    """What LIST or UIDL says, by message number: a read-only mapping in the server's order.

    Numbers are the wire's: they count from 1, and there may be gaps.
    """

    __slots__ = ("_defects", "_entries")

    def __init__(self, entries: Mapping[int, V], defects: tuple[str, ...] = ()) -> None:
        self._entries = dict(entries)
        self._defects = defects

    @property
    def defects(self) -> tuple[str, ...]:
        """What was forgiven, in words."""
        return self._defects

    def __getitem__(self, number: int) -> V:
        return self._entries[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def keys(self) -> KeysView[int]:
        """The message numbers."""
        return self._entries.keys()

    def values(self) -> ValuesView[V]:
        """The sizes or unique-ids."""
        return self._entries.values()

    def items(self) -> ItemsView[int, V]:
        """Number and size or unique-id, in pairs."""
        return self._entries.items()

    def __repr__(self) -> str:
        return f"Listing({self._entries!r})"


@dataclass(frozen=True)
class Language:
    """A language in which the server can write its texts (:rfc:`6856#section-3.2`)."""

    #: the language tag, such as ``"en"`` or ``"it-IT"``
    tag: str
    #: its name, in the language itself
    description: str
