"""Which mechanism to take, strongest first.

The name that is sent comes from the table here, never from the server's list.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeAlias

from pop3lib.errors import UnsupportedError
from pop3lib.sasl.credentials import Credentials
from pop3lib.sasl.login import Login
from pop3lib.sasl.mechanism import Mechanism
from pop3lib.sasl.plain import Plain

_Maker: TypeAlias = Callable[[Credentials], Mechanism]

#: Mechanisms that show the password to whoever listens; strongest first.
_PLAINTEXT: Mapping[str, _Maker] = {
    "PLAIN": lambda who: Plain(who.user, who.need_password()),
    "LOGIN": lambda who: Login(who.user, who.need_password()),
}


def candidates(
    offered: Collection[str], credentials: Credentials, *, clear: bool
) -> Iterator[Mechanism]:
    """Yield the mechanisms to try, strongest first.

    :param offered: the names that the server lists.
    :param clear: whether the password may be shown to the channel (TLS, or the caller's word).
    """
    if credentials.token is not None or not clear:
        return
    for name, make in _PLAINTEXT.items():
        if name in offered:
            yield make(credentials)


def mechanism_for(name: str, credentials: Credentials, offered: Collection[str]) -> Mechanism:
    """Return the mechanism called *name*.

    :raises UnsupportedError: where this library has no such mechanism, or the server does not
        list it.
    """
    make = _PLAINTEXT.get(name)
    if make is None:
        raise UnsupportedError(f"no such mechanism here: {name!r:.40}; nothing was sent")
    if name not in offered:
        raise UnsupportedError(f"the server does not list {name}; nothing was sent")
    return make(credentials)
