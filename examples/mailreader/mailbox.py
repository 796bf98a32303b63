"""The one session that the whole program looks at, from both of its pages."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from typing import TypeVar

from pop3lib import (
    AsyncClient,
    CommandError,
    LocalProtocolError,
    POP3Error,
    Secret,
    Security,
    State,
    Timed,
    WrongStateError,
)
from pop3lib.protocol import Command, Dele

from .accounts import Account
from .transcript import Transcript

T = TypeVar("T")


class Mailbox:
    """A session with an account's server: there is none, or one.

    :param context: whom to trust; None for the authorities that the system trusts.
    :param timeout: seconds of silence that a server is allowed.
    """

    def __init__(
        self, transcript: Transcript, context: ssl.SSLContext | None = None, timeout: float = 60
    ) -> None:
        self._transcript = transcript
        self._context = context
        self._timeout = timeout
        self._client: AsyncClient | None = None
        #: whose session it is, or was
        self.account: Account | None = None
        self._began = 0.0

    def another(self) -> Mailbox:
        """Return one that is set up alike, for a session of its own."""
        return Mailbox(Transcript(), self._context, self._timeout)

    # --- looking ---

    @property
    def client(self) -> AsyncClient:
        """The client of the session.

        :raises WrongStateError: where there never was one.
        """
        if self._client is None:
            raise WrongStateError("There is no connection yet: open the mailbox, or connect.")
        return self._client

    @property
    def state(self) -> State:
        """Where the session stands; ``CLOSED`` where there is none."""
        return State.CLOSED if self._client is None else self._client.state

    @property
    def connected(self) -> bool:
        """Whether there is a server that listens."""
        return self.state in (State.AUTHORIZATION, State.TRANSACTION)

    @property
    def logged_in(self) -> bool:
        """Whether the maildrop is open."""
        return self.state is State.TRANSACTION

    @property
    def secure(self) -> bool:
        """Whether TLS is on."""
        return self._client is not None and self._client.secure

    @property
    def marked(self) -> frozenset[int]:
        """The messages that the server has been told to delete; QUIT makes it so."""
        return self.client.deleted if self.logged_in else frozenset()

    @property
    def seconds(self) -> float:
        """How long the session has lasted."""
        return time.monotonic() - self._began if self.connected else 0.0

    # --- speaking ---

    async def connect(self, account: Account) -> None:
        """Connect to the server of *account*; the session before, if any, was left."""
        self._transcript.begin()
        self.account = account
        self._client = AsyncClient(
            account.host,
            account.port,
            security=account.security,
            ssl_context=self._context,
            timeout=self._timeout,
            # Whoever chooses "no TLS" for an account has been told what that means.
            allow_insecure_login=account.security is Security.PLAINTEXT,
            trace=Timed(self._transcript.add),
        )
        self._began = time.monotonic()
        await self._client.connect()

    async def log_in(self, secret: Secret) -> None:
        """Open the maildrop, in the way that the account asks for."""
        assert self.account is not None  # there is a connection, so there is an account
        account = self.account
        password, token = (None, secret) if account.takes_token else (secret, None)
        mechanism = account.login or None
        await self.client.login(account.user, password, token=token, mechanism=mechanism)

    async def execute(self, command: Command[T]) -> T:
        """Send one command, and return what its answer means."""
        return await self.client.execute(command)

    async def delete(self, numbers: Iterable[int]) -> Mapping[int, POP3Error]:
        """Mark messages as deleted; return those that the server refused to mark, and why."""
        order = sorted(numbers)
        left = iter(order)
        refused: dict[int, POP3Error] = {}
        async for exchange in self.client.execute_all(map(Dele, order)):
            number = next(left)
            try:
                exchange.result()
            except (CommandError, LocalProtocolError) as error:
                refused[number] = error
        return refused

    async def leave(self) -> frozenset[int]:
        """End the session: the marked messages are deleted now. Return their numbers."""
        return await self.client.quit()

    async def drop(self) -> None:
        """Let go of the connection; nothing is deleted."""
        if self._client is not None:
            await self._client.close()
