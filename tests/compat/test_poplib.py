"""What ``pop3lib.compat.poplib`` keeps of poplib's manners, and what it does better."""

from __future__ import annotations

import inspect
import poplib as original
import re
import socket
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pop3lib
from pop3lib import Limits, Quirk
from pop3lib.compat import poplib
from pop3lib.protocol import State
from pop3lib.testing import ScriptServer, Server, Settings, faults, script
from tests.conftest import Tls

MESSAGES = [b"Subject: one\r\n\r\n.dot\r\n..\r\n", b"Subject: two\r\n\r\nlone\nfeed\r\n"]
GREETING = "S: +OK ready\n"


@pytest.fixture
def server(tls: Tls) -> Iterator[Server]:
    with Server(messages=MESSAGES, tls_context=tls.server) as server:
        yield server
    assert server.violations == []


def opened(server: Server | ScriptServer, kind: type[poplib.POP3] = poplib.POP3) -> poplib.POP3:
    return kind(server.host, server.port, timeout=10)


def logged_in(server: Server) -> poplib.POP3:
    pop = opened(server)
    pop.user("ann")
    pop.pass_("secret")
    return pop


# --- the same


def names(module: Any) -> set[str]:
    return {name for name in dir(module.POP3) if not name.startswith("_")} - {"timestamp"}


def test_poplibs_public_names_are_all_there() -> None:
    assert set(poplib.__all__) == set(original.__all__)
    # Attributes of an instance, there, are properties or annotations here.
    ours = names(poplib) | set(poplib.POP3.__annotations__) - {"_security"}
    assert names(original) <= ours
    assert ours - names(original) == {"file", "host", "limits", "port", "quirks", "sock", "welcome"}
    assert (poplib.POP3_PORT, poplib.POP3_SSL_PORT) == (110, 995)
    assert poplib.CRLF == original.CRLF


def parameters(function: Any) -> list[tuple[str, Any, Any]]:
    found = inspect.signature(function).parameters.values()
    return [(each.name, each.kind, each.default) for each in found]


@pytest.mark.parametrize("name", ["__init__", *sorted(names(original) - {"encoding"})])
def test_parameters_are_poplibs(name: str) -> None:
    assert parameters(getattr(poplib.POP3, name)) == parameters(getattr(original.POP3, name))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="poplib's were others before Python 3.12")
def test_parameters_over_tls_are_poplibs() -> None:
    for name in ("__init__", "stls"):
        ours = getattr(poplib.POP3_SSL, name)
        theirs = getattr(original.POP3_SSL, name)
        assert parameters(ours) == parameters(theirs)


def talk(pop: Any) -> list[Any]:
    return [
        pop.user("ann"),
        pop.pass_("secret"),
        pop.stat(),
        pop.list(),
        pop.list(1),
        pop.uidl(),
        pop.uidl("2"),
        pop.retr("1"),
        pop.top(2, 0),
        pop.noop(),
        pop.dele(1),
        pop.dele("2"),
        pop.rset(),
        pop.quit(),
    ]


def test_a_session_returns_what_poplibs_returns(server: Server) -> None:
    theirs = original.POP3(server.host, server.port, timeout=10)
    expected = [theirs.capa(), *talk(theirs)]
    server.settle()
    pop = opened(server)
    assert [pop.capa(), *talk(pop)] == expected
    assert pop.sock is None and pop.file is None


def test_a_refusal_has_the_servers_line_and_the_error_of_pop3lib(server: Server) -> None:
    pop = opened(server)
    pop.user("ann")
    with pytest.raises(poplib.error_proto) as caught:
        pop.pass_("wrong")
    line = caught.value.args[0]
    assert isinstance(line, bytes) and line.startswith(b"-ERR [AUTH]")
    assert isinstance(caught.value.__cause__, pop3lib.AuthenticationError)
    pop.close()


def test_a_stamp_that_is_one_is_answered(server: Server) -> None:
    pop = opened(server)
    assert pop.getwelcome().startswith(b"+OK")
    assert pop.apop("ann", "secret").startswith(b"+OK")
    assert pop.stat()[0] == 2
    pop.quit()


