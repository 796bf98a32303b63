"""How do I use an event loop that pop3lib has never heard of?

The core does no I/O. What is missing is a loop that starts TLS, writes and reads when the core
wants it; here it is for trio, which is in the extra ``examples``::

    python examples/own_io.py
    python examples/own_io.py pops://ann@pop.example.org
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import session
import trio

import pop3lib
from pop3lib.protocol import Connection, List, Pending, Quit, Stat
from pop3lib.protocol.flows import log_in, start_tls
from pop3lib.sasl import Credentials

T = TypeVar("T")


@dataclass
class Line:
    """The core on a stream of trio."""

    place: session.Place
    connection: Connection
    stream: trio.abc.Stream

    async def wait(self, pending: Pending[T]) -> T:
        """Do what the core wants until *pending* is done; a minute at most."""
        try:
            with trio.fail_after(60):
                while not pending.done:
                    await self.turn()
        except (trio.TooSlowError, trio.BrokenResourceError) as error:
            lost = pop3lib.ServerDisconnected(f"the line is lost: {error.__cause__ or error!r}")
            self.connection.fail(lost)
        return pending.result()

    async def turn(self) -> None:
        """Do the one thing that is next."""
        if self.connection.wants_tls:
            self.start_tls()
            self.connection.tls_started()
        elif data := self.connection.data_to_send():
            await self.stream.send_all(data)
        else:
            self.connection.receive_data(bytes(await self.stream.receive_some()))

    def start_tls(self) -> None:
        """Put TLS on the stream; trio shakes hands with the next write."""
        name = self.place.endpoint.host
        self.stream = trio.SSLStream(self.stream, self.place.context, server_hostname=name)


async def visit(place: session.Place) -> None:
    """Open a session, log in, and ask two things in one breath."""
    endpoint, found = place.endpoint, place.login()
    tls = endpoint.security is pop3lib.Security.TLS
    connection = Connection(secure=tls, allow_insecure_login=place.own)
    async with await trio.open_tcp_stream(endpoint.host, endpoint.port) as stream:
        line = Line(place, connection, stream)
        if tls:
            line.start_tls()
        print("greeting:", await line.wait(connection.greeted))
        if endpoint.security is pop3lib.Security.STARTTLS:
            await line.wait(connection.run(start_tls(connection.session)))
        credentials = Credentials(found.user, found.password, found.token)
        await line.wait(connection.run(log_in(connection.session, credentials)))
        stat, sizes = connection.send(Stat()), connection.send(List())
        print("octets:", (await line.wait(stat)).size, "=", *(await line.wait(sizes)).values())
        await line.wait(connection.send(Quit()))


def main() -> None:
    """Run it."""
    options = session.arguments(session.parser(__doc__))
    with session.place(options) as place:
        trio.run(visit, place)


if __name__ == "__main__":
    main()
