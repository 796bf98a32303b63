"""Twisted's POP3 server, as a process of this Python."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import ClassVar

from tests.live.servers.maildrop import FolderMaildrop
from tests.live.servers.process import Process
from tests.live.servers.server import Server

_SCRIPT = Path(__file__).with_name("twisted_pop3.py")


class TwistedServer(Server):
    """Twisted, with maildrops of our own: the one that it brings along cannot be retrieved from."""

    name: ClassVar[str] = "twisted"

    @classmethod
    def missing(cls) -> str | None:
        """Say what is missing to run it here, or None."""
        for module, package in (("twisted", "twisted"), ("OpenSSL", "twisted[tls]")):
            if importlib.util.find_spec(module) is None:
                return f"{package} is not installed"
        return None

    def _maildrop(self, user: str) -> FolderMaildrop:
        return FolderMaildrop(self.work / "home" / user)

    def _prepare(self) -> None:
        """Write nothing: all is said in the command."""

    def _launch(self) -> Process:
        places = [str(self.work / "home"), str(self.certificates.server)]
        ports = [str(self.port), str(self.tls_port)]
        command = [sys.executable, str(_SCRIPT), *places, *ports, *self.users]
        environment = {**os.environ, "POP3_PASSWORD": self.password}
        return Process(command, self.work / "twisted.log", environment)
