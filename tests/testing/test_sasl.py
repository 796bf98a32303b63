"""The server's side of each mechanism: right, wrong, and by the RFCs' own examples."""

from __future__ import annotations

import json
import os
import secrets
import ssl
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace

import pytest

from pop3lib.sasl import (
    ChannelBinding,
    CramMd5,
    External,
    Login,
    OAuthBearer,
    Plain,
    Scram,
    XOAuth2,
)
from pop3lib.sasl.mechanism import Mechanism
from pop3lib.testing import MECHANISMS, Maildrop, Session, Settings
from pop3lib.testing.auth import Channel
from pop3lib.testing.channel import own_binding
from tests.testing.talk import ask, challenge, encoded, session

BINDING = ChannelBinding("tls-server-end-point", b"\x01" * 32)
SECURE = Channel(secure=True, binding=BINDING, client_names=("ann", "nobody"))
ALL = Settings(sasl=MECHANISMS, scram_iterations=4096)


def begin(channel: Channel = SECURE, settings: Settings = ALL) -> Session:
    maildrops = {
        "ann": Maildrop("s\xe9cret", tokens=["token-a"]),
        "bob": Maildrop("other", tokens=["token-b"]),
    }
    return session(maildrops, settings, channel=channel)


def converse(begun: Session, mechanism: Mechanism, *, initial: bool = True) -> bytes:
    """Play *mechanism* to its end, and return the last answer."""
    response = mechanism.start()
    line = f"AUTH {mechanism.name}"
    if initial and response is not None:
        line += f" {encoded(response) or '='}"
        response = None
    answer = ask(begun, line)
    while answer.startswith(b"+ "):
        given = challenge(answer)
        answer = ask(begun, encoded(mechanism.answer(given) if response is None else response))
        response = None
    if answer.startswith(b"+OK"):
        mechanism.finish()
    return answer


def of(name: str, user: str, password: str, token: str) -> Mechanism:
    if name.startswith("SCRAM"):
        binding = BINDING if name.endswith("-PLUS") else None
        digest = name.removeprefix("SCRAM-").removesuffix("-PLUS")
        return Scram(user, password, digest, channel_binding=binding)
    made: dict[str, Callable[[], Mechanism]] = {
        "PLAIN": lambda: Plain(user, password),
        "LOGIN": lambda: Login(user, password),
        "CRAM-MD5": lambda: CramMd5(user, password),
        "EXTERNAL": lambda: External(user),
        "OAUTHBEARER": lambda: OAuthBearer(user, token),
        "XOAUTH2": lambda: XOAuth2(user, token),
    }
    return made[name]()


@pytest.mark.parametrize("initial", [True, False], ids=["initial response", "none"])
@pytest.mark.parametrize("name", MECHANISMS)
def test_the_right_secret_opens(name: str, initial: bool) -> None:
    begun = begin()
    mechanism = of(name, "ann", "s\xe9cret", "token-a")
    assert mechanism.name == name
    assert converse(begun, mechanism, initial=initial) == b"+OK 0 messages\r\n"
    assert begun.violations == []


@pytest.mark.parametrize("name", MECHANISMS)
@pytest.mark.parametrize(
    ("user", "password", "token"),
    [("ann", "wrong", "token-b"), ("ann", "other", "none"), ("carol", "s\xe9cret", "token-a")],
)
def test_the_wrong_secret_or_name_does_not(name: str, user: str, password: str, token: str) -> None:
    if name == "EXTERNAL":
        user = {"ann": "bob"}.get(user, user)  # its only secret is the name
    begun = begin()
    answer = converse(begun, of(name, user, password, token))
    assert answer == b"-ERR [AUTH] wrong name or password\r\n"
    assert begun.violations == []


@pytest.mark.parametrize("name", [*MECHANISMS, "X-NONE"])
def test_an_exchange_can_be_cancelled_and_begun_anew(name: str) -> None:
    begun = begin()
    answer = ask(begun, f"AUTH {name}")
    if name == "X-NONE":
        assert answer == b"-ERR no such mechanism\r\n"
        return
    assert answer.startswith(b"+ ")
    assert ask(begun, "*") == b"-ERR cancelled\r\n"
    assert ask(begun, f"AUTH {name}").startswith(b"+ ")
    assert ask(begun, "!!!") == b"-ERR that is not base64\r\n"
    assert ask(begun, "QUIT") == b"+OK goodbye\r\n"


