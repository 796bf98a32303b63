"""What the three servers have in common: one running server, as a test sees it."""

from __future__ import annotations

import shutil
import ssl
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from tests.live.servers.certificates import Certificates
from tests.live.servers.maildrop import FolderMaildrop
from tests.live.servers.ports import free_ports, greets
from tests.live.servers.process import Process

USERS = ("alice", "bob")
PASSWORD = "secret-Pa55"


class Server(ABC):
    """A real POP3 server on loopback, between ``with`` and the end of its block."""

    #: what tests call it
    name: ClassVar[str]
    #: the name of the process that serves one session, where there is one for each
    session_process: ClassVar[str | None] = None
    #: the addresses it listens on
    hosts: ClassVar[tuple[str, ...]] = ("127.0.0.1",)

    host = "127.0.0.1"
    users: tuple[str, ...] = USERS
    password = PASSWORD

    #: the port where it speaks in clear at first, and the one where it speaks TLS at once
    port: int
    tls_port: int
    #: its directory; everything it writes is in there
    work: Path
    certificates: Certificates
    maildrops: Mapping[str, FolderMaildrop]

    _process: Process

    @classmethod
    @abstractmethod
    def missing(cls) -> str | None:
        """Say what is missing to run it here, or None."""

    @abstractmethod
    def _prepare(self) -> None:
        """Write the configuration."""

    @abstractmethod
    def _launch(self) -> Process:
        """Start the process."""

    @abstractmethod
    def _maildrop(self, user: str) -> FolderMaildrop:
        """Make a user's maildrop."""

    # --- running ---

    def __enter__(self) -> Self:
        self.work = Path(tempfile.mkdtemp(prefix="pop3-"))
        # Mail processes run as another user, who must get through. No secret is in there.
        self.work.chmod(0o755)
        try:
            self.port, self.tls_port = free_ports(2, self.hosts)
            self.certificates = Certificates(self.work / "tls")
            (self.work / "home").mkdir()
            self.maildrops = {user: self._maildrop(user) for user in self.users}
            self._prepare()
            self._start()
        except BaseException:
            shutil.rmtree(self.work, ignore_errors=True)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.stop()
        shutil.rmtree(self.work, ignore_errors=True)

    def _start(self) -> None:
        self._process = self._launch()
        try:
            self._process.wait_until(self._ready)
        except BaseException:
            self._process.stop()
            raise

    def _ready(self) -> bool:
        return greets(self.host, self.port) and greets(self.host, self.tls_port, self.context())

    # --- what tests want of it ---

    @property
    def ca_file(self) -> Path:
        """The certificate of the private authority that clients must trust."""
        return self.certificates.ca_file

    def context(self, user: str | None = None) -> ssl.SSLContext:
        """Return a context that trusts the server; with *user*, one with a client certificate."""
        return self.certificates.context(user)

    def fill(self, user: str, messages: Iterable[bytes]) -> None:
        """Make the maildrop of *user* hold exactly *messages*; give them with LF line ends."""
        self.maildrops[user].fill(messages)

    def messages(self, user: str) -> list[bytes]:
        """Return what is left in the maildrop of *user* on disk when no session is under way.

        Courier says +OK to QUIT first, and removes messages afterwards.
        """
        program = self.session_process
        if program is not None:
            self._process.wait_until(lambda: not self._process.runs(program))
        return self.messages_now(user)

    def messages_now(self, user: str) -> list[bytes]:
        """Return what is in the maildrop of *user* on disk at this moment, in order."""
        return self.maildrops[user].messages()

    def log(self) -> str:
        """Return what the server wrote to its log so far."""
        return self._process.log_text()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} on {self.host}:{self.port}, TLS {self.tls_port}>"


def first_problem(checks: Iterable[tuple[Callable[[], bool], str]]) -> str | None:
    """Return the words beside the first check that does not hold, or None."""
    return next((words for holds, words in checks if not holds()), None)
