"""The other side of the mechanisms, small and by the book: what a server checks.

Written from the RFCs and not from the client, so that a misreading would have to be made twice.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass


def check_plain(message: bytes, user: str, password: str) -> bool:
    """Check PLAIN's message (RFC 4616 section 2); an authzid must be the user's own name."""
    authzid, authcid, passwd = message.decode().split("\0")
    return authcid == user and passwd == password and authzid in ("", user)


@dataclass(frozen=True)
class Verifier:
    """What a SCRAM server stores of a password (RFC 5802 section 3): never the password."""

    salt: bytes
    iterations: int
    stored_key: bytes
    server_key: bytes
    hash: str = "sha256"

    @classmethod
    def of(cls, prepared: str, hash: str = "sha256", iterations: int = 4096) -> Verifier:
        salt = b"a salt, \x00 or two"
        salted = hashlib.pbkdf2_hmac(hash, prepared.encode(), salt, iterations)
        client_key = hmac.new(salted, b"Client Key", hash).digest()
        server_key = hmac.new(salted, b"Server Key", hash).digest()
        return cls(salt, iterations, hashlib.new(hash, client_key).digest(), server_key, hash)


class ScramServer:
    """One exchange, seen from the server (RFC 5802 section 5)."""

    def __init__(
        self, verifier: Verifier, *, plus: bool = False, binding: bytes = b"", nonce: str = "SERVER"
    ) -> None:
        self.verifier = verifier
        self.plus, self.binding = plus, binding
        self.nonce = nonce
        self.user = self.authzid = ""

    def first(self, message: bytes) -> bytes:
        """Take the client-first-message, return the server-first-message."""
        self.flag, authzid, self.client_first = message.decode().split(",", 2)
        self.header = f"{self.flag},{authzid},"
        assert self.flag in ("n", "y") or self.flag == "p=tls-server-end-point"
        # Section 6: y from a client that could bind, to a server that can, is a cut list.
        if self.flag == "y" and self.plus:
            return b"e=server-does-support-channel-binding"
        name, client_nonce = self.client_first.split(",")
        assert name[:2] == "n=" and client_nonce[:2] == "r=" and len(client_nonce) > 2
        self.user = self._saslname(name[2:])
        self.authzid = self._saslname(authzid.removeprefix("a="))
        self.full_nonce = client_nonce[2:] + self.nonce
        salt = b64encode(self.verifier.salt).decode()
        self.server_first = f"r={self.full_nonce},s={salt},i={self.verifier.iterations}"
        return self.server_first.encode()

    def final(self, message: bytes) -> bytes:
        """Take the client-final-message, return the server-final-message."""
        without_proof, _, proof = message.decode().rpartition(",p=")
        binding, nonce = without_proof.split(",")
        expected = self.header.encode() + (self.binding if self.flag[0] == "p" else b"")
        if b64decode(binding.removeprefix("c="), validate=True) != expected:
            return b"e=channel-bindings-dont-match"
        assert nonce == f"r={self.full_nonce}"
        spoken = f"{self.client_first},{self.server_first},{without_proof}".encode()
        if not self._proves(b64decode(proof, validate=True), spoken):
            return b"e=invalid-proof"
        signature = hmac.new(self.verifier.server_key, spoken, self.verifier.hash).digest()
        return b"v=" + b64encode(signature)

    def _proves(self, proof: bytes, spoken: bytes) -> bool:
        signature = hmac.new(self.verifier.stored_key, spoken, self.verifier.hash).digest()
        client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
        return hashlib.new(self.verifier.hash, client_key).digest() == self.verifier.stored_key

    @staticmethod
    def _saslname(escaped: str) -> str:
        # Section 5.1: "=" not followed by 2C or 3D is an error.
        bare = escaped.replace("=2C", "").replace("=3D", "")
        assert "=" not in bare
        return escaped.replace("=2C", ",").replace("=3D", "=")
