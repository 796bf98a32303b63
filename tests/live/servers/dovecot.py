"""Dovecot 2.3, with every way to log in that it has."""

from __future__ import annotations

import base64
import grp
import hashlib
import hmac
import json
import os
import pwd
import re
import shutil
import string
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from tests.live.servers.maildrop import Maildir
from tests.live.servers.process import Process
from tests.live.servers.server import PASSWORD, USERS, Server, first_problem

_TEMPLATE = Path(__file__).with_name("dovecot.conf")
_DOVECOT = "/usr/sbin/dovecot"
_TOKEN_KEY = b"key of the test's tokens"
#: Seconds since 1970: long past, and far ahead.
_PAST, _FUTURE = 1_700_000_001, 4_000_000_000


class Dovecot(Server):
    """Dovecot on 127.0.0.1, which counts as secure, and on 127.0.0.2, where it insists on TLS.

    :param settings: lines for the end of its configuration, such as ``"pop3_lock_session = yes"``.
    :param passwords: the users, with their passwords.
    """

    name: ClassVar[str] = "dovecot"
    session_process: ClassVar[str | None] = "pop3"
    hosts: ClassVar[tuple[str, ...]] = ("127.0.0.1", "127.0.0.2")
    #: the address where no password may be sent in clear
    strict_host = "127.0.0.2"

    def __init__(self, *settings: str, passwords: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self._passwords = passwords or dict.fromkeys(USERS, PASSWORD)
        self.users = tuple(self._passwords)

    @classmethod
    def missing(cls) -> str | None:
        """Say what is missing to run it here, or None."""
        return first_problem(
            [
                (lambda: Path(_DOVECOT).exists(), f"Dovecot is not installed: no {_DOVECOT}"),
                (lambda: _pop3d().exists(), f"dovecot-pop3d is not installed: no {_pop3d()}"),
                # 2.4 reads another language of configuration.
                (lambda: _version() == (2, 3), "Dovecot is not of version 2.3"),
            ]
        )

    def token(self, user: str, *, expired: bool = False) -> str:
        """Return an OAuth token of *user*, a JSON web token (:rfc:`7519`)."""
        claims = {"sub": user, "iat": _PAST - 1, "exp": _PAST if expired else _FUTURE}
        parts = [{"alg": "HS256", "typ": "JWT"}, claims]
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in parts)
        digest = hmac.digest(_TOKEN_KEY, signed.encode(), hashlib.sha256)
        return f"{signed}.{_base64url(digest)}"

    def _maildrop(self, user: str) -> Maildir:
        home = self.work / "home" / user
        home.mkdir()
        _hand_over(home)
        return Maildir(home / "Maildir", _hand_over)

    def _prepare(self) -> None:
        keys = self.work / "keys" / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_bytes(base64.b64encode(_TOKEN_KEY))
        (self.work / "users").write_text("".join(_user(*each) for each in self._passwords.items()))
        (self.work / "oauth2.conf").write_text(
            "introspection_mode = local\n"
            f"local_validation_key_dict = fs:posix:prefix={self.work}/keys/\n"
            "username_attribute = sub\n"
        )
        (self.work / "dovecot.conf").write_text(self._configuration())

    def _configuration(self) -> str:
        user = _mail_user()
        return string.Template(_TEMPLATE.read_text()).substitute(
            work=self.work,
            hosts=", ".join(self.hosts),
            port=self.port,
            tls_port=self.tls_port,
            user=user.pw_name,
            group=grp.getgrgid(user.pw_gid).gr_name,
            login_user="dovenull" if _is_root() else user.pw_name,
            settings="\n".join(self._settings),
        )

    def _launch(self) -> Process:
        command = [_DOVECOT, "-F", "-c", str(self.work / "dovecot.conf")]
        return Process(command, self.work / "dovecot.log")


def _user(name: str, password: str) -> str:
    """Return a line of the file of users; in base64 a password may have any character."""
    return f"{name}:{{PLAIN.b64}}{base64.b64encode(password.encode()).decode('ascii')}\n"


def _is_root() -> bool:
    return os.geteuid() == 0


def _mail_user() -> pwd.struct_passwd:
    """Return who handles the mail: Dovecot refuses to do it as root."""
    return pwd.getpwnam("dovecot") if _is_root() else pwd.getpwuid(os.geteuid())


def _hand_over(folder: Path) -> None:
    if not _is_root():
        return
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "dovecot", "dovecot")


def _pop3d() -> Path:
    return Path("/usr/lib/dovecot/pop3")


def _version() -> tuple[int, ...]:
    result = subprocess.run([_DOVECOT, "--version"], capture_output=True, text=True, check=True)
    match = re.match(r"(\d+)\.(\d+)", result.stdout)
    return () if match is None else (int(match[1]), int(match[2]))


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
