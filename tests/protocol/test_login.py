"""Logging in: the SASL conversation, and which way is taken."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest

import pop3lib
from pop3lib import AuthenticationError, InvalidArgumentError, RemoteProtocolError, State
from pop3lib.protocol import Auth, Connection, Procedure, Stls
from pop3lib.protocol.apop import stamp
from pop3lib.protocol.flows import apop, capabilities, log_in, start_tls
from pop3lib.sasl import Credentials, Login, MechanismError, Plain


def greeted(**options: Any) -> Connection:
    connection = Connection(**options)
    connection.receive_data(b"+OK <1896.697170952@dbc.mtview.ca.us> ready\r\n")
    return connection


class Talker:
    """A mechanism that says what it is told to, and keeps what it hears."""

    name = "X-TALK"

    def __init__(self, *lines: bytes | None, proves: bool = True) -> None:
        self.lines = list(lines)
        self.heard: list[bytes] = []
        self.proves = proves
        self.refusal: Mapping[str, str] = {}

    def start(self) -> bytes | None:
        return self.lines.pop(0)

    def answer(self, challenge: bytes) -> bytes:
        self.heard.append(challenge)
        if not self.lines:
            raise MechanismError("nothing more to say")
        return self.lines.pop(0) or b""

    def finish(self) -> None:
        if not self.proves:
            raise MechanismError("the server's signature is missing")


def said(connection: Connection, *answers: bytes) -> list[bytes]:
    """Feed *answers*, and return what was said before each and at the end."""
    out = [connection.data_to_send()]
    for answer in answers:
        connection.receive_data(answer + b"\r\n")
        out.append(connection.data_to_send())
    return out


# --- the conversation


def test_an_initial_response_rides_in_the_line() -> None:
    connection = greeted()
    exchange = connection.send(Auth(Plain("ann", "secret")))
    assert said(connection, b"+OK") == [b"AUTH PLAIN AGFubgBzZWNyZXQ=\r\n", b""]
    assert exchange.result() is None and connection.state is State.TRANSACTION


def test_an_empty_initial_response_is_an_equals_sign() -> None:
    connection = greeted()
    connection.send(Auth(Talker(b"")))
    assert said(connection) == [b"AUTH X-TALK =\r\n"]


@pytest.mark.parametrize("challenge", [b"+ ", b"+", b"+ go ahead", b"+OK", b"+OK go ahead"])
def test_AUT_19_a_long_initial_response_goes_by_itself(challenge: bytes) -> None:
    connection = greeted()
    exchange = connection.send(Auth(Talker(b"t" * 1500)))
    lines = said(connection, challenge, b"+OK")
    assert lines == [b"AUTH X-TALK\r\n", b64encode(b"t" * 1500) + b"\r\n", b""]
    assert exchange.done


@pytest.mark.parametrize(("octets", "one_line"), [(180, True), (183, False)])
def test_the_255_octets_of_rfc_5034(octets: int, one_line: bool) -> None:
    connection = greeted()
    connection.send(Auth(Talker(b"x" * octets)))
    line = connection.data_to_send()
    assert (line != b"AUTH X-TALK\r\n") is one_line and len(line) <= 255


def test_a_mechanism_in_which_the_server_speaks_first() -> None:
    connection = greeted()
    connection.send(Auth(Login("ann", "secret")))
    prompts = (b"+ " + b64encode(b"Username:"), b"+ " + b64encode(b"Password:"), b"+OK")
    assert said(connection, *prompts) == [b"AUTH LOGIN\r\n", b"YW5u\r\n", b"c2VjcmV0\r\n", b""]


@pytest.mark.parametrize("challenge", [b"+ !!", b"+ Zm9v"])
def test_AUT_09_10_a_challenge_that_cannot_be_answered_is_cancelled(challenge: bytes) -> None:
    connection = greeted()
    exchange = connection.send(Auth(Plain("ann", "secret")))
    assert said(connection, challenge)[-1] == b"*\r\n"
    connection.receive_data(b"-ERR cancelled\r\n")
    with pytest.raises(AuthenticationError, match=r"not base64|more than PLAIN"):
        exchange.result()
    assert connection.state is State.AUTHORIZATION  # the connection is still good


def test_a_server_that_goes_on_after_a_cancel_is_left() -> None:
    connection = greeted()
    exchange = connection.send(Auth(Plain("ann", "secret")))
    said(connection, b"+ !!", b"+ more")
    with pytest.raises(RemoteProtocolError, match="cancelled"):
        exchange.result()


def test_AUT_14_a_success_without_proof_is_none() -> None:
    connection = greeted()
    exchange = connection.send(Auth(Talker(b"first", proves=False)))
    said(connection, b"+OK welcome")
    with pytest.raises(AuthenticationError, match="signature is missing"):
        exchange.result()
    assert connection.state is State.CLOSED


def test_AUT_17_what_the_server_explains_is_on_the_error() -> None:
    connection = greeted()
    talker = Talker(b"token", b"\x01")
    talker.refusal = {"status": "invalid_token", "scope": "mail"}
    exchange = connection.send(Auth(talker))
    said(connection, b"+ " + b64encode(b"{}"), b"-ERR [AUTH] no")
    with pytest.raises(AuthenticationError, match="invalid_token") as caught:
        exchange.result()
    assert caught.value.details == {"status": "invalid_token", "scope": "mail"}


def test_a_mechanism_that_cannot_begin_sends_nothing() -> None:
    class Unable(Talker):
        def start(self) -> bytes | None:
            raise ValueError("no ticket")

    connection = greeted()
    with pytest.raises(InvalidArgumentError, match="no ticket"):
        connection.send(Auth(Unable()))
    with pytest.raises(InvalidArgumentError):
        nameless = Talker(b"")
        nameless.name = "x y"
        Auth(nameless)
    assert connection.data_to_send() == b""


# --- the flows


def logging_in(
    connection: Connection, capa: bytes, *answers: bytes, **how: Any
) -> tuple[Procedure[None], list[bytes]]:
    mechanism = how.pop("mechanism", None)
    credentials = Credentials(how.pop("user", "ann"), **({"password": "secret"} | how))
    procedure = connection.run(log_in(connection.session, credentials, mechanism))
    return procedure, said(connection, capa, *answers)


CAPA = b"+OK\r\nSASL PLAIN LOGIN\r\nUSER\r\nUTF8\r\n."


def test_PLAIN_is_taken_before_LOGIN_and_CAPA_asked_again() -> None:
    procedure, lines = logging_in(greeted(), CAPA, b"+OK", CAPA)
    assert lines[:3] == [b"CAPA\r\n", b"AUTH PLAIN AGFubgBzZWNyZXQ=\r\n", b"CAPA\r\n"]
    assert procedure.result() is None


def test_without_CAPA_it_is_USER_and_PASS() -> None:
    procedure, lines = logging_in(greeted(), b"-ERR what?", b"+OK", b"+OK")
    assert lines == [b"CAPA\r\n", b"USER ann\r\n", b"PASS secret\r\n", b""]
    assert procedure.result() is None


def test_AUT_06_a_refusal_is_not_followed_by_anything_weaker() -> None:
    procedure, lines = logging_in(greeted(), CAPA, b"-ERR [AUTH] no")
    assert lines[-1] == b""
    with pytest.raises(AuthenticationError):
        procedure.result()


def test_AUT_07_a_refused_USER_is_not_followed_by_PASS() -> None:
    procedure, lines = logging_in(greeted(), b"-ERR", b"-ERR [AUTH] who?")
    assert lines[-1] == b""
    with pytest.raises(AuthenticationError):
        procedure.result()


@pytest.mark.parametrize(
    ("mechanism", "line"),
    [
        ("USER", b"USER ann\r\n"),
        ("login", b"AUTH LOGIN\r\n"),
        ("APOP", b"APOP ann 0ba6a4ac5d18be43a1a7c3c4b9e5fd9f\r\n"),
        (Plain("bob", "other"), b"AUTH PLAIN " + b64encode(b"\0bob\0other") + b"\r\n"),
    ],
)
def test_AUT_05_one_way_and_no_other(mechanism: Any, line: bytes) -> None:
    _, lines = logging_in(greeted(), CAPA, mechanism=mechanism)
    verb = line.split(b" ")[0]
    assert lines[1].startswith(verb) if verb == b"APOP" else lines[1] == line


def test_the_digest_of_rfc_1939() -> None:
    connection = greeted()
    connection.run(apop(connection.session, Credentials("mrose", "tanstaaf")))
    assert connection.data_to_send() == b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n"


@pytest.mark.parametrize(
    "greeting",
    [
        "ready",
        "<no.at.sign>",
        "<two@at@signs>",
        "<with space@x>",
        "<8bit\xe9@x>",
        "<" + "x" * 200 + "@y>",
        "<a@b",
        "<" * 1900,
    ],
)
def test_AUT_03_04_a_stamp_must_be_a_msg_id(greeting: str) -> None:
    assert stamp(greeting) is None
    connection = Connection()
    connection.receive_data(f"+OK {greeting}\r\n".encode())
    procedure = connection.run(apop(connection.session, Credentials("ann", "x")))
    with pytest.raises(pop3lib.UnsupportedError, match="APOP needs a stamp"):
        procedure.result()
    assert connection.data_to_send() == b""


def test_AUT_02_APOP_is_never_chosen_by_itself() -> None:
    _, lines = logging_in(greeted(), b"+OK\r\nUSER\r\n.")
    assert lines[1] == b"USER ann\r\n"


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"password": None}, InvalidArgumentError),
        ({"token": "t0k3n", "password": None}, pop3lib.UnsupportedError),
        ({"mechanism": "X-NONE"}, pop3lib.UnsupportedError),
        ({"mechanism": "USER", "password": "pä55"}, pop3lib.UnsupportedError),
    ],
)
def test_what_cannot_work_sends_nothing(how: dict[str, Any], error: type[Exception]) -> None:
    procedure, lines = logging_in(greeted(), b"+OK\r\nUSER\r\nUTF8\r\n.", **how)
    assert lines[1:] == [b""]
    with pytest.raises(error):
        procedure.result()


def test_8_bit_where_the_server_says_UTF8_USER() -> None:
    _, lines = logging_in(greeted(), b"+OK\r\nUSER\r\nUTF8 USER\r\n.", b"+OK", password="pä55")
    assert lines[2] == "PASS pä55\r\n".encode()


EXPLAINED = b"+ " + b64encode(b'{"status": "400"}')


@pytest.mark.parametrize(
    ("answers", "again"),
    [
        ([b"-ERR Protocol error. 10"], True),
        ([b"-ERR [AUTH] no"], False),
        ([EXPLAINED, b"-ERR no"], False),
    ],
)
def test_XOAUTH2_falls_back_to_two_lines_where_the_form_was_refused(
    answers: list[bytes], again: bool
) -> None:
    connection = greeted(secure=True)
    capa = b"+OK\r\nSASL XOAUTH2\r\n."
    procedure, lines = logging_in(connection, capa, *answers, token="t0k3n", password=None)
    assert lines[1].startswith(b"AUTH XOAUTH2 ")
    assert (lines[-1] == b"AUTH XOAUTH2\r\n") is again
    assert procedure.done is not again


def test_AUT_06_a_token_refused_in_two_lines_is_not_tried_again() -> None:
    """So Microsoft 365 refuses: with neither a code nor a reason."""
    connection = greeted(secure=True)
    answers = [b"+ ", b"-ERR Authentication failure: unknown user name or bad password."]
    capa = b"+OK\r\nSASL PLAIN XOAUTH2\r\n."
    procedure, lines = logging_in(connection, capa, *answers, token="t" * 1500, password=None)
    assert lines[1] == b"AUTH XOAUTH2\r\n" and len(lines) == 4 and lines[3] == b""
    with pytest.raises(pop3lib.AuthenticationError):
        procedure.result()


def test_CAPA_is_asked_once_in_a_state() -> None:
    connection = greeted()
    connection.run(capabilities(connection.session))
    assert said(connection, b"+OK\r\nTOP\r\n.") == [b"CAPA\r\n", b""]
    again = connection.run(capabilities(connection.session))
    assert connection.data_to_send() == b"" and again.result().top


# --- STLS


def test_TLS_01_a_list_without_STLS_ends_it() -> None:
    connection = greeted()
    procedure = connection.run(start_tls(connection.session))
    assert said(connection, b"+OK\r\nUSER\r\n.") == [b"CAPA\r\n", b""]
    with pytest.raises(pop3lib.InsecureError, match="removed it"):
        procedure.result()


@pytest.mark.parametrize("capa", [b"-ERR", b"+OK\r\nSTLS\r\n."])
def test_TLS_02_03_a_refused_STLS_ends_it(capa: bytes) -> None:
    connection = greeted()
    procedure = connection.run(start_tls(connection.session))
    assert said(connection, capa, b"-ERR [SYS/TEMP] not now")[1:] == [b"STLS\r\n", b""]
    with pytest.raises(pop3lib.InsecureError, match="TLS is required"):
        procedure.result()


def test_TLS_03_STLS_works_without_CAPA() -> None:
    connection = greeted()
    procedure = connection.run(start_tls(connection.session))
    said(connection, b"-ERR", b"+OK")
    assert connection.wants_tls
    connection.tls_started()
    assert procedure.result() is None
    with pytest.raises(pop3lib.WrongStateError):
        connection.send(Stls())
