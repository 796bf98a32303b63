"""No secret comes out, whatever goes wrong: rows of the catalogue of threats, by their ids.

For each way of logging in, a server that does each of many wrong things; then everything that the
library printed, raised or kept is searched for the password in every spelling.
"""

from __future__ import annotations

import gc
import json
import logging
import ssl
import sys
import warnings
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from traceback import StackSummary, walk_tb
from urllib.parse import quote

import pytest

import pop3lib
from pop3lib import Security
from pop3lib.secret import Secret
from pop3lib.testing import Maildrop, Server, Settings
from tests import faces
from tests.conftest import Tls
from tests.sasl.test_secrecy import chain
from tests.security.hostile import Hostile, Peer, serving

#: Named, and in no variable of a test: a test's frames are in the tracebacks too.
HUSH = "S3cr3t/p4ss+w0rd?"

PACKAGE = str(Path(pop3lib.__file__).parent)
GREETING = b"+OK ready <1896.697170952@dbc.mtview.ca.us>\r\n"
CAPA = (
    b"+OK\r\nUSER\r\nUIDL\r\nSASL PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512 "
    b"SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-512-PLUS OAUTHBEARER XOAUTH2\r\n.\r\n"
)
#: Each with a form of its own on the wire; the others are these with another digest.
PASSWORDS = ["USER", "APOP", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "SCRAM-SHA-512-PLUS"]
TOKENS = ["OAUTHBEARER", "XOAUTH2"]


