"""SCRAM: each side proves that it knows the password, and neither shows it (:rfc:`5802`).

With SHA-1 as there, with SHA-256 by :rfc:`7677`, with SHA-512 as registered in the same family.
The -PLUS forms prove besides that both sides see the same TLS channel.

The exchange is two rounds. Everything in a server's message is checked before anything is
computed from it, and success counts only after the server's own proof: who does not know the
password (or its verifier) can neither learn it here nor pass for the server.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from secrets import token_urlsafe
from typing import ClassVar, Final, NamedTuple, TypeAlias

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl.channel_binding import ChannelBinding
from pop3lib.sasl.gs2 import gs2_header, saslname
from pop3lib.sasl.mechanism import MechanismError
from pop3lib.sasl.prep import saslprep
from pop3lib.sasl.text import check_text
from pop3lib.secret import Secret, SecretText

#: The hashes by the names they have in mechanisms' names, and as Python calls them.
_HASHES: Final[Mapping[str, str]] = {"SHA-512": "sha512", "SHA-256": "sha256", "SHA-1": "sha1"}
#: Octets of randomness in our nonce.
_NONCE_OCTETS: Final = 18

_ATTRIBUTE = re.compile(r"([A-Za-z])=([^\0,]+)")  # RFC 5802 section 7: attr-val
_NONCE = re.compile(r"[!-+\--~]+")  # printable, without the comma
_COUNT = re.compile(r"[1-9][0-9]{0,9}")  # posit-number; ten digits are too many already
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?")
#: RFC 5802 section 7, server-error-value; anything else counts as the last of them.
_ERRORS: Final = frozenset(
    {
        "invalid-encoding",
        "extensions-not-supported",
        "invalid-proof",
        "channel-bindings-dont-match",
        "server-does-support-channel-binding",
        "channel-binding-not-supported",
        "unsupported-channel-binding-type",
        "unknown-user",
        "invalid-username-encoding",
        "no-resources",
        "other-error",
    }
)
#: What takes the server's next message.
_Step: TypeAlias = "Callable[[Scram, bytes], bytes]"


class _ServerFirst(NamedTuple):
    nonce: str
    salt: bytes
    iterations: int


def fresh_nonce() -> str:
    """Return a nonce of 18 random octets, in characters that need no escaping."""
    return token_urlsafe(_NONCE_OCTETS)


class Scram:
    """One of the SCRAM mechanisms: SHA-1, SHA-256 or SHA-512, with or without -PLUS.

    :param digest: the hash: ``"SHA-512"``, ``"SHA-256"`` or ``"SHA-1"``.
    :param channel_binding: what ties the login to its channel; with it the mechanism is the -PLUS
        form, and a server that sees another channel refuses.
    :param plus_missing: that this side could have bound the channel, but the server lists no -PLUS
        mechanism at all. The server is told so, and refuses if the list was cut on its way
        (:rfc:`5802#section-6`). Only for who knows that list: a server that does have -PLUS must
        refuse this.
    :param authzid: whose maildrop is wanted, where it is another's.
    :param nonce: makes a new nonce for each exchange; to be left alone outside of tests.
    :raises InvalidArgumentError: for a name or password that is empty, carries control characters
        or is refused by SASLprep.
    """

    #: the iteration counts that are accepted. :rfc:`7677#section-4` asks servers for no fewer; the
    #: upper end takes less than a second, and without one a server could keep us busy for hours.
    iterations: ClassVar[range] = range(4096, 1_000_001)
    _next: _Step

    def __init__(
        self,
        user: str,
        password: SecretText,
        digest: str = "SHA-256",
        *,
        channel_binding: ChannelBinding | None = None,
        plus_missing: bool = False,
        authzid: str = "",
        nonce: Callable[[], str] = fresh_nonce,
    ) -> None:
        password = Secret(password)
        if digest not in _HASHES:
            # It is not shown: swapped arguments put the password there.
            raise InvalidArgumentError(
                f"the digest is none of SCRAM's: {', '.join(_HASHES)}. Nothing was sent"
            )
        #: the registered name
        self.name: str = f"SCRAM-{digest}-PLUS" if channel_binding else f"SCRAM-{digest}"
        self._hash = _HASHES[digest]
        # RFC 5802 section 5.1: as a query, so that characters newer than Unicode 3.2 may pass.
        self._user = saslprep(check_text("user name", user), "user name")
        self._password = saslprep(check_text("password", password), "password")
        if authzid:
            check_text("authorization identity", authzid)
        self._header = gs2_header(_flag(channel_binding, plus_missing), authzid).encode()
        self._binding = channel_binding.data if channel_binding else b""
        self._make_nonce = nonce
        self._begin()

    @property
    def takes_long(self) -> bool:
        """Whether the next answer is the one for which the password is hashed."""
        return self._next is Scram._prove

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The password, as it was prepared."""
        return (self._password,)

    def start(self) -> bytes:
        """Return the client-first-message."""
        self._begin()
        self._nonce = self._make_nonce()
        self._first = f"n={saslname(self._user)},r={self._nonce}".encode()
        self._next = Scram._prove
        return self._header + self._first

    def answer(self, challenge: bytes) -> bytes:
        """Return our proof; then, once the server's own is right, an empty response."""
        # An error leaves it at _refuse: an exchange that went wrong once goes nowhere.
        step, self._next = self._next, Scram._refuse
        return step(self, challenge)

    def finish(self) -> None:
        """Accept the success of a server that has proved itself, and of no other."""
        if not self._proved:
            raise MechanismError(
                "the server claims success without having shown that it knows the password"
            )

    def _begin(self) -> None:
        self._next = Scram._refuse
        self._nonce, self._first = "", b""
        self._expected = b""
        self._proved = False

    def _refuse(self, challenge: bytes) -> bytes:
        self._proved = False
        raise MechanismError("the server sends a challenge where none can follow")

    def _prove(self, challenge: bytes) -> bytes:
        """Answer the server-first-message with the client-final-message."""
        server = _server_first(challenge)
        if not server.nonce.startswith(self._nonce) or server.nonce == self._nonce:
            raise MechanismError("the server did not extend our nonce: an old exchange, replayed?")
        if server.iterations not in self.iterations:
            raise MechanismError(
                f"the server asks for {server.iterations} iterations; from {self.iterations[0]} to "
                f"{self.iterations[-1]} are accepted"
            )
        binding = b64encode(self._header + self._binding)
        final = b"c=%b,r=%b" % (binding, server.nonce.encode())
        message = b",".join((self._first, challenge, final))
        try:
            proof = self._sign(message, server.salt, server.iterations)
        except BaseException as error:
            # Ctrl-C, say. The frames that it came through have keys in their variables.
            raise error.with_traceback(None) from None
        self._next = Scram._verify
        return b"%b,p=%b" % (final, b64encode(proof))

    def _sign(self, message: bytes, salt: bytes, iterations: int) -> bytes:
        """Return our proof, and keep the signature that the server must show (section 3)."""
        salted = hashlib.pbkdf2_hmac(self._hash, self._password.reveal().encode(), salt, iterations)
        client_key = hmac.digest(salted, b"Client Key", self._hash)
        stored_key = hashlib.new(self._hash, client_key).digest()
        signature = hmac.digest(stored_key, message, self._hash)
        server_key = hmac.digest(salted, b"Server Key", self._hash)
        self._expected = hmac.digest(server_key, message, self._hash)
        return bytes(ours ^ theirs for ours, theirs in zip(client_key, signature, strict=True))

    def _verify(self, challenge: bytes) -> bytes:
        """Check the server-final-message."""
        if not hmac.compare_digest(_server_final(challenge), self._expected):
            raise MechanismError(
                "the server's signature is wrong: it does not know the password, or someone is in "
                "between"
            )
        self._proved = True
        # Where the protocol cannot carry it with the success, as in POP3, the signature is a
        # challenge like any other, and has an empty response (RFC 5034 section 4).
        return b""