def test_failures_of_the_line_are_those_of_poplib() -> None:
    with script(f"{GREETING}C: NOOP\n-- close\n") as served:
        pop = opened(served)
        with pytest.raises(poplib.error_proto, match=r"-ERR EOF.*NOOP"):
            pop.noop()
        with pytest.raises(poplib.error_proto, match="closed"):
            pop.noop()
        assert pop.sock is None
    with pytest.raises(ConnectionRefusedError):
        poplib.POP3(served.host, served.port)


def test_silence_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        with pytest.raises(TimeoutError):
            poplib.POP3(host, port, timeout=0.05)


@pytest.mark.parametrize("timeout", [None, 7.5])
def test_timeouts_are_the_sockets(server: Server, timeout: float | None) -> None:
    pop = poplib.POP3(server.host, server.port, timeout=timeout)
    assert pop.sock is not None and pop.sock.gettimeout() == timeout
    pop.close()


def test_the_default_timeout_is_the_socket_modules(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getdefaulttimeout", lambda: 3.5)
    pop = poplib.POP3(server.host, server.port)
    assert pop.sock is not None and pop.sock.gettimeout() == 3.5
    pop.close()


def test_a_timeout_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="timeout of 0"):
        poplib.POP3("localhost", 1, timeout=0)


def test_a_subclass_may_connect_by_a_proxy(server: Server, tls: Tls) -> None:
    class Proxied(poplib.POP3_SSL):
        def _create_socket(self, timeout: float | None) -> socket.socket:
            assert (self.host, self.port) == ("pop.example.org", 995)
            sock = socket.create_connection((server.host, server.tls_port), timeout)
            return self.context.wrap_socket(sock, server_hostname="localhost")

    pop = Proxied("pop.example.org", context=tls.client, timeout=10)
    assert pop.user("ann").startswith(b"+OK")
    assert pop.pass_("secret").startswith(b"+OK")
    pop.quit()


def test_a_subclass_may_write_in_another_encoding() -> None:
    class Western(poplib.POP3):
        encoding = "latin-1"

    with script(f"{GREETING}C: USER J\\xf6rg\nS: +OK\nC: QUIT\nS: +OK\n") as served:
        pop = opened(served, Western)
        assert pop.user("Jörg") == b"+OK"
        with pytest.raises(poplib.error_proto, match="cannot be written in latin-1") as caught:
            pop.pass_("€")
        assert "20ac" not in str(caught.value)
        pop.quit()


def test_programs_that_speak_AUTH_by_themselves_go_on_doing_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = f"{GREETING}C: AUTH XOAUTH2\nS: + \nC: dXNlcj1hbm4=\nS: +OK dXNlcj1hbm4=\n"
    with script(f"{text}C: AUTH X dXNlcj1hbm4=\nS: -ERR no\nC: *ENV 1\nS: +OK\nS: a\nS: .\n") as it:
        pop = opened(it)
        pop.set_debuglevel(2)
        assert pop._shortcmd("AUTH XOAUTH2") == b"+ "
        assert pop._shortcmd("dXNlcj1hbm4=") == b"+OK ***"
        with pytest.raises(poplib.error_proto, match="-ERR no"):
            pop._shortcmd("AUTH X dXNlcj1hbm4=")
        assert pop._longcmd("*ENV 1") == (b"+OK", [b"a"], 3)
        pop.close()
    printed = capsys.readouterr().out
    assert "dXNl" not in printed
    assert printed.count("***") == 3


LOGINS = {
    "PASS": "C: PASS secret\nS: +OK\n",
    "RPOP": "C: RPOP secret\nS: +OK\n",
    "APOP": "C: APOP ann secret\nS: +OK\n",
    "AUTH": "C: AUTH PLAIN secret\nS: +OK\n",
    "AUTH with challenges": "C: AUTH LOGIN\nS: + a\nC: YW5u\nS: + b\nC: secret\nS: +OK\n",
}


