"""What takes long to compute is not done on the loop: SCRAM hashes as often as the server says."""

from __future__ import annotations

import asyncio
import threading
from base64 import b64decode, b64encode

import pytest

import pop3lib
from pop3lib import AsyncClient, RemoteProtocolError, Security, State, sasl
from pop3lib.protocol import Auth, Connection
from pop3lib.protocol.limits import Quirk
from pop3lib.testing import Maildrop, Server, Settings
from tests.aio.running import LOOPS, run
from tests.security.hostile import Hostile, Peer, serving

STORY = 10


class Thoughtful(sasl.Plain):
    """A mechanism that thinks until the loop lets it go on."""

    takes_long = True

    def __init__(self) -> None:
        super().__init__("ann", "secret")
        self.began, self.go_on = threading.Event(), threading.Event()
        self.thread: threading.Thread | None = None

    def answer(self, challenge: bytes) -> bytes:
        self.thread = threading.current_thread()
        self.began.set()
        assert self.go_on.wait(STORY), "the loop stands still"
        return challenge


def client(server: Hostile | Server, **options: float) -> AsyncClient:
    return AsyncClient(
        server.host,
        server.port,
        security=Security.PLAINTEXT,
        allow_insecure_login=True,
        timeout=options.get("timeout", STORY),
    )


async def began(mechanism: Thoughtful) -> None:
    """Wait, on the loop, until *mechanism* thinks."""
    while not mechanism.began.is_set():
        await asyncio.sleep(0.001)


def patient(peer: Peer) -> None:
    peer.say(b"+OK\r\n")
    peer.answer(b"+ QUJD\r\n", b"+OK\r\n", b"+OK 1 1\r\n")


@pytest.mark.parametrize("loop", LOOPS)
def test_AUT_13_the_loop_goes_on_while_the_answer_is_computed(loop: str) -> None:
    mechanism = Thoughtful()

    async def story(server: Hostile) -> None:
        async with client(server) as pop:
            login = asyncio.ensure_future(pop.auth(mechanism))
            await began(mechanism)
            assert not login.done()
            mechanism.go_on.set()
            await login
            assert (await pop.stat()).count == 1
            await pop.close()

    with serving(patient) as server:
        run(story(server), loop)
    assert mechanism.thread is not threading.main_thread()
    assert server.heard[1] == b"QUJD\r"


@pytest.mark.parametrize("loop", LOOPS)
def test_AUT_13_our_own_time_is_not_the_servers(loop: str) -> None:
    mechanism = Thoughtful()

    async def story(server: Hostile) -> None:
        async with client(server, timeout=0.1) as pop:
            login = asyncio.ensure_future(pop.auth(mechanism))
            await began(mechanism)
            await asyncio.sleep(0.3)
            mechanism.go_on.set()
            await login
            with pytest.raises(pop3lib.ServerTimeout):  # from here on it counts again
                await pop.list()

    with serving(patient) as server:
        run(story(server), loop)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("how", ["cancelled", "closed", "cut", "more"])
def test_what_ends_the_connection_while_the_answer_is_computed(loop: str, how: str) -> None:
    mechanism = Thoughtful()
    errors = {
        "cancelled": asyncio.CancelledError,
        "closed": pop3lib.ServerDisconnected,
        "cut": pop3lib.ServerDisconnected,
        "more": RemoteProtocolError,
    }

    def act(peer: Peer) -> None:
        peer.say(b"+OK\r\n")
        peer.answer(b"+ QUJD\r\n")
        if how in ("cut", "more"):
            assert mechanism.began.wait(STORY)
            peer.say(b"+OK welcome\r\n") if how == "more" else peer.socket.close()

    async def story(server: Hostile) -> None:
        async with client(server) as pop:
            login = asyncio.ensure_future(pop.auth(mechanism))
            await began(mechanism)
            if how == "cancelled":
                login.cancel()
            if how == "closed":
                await pop.close()
            with pytest.raises(errors[how]):
                await login
            assert pop.state is State.CLOSED
            mechanism.go_on.set()
            await asyncio.sleep(0.01)
            assert pop.state is State.CLOSED

    with serving(act) as server:
        run(story(server), loop)
    assert len(server.heard) == 1  # no answer was sent


@pytest.mark.parametrize("loop", LOOPS)
def test_a_password_is_hashed_in_a_thread_and_right(loop: str) -> None:
    settings = Settings(sasl=("SCRAM-SHA-256",), scram_iterations=20_000)

    async def story(server: Server) -> None:
        async with client(server) as pop:
            with pytest.raises(pop3lib.AuthenticationError):
                await pop.login("ann", "wrong")
            await pop.login("ann", "secret")
            assert (await pop.stat()).count == 1

    with Server({"ann": Maildrop("secret", [b"x\r\n"])}, settings=settings) as server:
        run(story(server), loop)
        server.settle()
        assert server.violations == []


# --- in the core


def challenged(*, deferring: bool) -> tuple[Connection, sasl.Scram]:
    scram = sasl.Scram("ann", "secret")
    connection = Connection()
    connection.deferring = deferring
    connection.receive_data(b"+OK\r\n")
    connection.send(Auth(scram))
    nonce = b64decode(connection.data_to_send().split()[2]).decode().partition("r=")[2]
    first = b64encode(f"r={nonce}x,s=QUJD,i=4096".encode())
    connection.receive_data(b"+ " + first + b"\r\n")
    return connection, scram


def test_the_core_computes_by_itself_unless_told_otherwise() -> None:
    connection, _ = challenged(deferring=False)
    assert connection.job is None
    assert connection.data_to_send().endswith(b"\r\n")


def test_only_the_proof_is_left_to_others() -> None:
    connection, scram = challenged(deferring=True)
    assert connection.job is not None and not connection.awaiting
    assert connection.data_to_send() == b""
    connection.job_done(connection.job)
    assert connection.job is None and not scram.takes_long
    assert b",p=" in b64decode(connection.data_to_send())
    connection.receive_data(b"+ " + b64encode(b"v=" + b64encode(bytes(32))) + b"\r\n")
    assert connection.job is None and connection.data_to_send() == b"*\r\n"


def test_a_job_that_fails_ends_the_connection() -> None:
    connection, _ = challenged(deferring=True)

    def fail() -> bytes:
        raise ZeroDivisionError

    connection.job_done(fail)
    assert isinstance(connection.failure, RemoteProtocolError)
    connection.job_done(fail)  # too late to matter


def test_with_the_quirk_an_empty_line_is_never_a_stray_answer() -> None:
    connection = Connection(quirks=Quirk.BLANK_LINES)
    connection.receive_data(b"+OK\r\n\r\n")
    connection.receive_data(b"\r\n")
    assert connection.failure is None
    connection.receive_data(b"\r\n+OK\r\n")
    assert isinstance(connection.failure, RemoteProtocolError)
