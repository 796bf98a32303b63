"""Which mechanism to take, strongest first.

The name that is sent comes from the tables here, never from the server's list.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final, TypeAlias

from pop3lib.errors import InsecureError, UnsupportedError
from pop3lib.sasl.cram_md5 import CramMd5
from pop3lib.sasl.credentials import Credentials
from pop3lib.sasl.external import External
from pop3lib.sasl.login import Login
from pop3lib.sasl.mechanism import Mechanism
from pop3lib.sasl.oauth import OAuthBearer, XOAuth2
from pop3lib.sasl.plain import Plain
from pop3lib.sasl.scram import Scram

_Offered: TypeAlias = Collection[str]
_Maker: TypeAlias = Callable[[Credentials, _Offered], Mechanism]


def _scram(digest: str) -> _Maker:
    """Return what makes SCRAM with this hash, without binding the channel."""

    def make(who: Credentials, offered: _Offered) -> Scram:
        # RFC 5802 section 6: "y" only where we could bind and the list was seen to have no -PLUS.
        # A list that is not known proves nothing: then "n", as for one that has -PLUS and was
        # passed over by name.
        missing = bool(offered) and not any(name.endswith("-PLUS") for name in offered)
        plus_missing = missing and who.channel_binding is not None
        return Scram(who.user, who.need_password(), digest, plus_missing=plus_missing)

    return make


def _scram_plus(digest: str) -> _Maker:
    """Return what makes SCRAM with this hash, bound to the channel."""

    def make(who: Credentials, offered: _Offered) -> Scram:
        if who.channel_binding is None:
            raise InsecureError(
                f"SCRAM-{digest}-PLUS needs TLS, and a certificate whose signature names a hash; "
                "this channel has nothing that the login could be bound to. Nothing was sent"
            )
        return Scram(who.user, who.need_password(), digest, channel_binding=who.channel_binding)

    return make


#: Bound to the channel: whoever sits inside TLS, with whatever certificate, gains nothing.
_BOUND: Final[Mapping[str, _Maker]] = {
    "SCRAM-SHA-512-PLUS": _scram_plus("SHA-512"),
    "SCRAM-SHA-256-PLUS": _scram_plus("SHA-256"),
    "SCRAM-SHA-1-PLUS": _scram_plus("SHA-1"),
}
#: The password is proved and never shown.
_PROVING: Final[Mapping[str, _Maker]] = {
    "SCRAM-SHA-512": _scram("SHA-512"),
    "SCRAM-SHA-256": _scram("SHA-256"),
    "SCRAM-SHA-1": _scram("SHA-1"),
}
#: The password is shown to whoever listens.
_PLAINTEXT: Final[Mapping[str, _Maker]] = {
    "PLAIN": lambda who, _: Plain(who.user, who.need_password()),
    "LOGIN": lambda who, _: Login(who.user, who.need_password()),
}
#: A token takes the password's place.
_TOKENS: Final[Mapping[str, _Maker]] = {
    "OAUTHBEARER": lambda who, _: OAuthBearer(
        who.user, who.need_token(), host=who.host, port=who.port
    ),
    "XOAUTH2": lambda who, _: XOAuth2(who.user, who.need_token()),
}
#: Never taken unasked: CRAM-MD5 is broken, EXTERNAL takes neither password nor token.
_ON_REQUEST: Final[Mapping[str, _Maker]] = {
    "CRAM-MD5": lambda who, _: CramMd5(who.user, who.need_password()),
    "EXTERNAL": lambda who, _: External(who.user),
}
_ALL: Final[Mapping[str, _Maker]] = {**_BOUND, **_PROVING, **_PLAINTEXT, **_TOKENS, **_ON_REQUEST}

#: The names of the mechanisms that are chosen for a password, strongest first.
FOR_PASSWORDS: Final = (*_BOUND, *_PROVING, *_PLAINTEXT)
#: The same for a token.
FOR_TOKENS: Final = tuple(_TOKENS)
#: All names that :func:`mechanism_for` knows.
NAMES: Final = tuple(_ALL)


def candidates(
    offered: Collection[str], credentials: Credentials, *, clear: bool
) -> Iterator[Mechanism]:
    """Yield the mechanisms to try, strongest first.

    The next is for a server that does not know the one before, though it lists it. After any
    other refusal the rest must be left alone: they show more of the same password.

    :param offered: the names that the server lists, in upper case.
    :param clear: whether the password may be shown to the channel (TLS, or the caller's word).
        A token's mechanisms are yielded in any case: who sends them must see to TLS.
    """
    for name, make in _suitable(credentials, clear).items():
        if name in offered:
            yield make(credentials, offered)


def _suitable(credentials: Credentials, clear: bool) -> Mapping[str, _Maker]:
    if credentials.token is not None:
        return _TOKENS
    bound = _BOUND if credentials.channel_binding else {}
    return {**bound, **_PROVING, **(_PLAINTEXT if clear else {})}


def mechanism_for(name: str, credentials: Credentials, offered: Collection[str]) -> Mechanism:
    """Return the mechanism called *name*, in upper case.

    :raises UnsupportedError: where this library has no such mechanism, or the server does not
        list it.
    :raises InsecureError: for a -PLUS form where there is no channel to bind.
    :raises InvalidArgumentError: where the credentials lack what it needs.
    """
    make = _ALL.get(name)
    if make is None:
        raise UnsupportedError(
            f"no such mechanism here: {name!r:.40}. There are {', '.join(NAMES)}; or pass an "
            "object of your own. Nothing was sent"
        )
    # Some servers have XOAUTH2 and do not say so (Thunderbird's Pop3Client.sys.mjs tries it).
    if name not in offered and name not in _TOKENS:
        raise UnsupportedError(
            f"the server does not list {name}; nothing was sent. To try it all the same, pass a "
            "mechanism from pop3lib.sasl in place of its name"
        )
    return make(credentials, offered)
