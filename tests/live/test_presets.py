"""The presets named after servers that can run here say what those servers say."""

from __future__ import annotations

from collections.abc import Callable

from pop3lib import Client, POP3Error, Security
from pop3lib.testing import Maildrop, Settings, presets
from pop3lib.testing import Server as Embedded
from tests.live.servers import PASSWORD, Server
from tests.live.visit import THREE, client

PRESETS = {
    "dovecot": presets.DOVECOT,
    "courier": presets.COURIER,
    "twisted": presets.TWISTED,
}


def seen(ask: Callable[[], object]) -> object:
    """Return what comes of a question, or which error."""
    try:
        return ask()
    except POP3Error as error:
        return type(error)


def visit(pop: Client) -> dict[str, object]:
    """Ask what the presets differ in."""
    found: dict[str, object] = {}
    with pop:
        before = pop.capa()
        found["stamp"] = "@" in (pop.greeting or "")
        found["announced"] = set(before) - {"STLS"}
        found["wrong password"] = seen(lambda: pop.login("alice", "wrong", mechanism="USER"))
        pop.login("alice", PASSWORD, mechanism="USER")
        found["then"] = set(pop.capa()) - {"STLS"}
        found["LIST"] = list(pop.list())
        found["LIST 9"] = seen(lambda: pop.list(9))
        found["UIDL 1"] = pop.uidl(1) == pop.uidl()[1]
        pop.dele(2)
        found["listed"] = list(pop.list())
        found["STAT"] = pop.stat().count
        pop.rset()
    return found


def test_a_preset_answers_as_the_server_does(server: Server) -> None:
    server.fill("alice", THREE)
    settings: Settings = PRESETS[server.name]
    mail = Maildrop(PASSWORD, [message.replace(b"\n", b"\r\n") for message in THREE])
    real = visit(client(server))
    with Embedded({"alice": mail}, settings=settings) as embedded:
        imitated = visit(
            Client(
                embedded.host,
                embedded.port,
                security=Security.PLAINTEXT,
                allow_insecure_login=True,
            )
        )
    assert imitated == real
