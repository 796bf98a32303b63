"""No secret in a repr, a message, or a traceback with variables, whatever goes wrong."""

from __future__ import annotations

import hashlib
import hmac
import logging
from base64 import b64encode
from collections.abc import Callable, Iterator
from traceback import TracebackException
from urllib.parse import quote

import pytest

from pop3lib.errors import POP3Error
from pop3lib.sasl import (
    CramMd5,
    Credentials,
    KeepsSecrets,
    Login,
    Mechanism,
    MechanismError,
    OAuthBearer,
    Plain,
    Scram,
    XOAuth2,
    candidates,
    mechanism_for,
    saslprep,
)
from pop3lib.secret import Secret

# The tests refer to these by name, and have no variables that hold them: a test's own frame is
# in the traceback too.
HUSH = "S3cr3t-P4ssw0rd"
BAD = HUSH + "\n"
UNPREPARED = HUSH + "\ue000"
NONCE = "N"

MAKERS: dict[str, Callable[[], Mechanism]] = {
    "PLAIN": lambda: Plain("ann", HUSH),
    "LOGIN": lambda: Login("ann", HUSH),
    "CRAM-MD5": lambda: CramMd5("ann", HUSH),
    "XOAUTH2": lambda: XOAuth2("ann", HUSH),
    "OAUTHBEARER": lambda: OAuthBearer("ann", HUSH),
    "SCRAM-SHA-256": lambda: Scram("ann", HUSH, nonce=lambda: NONCE),
}
CHALLENGES = {
    "PLAIN": [b"more"],
    "LOGIN": [b"", b"", b"more"],
    "CRAM-MD5": [b"<1@example.org>", b"more"],
    "XOAUTH2": [b'{"status":"401"}', b"more"],
    "OAUTHBEARER": [b'{"status":"401"}', b"more"],
    "SCRAM-SHA-256": [b"r=Nx,s=QUJD,i=4096", b"v=QUJD"],
}


def exchange(mechanism: Mechanism) -> None:
    """Play an exchange that fails in the end."""
    mechanism.start()
    for challenge in CHALLENGES[mechanism.name]:
        mechanism.answer(challenge)


def derived() -> Iterator[bytes]:
    """Everything from which the password, or a login without it, could be had."""
    yield HUSH.encode()
    yield hmac.new(HUSH.encode(), b"<1@example.org>", "md5").hexdigest().encode()
    salted = hashlib.pbkdf2_hmac("sha256", HUSH.encode(), b"ABC", 4096)
    yield salted
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    yield from (client_key, hashlib.sha256(client_key).digest())
    yield hmac.digest(salted, b"Server Key", "sha256")


def forms() -> Iterator[str]:
    for octets in derived():
        yield from (repr(octets)[2:-1], octets.hex(), b64encode(octets).decode(), quote(octets))
    yield HUSH.encode().hex()[8:]


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and everything it came from, also what ``from None`` hides."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        error = waiting.pop()
        if error is not None and id(error) not in seen:
            seen.add(id(error))
            yield error
            waiting += [error.__cause__, error.__context__]


def assert_unseen(text: str) -> None:
    for form in forms():
        assert form not in text


def everything_shown(error: BaseException) -> str:
    """What an error tracker collects: messages, arguments, and the variables of every frame."""
    return "".join(
        "".join(TracebackException.from_exception(link, capture_locals=True).format())
        + repr(link)
        + repr(link.args)
        + repr(vars(link))
        for link in chain(error)
    )


def test_the_search_finds_what_is_there() -> None:
    def careless(password: str) -> None:
        raise ValueError("with the password in a variable")

    with pytest.raises(ValueError, match="variable") as caught:
        careless(HUSH)
    assert any(form in everything_shown(caught.value) for form in forms())


