"""Channel binding: what ties a login to the TLS channel that it runs in (:rfc:`5056`).

``tls-server-end-point`` (:rfc:`5929#section-4`) is a hash of the server's certificate. Which hash
depends on the certificate's signature, so just so much of DER is read here as to find that out.
The certificate itself is not judged: that was done when TLS began.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pop3lib.errors import InvalidArgumentError

_SEQUENCE: Final = 0x30
_OBJECT_IDENTIFIER: Final = 0x06
_EXPLICIT_0: Final = 0xA0

_TYPE = re.compile(r"[A-Za-z0-9.-]+")  # RFC 5802 section 7: cb-name

#: Octets; those that matter have 10 at most. It keeps an endless arc from becoming an endless sum.
_LONGEST_IDENTIFIER: Final = 32

_RSA_PSS: Final = "1.2.840.113549.1.1.10"  # RFC 4055: the hash is in its parameters

#: RFC 5929 section 4.1: SHA-256 stands in for MD5 and SHA-1. A signature that names no hash
#: (Ed25519, Ed448, ML-DSA) has no binding of this type, and so is not here.
_HASHES: Final[Mapping[str, str]] = {
    # signatures with RSA (RFC 8017 appendix C, and the older OIW arc)
    "1.2.840.113549.1.1.4": "sha256",
    "1.2.840.113549.1.1.5": "sha256",
    "1.3.14.3.2.29": "sha256",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.113549.1.1.14": "sha224",
    "2.16.840.1.101.3.4.3.13": "sha3_224",
    "2.16.840.1.101.3.4.3.14": "sha3_256",
    "2.16.840.1.101.3.4.3.15": "sha3_384",
    "2.16.840.1.101.3.4.3.16": "sha3_512",
    # signatures with ECDSA (RFC 5758 section 3.2)
    "1.2.840.10045.4.1": "sha256",
    "1.2.840.10045.4.3.1": "sha224",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
    "2.16.840.1.101.3.4.3.9": "sha3_224",
    "2.16.840.1.101.3.4.3.10": "sha3_256",
    "2.16.840.1.101.3.4.3.11": "sha3_384",
    "2.16.840.1.101.3.4.3.12": "sha3_512",
    # signatures with DSA (RFC 5758 section 3.1)
    "1.2.840.10040.4.3": "sha256",
    "2.16.840.1.101.3.4.3.1": "sha224",
    "2.16.840.1.101.3.4.3.2": "sha256",
    # hashes by themselves, as RSA-PSS names them (RFC 8017 appendix B.1)
    "1.3.14.3.2.26": "sha256",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.8": "sha3_256",
    "2.16.840.1.101.3.4.2.9": "sha3_384",
    "2.16.840.1.101.3.4.2.10": "sha3_512",
}


@dataclass(frozen=True)
class ChannelBinding:
    """What both ends of a channel know about it, and nobody in between.

    Any registered type will do: who can get at ``tls-exporter`` (:rfc:`9266`) makes one of it.

    :raises InvalidArgumentError: for what is no name of a type, or no data.
    """

    #: the registered name of the type, such as ``"tls-server-end-point"``
    type: str
    #: the data, in octets; no secret
    data: bytes

    def __post_init__(self) -> None:
        if not _TYPE.fullmatch(self.type) or not self.data:
            raise InvalidArgumentError(f"no channel binding: type {self.type!r:.40}, {self.data!r}")


def tls_server_end_point(certificate: bytes | None) -> ChannelBinding | None:
    """Return the binding to the server's *certificate*, or None where it has none.

    :param certificate: the certificate in DER, as ``SSLSocket.getpeercert(True)`` returns it.

    None is returned for a signature without a hash of its own, such as Ed25519, as the type is
    not defined there (:rfc:`5929#section-4.1`), and for what is no certificate. Never raises.
    """
    try:
        name = _HASHES.get(_signature_hash(certificate or b""))
    except _NotDER:
        return None
    if name is None:
        return None
    return ChannelBinding("tls-server-end-point", hashlib.new(name, certificate or b"").digest())


class _NotDER(Exception):
    """The octets are no DER, or not that of a certificate."""


def _signature_hash(certificate: bytes) -> str:
    """Return the object identifier that tells the hash (:rfc:`5280#section-4.1`)."""
    _to_be_signed, after = _element(_content(certificate, _SEQUENCE))
    identifier, parameters = _algorithm(after)
    if identifier != _RSA_PSS:
        return identifier
    # RFC 4055 section 3.1: [0] is the hash, and absent where it is SHA-1.
    fields = _content(parameters, _SEQUENCE)
    if not fields.startswith(bytes([_EXPLICIT_0])):
        return "1.3.14.3.2.26"
    return _algorithm(_content(fields, _EXPLICIT_0))[0]


def _algorithm(data: bytes) -> tuple[str, bytes]:
    """Read an AlgorithmIdentifier; return its object identifier and its parameters."""
    fields = _content(data, _SEQUENCE)
    _identifier, parameters = _element(fields)
    return _dotted(_content(fields, _OBJECT_IDENTIFIER)), parameters


def _content(data: bytes, tag: int) -> bytes:
    """Return the content of the element that *data* begins with; it must have this tag."""
    if data[:1] != bytes([tag]):
        raise _NotDER
    element, _after = _element(data)
    return element


def _element(data: bytes) -> tuple[bytes, bytes]:
    """Return the content of the first element of *data*, and what follows it (X.690, 8.1)."""
    if len(data) < 2:
        raise _NotDER
    start, length = 2, data[1]
    if length >= 0x80:  # the long form: so many octets hold the length
        start = 2 + (length & 0x7F)
        length = int.from_bytes(data[2:start], "big")
    end = start + length
    if end > len(data):
        raise _NotDER
    return data[start:end], data[end:]


def _dotted(content: bytes) -> str:
    """Return an object identifier as people write it (X.690, 8.19)."""
    if len(content) > _LONGEST_IDENTIFIER:
        raise _NotDER
    arcs, arc = [], 0
    for octet in content:
        arc = (arc << 7) | (octet & 0x7F)
        if octet < 0x80:
            arcs.append(arc)
            arc = 0
    if not arcs:
        raise _NotDER
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))
