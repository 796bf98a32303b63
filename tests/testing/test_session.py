"""The states and the commands, without a socket."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3lib.testing import Maildrop, Settings
from pop3lib.testing.auth import Channel
from tests.testing.talk import ask, opened, session

ONE = b"Subject: one\r\n\r\n1\r\n2\r\n3\r\n"


def sized(octets: int) -> bytes:
    """Return a message of so many octets."""
    return b"A: " + b"x" * (octets - 5) + b"\r\n"


def test_the_example_session_of_RFC_1939_section_10() -> None:
    example = session({"mrose": Maildrop("tanstaaf", [sized(120), sized(200)])})
    digest = "0" * 32
    assert ask(example, f"APOP mrose {digest}").startswith(b"-ERR")
    assert ask(example, "USER mrose", "PASS tanstaaf") == b"+OK\r\n+OK 2 messages\r\n"
    assert ask(example, "STAT") == b"+OK 2 320\r\n"
    assert ask(example, "LIST") == b"+OK\r\n1 120\r\n2 200\r\n.\r\n"
    assert ask(example, "RETR 1") == b"+OK 120 octets\r\n" + sized(120) + b".\r\n"
    assert ask(example, "DELE 1") == b"+OK message 1 is marked\r\n"
    assert ask(example, "RETR 2") == b"+OK 200 octets\r\n" + sized(200) + b".\r\n"
    assert ask(example, "DELE 2") == b"+OK message 2 is marked\r\n"
    assert ask(example, "QUIT") == b"+OK goodbye\r\n" and example.over


def test_what_QUIT_commits_is_told_apart_from_what_stays() -> None:
    maildrop = Maildrop("secret", [sized(10), sized(20), sized(30)])
    begun = session({"ann": maildrop})
    ask(begun, "USER ann", "PASS secret", "DELE 2")
    assert maildrop.messages == [sized(10), sized(20), sized(30)]
    ask(begun, "QUIT")
    assert maildrop.messages == [sized(10), sized(30)] and maildrop.deleted == [sized(20)]


def test_numbers_are_given_anew_to_the_next_session_and_unique_ids_stay() -> None:
    maildrop = Maildrop("secret", [sized(10), sized(20)])
    first, last = maildrop.uids
    begun = session({"ann": maildrop})
    ask(begun, "USER ann", "PASS secret", "DELE 1")
    assert ask(begun, "UIDL") == f"+OK\r\n2 {last}\r\n.\r\n".encode()
    ask(begun, "QUIT")
    again = session({"ann": maildrop})
    ask(again, "USER ann", "PASS secret")
    assert ask(again, "UIDL") == f"+OK\r\n1 {last}\r\n.\r\n".encode() and first != last


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("TOP 1 0", b"Subject: one\r\n\r\n"),
        ("TOP 1 2", b"Subject: one\r\n\r\n1\r\n2\r\n"),
        ("TOP 1 3", ONE),
        ("TOP 1 99999999999", ONE),
    ],
)
def test_TOP_sends_the_header_and_so_many_lines(line: str, body: bytes) -> None:
    assert ask(opened(ONE), line) == b"+OK\r\n" + body + b".\r\n"


def test_a_deleted_message_is_in_no_listing() -> None:
    begun = opened(sized(10), sized(20))
    ask(begun, "DELE 1")
    assert ask(begun, "LIST") == b"+OK\r\n2 20\r\n.\r\n"
    assert ask(begun, "STAT") == b"+OK 1 20\r\n"
    for line in ("LIST 1", "UIDL 1", "RETR 1", "TOP 1 0", "DELE 1"):
        assert ask(begun, line) == b"-ERR message 1 is marked as deleted\r\n"


@pytest.mark.parametrize("line", ["STAT 1", "LIST 1 2", "RETR 1 2", "NOOP x", "QUIT now"])
def test_more_arguments_than_a_command_has_are_refused(line: str) -> None:
    assert ask(opened(ONE), line).startswith(b"-ERR")


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (Settings(top=False), "TOP 1 0"),
        (Settings(uidl=False), "UIDL"),
        (Settings(capa=False), "CAPA"),
        (Settings(), "LANG"),
    ],
)
def test_what_is_switched_off_is_unknown(settings: Settings, line: str) -> None:
    begun = opened(ONE, settings=settings)
    assert ask(begun, line) == b"-ERR unknown command\r\n"
    assert line.split()[0].encode() not in ask(begun, "CAPA")


def test_CAPA_tells_what_there_is_and_what_it_is_told_to() -> None:
    settings = Settings(
        capabilities=("X-FOO 1 2",), hidden=("TOP", "SASL"), login_delay=60, languages=("en E",)
    )
    lines = ask(session(settings=settings, stls=True), "CAPA").decode().split("\r\n")
    assert set(lines) >= {"X-FOO 1 2", "LOGIN-DELAY 60", "LANG", "STLS", "UIDL", "PIPELINING"}
    assert not {line.split(" ")[0] for line in lines} & {"TOP", "SASL", "IMPLEMENTATION"}


def test_STLS_is_announced_only_where_it_can_be_used() -> None:
    begun = session(stls=True)
    assert b"STLS" in ask(begun, "CAPA")
    ask(begun, "USER ann", "PASS secret")
    assert b"STLS" not in ask(begun, "CAPA")
    assert b"STLS" not in ask(session(stls=True, channel=Channel(secure=True)), "CAPA")


def test_a_password_is_refused_in_clear_where_it_needs_TLS() -> None:
    needs = Settings(login_needs_tls=True, sasl=("PLAIN", "LOGIN", "SCRAM-SHA-256"))
    begun = session(settings=needs, stls=True)
    told = ask(begun, "CAPA")
    assert b"SASL SCRAM-SHA-256\r\n" in told and b"USER" not in told.replace(b"UTF8 USER", b"")
    for line in ("USER ann", "PASS secret", "AUTH PLAIN", "AUTH LOGIN"):
        assert ask(begun, line).startswith(b"-ERR [AUTH]"), line
    inside = session(settings=needs, channel=Channel(secure=True))
    assert ask(inside, "USER ann", "PASS secret") == b"+OK\r\n+OK 0 messages\r\n"


def test_a_password_may_have_spaces_in_it() -> None:
    begun = session({"ann": Maildrop(" two  words ")})
    assert ask(begun, "USER ann", "PASS  two  words ").endswith(b"+OK 0 messages\r\n")


@pytest.mark.parametrize("between", ["CAPA", "NOOP", "XYZZY"])
def test_PASS_must_follow_USER_at_once(between: str) -> None:
    begun = session()
    ask(begun, "USER ann", between)
    assert ask(begun, "PASS secret") == b"-ERR USER comes first\r\n"


def test_a_second_session_is_told_IN_USE_and_let_in_after_the_first() -> None:
    maildrops = {"ann": Maildrop()}
    quick = Settings(lock_wait=0)
    first, second = session(maildrops, quick), session(maildrops, quick)
    ask(first, "USER ann", "PASS secret")
    assert maildrops["ann"].in_use
    assert b"-ERR [IN-USE]" in ask(second, "USER ann", "PASS secret")
    first.close()
    assert ask(second, "USER ann", "PASS secret").endswith(b"+OK 0 messages\r\n")


def test_why_nobody_may_log_in_is_told_only_to_who_has_the_password() -> None:
    maildrop = Maildrop()
    maildrop.refusal = "[SYS/TEMP] disk trouble"
    begun = session({"ann": maildrop})
    assert ask(begun, "USER ann", "PASS wrong").endswith(b"-ERR [AUTH] wrong name or password\r\n")
    assert ask(begun, "USER ann", "PASS secret").endswith(b"-ERR [SYS/TEMP] disk trouble\r\n")


def test_a_login_too_soon_is_LOGIN_DELAY() -> None:
    maildrops, settings = {"ann": Maildrop()}, Settings(login_delay=3600)
    ask(session(maildrops, settings), "USER ann", "PASS secret", "QUIT")
    again = ask(session(maildrops, settings), "USER ann", "PASS secret")
    assert b"-ERR [LOGIN-DELAY]" in again


def test_commands_are_refused_on_order() -> None:
    settings = Settings(refusals={"RETR 2": "[SYS/PERM] gone", "TOP": "not today"})
    begun = opened(ONE, ONE, settings=settings)
    assert ask(begun, "RETR 1").startswith(b"+OK")
    assert ask(begun, "retr 2") == b"-ERR [SYS/PERM] gone\r\n"
    assert ask(begun, "TOP 1 0") == b"-ERR not today\r\n"


def test_UTF8_lets_8bit_headers_through_where_it_is_required() -> None:
    letters = b"Subject: caf\xc3\xa9\r\n\r\n\r\n"
    settings = Settings(utf8_required=True)
    begun = session({"ann": Maildrop("secret", [letters, b"A: b\r\n\r\n\xe9\r\n"])}, settings)
    ask(begun, "USER ann", "PASS secret")
    assert ask(begun, "RETR 1").startswith(b"-ERR [UTF8]")
    assert ask(begun, "TOP 1 0").startswith(b"-ERR [UTF8]")
    assert ask(begun, "RETR 2").startswith(b"+OK")
    begun.close()
    said = session({"ann": Maildrop("secret", [letters])}, settings)
    ask(said, "UTF8", "USER ann", "PASS secret")
    assert ask(said, "RETR 1") == b"+OK %d octets\r\n%b.\r\n" % (len(letters), letters)


def test_LANG_lists_and_chooses() -> None:
    begun = session(settings=Settings(languages=("en-GB English", "de Deutsch")))
    assert ask(begun, "LANG") == b"+OK\r\nen-GB English\r\nde Deutsch\r\n.\r\n"
    assert ask(begun, "LANG *").startswith(b"+OK en-GB ")
    assert ask(begun, "LANG EN").startswith(b"+OK en-GB ")
    assert ask(begun, "LANG de").startswith(b"+OK de ")
    assert ask(begun, "LANG uga").startswith(b"-ERR")


def test_what_comes_behind_STLS_ends_the_session_unread() -> None:
    begun = session(stls=True)
    assert ask(begun, "STLS", "USER mallory") == b"+OK begin TLS\r\n"
    assert begun.over and not begun.wants_tls
    assert begun.violations == ["14 octets between STLS and the handshake"]


def test_STLS_after_UTF8_is_refused() -> None:
    begun = session(stls=True)
    assert ask(begun, "UTF8", "STLS") == b"+OK\r\n-ERR STLS comes before UTF8\r\n"
    assert begun.violations == ["STLS after UTF8"]


@pytest.mark.parametrize(
    ("said", "violation"),
    [
        (b"NOOP\n", "a line that ends in LF alone"),
        (b"DELE 1\r\n", "DELE in the wrong state"),
        (b"USER " + b"x" * 249 + b"\r\n", "a line of 256 octets: USER"),
        (b"QUIT\r\nNOOP\r\n", "6 octets between QUIT and the end"),
    ],
)
def test_what_a_client_must_not_do_is_noted(said: bytes, violation: str) -> None:
    begun = session()
    list(begun.receive(said))
    assert violation in begun.violations
    assert f"-- violation: {violation}" in begun.log


def test_a_line_of_255_octets_is_none_too_long() -> None:
    begun = session()
    list(begun.receive(b"USER " + b"x" * 248 + b"\r\n"))
    assert begun.violations == []


def test_names_beyond_ASCII_want_UTF8_announced() -> None:
    begun = session({"zo\xeb": Maildrop()}, Settings(utf8=False))
    assert ask(begun, "USER zo\xeb", "PASS secret").endswith(b"+OK 0 messages\r\n")
    assert begun.violations == ["octets beyond ASCII though UTF8 is not announced: USER"]


def test_a_line_without_end_ends_the_session() -> None:
    begun = session()
    answers = [b"".join(begun.receive(b"x" * 10_000)) for _ in range(7)]
    assert answers[-1].startswith(b"-ERR the line is too long") and begun.over


def test_the_log_has_what_was_said_but_no_secret_and_no_message() -> None:
    begun = session({"ann": Maildrop("hush", [ONE])})
    ask(begun, "pass hush", "APOP ann hush", "AUTH PLAIN aHVzaA==", "AUTH PLAIN =", "AUTH PLAIN")
    ask(begun, "aHVzaA==", "AUTH LOGIN", "*", "USER ann", "PASS hush", "RETR 1", "LIST")
    lines = [line for line in begun.log if line.startswith("C: ")]
    assert lines == [
        "C: pass ***", "C: APOP ann ***", "C: AUTH PLAIN ***", "C: AUTH PLAIN =", "C: AUTH PLAIN",
        "C: ***", "C: AUTH LOGIN", "C: *", "C: USER ann", "C: PASS ***", "C: RETR 1", "C: LIST",
    ]  # fmt: skip
    text = "\n".join(begun.log)
    assert not re.search("hush|aHVzaA|Subject", text)
    assert f"-- {len(ONE)} octets of message 1" in begun.log and f"S: 1 {len(ONE)}" in begun.log


@given(st.lists(st.binary(max_size=30), max_size=8))
def test_no_octets_make_it_raise_and_each_line_is_answered(lines: list[bytes]) -> None:
    begun = session()
    for line in lines:
        answer = b"".join(begun.receive(line.replace(b"\n", b"") + b"\r\n"))
        assert begun.over or answer.endswith(b"\r\n")


@given(st.data())
def test_commands_may_come_in_any_pieces(data: st.DataObject) -> None:
    said = b"USER ann\r\nPASS secret\r\nSTAT\r\nTOP 1 1\r\nXYZZY\r\nDELE 1\r\nLIST\r\nQUIT\r\n"
    maildrops = {"ann": Maildrop("secret", [ONE])}
    whole = b"".join(session({"ann": Maildrop("secret", [ONE])}).receive(said))
    places = sorted(data.draw(st.sets(st.integers(0, len(said)))))
    begun = session(maildrops)
    pieces = [said[a:b] for a, b in zip([0, *places], [*places, len(said)], strict=True)]
    assert b"".join(b"".join(begun.receive(piece)) for piece in pieces) == whole
    assert maildrops["ann"].messages == [] and begun.violations == []


def test_RSET_takes_the_marks_back() -> None:
    begun = opened(sized(10), sized(20))
    ask(begun, "DELE 1", "DELE 2")
    assert ask(begun, "STAT", "RSET", "STAT") == b"+OK 0 0\r\n+OK\r\n+OK 2 30\r\n"


def test_closing_twice_and_committing_after_it_do_no_harm() -> None:
    maildrop = Maildrop("secret", [ONE])
    begun = session({"ann": maildrop})
    ask(begun, "USER ann", "PASS secret", "DELE 1")
    begun.close()
    begun.close()
    assert ask(begun, "QUIT") == b"" and maildrop.messages == [ONE] and not maildrop.in_use
