"""Where a program finds a login that nobody types: its arguments, the environment, ``.netrc``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pop3lib.errors import InvalidArgumentError
from pop3lib.netrc import Entry, read
from pop3lib.secret import Secret, SecretText, wrapped


@dataclass(frozen=True)
class FoundLogin:
    """A user's name with what proves it, and where that was found."""

    #: the user's name
    user: str
    #: the password, or None where there is a token
    password: Secret | None
    #: the OAuth 2.0 access token, or None where there is a password
    token: Secret | None
    #: where it comes from, for a message: ``"POP3_PASSWORD"``, ``"/home/ann/.netrc, line 3"``
    source: str


def find_login(
    host: str,
    user: str | None = None,
    password: SecretText | None = None,
    *,
    token: SecretText | None = None,
    netrc: str | os.PathLike[str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> FoundLogin | None:
    """Find the login for *host*: given, in the environment, or in ``.netrc``; else None.

    The user is *user*, else the environment's ``POP3_USER``. The first of these that has a
    secret for that user and *host* is taken:

    1. the arguments *token* and *password*;
    2. the environment: ``POP3_TOKEN``, else ``POP3_PASSWORD``. They are for the user of
       ``POP3_USER`` and the host of ``POP3_HOST`` and passed over where another is asked for;
       where one of the two is not set they are for every user, or every host. An empty variable
       is not set.
    3. the file *netrc*, else the one that the environment's ``NETRC`` names, else ``~/.netrc``:
       the first entry for *host* that has a password, and the user's name if it is known. The
       entry ``default`` is passed over: a password goes only where it was meant to go.

    :param environ: the environment; :data:`os.environ` where None.
    :raises InvalidArgumentError: for a password or token without a user's name, or both at once.
    :raises PasswordFileError: where the file is open to others, cannot be read, or is not written
        as netrc files are; where it was named and does not exist.
    """
    password, token = wrapped(password), wrapped(token)
    known = _Environment(os.environ if environ is None else environ, host)
    del environ  # a traceback that prints variables must not find what is in there
    user = user or known.user
    if password is not None or token is not None:
        return _given(user, password, token)
    return known.login(user) or _in_netrc(*known.netrc(netrc), host, user)


def _given(user: str | None, password: Secret | None, token: Secret | None) -> FoundLogin:
    if password is not None and token is not None:
        raise InvalidArgumentError("a password and a token are two ways to log in: give one")
    if not user:
        raise InvalidArgumentError("whose password is this? Give the user's name, too")
    return FoundLogin(user, password, token, "the arguments")


class _Environment:
    """What the environment says of logging in to one host."""

    def __init__(self, environ: Mapping[str, str], host: str) -> None:
        self._environ = environ
        self._meant = _same_host(environ.get("POP3_HOST") or host, host)
        #: the user's name, where there is one for this host
        self.user: str | None = (environ.get("POP3_USER") or None) if self._meant else None

    def login(self, user: str | None) -> FoundLogin | None:
        """Return the login of *user*, if there is one."""
        if not self._meant or not user or user != (self.user or user):
            return None
        if token := self._secret("POP3_TOKEN"):
            return FoundLogin(user, None, token, "POP3_TOKEN")
        if password := self._secret("POP3_PASSWORD"):
            return FoundLogin(user, password, None, "POP3_PASSWORD")
        return None

    def netrc(self, given: str | os.PathLike[str] | None) -> tuple[Path, bool]:
        """Return the path of the netrc file, and whether somebody named it."""
        named = given or self._environ.get("NETRC")
        return Path(named or os.path.expanduser("~/.netrc")), bool(named)

    def _secret(self, name: str) -> Secret | None:
        return Secret(self._environ[name]) if self._environ.get(name) else None


def _in_netrc(path: Path, named: bool, host: str, user: str | None) -> FoundLogin | None:
    if not named and not path.exists():
        return None
    for entry in read(path):
        if _suits(entry, host, user):
            name = user or entry.user or ""
            return FoundLogin(name, entry.password, None, f"{path}, line {entry.line}")
    return None


def _suits(entry: Entry, host: str, user: str | None) -> bool:
    if entry.host is None or entry.password is None or not _same_host(entry.host, host):
        return False
    # Either side may leave the name open, not both.
    return len({user, entry.user} - {None}) == 1


def _same_host(one: str, other: str) -> bool:
    return one.rstrip(".").lower() == other.rstrip(".").lower()
