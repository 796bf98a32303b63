"""What all tests share."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import trustme
from hypothesis import HealthCheck, settings

from tests import faces

#: Found by itself where the project was installed; but these tests run on a source tree, too.
pytest_plugins = ["pytest_pop3lib"]

# The profiles of Hypothesis, by the environment variable HYPOTHESIS_PROFILE: dev, for every day;
# ci, which tries the same examples each time, so that a red run is the change's fault; thorough,
# for a night. None has a deadline for one example: a busy machine is no failure.
settings.register_profile("dev", max_examples=60, deadline=None)
settings.register_profile(
    "ci",
    max_examples=150,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@dataclass(frozen=True)
class Tls:
    """A private authority, with the contexts of both sides."""

    authority: trustme.CA
    server: ssl.SSLContext
    client: ssl.SSLContext

    def server_for(self, *names: str) -> ssl.SSLContext:
        """Return a server's context with a certificate for *names*."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*names).configure_cert(context)
        return context


@pytest.fixture(scope="session")
def tls() -> Iterator[Tls]:
    """A private authority trusted by ``tls.client``."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    yield Tls(authority, server, client)


@pytest.fixture(params=["blocking", "asyncio", "uvloop"])
def face(request: pytest.FixtureRequest) -> Iterator[str]:
    """Have ``faces.Client`` be each of the two clients."""
    faces.kind = request.param
    yield request.param
    faces.kind = "blocking"


@pytest.fixture(scope="session", autouse=True)
def loops() -> Iterator[None]:
    """Close the loops of the asyncio client when all is done."""
    yield
    faces.close_loops()
