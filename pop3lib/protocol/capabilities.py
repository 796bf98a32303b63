"""What a server says it can do: a typed view of the CAPA answer (:rfc:`2449#section-5`)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping

from pop3lib.protocol.reply import decoded

_NUMBER = re.compile(r"[0-9]{1,9}")


class Capabilities(Mapping[str, tuple[str, ...]]):
    """The capabilities by name, each with its arguments; unknown ones are kept.

    Names are in upper case here and found in any case: ``"x-foo" in caps``, ``caps["SASL"]``.
    A server that was not asked, or has no CAPA, has an empty one.
    """

    __slots__ = ("_arguments", "defects")

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self._arguments: dict[str, tuple[str, ...]] = {}
        defects: list[str] = []
        for line in lines:
            self._add(decoded(line).split(), defects)
        if "PIPELINE" in self._arguments and "PIPELINING" not in self._arguments:
            self._arguments["PIPELINING"] = ()  # Twisted has it so
            defects.append("PIPELINE stands for PIPELINING")
        #: what was forgiven, in words
        self.defects: tuple[str, ...] = tuple(defects)

    def _add(self, words: list[str], defects: list[str]) -> None:
        if not words:
            defects.append("an empty line among the capabilities")
            return
        name = words[0].upper()  # fetchmail met lower-case names
        if name in self._arguments:
            defects.append(f"{name} is announced twice")
        self._arguments[name] = self._arguments.get(name, ()) + tuple(words[1:])

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self._arguments[name.upper()]

    def __contains__(self, name: object) -> bool:
        return name in self._arguments or (
            isinstance(name, str) and name.upper() in self._arguments
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._arguments)

    def __len__(self) -> int:
        return len(self._arguments)

    def __repr__(self) -> str:
        lines = (" ".join((name, *arguments)) for name, arguments in self.items())
        return f"<Capabilities {', '.join(lines) or 'none'}>"

    def _first(self, name: str) -> str:
        arguments = self._arguments.get(name, ())
        return arguments[0] if arguments else ""

    def _integer(self, name: str) -> int | None:
        word = self._first(name)
        return int(word) if _NUMBER.fullmatch(word) else None

    @property
    def top(self) -> bool:
        """Whether TOP is announced (:rfc:`2449#section-6.1`)."""
        return "TOP" in self

    @property
    def user(self) -> bool:
        """Whether USER and PASS are announced (:rfc:`2449#section-6.2`)."""
        return "USER" in self

    @property
    def sasl(self) -> tuple[str, ...]:
        """The SASL mechanisms, in upper case (:rfc:`5034#section-3`)."""
        return tuple(name.upper() for name in self.get("SASL", ()))

    @property
    def resp_codes(self) -> bool:
        """Whether ``[...]`` in a reply is a response code (:rfc:`2449#section-6.4`)."""
        return "RESP-CODES" in self

    @property
    def auth_resp_code(self) -> bool:
        """Whether refused credentials can be told by ``[AUTH]`` (:rfc:`3206#section-6`)."""
        return "AUTH-RESP-CODE" in self

    @property
    def login_delay(self) -> int | None:
        """Seconds that should lie between two logins (:rfc:`2449#section-6.5`)."""
        return self._integer("LOGIN-DELAY")

    @property
    def pipelining(self) -> bool:
        """Whether several commands may be under way at once (:rfc:`2449#section-6.6`)."""
        return "PIPELINING" in self

    @property
    def expire(self) -> float | None:
        """Days that a message is kept at least; ``math.inf`` for NEVER, None where not said.

        0 means that reading a message may remove it (:rfc:`2449#section-6.7`).
        """
        return math.inf if self._first("EXPIRE").upper() == "NEVER" else self._integer("EXPIRE")

    @property
    def uidl(self) -> bool:
        """Whether UIDL is announced (:rfc:`2449#section-6.8`)."""
        return "UIDL" in self

    @property
    def implementation(self) -> str | None:
        """The server's name, as it likes to be called (:rfc:`2449#section-6.9`)."""
        return " ".join(self["IMPLEMENTATION"]) if "IMPLEMENTATION" in self else None

    @property
    def stls(self) -> bool:
        """Whether TLS can be started here (:rfc:`2595#section-4`)."""
        return "STLS" in self

    @property
    def utf8(self) -> bool:
        """Whether the UTF8 command is known (:rfc:`6856#section-2`)."""
        return "UTF8" in self

    @property
    def utf8_user(self) -> bool:
        """Whether user names and passwords may be UTF-8 (:rfc:`6856#section-2.2`)."""
        return "USER" in (argument.upper() for argument in self.get("UTF8", ()))

    @property
    def languages(self) -> bool:
        """Whether the LANG command is known (:rfc:`6856#section-3`)."""
        return "LANG" in self