def _flag(channel_binding: ChannelBinding | None, plus_missing: bool) -> str:
    """Return the gs2-cbind-flag (:rfc:`5802#section-7`)."""
    if channel_binding is not None:
        return f"p={channel_binding.type}"
    return "y" if plus_missing else "n"


def _server_first(message: bytes) -> _ServerFirst:
    attributes = _attributes(message)
    # RFC 5802 section 7: the order is fixed, unknown extensions may follow.
    if list(attributes)[:3] != ["r", "s", "i"]:
        raise MechanismError("the server's message does not give nonce, salt and iteration count")
    if not _NONCE.fullmatch(attributes["r"]):
        raise MechanismError("the server's nonce is not printable ASCII")
    if not _COUNT.fullmatch(attributes["i"]):
        raise MechanismError("the server's iteration count is not a number from 1 to 9999999999")
    return _ServerFirst(attributes["r"], _octets(attributes["s"]), int(attributes["i"]))


def _server_final(message: bytes) -> bytes:
    attributes = _attributes(message)
    if next(iter(attributes)) != "v":
        raise MechanismError("the server's last message has no signature")
    return _octets(attributes["v"])


def _attributes(message: bytes) -> Mapping[str, str]:
    """Read a message of the server's, and refuse what each of them must not have."""
    try:
        parts = message.decode("utf-8").split(",")
    except UnicodeDecodeError:
        raise MechanismError("the server's message is not in UTF-8") from None
    matches = [_ATTRIBUTE.fullmatch(part) for part in parts]
    attributes = {match[1]: match[2] for match in matches if match}
    if len(attributes) < len(parts):
        raise MechanismError("the server's message is malformed, or repeats an attribute")
    if "e" in attributes:
        reason = attributes["e"] if attributes["e"] in _ERRORS else "other-error"
        raise MechanismError(f"the server refuses: {reason}")
    if "m" in attributes:  # RFC 5802 section 5.1: MUST cause authentication failure
        raise MechanismError("the server demands an extension that is not known here")
    return attributes


def _octets(base64: str) -> bytes:
    # Python's own checks of base64 are looser, and differ between its versions.
    if not _BASE64.fullmatch(base64):
        raise MechanismError("the server's message has bad base64 in it")
    return b64decode(base64)