def test_what_a_channel_cannot_carry_is_neither_announced_nor_known() -> None:
    plain = begin(Channel())
    told = ask(plain, "CAPA").decode()
    assert "PLUS" not in told and "EXTERNAL" not in told and "SCRAM-SHA-256" in told
    for name in ("SCRAM-SHA-256-PLUS", "EXTERNAL"):
        assert (
            ask(plain, f"AUTH {name}") == f"-ERR [AUTH] {name} is not for this channel\r\n".encode()
        )
    assert ask(plain, "AUTH").startswith(b"+OK\r\nSCRAM-SHA-512\r\n")


RFC_5802 = (
    "SCRAM-SHA-1",
    "QSXCR+Q6sek8bf92",
    "3rfcNHYJY1ZVvWVs7j",
    b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
    b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
)
RFC_7677 = (
    "SCRAM-SHA-256",
    "W22ZaJ0SNY7soEsUEjb6gQ==",
    "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
    b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
)


@pytest.mark.parametrize("example", [RFC_5802, RFC_7677], ids=["RFC 5802", "RFC 7677"])
def test_the_RFCs_own_SCRAM_exchanges(
    example: tuple[str, str, str, bytes, bytes, bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, salt, nonce, client_first, server_first, client_final, server_final = example
    monkeypatch.setattr(os, "urandom", lambda _size: b64decode(salt))
    monkeypatch.setattr(secrets, "token_urlsafe", lambda *_: nonce)
    begun = session({"user": Maildrop("pencil")}, ALL)
    assert challenge(ask(begun, f"AUTH {name} {encoded(client_first)}")) == server_first
    assert challenge(ask(begun, encoded(client_final))) == server_final
    assert ask(begun, "") == b"+OK 0 messages\r\n"
    assert begun.violations == []


@pytest.mark.parametrize(
    "first",
    [
        b"y,,n=ann,r=abc",  # RFC 5802 section 6: -PLUS was offered, and hidden on the way
        b"p=tls-unique,,n=ann,r=abc",
        b"n,,m=ext,n=ann,r=abc",
        b"n,,n=ann,r=",
        b"n,a=bob,n=ann,r=abc",
        b"\xff",
        b"",
    ],
)
def test_SCRAM_refuses_what_does_not_begin_right(first: bytes) -> None:
    answer = ask(begin(), f"AUTH SCRAM-SHA-256 {encoded(first) or '='}")
    assert answer == b"-ERR [AUTH] wrong name or password\r\n"


def test_SCRAM_takes_y_where_there_is_no_PLUS() -> None:
    begun = begin(replace(SECURE, binding=None))
    assert ask(begun, f"AUTH SCRAM-SHA-256 {encoded(b'y,,n=ann,r=abc')}").startswith(b"+ ")


@pytest.mark.parametrize("other", [ChannelBinding("tls-server-end-point", b"\x02" * 32), None])
def test_another_channel_than_the_servers_is_refused(other: ChannelBinding | None) -> None:
    begun = begin()
    mechanism = Scram("ann", "s\xe9cret", channel_binding=other)
    line = f"AUTH SCRAM-SHA-256-PLUS {encoded(mechanism.start())}"
    answer = ask(begun, line)
    if other is not None:
        answer = ask(begun, encoded(mechanism.answer(challenge(answer))))
    assert answer == b"-ERR [AUTH] wrong name or password\r\n"


@pytest.mark.parametrize("name", ["OAUTHBEARER", "XOAUTH2"])
def test_a_refused_token_is_explained_in_JSON(name: str) -> None:
    begun = begin()
    message = of(name, "ann", "", "expired").start()
    assert message is not None
    explained = json.loads(challenge(ask(begun, f"AUTH {name} {encoded(message)}")))
    assert explained["status"] == {"OAUTHBEARER": "invalid_token", "XOAUTH2": "401"}[name]
    # Not as RFC 7628 section 3.2.3 has it, nor as XOAUTH2 does.
    assert ask(begun, encoded(b"what?")) == b"-ERR [AUTH] wrong name or password\r\n"
    assert len(begun.violations) == 1 and name in begun.violations[0]


def test_OAUTHBEARER_needs_no_name() -> None:
    message = b"n,,\x01host=h\x01port=110\x01auth=bearer token-b\x01\x01"
    assert ask(begin(), f"AUTH OAUTHBEARER {encoded(message)}") == b"+OK 0 messages\r\n"


def test_CRAM_MD5_takes_no_initial_response() -> None:
    begun = begin()
    assert ask(begun, "AUTH CRAM-MD5 YQ==").startswith(b"-ERR [AUTH]")
    assert begun.violations == ["CRAM-MD5 begins with the server's challenge"]


def test_EXTERNAL_without_a_name_is_the_certificates() -> None:
    assert ask(begin(), "AUTH EXTERNAL =") == b"+OK 0 messages\r\n"


@pytest.mark.parametrize("line", ["AUTH PLAIN AGFubgBzZWNyZXQAeA==", "AUTH PLAIN /w=="])
def test_PLAIN_that_is_none(line: str) -> None:
    assert ask(begin(), line) == b"-ERR [AUTH] wrong name or password\r\n"


def test_PLAIN_for_somebody_else_is_refused() -> None:
    message = "bob\0ann\0s\xe9cret".encode()
    assert ask(begin(), f"AUTH PLAIN {encoded(message)}").startswith(b"-ERR [AUTH]")


def test_the_refusal_has_the_code_that_was_asked_for() -> None:
    begun = begin(settings=replace(ALL, refusal_code=None))
    assert ask(begun, "AUTH PLAIN AGEAYg==") == b"-ERR wrong name or password\r\n"


def test_SCRAM_refuses_a_nonce_that_is_not_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    # What was recorded of a login is said again: the proof is right, but for another nonce.
    monkeypatch.setattr(os, "urandom", lambda size: bytes(size))
    monkeypatch.setattr(secrets, "token_urlsafe", lambda *_: "first")
    mechanism = Scram("ann", "s\xe9cret", nonce=lambda: "abc")
    line = f"AUTH SCRAM-SHA-256 {encoded(mechanism.start())}"
    final = encoded(mechanism.answer(challenge(ask(begin(), line))))
    again = begin()
    assert ask(again, line).startswith(b"+ ") and ask(again, final).startswith(b"+ ")
    monkeypatch.setattr(secrets, "token_urlsafe", lambda *_: "second")
    replayed = begin()
    assert ask(replayed, line).startswith(b"+ ")
    assert ask(replayed, final) == b"-ERR [AUTH] wrong name or password\r\n"


@pytest.mark.parametrize("password", ["\u0221", "a\u0007b"], ids=["unassigned", "prohibited"])
def test_SCRAM_knows_no_password_that_cannot_be_stored(password: str) -> None:
    begun = session({"ann": Maildrop(password)}, ALL)
    sent = "\u0221"  # RFC 4013 section 2.5: what is unassigned may be sent, but not stored
    assert converse(begun, Scram("ann", sent)) == b"-ERR [AUTH] wrong name or password\r\n"


@pytest.mark.parametrize("proof", ["", "!!!", "QQ==", "A" * 43 + "="])
def test_SCRAM_refuses_a_proof_that_is_none(proof: str) -> None:
    begun = begin()
    first = challenge(ask(begun, f"AUTH SCRAM-SHA-256 {encoded(b'n,,n=ann,r=abc')}"))
    nonce = first.partition(b",")[0]
    answer = ask(begun, encoded(b"c=biws," + nonce + b",p=" + proof.encode()))
    assert answer == b"-ERR [AUTH] wrong name or password\r\n"


def test_SCRAM_notes_an_answer_to_its_signature() -> None:
    begun = begin()
    mechanism = Scram("ann", "s\xe9cret")
    first = challenge(ask(begun, f"AUTH SCRAM-SHA-256 {encoded(mechanism.start())}"))
    ask(begun, encoded(mechanism.answer(first)))
    assert ask(begun, encoded(b"thanks")).startswith(b"+OK")
    assert begun.violations == ["SCRAM: the server's signature is answered by an empty line"]


def test_a_name_in_SCRAM_and_OAUTHBEARER_may_have_a_comma_in_it() -> None:
    for mechanism in (Scram("ann,lee=x", "secret"), OAuthBearer("ann,lee=x", "token")):
        maildrops = {"ann,lee=x": Maildrop("secret", tokens=["token"])}
        assert converse(session(maildrops, ALL), mechanism) == b"+OK 0 messages\r\n"


def test_a_context_without_a_certificate_binds_to_nothing() -> None:
    assert own_binding(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)) is None