@pytest.mark.parametrize("login", LOGINS.values(), ids=LOGINS)
def test_the_core_knows_that_a_login_succeeded(login: str) -> None:
    """The state follows, and what was secret may be said again: it may be a message's unique-id."""
    after = "C: UIDL 1\nS: +OK 1 secret\nC: CAPA\nS: -ERR\nC: QUIT\nS: +OK\n"
    with script(f"{GREETING}{login}{after}") as served:
        pop = opened(served)
        for line in re.findall("C: (.*)", login):
            assert pop._session.state is State.AUTHORIZATION
            pop._shortcmd(line)
        assert pop._session.state is State.TRANSACTION
        assert pop.uidl(1) == b"+OK 1 secret"
        with pytest.raises(poplib.error_proto, match="logged in"):
            pop.stls()  # it is not sent: it belongs before the login
        pop.quit()
        assert pop._session.state.name == "UPDATE"


def test_the_core_knows_that_a_login_failed() -> None:
    text = f"{GREETING}C: PASS secret\nS: -ERR no secret\nC: NOOP\nS: +OK secret\n"
    with script(text) as served:
        pop = opened(served)
        with pytest.raises(poplib.error_proto, match=r"-ERR no \*\*\*") as caught:
            pop.pass_("secret")
        assert isinstance(caught.value.__cause__, pop3lib.AuthenticationError)
        assert pop._session.state is State.AUTHORIZATION
        assert pop.noop() == b"+OK ***"
        pop.close()


def test_capabilities_are_forgotten_with_the_login(tls: Tls, server: Server) -> None:
    pop = opened(server)
    pop.stls(tls.client)
    session = pop._session._protocol.session
    session.capabilities = pop3lib.Capabilities([b"PIPELINING"])
    pop.user("ann")
    assert session.capabilities is not None
    pop.pass_("secret")
    assert session.capabilities is None
    pop.quit()


def test_a_size_that_is_missing_is_none() -> None:
    with script(f"{GREETING}C: STAT\nS: +OK 2\nC: STAT\nS: +OK two\n") as served:
        pop = opened(served)
        assert pop.stat() == (2, 0)
        with pytest.raises(poplib.error_proto, match="two numbers"):
            pop.stat()
        pop.close()


# --- better


def test_lines_have_no_bound() -> None:
    line = "x" * 100_000
    with script(f"{GREETING}C: RETR 1\nS: +OK\nS: {line}\nS: .\nC: STAT\nS: +OK 1 2\n") as served:
        pop = opened(served)
        assert pop.retr(1) == (b"+OK", [line.encode()], 100_002)
        assert pop.stat() == (1, 2)
        pop.close()


def test_octets_bounds_are_a_subclasss_to_set() -> None:
    class Small(poplib.POP3):
        limits = Limits(max_message=10)

    with script(f"{GREETING}C: RETR 1\nS: +OK\nS: twelve octets\nS: .\n") as served:
        pop = opened(served, Small)
        with pytest.raises(poplib.error_proto, match="max_message=10"):
            pop.retr(1)


def test_after_an_odd_answer_nothing_is_taken_for_another_commands() -> None:
    with script(f"{GREETING}C: NOOP\nS: +OKAY\n") as served:
        pop = opened(served)
        with pytest.raises(poplib.error_proto, match=r"\+OKAY"):
            pop.noop()
        with pytest.raises(poplib.error_proto, match="closed since"):
            pop.stat()


def test_the_lines_of_a_message_joined_by_crlf_are_the_message(server: Server) -> None:
    pop = logged_in(server)
    for number, message in enumerate(MESSAGES, 1):
        _, lines, octets = pop.retr(number)
        assert b"".join(line + poplib.CRLF for line in lines) == message
        assert octets == len(message)
    pop.quit()


@pytest.mark.parametrize("name", ["ann\r\nDELE 1", "ann\n", "ann\x00"])
def test_no_argument_carries_a_second_command(server: Server, name: str) -> None:
    pop = opened(server)
    with pytest.raises(poplib.error_proto, match="control character") as caught:
        pop.user(name)
    assert isinstance(caught.value, ValueError)  # that is what poplib raises by now
    assert pop.user("ann").startswith(b"+OK")
    pop.close()
    server.settle()
    assert [line for line in server.log if line.startswith("C:")] == ["C: USER ann"]


