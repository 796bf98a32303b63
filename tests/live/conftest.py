"""Fixtures: real servers, each started once and only if wanted, with empty maildrops for a test.

Where a server cannot run, its tests are skipped and say why. With the environment variable
POP3LIB_REQUIRE_SERVERS=1 they fail instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import TypeVar

import pytest

from tests.live.servers import Courier, Dovecot, Server, TwistedServer

S = TypeVar("S", bound=Server)

_WATCHED = pytest.StashKey[dict[Server, int]]()


def require(server: S) -> S:
    """Return *server*, which is about to be started; skip or fail where it cannot be."""
    reason = server.missing()
    if reason is None:
        return server
    if os.environ.get("POP3LIB_REQUIRE_SERVERS") == "1":
        pytest.fail(f"{server.name} is required here. {reason}", pytrace=False)
    pytest.skip(f"no {server.name} here. {reason}")


@pytest.fixture(scope="session")
def running_dovecot() -> Iterator[Dovecot]:
    """Dovecot, until the tests are over."""
    with require(Dovecot()) as server:
        yield server


@pytest.fixture(scope="session")
def running_courier() -> Iterator[Courier]:
    """Courier, until the tests are over."""
    with require(Courier()) as server:
        yield server


@pytest.fixture(scope="session")
def running_twisted() -> Iterator[TwistedServer]:
    """Twisted's server, until the tests are over."""
    with require(TwistedServer()) as server:
        yield server


@pytest.fixture
def dovecot(running_dovecot: Dovecot, request: pytest.FixtureRequest) -> Dovecot:
    """Dovecot with empty maildrops."""
    return _fresh(running_dovecot, request)


@pytest.fixture
def courier(running_courier: Courier, request: pytest.FixtureRequest) -> Courier:
    """Courier with empty maildrops."""
    return _fresh(running_courier, request)


@pytest.fixture
def twisted_server(running_twisted: TwistedServer, request: pytest.FixtureRequest) -> TwistedServer:
    """Twisted's server with empty maildrops."""
    return _fresh(running_twisted, request)


@pytest.fixture(params=["dovecot", "courier", "twisted_server"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the servers in turn, with empty maildrops."""
    each: Server = request.getfixturevalue(request.param)
    return each


@pytest.fixture
def started(request: pytest.FixtureRequest) -> Iterator[Callable[[Server], None]]:
    """Start a server with settings of its own: ``started(Dovecot("pop3_lock_session = yes"))``."""
    with ExitStack() as stack:

        def start(server: Server) -> None:
            stack.enter_context(require(server))
            _watch(server, request)

        yield start


def _fresh(server: S, request: pytest.FixtureRequest) -> S:
    _watch(server, request)
    for user in server.users:
        server.fill(user, [])
    return server


def _watch(server: Server, request: pytest.FixtureRequest) -> None:
    watched = request.node.stash.setdefault(_WATCHED, {})
    watched[server] = len(server.log())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the servers logged during a test that failed."""
    report = yield
    if report.failed:
        for server, begin in item.stash.get(_WATCHED, {}).items():
            report.sections.append((f"log of {server.name}", server.log()[begin:]))
    return report
