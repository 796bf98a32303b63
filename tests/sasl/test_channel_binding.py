"""The binding to the server's certificate."""

from __future__ import annotations

import hashlib
import ssl
import time
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl import ChannelBinding, tls_server_end_point
from tests.conftest import Tls

Key: TypeAlias = (
    rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)  # fmt: skip

RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP384R1())
#: sha256WithRSAEncryption, and others of the same length, as they stand in a certificate
SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")
MD5_WITH_RSA = bytes.fromhex("06092a864886f70d010104")
UNKNOWN = bytes.fromhex("06092a864886f70d01017f")


def certificate(
    key: Key, hash: hashes.HashAlgorithm | None, rsa_padding: padding.PSS | None = None
) -> x509.Certificate:
    """Make a certificate with this signature."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pop.example.org")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    return builder.sign(key, hash, rsa_padding=rsa_padding)  # type: ignore[arg-type]


def der(made: x509.Certificate) -> bytes:
    return made.public_bytes(serialization.Encoding.DER)


PLAIN_RSA = der(certificate(RSA_KEY, hashes.SHA256()))


@pytest.mark.parametrize("key", [RSA_KEY, EC_KEY])
@pytest.mark.parametrize(
    "hash",
    [
        *(hashes.SHA224(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()),
        *(hashes.SHA3_224(), hashes.SHA3_256(), hashes.SHA3_384(), hashes.SHA3_512()),
    ],
)
def test_rfc_5929_section_4_1_the_hash_is_the_signatures_own(
    key: Key, hash: hashes.HashAlgorithm
) -> None:
    made = certificate(key, hash)
    assert tls_server_end_point(der(made)) == ChannelBinding(
        "tls-server-end-point", made.fingerprint(hash)
    )


@pytest.mark.parametrize("hash", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_the_hash_of_rsa_pss_is_in_its_parameters(hash: hashes.HashAlgorithm) -> None:
    made = certificate(RSA_KEY, hash, padding.PSS(padding.MGF1(hash), hash.digest_size))
    binding = tls_server_end_point(der(made))
    assert binding is not None and binding.data == made.fingerprint(hash)


@pytest.mark.parametrize("old", [SHA1_WITH_RSA, MD5_WITH_RSA])
def test_rfc_5929_section_4_1_sha_256_stands_in_for_sha_1_and_md5(old: bytes) -> None:
    # Nobody signs so any more, the library that makes these certificates neither: the name of
    # the algorithm is changed in both its places. Whether the signature is right is not asked.
    assert PLAIN_RSA.count(SHA256_WITH_RSA) == 2
    octets = PLAIN_RSA.replace(SHA256_WITH_RSA, old)
    assert tls_server_end_point(octets) == ChannelBinding(
        "tls-server-end-point", hashlib.sha256(octets).digest()
    )


def element(tag: int, *content: bytes) -> bytes:
    octets = b"".join(content)
    assert len(octets) < 0x80
    return bytes([tag, len(octets)]) + octets


def test_rfc_4055_section_3_1_rsa_pss_without_parameters_is_sha_1() -> None:
    rsa_pss = bytes.fromhex("06092a864886f70d01010a")
    for parameters in (element(0x30), element(0x30, element(0xA2, element(0x02, b"\x14")))):
        octets = element(0x30, element(0x30), element(0x30, rsa_pss, parameters), element(0x03))
        binding = tls_server_end_point(octets)
        assert binding is not None and binding.data == hashlib.sha256(octets).digest()


def test_a_signature_without_a_hash_has_no_binding() -> None:
    for key in (ed25519.Ed25519PrivateKey.generate(), ed448.Ed448PrivateKey.generate()):
        assert tls_server_end_point(der(certificate(key, None))) is None


def test_an_algorithm_that_is_not_known_has_no_binding() -> None:
    assert tls_server_end_point(PLAIN_RSA.replace(SHA256_WITH_RSA, UNKNOWN)) is None


def test_without_a_certificate_there_is_no_binding() -> None:
    # SSLSocket.getpeercert(True) returns None where the server showed none.
    assert tls_server_end_point(None) is None


def small(outer: int = 0x30, identifier: bytes = SHA256_WITH_RSA, rest: bytes = b"") -> bytes:
    """The least that passes for a certificate here."""
    return element(outer, element(0x30), element(0x30, identifier), rest)


def test_what_is_no_certificate_has_no_binding() -> None:
    assert tls_server_end_point(small()) is not None
    pem = certificate(EC_KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    for octets in (
        b"",
        pem,
        small(outer=0x31),  # a SET
        small(identifier=element(0x04, SHA256_WITH_RSA[2:])),  # an OCTET STRING
        small(identifier=element(0x06)),  # an empty OBJECT IDENTIFIER
        b"\x30\x80" * 40,
    ):
        assert tls_server_end_point(octets) is None


def test_an_indefinite_length_is_no_length() -> None:
    # X.690, 10.1: DER has none. 0x80 is not 128 octets either.
    content = small()[2:]
    padded = content + element(0x03, bytes(128 - 2 - len(content)))
    assert len(padded) == 128
    assert tls_server_end_point(b"\x30\x81\x80" + padded) is not None
    assert tls_server_end_point(b"\x30\x80" + padded) is None


def test_LIM_12_an_endless_number_in_it_takes_no_time() -> None:
    arc = b"\xff" * 200_000 + b"\x01"
    identifier = b"\x06\x83" + len(arc).to_bytes(3, "big") + arc
    algorithm = b"\x30\x83" + len(identifier).to_bytes(3, "big") + identifier
    octets = b"\x30\x83" + (2 + len(algorithm)).to_bytes(3, "big") + b"\x30\x00" + algorithm
    begun = time.perf_counter()
    assert tls_server_end_point(octets) is None
    assert time.perf_counter() - begun < 0.5


def every_hash_of(octets: bytes) -> set[bytes]:
    names = [f"sha{bits}" for bits in (224, 256, 384, 512)]
    names += [f"sha3_{bits}" for bits in (224, 256, 384, 512)]
    return {hashlib.new(name, octets).digest() for name in names}


@given(cut=st.integers(0, len(PLAIN_RSA) - 1))
def test_a_certificate_cut_off_has_no_binding(cut: int) -> None:
    assert tls_server_end_point(PLAIN_RSA[:cut]) is None


@given(position=st.integers(0, len(PLAIN_RSA) - 1), octet=st.integers(0, 255))
def test_a_certificate_that_is_damaged_raises_nothing(position: int, octet: int) -> None:
    damaged = bytearray(PLAIN_RSA)
    damaged[position] = octet
    binding = tls_server_end_point(bytes(damaged))
    assert binding is None or binding.data in every_hash_of(bytes(damaged))


@given(st.binary(max_size=64) | st.lists(st.sampled_from(
    [b"\x30", b"\x06", b"\xa0", b"\x80", b"\x82", b"\x04", b"\x2a", SHA256_WITH_RSA]
)).map(b"".join))  # fmt: skip
def test_octets_of_any_kind_raise_nothing(octets: bytes) -> None:
    tls_server_end_point(octets)


def test_the_certificate_of_a_tls_connection_has_a_binding(tls: Tls) -> None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = tls.client.wrap_bio(to_client, to_server, server_hostname="localhost")
    server = tls.server.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    seen = client.getpeercert(True)
    binding = tls_server_end_point(seen)
    assert seen is not None and binding is not None
    hash = x509.load_der_x509_certificate(seen).signature_hash_algorithm
    assert hash is not None
    assert binding.data == x509.load_der_x509_certificate(seen).fingerprint(hash)


@pytest.mark.parametrize(
    ("type", "data"), [("", b"x"), ("tls-exporter", b""), ("tls,exporter", b"x"), ("a\r\n", b"x")]
)
def test_INJ_11_a_binding_that_would_break_the_message_is_refused(type: str, data: bytes) -> None:
    with pytest.raises(InvalidArgumentError, match="no channel binding"):
        ChannelBinding(type, data)
