"""The server's side of SCRAM (:rfc:`5802`, :rfc:`7677`), with and without channel binding."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import b64encode
from binascii import a2b_base64

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl.prep import saslprep
from pop3lib.secret import Secret
from pop3lib.testing.auth import Conversation, Desk, ServerMechanism, text


def scram(hash_name: str, *, plus: bool = False) -> ServerMechanism:
    """Return the mechanism on a hash that :mod:`hashlib` knows by this name."""

    def converse(desk: Desk, initial: bytes | None) -> Conversation:
        return _converse(desk, initial, hash_name, plus)

    return converse


def _converse(desk: Desk, initial: bytes | None, hash_name: str, plus: bool) -> Conversation:
    client_first = text((yield b"") if initial is None else initial)
    flag, authzid, bare = [*client_first.split(",", 2), "", ""][:3]
    first = _attributes(bare)
    user = first.get("n", "").replace("=2C", ",").replace("=3D", "=")
    if not _flag_is_right(desk, flag, plus) or not first.get("r") or "m" in first:
        return None
    if authzid not in ("", f"a={first.get('n')}"):
        return None
    nonce = first["r"] + secrets.token_urlsafe(18)
    salt = os.urandom(16)
    server_first = f"r={nonce},s={b64encode(salt).decode()},i={desk.scram_iterations}"
    client_final = text((yield server_first.encode()))
    without_proof, _, proof = client_final.rpartition(",p=")
    final = _attributes(without_proof)
    bound = f"{flag},{authzid},".encode() + _binding(desk, plus)
    if final.get("r") != nonce or final.get("c") != b64encode(bound).decode():
        return None
    salted = _salted(desk.password(user), hash_name, salt, desk.scram_iterations)
    message = f"{bare},{server_first},{without_proof}".encode()
    if not _proves(proof, salted, hash_name, message):
        return None
    server_key = hmac.digest(salted, b"Server Key", hash_name)
    signature = hmac.digest(server_key, message, hash_name)
    # RFC 5034 section 4: +OK carries no data, so the signature is a challenge of its own.
    if (yield b"v=" + b64encode(signature)):
        desk.violation("SCRAM: the server's signature is answered by an empty line")
    return user if user in desk.maildrops else None


def _flag_is_right(desk: Desk, flag: str, plus: bool) -> bool:
    if plus:
        binding = desk.channel.binding
        return binding is not None and flag == f"p={binding.type}"
    # RFC 5802 section 6: "y" says that no -PLUS was seen; where it was offered, somebody lied.
    bindable = any(name.endswith("-PLUS") for name in desk.offered)
    return flag == "n" or (flag == "y" and not bindable)


def _binding(desk: Desk, plus: bool) -> bytes:
    binding = desk.channel.binding
    return binding.data if plus and binding is not None else b""


def _salted(password: Secret | None, hash_name: str, salt: bytes, iterations: int) -> bytes:
    """Return the salted password; for a user who is not there, one that nobody knows."""
    known = password or Secret(secrets.token_urlsafe())
    try:
        known = saslprep(known, stored=True)
    except InvalidArgumentError:
        known = Secret(secrets.token_urlsafe())
    return hashlib.pbkdf2_hmac(hash_name, known.reveal().encode(), salt, iterations)


def _proves(proof: str, salted: bytes, hash_name: str, message: bytes) -> bool:
    """Say whether the client's proof is that of one who knows the password."""
    client_key = hmac.digest(salted, b"Client Key", hash_name)
    stored_key = hashlib.new(hash_name, client_key).digest()
    signature = hmac.digest(stored_key, message, hash_name)
    expected = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
    try:
        return hmac.compare_digest(a2b_base64(proof.encode(), strict_mode=True), expected)
    except ValueError:
        return False


def _attributes(message: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in message.split(",")]
    return {name: value for name, _, value in pairs}
