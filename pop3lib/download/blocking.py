"""The policy, carried out over a :class:`~pop3lib.Client`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, TypeVar

from pop3lib.client import Client
from pop3lib.download.actions import (
    Action,
    Again,
    Call,
    Close,
    Errand,
    Look,
    Next,
    Quit,
    Read,
    Run,
    Send,
    Steps,
    Visit,
)
from pop3lib.download.keep import Keep
from pop3lib.download.options import Options
from pop3lib.download.policy import Policy
from pop3lib.download.progress import Watcher
from pop3lib.download.reconnect import Reconnect
from pop3lib.download.record import Record
from pop3lib.download.report import Report
from pop3lib.download.select import Selection
from pop3lib.download.store import Store
from pop3lib.protocol.exchange import Exchange
from pop3lib.uidstate import StateFile, UidState

T = TypeVar("T")


def download(
    client: Client,
    store: Store,
    *,
    state: StateFile | UidState | None = None,
    select: Selection | None = None,
    keep: Keep = Keep(),  # noqa: B008  it cannot change
    progress: Watcher | None = None,
    reconnect: Reconnect[Client] | None = None,
    max_size: int | None = None,
    max_count: int | None = None,
    max_octets: int | None = None,
    quit: bool = True,
) -> Report:
    """Fetch the messages that are not in *store* yet, save them, and delete what need not stay.

    ::

        with pop3lib.Client("pop.example.org") as pop:
            pop.login("ann", "secret")
            report = download(
                pop, Maildir("Mail"), state=StateFile("ann.uids"), keep=Keep.days(30)
            )
        report.check()

    What the server or the store does wrong is in the report, and does not raise: look at it, or
    call :meth:`Report.check`.

    :param client: a client that is logged in.
    :param store: where messages go.
    :param state: what was saved in earlier runs, and is not fetched again. Without, all is
        fetched, and what the store has is not saved again.
    :param select: asked about each message that is not in the store; without, all are wanted.
    :param keep: which of the saved messages stay on the server; by default all, for ever.
    :param progress: called as messages come.
    :param reconnect: how to connect anew where the line is lost; without, the run ends.
    :param max_size: octets above which a message is passed over.
    :param max_count: messages that one call fetches at most; the rest is left for the next.
    :param max_octets: octets that one call fetches at most, or one message.
    :param quit: whether to end the session, which deletes what is marked. Otherwise that is left
        to the caller.
    :raises LocalProtocolError: where the client is not logged in.
    :raises StateError: where the state file cannot be used; nothing was sent.
    :raises OSError: where it cannot be read.
    """
    options = Options(select, keep, progress, reconnect, max_size, max_count, max_octets, quit)
    return _Driver(client, reconnect).drive(Policy(store, Record(state), options).run())


class _Driver:
    def __init__(self, client: Client, reconnect: Reconnect[Client] | None) -> None:
        self._client = client
        self._first = client
        self._reconnect = reconnect
        self._exchanges: Iterator[Exchange[Any]] = iter(())

    def drive(self, steps: Steps[T]) -> T:
        """Do what the policy asks for, one action after the other."""
        try:
            action = next(steps)
            while True:
                try:
                    result = self._do(action)
                except BaseException as error:
                    action = steps.throw(error)
                else:
                    action = steps.send(result)
        except StopIteration as stop:
            value: T = stop.value
            return value
        finally:
            steps.close()
            if self._client is not self._first:
                self._client.close()

    def _do(self, action: Action) -> Any:  # noqa: C901  a case for each action
        match action:
            case Read(exchange):
                return self._client.next_chunk(exchange)
            case Next():
                return next(self._exchanges, None)
            case Visit(errand):
                return run_errand(errand)
            case Call(function):
                return function()
            case Send(commands, stream):
                self._exchanges = self._client.execute_all(commands, stream=stream)
            case Run(flow):
                return self._client.run(flow)
            case Look(at):
                return at(self._client)
            case Quit():
                return self._client.quit()
            case Close():
                self._client.close()
            case Again(pause):
                self._again(pause)

    def _again(self, pause: float) -> None:
        assert self._reconnect is not None  # else the policy would not ask
        self._client.close()
        time.sleep(pause)
        self._client = self._reconnect.connect()


def run_errand(errand: Errand[T]) -> T:
    """Call what an errand calls, each with the result of the one before."""
    try:
        call = next(errand)
        while True:
            call = errand.send(call())
    except StopIteration as stop:
        value: T = stop.value
        return value
