"""SCRAM."""

from __future__ import annotations

import hashlib
import time
from base64 import b64encode
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop3lib.errors import InvalidArgumentError
from pop3lib.sasl import ChannelBinding, MechanismError, Scram, saslprep
from tests.sasl.server import ScramServer, Verifier

OURS = "rOprNGfwEbeRWgbNEkqO"
FIRST = f"r={OURS}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".encode()
FINAL = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
BINDING = ChannelBinding("tls-server-end-point", bytes(range(32)))


def passes(text: str) -> bool:
    try:
        saslprep(text)
    except InvalidArgumentError:
        return False
    return True


#: Most of what SASLprep lets pass; letters that run from right to left have their own tests.
CARRIED = st.text(
    st.characters(codec="utf-8", categories=["Ll", "Lu", "Nd", "Po", "Sm"]) | st.sampled_from(",=")
).filter(passes)


def started() -> Scram:
    """The exchange of RFC 7677 section 3, after the client's first message."""
    mechanism = Scram("user", "pencil", nonce=lambda: OURS)
    mechanism.start()
    return mechanism


def play(mechanism: Scram, server: ScramServer) -> None:
    """Let the two speak to the end."""
    first = server.first(mechanism.start())
    assert mechanism.answer(server.final(mechanism.answer(first))) == b""
    mechanism.finish()


# --- the RFCs' own exchanges


