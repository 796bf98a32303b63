"""The pytest plugin: a POP3 server, or a transcript that plays one, as a fixture.

pytest loads the plugins of all that is installed, be they used or not. So this one stands beside
the package: to import it imports nothing of ``pop3lib``, which is what keeps it free of cost for
those who do not use it, and leaves the measuring of coverage to begin before the package is run.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pop3lib.testing import ScriptServer, Server

_SERVERS = pytest.StashKey["list[Server]"]()
_PLAYS = pytest.StashKey[ExitStack]()

_MARKER = (
    "pop3_server(**options): how the fixture of the same name is made; the options are those of "
    "pop3lib.testing.Server"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def pop3_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A POP3 server on loopback, for the length of a test.

    It has an empty maildrop of ``ann``, whose password is ``secret``, unless a marker says more:
    ``@pytest.mark.pop3_server(messages=[...], settings=presets.GMAIL)``. Where the test fails,
    what was said to the server is shown.
    """
    from pop3lib.testing import Server  # not before somebody wants it

    marker = request.node.get_closest_marker("pop3_server")
    with Server(**(marker.kwargs if marker else {})) as server:
        request.node.stash.setdefault(_SERVERS, []).append(server)
        yield server


@pytest.fixture
def pop3_script(request: pytest.FixtureRequest) -> Iterator[Callable[..., ScriptServer]]:
    """Start servers that each play a transcript: ``server = pop3_script("S: +OK ...")``.

    The parameters are those of :func:`pop3lib.testing.script`. A test fails where its client said
    something else than the transcript has, or did not come to its end.
    """
    from pop3lib.testing import script

    def play(text: str, **options: Any) -> ScriptServer:
        return plays.enter_context(script(text, **options))

    with ExitStack() as plays:
        request.node.stash[_PLAYS] = plays
        yield play


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """End the transcripts with the test itself: what is wrong then is its failure."""
    with item.stash.get(_PLAYS, ExitStack()):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what was said to the server where a test failed."""
    report = yield
    if report.failed:
        for server in item.stash.get(_SERVERS, []):
            report.sections.append(("POP3 conversation", "\n".join(server.log)))
    return report
