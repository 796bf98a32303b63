"""The SASL exchange inside AUTH, by the book (:rfc:`5034#section-4`).

It puts a mechanism's raw bytes into base64 lines and back, decides whether the initial response
rides in the AUTH line, cancels with ``*``, and counts. It knows nothing of any mechanism.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as BinasciiError

from pop3lib.protocol.limits import Limits
from pop3lib.sasl.mechanism import Mechanism, MechanismError, TakesLong

#: RFC 5034 section 4: with its initial response the AUTH line may have 255 octets.
_MAX_LINE = 255
CANCEL = b"*"


class Conversation:
    """Our side of one SASL exchange."""

    def __init__(self, mechanism: Mechanism, limits: Limits, initial_response: bool = True) -> None:
        self._mechanism = mechanism
        self._limits = limits
        self._initial_response = initial_response
        self._kept: bytes | None = None
        self._rounds = 0
        #: whether the mechanism has said anything yet: before that, no success is possible
        self.spoken: bool = False
        #: whether its initial response rode in the AUTH line
        self.in_one_line: bool = False
        #: why the exchange was cancelled, or why its success cannot be believed
        self.error: MechanismError | None = None

    def opening(self) -> bytes:
        """Return the AUTH line."""
        line = b"AUTH " + self._mechanism.name.encode("ascii")
        initial = self._mechanism.start()
        if initial is None:
            return line
        # RFC 5034 section 4: an empty initial response is a single "=".
        whole = line + b" " + (b64encode(initial) or b"=")
        if self._initial_response and len(whole) + 2 <= _MAX_LINE:
            self.spoken = self.in_one_line = True
            return whole
        self._kept = initial  # sent when the server asks with an empty challenge
        return line

    @property
    def takes_long(self) -> bool:
        """Whether :meth:`respond` may take long: then it had better not be an event loop's work."""
        mechanism = self._mechanism
        return isinstance(mechanism, TakesLong) and mechanism.takes_long and self._kept is None

    def respond(self, challenge: bytes) -> bytes:
        """Return the line that answers *challenge*, what stood behind the ``+``."""
        self._limits.check("max_challenge", len(challenge), "a SASL challenge")
        self._rounds += 1
        self._limits.check("max_rounds", self._rounds, "the number of SASL challenges")
        try:
            return b64encode(self._response(challenge))
        except MechanismError as error:
            self.error = error
            return CANCEL

    def _response(self, challenge: bytes) -> bytes:
        self.spoken = True
        if self._kept is not None:
            # Whatever stands there: some servers put prose where an empty challenge belongs
            # ("+ go ahead"; MailKit #268).
            response, self._kept = self._kept, None
            return response
        try:
            octets = b64decode(challenge, validate=True)
        except (BinasciiError, ValueError):
            raise MechanismError("the server's challenge is not base64") from None
        return self._mechanism.answer(octets)

    def finish(self) -> bool:
        """Say whether the server's success can be believed; :attr:`error` tells why not."""
        try:
            self._mechanism.finish()
        except MechanismError as error:
            self.error = error
        return self.error is None