def test_the_example_of_rfc_5802() -> None:
    mechanism = Scram("user", "pencil", "SHA-1", nonce=lambda: "fyko+d2lbbFgONRv9qkxdawL")
    assert mechanism.name == "SCRAM-SHA-1"
    assert mechanism.start() == b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"
    challenge = b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
    assert mechanism.answer(challenge) == (
        b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="
    )
    assert mechanism.answer(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=") == b""
    mechanism.finish()


def test_the_example_of_rfc_7677() -> None:
    mechanism = Scram("user", "pencil", nonce=lambda: OURS)
    assert mechanism.name == "SCRAM-SHA-256"
    assert mechanism.start() == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    assert mechanism.answer(FIRST) == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert mechanism.answer(FINAL) == b""
    mechanism.finish()


# --- against a server


@pytest.mark.parametrize("digest", ["SHA-1", "SHA-256", "SHA-512"])
@pytest.mark.parametrize("binding", [None, BINDING])
def test_a_server_is_satisfied_and_satisfies(digest: str, binding: ChannelBinding | None) -> None:
    mechanism = Scram("user", "pencil", digest, channel_binding=binding)
    assert mechanism.name == f"SCRAM-{digest}" + ("-PLUS" if binding else "")
    server = ScramServer(
        Verifier.of("pencil", digest.replace("-", "").lower()),
        plus=binding is not None,
        binding=BINDING.data,
    )
    play(mechanism, server)
    assert server.user == "user"
    assert server.flag == ("p=tls-server-end-point" if binding else "n")


@settings(max_examples=30)
@given(user=CARRIED, password=CARRIED, authzid=CARRIED | st.just(""))
def test_a_server_reads_what_was_meant(user: str, password: str, authzid: str) -> None:
    server = ScramServer(Verifier.of(saslprep(password)))
    play(Scram(user, password, authzid=authzid), server)
    assert (server.user, server.authzid) == (saslprep(user), authzid)


def test_INJ_11_comma_and_equals_sign_are_escaped_in_names() -> None:
    mechanism = Scram("al,ice=x", "pencil", authzid="=,", nonce=lambda: "abc")
    assert mechanism.start() == b"n,a==3D=2C,n=al=2Cice=3Dx,r=abc"


def test_rfc_5802_section_3_composed_and_compatibility_forms_are_one_password() -> None:
    # U+00BD is 1, U+2044, 2 under NFKC but not under NFC; U+212B is U+00C5 under both.
    for spelling in ("\u00bd \u212b", "1\u20442 \u00c5", "1\u20442 A\u030a"):
        play(Scram("user", spelling), ScramServer(Verifier.of("1\u20442 \u00c5")))
    assert Scram("\u212b", "x", nonce=lambda: "y").start() == b"n,,n=\xc3\x85,r=y"


def test_a_wrong_password_ends_in_the_servers_refusal() -> None:
    mechanism = Scram("user", "pen")
    server = ScramServer(Verifier.of("pencil"))
    final = server.final(mechanism.answer(server.first(mechanism.start())))
    with pytest.raises(MechanismError, match="the server refuses: invalid-proof"):
        mechanism.answer(final)
    with pytest.raises(MechanismError):
        mechanism.finish()


def test_start_begins_anew_with_a_new_nonce() -> None:
    mechanism = Scram("user", "pencil")
    nonces = set()
    for _ in range(3):
        server = ScramServer(Verifier.of("pencil"))
        play(mechanism, server)
        nonces.add(server.full_nonce)
    assert len(nonces) == 3


def test_a_nonce_has_18_random_octets() -> None:
    nonces = {Scram("user", "x").start().partition(b",r=")[2] for _ in range(50)}
    assert len(nonces) == 50
    assert {len(nonce) for nonce in nonces} == {24}  # of 6 bits each


def test_start_forgets_an_earlier_success() -> None:
    mechanism = started()
    mechanism.answer(FIRST)
    mechanism.answer(FINAL)
    mechanism.finish()
    mechanism.start()
    with pytest.raises(MechanismError, match="without having shown"):
        mechanism.finish()


# --- channel binding


def test_AUT_15_another_channel_than_the_servers_is_refused() -> None:
    # Someone in between has a certificate of his own: client and server see different ones.
    mechanism = Scram("user", "pencil", channel_binding=BINDING)
    server = ScramServer(Verifier.of("pencil"), plus=True, binding=b"another certificate's hash")
    final = server.final(mechanism.answer(server.first(mechanism.start())))
    with pytest.raises(MechanismError, match="channel-bindings-dont-match"):
        mechanism.answer(final)


def test_AUT_15_a_list_that_lost_its_PLUS_is_noticed_by_the_server() -> None:
    mechanism = Scram("user", "pencil", plus_missing=True)
    challenge = ScramServer(Verifier.of("pencil"), plus=True).first(mechanism.start())
    with pytest.raises(MechanismError, match="server-does-support-channel-binding"):
        mechanism.answer(challenge)


@pytest.mark.parametrize(
    ("options", "flag"),
    [
        ({}, b"n,,"),
        ({"plus_missing": True}, b"y,,"),
        ({"channel_binding": BINDING}, b"p=tls-server-end-point,,"),
        ({"channel_binding": BINDING, "plus_missing": True}, b"p=tls-server-end-point,,"),
        ({"channel_binding": ChannelBinding("tls-exporter", b"x")}, b"p=tls-exporter,,"),
    ],
)
def test_AUT_15_the_flag_says_what_this_side_can_do(
    options: dict[str, ChannelBinding | bool], flag: bytes
) -> None:
    message = Scram("user", "pencil", **options).start()  # type: ignore[arg-type]
    assert message.startswith(flag + b"n=user,r=")


def test_the_binding_is_repeated_under_the_proof() -> None:
    mechanism = Scram("user", "pencil", channel_binding=BINDING, nonce=lambda: OURS)
    mechanism.start()
    expected = b64encode(b"p=tls-server-end-point,," + BINDING.data)
    assert mechanism.answer(FIRST).startswith(b"c=" + expected + b",r=")


# --- servers that cannot be believed


def proof_withheld(challenge: bytes, match: str) -> None:
    """Assert that *challenge* is refused, that nothing is computed from it, and no way leads on."""
    mechanism = started()
    begun = time.perf_counter()
    with pytest.raises(MechanismError, match=match):
        mechanism.answer(challenge)
    assert time.perf_counter() - begun < 0.1
    for further in (FIRST, FINAL):
        with pytest.raises(MechanismError, match="where none can follow"):
            mechanism.answer(further)
    with pytest.raises(MechanismError, match="without having shown"):
        mechanism.finish()


@pytest.mark.parametrize(
    "nonce",
    [
        OURS,  # not extended
        OURS[:-1],
        OURS[:-1] + "x" + "SERVER",
        OURS.lower() + "SERVER",
        "SERVER" + OURS,
        "SERVER",
    ],
)
def test_AUT_12_a_nonce_replaced_or_not_extended_gets_no_proof(nonce: str) -> None:
    proof_withheld(f"r={nonce},s=QSXCR+Q6sek8bf92,i=4096".encode(), "did not extend our nonce")


@pytest.mark.parametrize("count", ["1", "4095", "1000001", "2147483647", "9999999999"])
def test_AUT_13_an_absurd_iteration_count_gets_no_proof(count: str) -> None:
    proof_withheld(f"r={OURS}x,s=QSXCR+Q6sek8bf92,i={count}".encode(), f"asks for {count} iter")


@pytest.mark.parametrize(
    "count",
    ["0", "-4096", "+4096", "4_096", "04096", " 4096", "4096 ", "4096.0", "1e4", "\u0664\u0660"
     "\u0669\u0666", "9" * 11, "9" * 5000, "4096\n"],
)  # fmt: skip
def test_AUT_13_an_iteration_count_is_ascii_digits_and_nothing_else(count: str) -> None:
    proof_withheld(f"r={OURS}x,s=QSXCR+Q6sek8bf92,i={count}".encode(), "count is not a number")


@pytest.mark.parametrize("count", [4096, 1_000_000])
def test_AUT_13_the_ends_of_the_range_are_in_it(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    hashed = hashlib.pbkdf2_hmac

    def quickly(hash: str, password: bytes, salt: bytes, iterations: int) -> bytes:
        asked.append(iterations)
        return hashed(hash, password, salt, 1)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", quickly)
    started().answer(f"r={OURS}x,s=QSXCR+Q6sek8bf92,i={count}".encode())
    assert asked == [count]


@pytest.mark.parametrize(
    ("message", "match"),
    [
        ("m=x,{r},{s},{i}", "extension that is not known"),
        ("{r},{s},{i},m=x", "extension that is not known"),
        ("e=unknown-user", "refuses: unknown-user"),
        ("e=\x1b]0;evil\x07", "refuses: other-error"),
        ("{r},{s},{i},e=other-error", "refuses: other-error"),
        ("{r},{s}", "does not give nonce, salt and iteration count"),
        ("{r},{i}", "does not give"),
        ("{s},{i}", "does not give"),
        ("{s},{r},{i}", "does not give"),
        ("{r},{i},{s}", "does not give"),
        ("x=y,{r},{s},{i}", "does not give"),
        ("{r},{r},{s},{i}", "repeats"),
        ("{r},{s},{s},{i}", "repeats"),
        ("{r},{s},{i},i=1", "repeats"),
        ("{r},{s},{i},x=1,x=2", "repeats"),
        ("R={n},S=QUJD,I=4096", "does not give"),
        ("{r},s=,{i}", "malformed"),
        ("{r},s=QUJ,{i}", "bad base64"),
        ("{r},s=QU JD,{i}", "bad base64"),
        ("{r},s=QUJD====,{i}", "bad base64"),
        ("{r},s=\u00e9\u00e9\u00e9\u00e9,{i}", "bad base64"),
        ("r={n}\u00e9,{s},{i}", "not printable ASCII"),
        ("r={n} x,{s},{i}", "not printable ASCII"),
        ("{r},{s},{i},", "malformed"),
        ("{r},,{s},{i}", "malformed"),
        ("{r}, {s},{i}", "malformed"),
        ("rr={n}x,{s},{i}", "malformed"),
        ("{r}\0,{s},{i}", "malformed"),
        ("", "malformed"),
        (",", "malformed"),
        ("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "does not give"),
    ],
)  # fmt: skip
def test_AUT_16_a_message_out_of_order_gets_no_proof(message: str, match: str) -> None:
    nonce = OURS + "SERVER"
    filled = message.format(n=nonce, r=f"r={nonce}", s="s=QSXCR+Q6sek8bf92", i="i=4096")
    proof_withheld(filled.encode(), match)


def test_AUT_16_a_message_that_is_not_utf_8_gets_no_proof() -> None:
    proof_withheld(FIRST + b",x=\xff", "not in UTF-8")


def test_rfc_5802_section_7_unknown_extensions_are_ignored_and_signed() -> None:
    mechanism = started()
    proof = mechanism.answer(FIRST + b",x=y=z,Z=\xc3\xa9")
    assert proof.startswith(b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=")
    assert proof != started().answer(FIRST)


def test_extensions_may_follow_the_servers_signature() -> None:
    mechanism = started()
    mechanism.answer(FIRST)
    assert mechanism.answer(FINAL + b",x=y") == b""
    mechanism.finish()


def wrong(signature: bytes) -> bytes:
    return b"v=" + b64encode(signature)


@pytest.mark.parametrize(
    ("final", "match"),
    [
        (wrong(bytes(32)), "signature is wrong"),
        (wrong(b""), "malformed"),
        (wrong(b"x"), "signature is wrong"),
        (FINAL.replace(b"6rri", b"6rrj"), "signature is wrong"),
        (FINAL.swapcase(), "has no signature"),
        (FINAL + b"=", "bad base64"),
        (b"v=!", "bad base64"),
        (b"x=y," + FINAL, "has no signature"),
        (FINAL + b",m=x", "extension that is not known"),
        (FINAL + b"," + FINAL, "repeats"),
        (b"e=no-resources", "refuses: no-resources"),
        (b"e=invalid-proof," + FINAL, "refuses: invalid-proof"),
        (b"e=come and see https://evil.example", "refuses: other-error$"),
        (FIRST, "has no signature"),  # the server repeats itself
        (b"", "malformed"),
    ],
)
def test_AUT_14_a_signature_wrong_or_missing_is_no_success(final: bytes, match: str) -> None:
    mechanism = started()
    mechanism.answer(FIRST)
    with pytest.raises(MechanismError, match=match):
        mechanism.answer(final)
    with pytest.raises(MechanismError, match="where none can follow"):
        mechanism.answer(FINAL)  # the right one comes too late
    with pytest.raises(MechanismError, match="without having shown"):
        mechanism.finish()


def test_AUT_14_the_signature_of_who_does_not_know_the_password_is_wrong() -> None:
    # Someone who stands in for the server, and knows everything but the verifier.
    mechanism = Scram("user", "pencil")
    server = ScramServer(Verifier.of("pen"))
    first = server.first(mechanism.start())
    server._proves = lambda proof, spoken: True  # type: ignore[method-assign]
    with pytest.raises(MechanismError, match="signature is wrong"):
        mechanism.answer(server.final(mechanism.answer(first)))


@pytest.mark.parametrize(
    "spoken",
    [
        lambda mechanism: None,
        lambda mechanism: mechanism.start(),
        lambda mechanism: (mechanism.start(), mechanism.answer(FIRST)),
    ],
)
def test_AUT_14_success_before_the_servers_proof_is_none(
    spoken: Callable[[Scram], object],
) -> None:
    mechanism = Scram("user", "pencil", nonce=lambda: OURS)
    spoken(mechanism)
    with pytest.raises(MechanismError, match="without having shown that it knows"):
        mechanism.finish()


@pytest.mark.parametrize("again", [FINAL, FIRST, b""])
def test_AUT_14_a_challenge_after_the_servers_proof_undoes_it(again: bytes) -> None:
    mechanism = started()
    mechanism.answer(FIRST)
    mechanism.answer(FINAL)
    with pytest.raises(MechanismError, match="where none can follow"):
        mechanism.answer(again)
    with pytest.raises(MechanismError):
        mechanism.finish()


def test_a_challenge_before_the_start_is_an_error() -> None:
    with pytest.raises(MechanismError, match="where none can follow"):
        Scram("user", "pencil").answer(FIRST)


# --- what is refused here


@pytest.mark.parametrize(
    ("user", "password", "match"),
    [
        ("", "x", "user name is empty"),
        ("x", "", "password is empty"),
        ("x\n", "x", "user name has a control"),
        ("x", "pass\n", "password has a control"),
        ("\xad", "x", "SASLprep refuses the user name: nothing is left"),
        ("x", "\u0627\x31", "SASLprep refuses the password: it mixes writing directions"),
        ("x", "\ue000", "SASLprep refuses the password: it has a prohibited"),
    ],
)
def test_INJ_03_names_and_passwords_that_cannot_be_sent(
    user: str, password: str, match: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=match):
        Scram(user, password)


def test_INJ_03_control_characters_are_refused_in_the_authorization_identity() -> None:
    with pytest.raises(InvalidArgumentError, match="authorization identity has a control"):
        Scram("user", "pencil", authzid="root\0")


def test_a_hash_that_is_not_in_the_family_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="none of SCRAM's"):
        Scram("user", "pencil", "MD5")


def test_SEC_03_swapped_arguments_do_not_show_the_password() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        Scram("ann", "SHA-256", "hush-hush")
    assert "hush" not in str(caught.value) and "SHA-512" in str(caught.value)
