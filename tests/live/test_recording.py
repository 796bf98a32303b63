"""A session with a real server, recorded and played: the same results."""

from __future__ import annotations

import pytest

import pop3lib
from pop3lib import Security
from pop3lib.testing import record, script
from tests import faces
from tests.awkward import AWKWARD
from tests.live.servers import PASSWORD, Server
from tests.live.visit import client

#: Mail with dots, bare CR, NUL, eight bits and lines of 100 kB; Courier wraps one of them.
MAIL = [each.stored for each in AWKWARD if each.stored]


def visit(pop: pop3lib.Client, mechanism: str | None) -> list[object]:
    """Look at everything in the maildrop of alice, and return it."""
    with pop:
        results: list[object] = [pop.capa()]
        pop.login("alice", PASSWORD, mechanism=mechanism)
        results += [pop.capa(), pop.stat(), dict(pop.list()), dict(pop.uidl())]
        results += [(summary.headers.raw, summary.error) for summary in pop.summaries()]
        results += [message.content for message in pop.messages()]
        with pytest.raises(pop3lib.CommandError) as refused:
            pop.retr(999)
        results.append(str(refused.value))
        pop.dele(1)
    return results


@pytest.mark.usefixtures("face")
@pytest.mark.parametrize("mechanism", [None, "USER"], ids=["strongest", "USER"])
def test_a_recorded_session_is_played_with_the_same_results(
    server: Server, mechanism: str | None
) -> None:
    server.fill("alice", MAIL)
    trace = record(private=False)
    results = visit(client(server, trace=trace), mechanism)
    assert PASSWORD not in trace.text
    assert server.messages("alice") != MAIL  # the session was real
    with script(trace.text, password=PASSWORD) as played:
        again = faces.Client(
            played.host, played.port, security=Security.PLAINTEXT, allow_insecure_login=True
        )
        assert visit(again, mechanism) == results


def test_a_private_recording_of_it_has_no_mail_in_it_and_is_played_all_the_same(
    server: Server,
) -> None:
    server.fill("alice", MAIL)
    trace = record(hide=["alice"])
    results = visit(client(server, trace=trace), "USER")
    for private in ("sender@", "Alice", "alice", "dots before text", PASSWORD):
        assert private not in trace.text
    with script(trace.text, password=PASSWORD) as played:
        again = faces.Client(
            played.host, played.port, security=Security.PLAINTEXT, allow_insecure_login=True
        )
        shape = visit(again, "USER")
    lengths = [len(each) for each in results if isinstance(each, bytes)]
    assert [len(each) for each in shape if isinstance(each, bytes)] == lengths
    assert shape[:5] == results[:5]
