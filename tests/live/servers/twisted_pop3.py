"""Run Twisted's POP3 server: HOME CERTIFICATE PORT TLSPORT USER...

Each user's maildrop is the folder of that name in HOME, as it is when the user logs in. The
password of all is in the environment variable POP3_PASSWORD.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import IO, Any

from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.credentials import CramMD5Credentials
from twisted.cred.portal import IRealm, Portal
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import ServerFactory
from twisted.internet.task import react
from twisted.logger import globalLogBeginner, textFileLogObserver
from twisted.mail import pop3
from zope.interface import implementer


@implementer(pop3.IMailbox)
class Maildrop:
    """The files of a folder. Messages are numbered from 0 here, as Twisted wants it."""

    def __init__(self, folder: Path) -> None:
        self._files = sorted(folder.iterdir())
        self._deleted: set[int] = set()

    def _file(self, index: int) -> Path:
        if not 0 <= index < len(self._files) or index in self._deleted:
            raise ValueError(b"no such message")
        return self._files[index]

    def _size(self, index: int) -> int:
        """Return 0 for a deleted message: so does every maildrop of Twisted."""
        return 0 if index in self._deleted else self._file(index).stat().st_size

    def listMessages(self, index: int | None = None) -> list[int] | int:
        """Return the size of one message, or of all."""
        if index is not None:
            return self._size(index)
        return [self._size(each) for each in range(len(self._files))]

    def getMessage(self, index: int) -> IO[bytes]:
        """Return an open message."""
        return self._file(index).open("rb")

    def getUidl(self, index: int) -> str:
        """Return a message's unique-id, also when it is deleted."""
        if not 0 <= index < len(self._files):
            raise ValueError(b"no such message")
        return hashlib.sha256(self._files[index].name.encode()).hexdigest()[:32]

    def deleteMessage(self, index: int) -> None:
        """Mark a message."""
        self._file(index)
        self._deleted.add(index)

    def undeleteMessages(self) -> None:
        """Take back all marks."""
        self._deleted.clear()

    def sync(self) -> None:
        """Remove what is marked; called at QUIT."""
        for index in self._deleted:
            self._files[index].unlink(missing_ok=True)


@implementer(IRealm)
class Realm:
    """Gives a user the maildrop of that name."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def requestAvatar(self, avatarId: bytes, mind: object, *interfaces: object) -> object:
        """Open the maildrop of a user who has logged in."""
        return pop3.IMailbox, Maildrop(self._home / avatarId.decode()), lambda: None


@implementer(pop3.IServerFactory)
class Factory(ServerFactory):
    """Makes a session for each connection, and knows the capabilities they announce."""

    def __init__(self, portal: Any) -> None:
        self.protocol = pop3.POP3
        self.challengers = {b"CRAM-MD5": CramMD5Credentials}
        self._portal = portal

    def buildProtocol(self, addr: Any) -> pop3.POP3:
        """Return a session that lets in whom the portal lets in."""
        session = pop3.POP3()
        session.factory = self
        session.portal = self._portal
        return session

    def cap_IMPLEMENTATION(self) -> str:
        """The IMPLEMENTATION capability."""
        return "Twisted"

    def cap_EXPIRE(self) -> int:
        """The EXPIRE capability."""
        return 60

    def cap_LOGIN_DELAY(self) -> int:
        """The LOGIN-DELAY capability."""
        return 120

    def perUserExpiration(self) -> bool:
        """Whether EXPIRE differs by user."""
        return False

    def perUserLoginDelay(self) -> bool:
        """Whether LOGIN-DELAY differs by user."""
        return False


async def main(
    reactor: Any, home: str, certificate: str, port: str, tls_port: str, *users: str
) -> None:
    """Serve until a signal comes."""
    globalLogBeginner.beginLoggingTo([textFileLogObserver(sys.stderr)])
    database = InMemoryUsernamePasswordDatabaseDontUse()
    for user in users:
        database.addUser(user.encode(), os.environ["POP3_PASSWORD"].encode())
    factory = Factory(Portal(Realm(Path(home)), [database]))
    files = f"privateKey={certificate}:certKey={certificate}"
    for listener in (f"tcp:{port}", f"ssl:{tls_port}:{files}"):
        await serverFromString(reactor, f"{listener}:interface=127.0.0.1").listen(factory)
    await Deferred()


if __name__ == "__main__":
    react(main, sys.argv[1:])
