"""Where the server is and how it is reached: host, port, security, POP URLs."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv6Address
from urllib.parse import unquote

from pop3lib.errors import InvalidArgumentError


class Security(Enum):
    """How the connection is protected. There is no "TLS if available"."""

    #: TLS from the first octet, port 995 (:rfc:`8314#section-3.1`)
    TLS = "TLS from the start"
    #: begun in clear on port 110, TLS required before anything else (:rfc:`2595`)
    STARTTLS = "TLS by STLS, required"
    #: no TLS at all, port 110: passwords are sent only with ``allow_insecure_login=True``
    PLAINTEXT = "no TLS"


_PORTS = {Security.TLS: 995, Security.STARTTLS: 110, Security.PLAINTEXT: 110}

#: RFC 2384 section 4; the path of a POP URL is empty.
_URL = re.compile(r"(?i:(pops?))://(?:([^@/]*)@)?(\[[^\]@/]+\]|[^:@/\[\]]+)(?::([0-9]{1,5}))?/?")


@dataclass(frozen=True)
class Endpoint:
    """A server's address, and what a POP URL says besides it."""

    #: the server's name
    host: str
    #: its port
    port: int
    #: how the connection is protected
    security: Security = Security.TLS
    #: the user's name, where a URL gives one
    user: str | None = None
    #: the mechanism of ``;AUTH=``, where a URL names one: ``"APOP"`` or a SASL mechanism
    mechanism: str | None = None

    @classmethod
    def of(cls, host: str, port: int | None, security: Security) -> Endpoint:
        """Check *host* and *port*; without a port it is the usual one for *security*."""
        if not isinstance(security, Security):  # else it would be taken for no TLS at all
            raise InvalidArgumentError(
                f"security is one of {', '.join(map(str, Security))}, not {security!r:.80}"
            )
        if not isinstance(host, str) or not _is_host(host):
            shown = "what was given" if "@" in str(host) else f"{host!r:.80}"  # a password, perhaps
            raise InvalidArgumentError(
                f"not a host name: {shown}. It stands without brackets; the port is an "
                "argument of its own, and a URL is for from_url()"
            )
        number = _PORTS[security] if port is None else port
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 65536:
            raise InvalidArgumentError(f"not a port from 1 to 65535: {port!r:.80}")
        return cls(host, number, security)

    @classmethod
    def from_url(cls, url: str, security: Security | None = None) -> Endpoint:
        """Read a POP URL (:rfc:`2384#section-4`): ``pop://user;AUTH=mechanism@host:port``.

        ``pops://`` is TLS from the start. ``pop://`` is TLS by STLS, required, unless *security*
        says something else. A password in a URL is refused: URLs are shown and logged.
        """
        match = _URL.fullmatch(url)
        if match is None:
            raise InvalidArgumentError(
                "not a POP URL; it should look like pops://user@host or pop://user;AUTH=*@host:110"
            )
        scheme, access, host, port = match.groups()
        if security is None:
            security = Security.TLS if scheme.lower() == "pops" else Security.STARTTLS
        user, mechanism = _read_access(access or "")
        plain = cls.of(host.strip("[]"), int(port) if port else None, security)
        return cls(plain.host, plain.port, security, user, mechanism)

    @property
    def certified_name(self) -> str:
        """The name that the certificate must have: the root's dot is for the resolver alone."""
        return self.host.removesuffix(".")

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def _is_host(host: str) -> bool:
    """Whether *host* can be looked up: a name, or an address as it stands."""
    if not host or any(c <= " " or c in "\x7f/[]@" for c in host):
        return False
    try:
        if ":" in host:
            IPv6Address(host)
        else:
            host.encode("idna")  # as who looks it up does, and TLS: a label has 63 octets at most
    except ValueError:
        return False
    return True


def _read_access(access: str) -> tuple[str | None, str | None]:
    if ":" in access:
        raise InvalidArgumentError(
            "a POP URL has no place for a password (RFC 2384); give it to login() instead"
        )
    user, separator, auth = access.partition(";")
    keyword, _, mechanism = auth.partition("=")
    if separator and (keyword.upper() != "AUTH" or not mechanism):
        raise InvalidArgumentError("what stands behind ';' in a POP URL must be AUTH=mechanism")
    name = unquote(mechanism).upper().removeprefix("+")  # RFC 2384 marks APOP as "+APOP"
    return unquote(user) or None, None if name in ("", "*") else name


def default_context() -> ssl.SSLContext:
    """Return a context that verifies certificate and host name and wants TLS 1.2 or newer."""
    context = ssl.create_default_context()
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    context.hostname_checks_common_name = False  # RFC 9525 section 2: only subjectAltName counts
    # Who can set SSLKEYLOGFILE shall not read the mail; a context of one's own may log the keys.
    context.keylog_filename = None  # type: ignore[assignment]  # typeshed has no None there
    return context