def spellings() -> Iterator[str]:
    octets = HUSH.encode()
    yield from (HUSH, repr(octets)[2:-1], quote(HUSH), quote(HUSH, safe=""))
    yield from (octets.hex(), octets.hex().upper())
    for before in range(3):  # the middle of the base64 of a longer text
        whole = b64encode(bytes(before) + octets).decode()
        yield whole[-(-8 * before // 6) : 8 * (before + len(octets)) // 6]


def assert_unseen(text: str) -> None:
    for spelling in spellings():
        assert spelling not in text, "a secret came out"


# --- what the server does to a line of the client


def decoded(line: bytes) -> bytes:
    """Return the last word of *line* as what its base64 stands for."""
    with suppress(ValueError):
        return b64decode(b"".join(line.split()[-1:]), validate=True)
    return b""


def printable(octets: bytes) -> bytes:
    return octets.replace(b"\0", b" ").replace(b"\r", b"").replace(b"\n", b"")


def told(line: bytes) -> bytes:
    """Return the secret of *line* as a server may have understood it."""
    return (decoded(line) or line.rstrip()).split(b" ")[-1].split(b"\0")[-1].split(b"\x01")[0]


def cut(peer: Peer) -> None:
    peer.say(b"-E")
    peer.socket.close()


#: What an OAuth server explains a refusal with (RFC 7628 section 3.2.2).
REASON = ("status", "scope", "openid-configuration")

Doing = Callable[[Peer, bytes], None]

FAILURES: dict[str, Doing] = {
    "repeats the line": lambda peer, line: peer.say(b"-ERR bad: " + printable(line) + b"\r\n"),
    "repeats what it decodes": lambda peer, line: peer.say(
        b"-ERR [AUTH] bad: " + printable(decoded(line) or line) + b"\r\n"
    ),
    "repeats all it heard": lambda peer, line: peer.say(
        b"-ERR " + b" ".join(map(printable, peer.heard))[-450:] + b"\r\n"
    ),
    "repeats it percent-encoded": lambda peer, line: peer.say(
        b"-ERR " + quote(told(line), safe="").encode() + b"\r\n"
    ),
    "repeats it in hexadecimal": lambda peer, line: peer.say(
        b"-ERR " + told(line).hex().encode() + b"\r\n"
    ),
    "repeats it in base64": lambda peer, line: peer.say(
        b"-ERR bad: " + b64encode(told(line)) + b"\r\n"
    ),
    "repeats it as a code": lambda peer, line: peer.say(b"-ERR [" + told(line) + b"] no\r\n"),
    "repeats it as a reason": lambda peer, line: peer.say(
        b"+ "
        + b64encode(json.dumps(dict.fromkeys(REASON, told(line).decode("latin-1"))).encode())
        + b"\r\n"
    ),
    "repeats it with a wrong mark": lambda peer, line: peer.say(
        b"ERR " + printable(line) + b"\r\n"
    ),
    "repeats it in a challenge": lambda peer, line: peer.say(b"+ " + b64encode(line) + b"\r\n"),
    "hangs up": lambda peer, line: peer.socket.close(),
    "cuts its answer": lambda peer, line: cut(peer),
    "falls silent": lambda peer, line: None,
    "sends a line feed": lambda peer, line: peer.say(b"-ERR " + line.rstrip() + b"\n"),
    "asks without end": lambda peer, line: peer.say(b"+ \r\n"),
    "asks in no base64": lambda peer, line: peer.say(b"+ !" + printable(line) + b"\r\n"),
    "says yes too early": lambda peer, line: peer.say(b"+OK " + printable(line) + b"\r\n"),
    "says more than was asked": lambda peer, line: peer.say(
        b"-ERR no\r\n+OK " + printable(line) + b"\r\n"
    ),
}

#: Those that the client waits for in vain.
UNANSWERED = ("falls silent", "sends a line feed")


def play(peer: Peer, doing: Doing) -> None:
    peer.say(GREETING)
    while line := peer.hear():
        verb = line.split(b" ")[0].strip().upper()
        if verb == b"CAPA":
            peer.say(CAPA)
        elif verb == b"USER":
            peer.say(b"+OK\r\n")
        elif verb == b"AUTH" and len(line.split()) == 2:
            peer.say(b"+ \r\n")
        elif verb == b"QUIT":
            peer.say(b"+OK\r\n")
            return
        else:
            doing(peer, line)


# --- what comes out


class Shown:
    """Gathers everything that can be seen of a login."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, *things: object) -> None:
        self.text += "".join(f"{thing!s}\n{thing!r}\n" for thing in things)

    def error(self, error: BaseException) -> None:
        """Take what an error tracker takes: arguments, attributes, and our frames' variables."""
        for link in chain(error):
            self.add(link, link.args, vars(link))
            frames = [
                (frame, line)
                for frame, line in walk_tb(link.__traceback__)
                if frame.f_code.co_filename.startswith(PACKAGE)
            ]
            for summary in StackSummary.extract(iter(frames), capture_locals=True):
                self.add(summary.line, summary.locals)


def attempt(server: Hostile, tls: Tls, mechanism: str, shown: Shown, timeout: float) -> None:
    """Log in by *mechanism* over TLS and go on, whatever comes of it."""
    pop = faces.Client(
        server.host,
        server.port,
        security=Security.TLS,
        ssl_context=tls.client,
        timeout=timeout,
        trace=shown.add,
    ).connect()
    steps: list[Callable[[], object]] = [
        lambda: (
            pop.login("ann", token=HUSH, mechanism=mechanism)
            if mechanism in TOKENS
            else pop.login("ann", HUSH, mechanism=mechanism)
        ),
        lambda: pop.pass_(HUSH),
        lambda: pop.apop("ann", HUSH),
        lambda: pop.login("ann", HUSH + "\n"),
        lambda: pop.login("ann", token=HUSH + "\n"),
        lambda: pop.login("ann" * 100, HUSH, mechanism="USER"),
        pop.stat,
    ]
    for step in steps:
        try:
            step()
        except Exception as error:
            shown.error(error)
        shown.add(pop, pop.__dict__, pop.state, pop.greeting, pop.capabilities)
    pop.close()
    shown.add(pop)


def test_the_search_finds_what_is_there() -> None:
    for text in (HUSH, b64encode(b"\0ann\0" + HUSH.encode()).decode(), quote(HUSH)):
        with pytest.raises(AssertionError, match="came out"):
            assert_unseen(f"x{text}x")


def test_the_servers_that_repeat_a_secret_have_understood_it() -> None:
    plain, oauth = f"\0ann\0{HUSH}", f"user=ann\1auth=Bearer {HUSH}\1\1"
    lines = [f"PASS {HUSH}", *(f"AUTH X {b64encode(t.encode()).decode()}" for t in (plain, oauth))]
    assert {told(f"{line}\r".encode()) for line in lines} == {HUSH.encode()}


@pytest.mark.usefixtures("face")
@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("mechanism", [*PASSWORDS, *TOKENS])
def test_SEC_01_02_03_04_06_nothing_that_can_be_seen_holds_a_secret(
    mechanism: str,
    failure: str,
    tls: Tls,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def act(peer: Peer) -> None:
        peer.start_tls(tls.server)
        play(peer, FAILURES[failure])

    caplog.set_level(logging.DEBUG)
    shown = Shown()
    with serving(act) as server, warnings.catch_warnings(record=True) as warned:
        attempt(server, tls, mechanism, shown, 0.3 if failure in UNANSWERED else 10)
    shown.add(caplog.text, *capfd.readouterr(), *(each.message for each in warned))
    assert_unseen(shown.text)
    assert "C: CAPA" in shown.text  # the trace was on


@pytest.mark.usefixtures("face")
def test_SEC_05_no_audit_event_carries_a_secret(tls: Tls) -> None:
    seen: list[str] = []
    listening = [True]

    def hook(event: str, given: tuple[object, ...]) -> None:
        if listening and not event.startswith(("object.", "import", "compile", "exec")):
            seen.append(f"{event} {given!r}")

    sys.addaudithook(hook)  # it cannot be taken away, but falls silent
    try:
        with (
            Server({"ann": Maildrop(HUSH, [])}, tls_context=tls.server) as server,
            faces.Client(server.host, server.tls_port, ssl_context=tls.client) as pop,
        ):
            pop.login("ann", HUSH, mechanism="USER")
    finally:
        listening.clear()
    assert any(event.startswith("socket.") for event in seen)
    assert_unseen("".join(seen))


@pytest.mark.usefixtures("face")
def test_SEC_05_no_variable_of_the_environment_has_the_keys_of_TLS_written_down(
    tls: Tls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, made = tmp_path / "keys", ssl.create_default_context

    def trusting() -> ssl.SSLContext:
        context = made()
        tls.authority.configure_trust(context)
        return context

    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    monkeypatch.setattr(ssl, "create_default_context", trusting)
    with Server(messages=[b"x\r\n"], tls_context=tls.server) as server:
        with faces.Client(server.host, server.tls_port, timeout=10) as pop:
            assert pop.secure
        assert not keys.exists() or "SECRET" not in keys.read_text()
        with faces.Client(server.host, server.tls_port, ssl_context=trusting()) as pop:
            assert pop.secure
        assert "SECRET" in keys.read_text()  # a context of the caller's may


@pytest.mark.usefixtures("face")
def test_SEC_07_nothing_is_traced_unless_told(
    tls: Tls, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, logger="pop3lib")
    with (
        Server(messages=[b"x\r\n"], tls_context=tls.server) as server,
        faces.Client(server.host, server.tls_port, ssl_context=tls.client) as pop,
    ):
        pop.login("ann", "secret")
        pop.stat()
    assert [record for record in caplog.records if record.name.startswith("pop3lib")] == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("face")
@pytest.mark.parametrize("mechanism", ["USER", "PLAIN", "SCRAM-SHA-256", None])
def test_SEC_08_a_secret_is_not_kept_after_the_login(tls: Tls, mechanism: str | None) -> None:
    settings = Settings(sasl=("PLAIN", "SCRAM-SHA-256"))
    with Server(
        {"ann": Maildrop("of the server", [])}, tls_context=tls.server, settings=settings
    ) as server:
        server.maildrops["ann"].password = Secret(HUSH)
        with faces.Client(server.host, server.tls_port, ssl_context=tls.client) as pop:
            pop.login("ann", HUSH, mechanism=mechanism)
            pop.stat()
            server.maildrops["ann"].password = Secret("another")
            gc.collect()
            kept = [o for o in gc.get_objects() if isinstance(o, Secret) and o.reveal() == HUSH]
            assert kept == []


def test_SEC_09_a_password_in_a_URL_is_refused_and_not_shown() -> None:
    with pytest.raises(pop3lib.InvalidArgumentError) as caught:
        faces.Client.from_url(f"pops://ann:{quote(HUSH)}@pop.example.org")
    shown = Shown()
    shown.add(caught.value, caught.value.args)
    assert_unseen(shown.text)
