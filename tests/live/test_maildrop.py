"""Real maildrops: listed, marked, and what is left of them on disk when a session has ended."""

from __future__ import annotations

import pytest

from pop3lib import CommandError, DropListing, State, WrongStateError
from tests.live.servers import Server
from tests.live.visit import THREE, client, logged_in

pytestmark = pytest.mark.usefixtures("face")

#: The octets of THREE as Dovecot and Courier count them: a line end is two (RFC 1939 section 11).
_WIRE_SIZES = {number: len(THREE[number - 1].replace(b"\n", b"\r\n")) for number in (1, 2, 3)}
_DISK_SIZES = {number: len(THREE[number - 1]) for number in (1, 2, 3)}


class Trouble(Exception):
    """What goes wrong in the user's own code."""


def test_sizes_are_what_the_server_counts(server: Server) -> None:
    server.fill("alice", THREE)
    # Twisted's maildrop counts the octets on disk: a size is a hint.
    sizes = _DISK_SIZES if server.name == "twisted" else _WIRE_SIZES
    with logged_in(server) as pop:
        assert pop.stat() == DropListing(3, sum(sizes.values()))
        assert dict(pop.list()) == sizes
        assert [pop.list(number) for number in sizes] == list(sizes.values())


def test_one_unique_id_is_the_same_as_in_the_listing(server: Server) -> None:
    server.fill("alice", THREE)
    with logged_in(server) as pop:
        uids = pop.uidl()
        assert list(uids) == [1, 2, 3]
        assert len(set(uids.values())) == 3
        # Twisted answers with the unique-id alone, without the number.
        assert [pop.uidl(number) for number in uids] == list(uids.values())


def test_unique_ids_outlive_the_session_and_the_numbers(server: Server) -> None:
    server.fill("alice", THREE)
    with logged_in(server) as pop:
        before = pop.uidl()
        pop.dele(1)
    server.messages("alice")  # Courier removes it only after its +OK
    with logged_in(server) as pop:
        assert dict(pop.uidl()) == {1: before[2], 2: before[3]}


def test_an_empty_maildrop_has_nothing_to_list(server: Server) -> None:
    with logged_in(server) as pop:
        assert pop.stat() == DropListing(0, 0)
        assert not pop.list()
        assert not pop.uidl()
        assert not list(pop.summaries())
        assert not list(pop.messages())


def test_a_number_that_is_not_there_is_refused_and_the_session_goes_on(server: Server) -> None:
    server.fill("alice", THREE)
    with logged_in(server) as pop:
        for ask in (pop.list, pop.uidl, pop.retr, pop.top, pop.dele, pop.open, pop.headers):
            with pytest.raises(CommandError, match=r" 9.* was refused"):
                ask(9)
        pop.noop()
        assert pop.stat().count == 3


def test_what_is_marked_is_gone_after_quit_and_not_before(server: Server) -> None:
    server.fill("alice", THREE)
    with client(server) as pop:
        pop.login("alice", server.password)
        pop.dele(2)
        assert server.messages_now("alice") == THREE
        assert pop.quit() == {2}
        assert pop.state is State.UPDATE
    assert server.messages("alice") == [THREE[0], THREE[2]]


def test_leaving_the_block_commits(server: Server) -> None:
    server.fill("alice", THREE)
    with logged_in(server) as pop:
        pop.dele(1)
        pop.dele(3)
    assert server.messages("alice") == [THREE[1]]


def test_an_exception_in_the_block_deletes_nothing(server: Server) -> None:
    server.fill("alice", THREE)
    with pytest.raises(Trouble), logged_in(server) as pop:
        pop.dele(1)
        raise Trouble
    assert server.messages("alice") == THREE


def test_close_without_quit_deletes_nothing(server: Server) -> None:
    server.fill("alice", THREE)
    pop = client(server).connect()
    pop.login("alice", server.password)
    pop.dele(1)
    pop.close()
    assert server.messages("alice") == THREE


def test_rset_takes_the_marks_back(server: Server) -> None:
    server.fill("alice", THREE)
    with logged_in(server) as pop:
        pop.dele(1)
        pop.dele(2)
        assert pop.deleted == {1, 2}
        pop.rset()
        assert not pop.deleted
        assert pop.retr(1) == THREE[0].replace(b"\n", b"\r\n")
        pop.dele(3)
    assert server.messages("alice") == THREE[:2]


def test_a_marked_message_is_out_of_reach_and_out_of_the_summaries(server: Server) -> None:
    server.fill("alice", THREE)
    with logged_in(server) as pop:
        pop.dele(2)
        with pytest.raises(WrongStateError):
            pop.retr(2)
        assert [summary.number for summary in pop.summaries()] == [1, 3]
        assert [message.number for message in pop.messages()] == [1, 3]
        pop.rset()