def test_certificates_are_verified_unless_a_context_says_otherwise(
    server: Server, tls: Tls
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        poplib.POP3_SSL(server.host, server.tls_port, timeout=10)
    pop = opened(server)
    with pytest.raises(ssl.SSLCertVerificationError):
        pop.stls()
    assert pop.sock is None
    unverified = ssl._create_unverified_context()
    for context in (tls.client, unverified):
        one = poplib.POP3_SSL(server.host, server.tls_port, timeout=10, context=context)
        other = opened(server)
        assert other.stls(context).startswith(b"+OK")
        for pop in (one, other):
            assert isinstance(pop.sock, ssl.SSLSocket) and pop.sock.context is context
            with pytest.raises(poplib.error_proto, match="TLS"):
                pop.stls(context)
            pop.quit()


def test_stls_is_refused_where_the_server_has_none() -> None:
    with Server(settings=Settings()) as server:
        pop = opened(server)
        with pytest.raises(poplib.error_proto, match="does not offer STLS"):
            pop.stls()
        pop.quit()


def test_the_debug_output_hides_secrets(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    pop = opened(server)
    pop.set_debuglevel(1)
    pop.user("ann")
    with pytest.raises(poplib.error_proto):
        pop.pass_("s3cret with spaces")
    assert capsys.readouterr().out == "*cmd* 'USER ann'\n*cmd* 'PASS ***'\n"
    pop.set_debuglevel(2)
    pop.quit()
    assert "*get* '+OK" in capsys.readouterr().out


def test_an_audit_hook_sees_no_secret(server: Server) -> None:
    events: list[tuple[str, Any]] = []
    watching = [True]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event.startswith("poplib."):
            events.append((event, arguments[1:]))

    sys.addaudithook(hook)  # for good: nothing takes it back
    pop = logged_in(server)
    watching.clear()
    pop.quit()
    assert events == [
        ("poplib.connect", (server.host, server.port)),
        ("poplib.putline", (b"USER ann",)),
        ("poplib.putline", (b"PASS ***",)),
    ]


def test_a_server_with_bare_line_feeds_is_a_subclasss_to_trust() -> None:
    class Trusting(poplib.POP3):
        quirks = Quirk.BARE_LF

    with socket.create_server(("127.0.0.1", 0)) as listening:
        for kind in (poplib.POP3, Trusting):
            connect = socket.create_connection(listening.getsockname())
            peer, _ = listening.accept()
            peer.sendall(b"+OK old\n")

            # mypy takes no variable for a base.
            class Given(kind):  # type: ignore[misc,valid-type]
                def _create_socket(self, timeout: float | None) -> socket.socket:
                    return connect  # noqa: B023 - used in this turn

            if kind is Trusting:
                pop = Given("localhost")
                assert pop.getwelcome() == b"+OK old"
                pop.close()
            else:
                with pytest.raises(poplib.error_proto, match="LF alone"):
                    Given("localhost")
            peer.close()


def test_the_way_over_has_a_row_for_every_call_of_poplib() -> None:
    page = Path(__file__).parent.parent.parent / "docs" / "howto" / "from-poplib.rst"
    rows = re.findall(r"^    \* - (.*)", page.read_text("utf-8"), re.MULTILINE)
    told = set(re.findall(r"``(\w+)", " ".join(rows)))
    assert names(original) | set(original.__all__) <= told


def test_a_connection_that_is_reset_is_a_ConnectionError_as_with_poplib() -> None:
    reset = faults.at("NOOP", faults.cut(0, reset=True))
    for module in (original, poplib):
        with Server(faults=lambda _: reset) as server:
            pop: Any = module.POP3(server.host, server.port, timeout=10)
            pop.user("ann")
            pop.pass_("secret")
            with pytest.raises(ConnectionError):
                pop.noop()
            pop.close()
