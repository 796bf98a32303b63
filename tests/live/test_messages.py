"""Real servers' messages, octet for octet: whole, by TOP, as a stream, and pipelined."""

from __future__ import annotations

import pytest

from pop3lib import Client, CommandError
from tests.awkward import AWKWARD, Awkward
from tests.live.servers import Courier, Server
from tests.live.visit import client, logged_in

pytestmark = pytest.mark.usefixtures("face")

#: More lines than any message here has.
_ALL_LINES = 99_999


def _visit(server: Server, *messages: Awkward, pipelining: bool = True) -> Client:
    """Fill alice's maildrop and log in, with UTF8 where Courier would hide a message without."""
    server.fill("alice", [message.stored for message in messages])
    pop = client(server, pipelining=pipelining).connect()
    if isinstance(server, Courier) and any(message.wants_utf8 for message in messages):
        pop.utf8()
    pop.login("alice", server.password)
    return pop


def _top_is_whole(message: Awkward, server: Server) -> bool:
    """Say whether TOP with many lines delivers all that RETR does.

    Twisted loses a last line without a line end, and what is past the first few kilobytes.
    """
    small = message.stored.endswith(b"\n") and len(message.stored) < 4096
    return small or server.name != "twisted"


@pytest.mark.parametrize("message", AWKWARD, ids=str)
def test_an_awkward_message_comes_octet_for_octet(server: Server, message: Awkward) -> None:
    expected = message.delivered(server.name)
    with _visit(server, message) as pop:
        if expected is None:
            with pytest.raises(CommandError):
                pop.retr(1)
            with pytest.raises(CommandError):
                pop.open(1)
        else:
            assert pop.retr(1) == expected
            with pop.open(1) as stream:
                assert stream.read() == expected
        assert pop.stat().count == 1  # nothing of it is left in the way


@pytest.mark.parametrize("message", AWKWARD, ids=str)
def test_top_of_an_awkward_message_comes_octet_for_octet(server: Server, message: Awkward) -> None:
    expected = message.delivered(server.name)
    with _visit(server, message) as pop:
        if expected is None:
            with pytest.raises(CommandError):
                pop.top(1, _ALL_LINES)
        else:
            whole = _top_is_whole(message, server)
            found = pop.top(1, _ALL_LINES)
            assert found == expected[: None if whole else len(found)]
            if not whole:
                return pop.close()  # Twisted may send the rest behind the end of its answer
        assert pop.stat().count == 1


@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "one by one"])
def test_messages_come_in_order_with_a_refused_one_among_them(
    server: Server, pipelining: bool
) -> None:
    with _visit(server, *AWKWARD, pipelining=pipelining) as pop:
        found = list(pop.messages())
        assert [message.number for message in found] == list(range(1, len(AWKWARD) + 1))
        for message, awkward in zip(found, AWKWARD, strict=True):
            expected = awkward.delivered(server.name)
            assert message.content == (expected or b"")
            assert (message.error is None) == (expected is not None)
        assert pop.stat().count == len(AWKWARD)


@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "one by one"])
def test_summaries_have_size_unique_id_and_subject(server: Server, pipelining: bool) -> None:
    count = 40
    server.fill("alice", [b"Subject: number %d\n\n.\n" % n for n in range(1, count + 1)])
    with logged_in(server, pipelining=pipelining) as pop:
        sizes, uids = pop.list(), pop.uidl()
        found = list(pop.summaries())
    assert [str(summary.headers.subject) for summary in found] == [
        f"number {n}" for n in range(1, count + 1)
    ]
    assert {summary.number: summary.size for summary in found} == dict(sizes)
    assert {summary.number: summary.uid for summary in found} == dict(uids)
    assert not any(summary.error for summary in found)


def test_summaries_and_streams_left_early_leave_the_session_in_order(server: Server) -> None:
    body = b"0123456789\n" * 50_000
    server.fill("alice", [b"Subject: %d\n\n" % n + body for n in range(1, 21)])
    with logged_in(server) as pop:
        for summary in pop.summaries():
            if summary.number == 3:
                break
        with pop.open(2) as stream:
            assert stream.read(10) == b"Subject: 2"
        for message in pop.messages([4, 5, 6]):
            assert message.number == 4
            break
        assert pop.top(5, 1) == b"Subject: 5\r\n\r\n0123456789\r\n"
        assert str(pop.headers(6).subject) == "6"
