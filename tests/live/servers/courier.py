"""Courier's POP3 server, in private mount and process namespaces."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import ClassVar

from tests.live.servers.maildrop import Maildir
from tests.live.servers.process import Process
from tests.live.servers.server import Server, first_problem

#: Names the folder in which the package courier-pop is unpacked: it cannot be installed beside
#: Dovecot, which is no reason not to run it.
ROOT_VARIABLE = "POP3LIB_COURIER_ROOT"

#: Where .ci/run unpacks it.
_UNPACKED = Path(__file__).parents[3] / "build" / "ci" / "courier"
_SCRIPT = Path(__file__).with_name("courier.sh")
_TOOLS = ("couriertcpd", "couriertls", "makeuserdb", "userdbpw", "unshare")
_MECHANISMS = "PLAIN LOGIN CRAM-MD5 CRAM-SHA1 CRAM-SHA256"
#: Administrators' tools are not on everybody's path.
_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


class Courier(Server):
    """Courier. A refused login takes it five seconds.

    :param settings: environment variables, which is how Courier is configured; for instance
        ``POP3AUTH=""`` announces no SASL, and ``POP3_TLS_REQUIRED="1"`` insists on TLS.
    """

    name: ClassVar[str] = "courier"
    session_process: ClassVar[str | None] = "courierpop3d"

    def __init__(self, **settings: str) -> None:
        self._settings = settings

    @classmethod
    def missing(cls) -> str | None:
        """Say what is missing to run it here, or None."""
        return first_problem(
            [
                (
                    lambda: (_programs() / "courierpop3d").exists(),
                    f"courier-pop is not there: {ROOT_VARIABLE} can name the folder where the "
                    "package is unpacked",
                ),
                (
                    lambda: all(shutil.which(tool, path=_PATH) for tool in _TOOLS),
                    "Courier's tools are not installed: courier-base, courier-authlib-userdb",
                ),
                (_may_unshare, "Courier needs root, and the right to unshare namespaces"),
            ]
        )

    def _maildrop(self, user: str) -> Maildir:
        home = self.work / "home" / user
        home.mkdir()
        return Maildir(home / "Maildir")

    def _prepare(self) -> None:
        (self.work / "run" / "courier" / "authdaemon").mkdir(parents=True)
        etc = self.work / "etc"
        etc.mkdir()
        (etc / "authdaemonrc").write_text(
            'authmodulelist="authuserdb"\n'
            'authmodulelistorig="authuserdb"\n'
            "daemons=5\n"
            "authdaemonvar=/run/courier/authdaemon\n"
            "DEBUG_LOGIN=0\n"
            'DEFAULTOPTIONS=""\n'
        )
        users = etc / "userdb"
        users.touch(mode=stat.S_IRUSR | stat.S_IWUSR)  # makeuserdb insists
        users.write_text("".join(map(self._user, self.users)))

    def _user(self, user: str) -> str:
        """Return a line of userdb(8): the home directory, and the password in each form."""
        fields = {"uid": "0", "gid": "0", "home": str(self.work / "home" / user)}
        fields["systempw"] = _hashed(self.password, "-md5")
        for form in ("hmac-md5", "hmac-sha1", "hmac-sha256"):
            fields[f"{form}pw"] = _hashed(self.password, f"-{form}")
        return f"{user}\t" + "|".join(f"{name}={value}" for name, value in fields.items()) + "\n"

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": _PATH,
            "POP3AUTH": _MECHANISMS,
            "POP3AUTH_ORIG": _MECHANISMS,
            "POP3AUTH_TLS": _MECHANISMS,
            "POP3_PROXY": "0",
            "POP3_TLS_REQUIRED": "0",
            "MAILDIRPATH": "Maildir",
            "COURIERTLS": shutil.which("couriertls", path=_PATH) or "",
            "TLS_CERTFILE": str(self.certificates.server),
            "TLS_TRUSTCERTS": str(self.ca_file),
            "TLS_VERIFYPEER": "NONE",
            **self._settings,
        }

    def _launch(self) -> Process:
        # A process namespace ends with its first process: nothing outlives the server.
        unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--"]
        ports = [str(self.port), str(self.tls_port)]
        command = [*unshare, str(_SCRIPT), str(self.work), str(_programs()), *ports]
        return Process(command, self.work / "courier.log", self._environment())

    def _ready(self) -> bool:
        socket = self.work / "run" / "courier" / "authdaemon" / "socket"
        return socket.exists() and super()._ready()


def _programs() -> Path:
    """Return the folder of courierpop3d and courierpop3login."""
    found = _UNPACKED if _UNPACKED.is_dir() else "/"
    return Path(os.environ.get(ROOT_VARIABLE) or found, "usr/lib/courier/courier").absolute()


def _may_unshare() -> bool:
    if os.geteuid() != 0:
        return False
    attempt = ["unshare", "--mount", "--pid", "--fork", "true"]
    return subprocess.run(attempt, capture_output=True, check=False).returncode == 0


def _hashed(password: str, form: str) -> str:
    tool = shutil.which("userdbpw", path=_PATH) or "userdbpw"
    result = subprocess.run(
        [tool, form], input=f"{password}\n", capture_output=True, text=True, check=True
    )
    return result.stdout.strip()
