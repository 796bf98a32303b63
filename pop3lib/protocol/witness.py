"""What of the wire may be seen: by whoever watches, and in errors."""

from __future__ import annotations

from collections.abc import Sequence

from pop3lib.protocol.reply import decoded, quoted
from pop3lib.protocol.status import is_status
from pop3lib.protocol.trace import Trace, Tracer
from pop3lib.protocol.veil import Veil
from pop3lib.secret import Secret


class Witness:
    """Sees every line, and repeats it without the secrets.

    :param eol: the line end of the session.
    :param most: octets of one quotation that are looked through for secrets.
    """

    def __init__(self, eol: bytes, most: int | None) -> None:
        self._eol = eol
        self._most = most
        self._veil = Veil()
        self._tracer: Tracer | None = None

    def watch(self, trace: Trace | None) -> None:
        """Show *trace* each line from now on, or nobody."""
        self._tracer = None if trace is None else Tracer(trace, self._eol, self._veil)

    def keep(self, secrets: Sequence[Secret]) -> None:
        """Hide *secrets* from now on, in whatever the server says."""
        self._veil.add(secrets)

    def forget(self) -> None:
        """Let go of all secrets."""
        self._veil.forget()

    def sent(self, command: str) -> None:
        """See a command, as it may be shown, that is given out to be sent."""
        if self._tracer is not None:
            self._tracer.begun(command)

    def answered(self, command: str) -> None:
        """See that the answer to a command is in, to its last octet."""
        if self._tracer is not None:
            self._tracer.answered(command)

    def secured(self) -> None:
        """See TLS start behind STLS."""
        if self._tracer is not None:
            self._tracer.secured()

    def responded(self, response: str) -> None:
        """See the answer to a challenge."""
        if self._tracer is not None:
            self._tracer.sent(response)

    def challenged(self, challenge: bytes, secrets: Sequence[Secret]) -> None:
        """See a challenge, without the ``+`` before it."""
        if self._tracer is not None:
            self._tracer.received("+ " + self._veil.hide(decoded(challenge), secrets))

    def replied(self, shown: bytes) -> None:
        """See a status line, which :meth:`line` has made fit to be shown."""
        if self._tracer is not None:
            self._tracer.received(decoded(shown))

    def body(self, octets: bytes) -> None:
        """See a part of a multi-line answer."""
        if self._tracer is not None:
            self._tracer.body(octets)

    def stray(self, octets: bytes) -> None:
        """See octets that are no answer to anything."""
        if self._tracer is not None:
            self._tracer.stray(self._veil.octets(octets))

    def hung_up(self, partial: bytes, secrets: Sequence[Secret]) -> None:
        """See the server hang up, perhaps behind the beginning of a status line."""
        if self._tracer is not None:
            self._tracer.hung_up(self._veil.octets(partial, secrets))

    def line(self, line: bytes, secrets: Sequence[Secret]) -> bytes:
        """Hide *secrets* in a status line, but not in its indicator: a password may be ``OK``."""
        if not secrets and not self._veil:
            return line
        status, space, rest = line.partition(b" ") if is_status(line) else (b"", b"", line)
        return status + space + self._veil.octets(rest, secrets)

    def hide(self, text: str, secrets: Sequence[Secret]) -> str:
        """Hide *secrets* in *text*."""
        return self._veil.hide(text, secrets)

    def quoted(self, octets: bytes, secrets: Sequence[Secret] = ()) -> str:
        """Quote the beginning of *octets*, for an error's message."""
        return quoted(self._veil.octets(octets[: self._most], secrets))