@pytest.mark.parametrize("name", MAKERS)
def test_SEC_03_a_failed_exchange_shows_no_secret(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    mechanism = MAKERS[name]()
    with pytest.raises(MechanismError) as caught:
        exchange(mechanism)
    assert_unseen(everything_shown(caught.value))
    with pytest.raises(MechanismError) as caught:
        mechanism.finish()
    assert_unseen(everything_shown(caught.value))
    logging.getLogger("test").error("login failed", exc_info=caught.value)
    assert_unseen(caplog.text)


@pytest.mark.parametrize("call", range(4))
def test_SEC_03_an_interrupt_while_scram_computes_shows_no_key(
    call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Ctrl-C, or a program's own alarm, in the midst of it: at each of its four keyed digests.
    sign, calls = hmac.digest, iter(range(4))

    def interrupted(key: bytes, message: bytes, digest: str) -> bytes:
        if next(calls) == call:
            raise KeyboardInterrupt
        return sign(key, message, digest)

    mechanism = MAKERS["SCRAM-SHA-256"]()
    mechanism.start()
    monkeypatch.setattr(hmac, "digest", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        mechanism.answer(b"r=Nx,s=QUJD,i=4096")
    monkeypatch.undo()
    assert_unseen(everything_shown(caught.value))
    with pytest.raises(MechanismError):
        mechanism.finish()


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: Plain("ann", BAD),
        lambda: Plain("ann\n", HUSH),
        lambda: Plain("ann", HUSH, authzid="\0"),
        lambda: Login("ann", BAD),
        lambda: Login("", HUSH),
        lambda: CramMd5("ann", BAD),
        lambda: CramMd5("", HUSH),
        lambda: XOAuth2("ann", BAD),
        lambda: XOAuth2("", HUSH),
        lambda: XOAuth2("ann", UNPREPARED),
        lambda: OAuthBearer("ann", BAD),
        lambda: OAuthBearer("ann\1", HUSH),
        lambda: OAuthBearer("ann", HUSH, host="\1"),
        lambda: Scram("ann", BAD),
        lambda: Scram("ann\0", HUSH),
        lambda: Scram("\ue000", HUSH),
        lambda: Scram("ann", UNPREPARED),
        lambda: Scram("ann", HUSH, "MD5"),
        lambda: Scram("ann", HUSH, authzid="\0"),
        lambda: Credentials("ann", BAD),
        lambda: Credentials("ann\n", HUSH),
        lambda: Credentials("ann", token=BAD),
        lambda: Credentials("ann\n", token=HUSH),
        lambda: saslprep(Secret(UNPREPARED)),
        lambda: list(candidates(["SCRAM-SHA-1"], Credentials("ann", UNPREPARED), clear=True)),
        lambda: mechanism_for("SCRAM-SHA-1", Credentials("ann", UNPREPARED), ["SCRAM-SHA-1"]),
        lambda: mechanism_for("XOAUTH2", Credentials("ann", HUSH), ["XOAUTH2"]),
        lambda: mechanism_for("SCRAM-SHA-1-PLUS", Credentials("ann", HUSH), ["SCRAM-SHA-1-PLUS"]),
    ],
)
def test_SEC_03_a_refused_argument_shows_no_secret(attempt: Callable[[], object]) -> None:
    with pytest.raises(POP3Error) as caught:
        attempt()
    assert_unseen(everything_shown(caught.value))


@pytest.mark.parametrize("name", MAKERS)
def test_SEC_02_what_is_shown_of_a_mechanism_has_no_secret(name: str) -> None:
    mechanism = MAKERS[name]()
    assert_unseen(f"{mechanism} {mechanism!r} {vars(mechanism)}")
    with pytest.raises(MechanismError):
        exchange(mechanism)
    assert_unseen(f"{mechanism} {mechanism!r} {vars(mechanism)}")


def test_SEC_02_what_is_shown_of_credentials_has_no_secret() -> None:
    credentials = Credentials("ann", HUSH, HUSH + "token")
    slots = [getattr(credentials, name) for name in Credentials.__slots__]
    assert_unseen(f"{credentials} {credentials!r} {slots}")


@pytest.mark.parametrize("name", MAKERS)
def test_SEC_04_every_mechanism_says_what_to_mask(name: str) -> None:
    mechanism = MAKERS[name]()
    assert isinstance(mechanism, KeepsSecrets)
    assert [secret.reveal() for secret in mechanism.secrets] == [HUSH]
    mechanism.start()
    text = f"bad password {HUSH}"
    for secret in mechanism.secrets:
        text = secret.mask(text)
    assert text == "bad password ***"
