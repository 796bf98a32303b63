"""Many commands at once, and the same one by one, on servers that nobody here wrote."""

from __future__ import annotations

from typing import Any

import pytest

import pop3lib
from pop3lib import Security
from tests import faces
from tests.live.servers import Server

pytestmark = pytest.mark.usefixtures("face")


def client(server: Server, **options: Any) -> pop3lib.Client:
    usual: dict[str, Any] = {"security": Security.PLAINTEXT, "timeout": 30}
    usual["allow_insecure_login"] = True
    return faces.Client(server.host, server.port, **(usual | options))


def test_a_thousand_messages_pipelined(server: Server) -> None:
    server.fill("alice", [b"Subject: %d\n\n.\n" % n for n in range(1000)])
    with client(server) as pop:
        pop.login("alice", server.password)
        assert len({str(s.headers.subject) for s in pop.summaries()}) == 1000
        assert all(m.content.endswith(b"\r\n\r\n.\r\n") for m in pop.messages())


def test_the_same_one_by_one(server: Server) -> None:
    # Few: Twisted answers in two segments, and each serial answer of its waits for a delayed ACK.
    server.fill("alice", [b"Subject: %d\n\n.\n" % n for n in range(30)])
    with client(server, pipelining=False) as pop:
        pop.login("alice", server.password)
        assert len({str(s.headers.subject) for s in pop.summaries()}) == 30
