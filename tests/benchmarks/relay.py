"""A relay that delays what passes, as a long line does; a process of its own.

``python -m tests.benchmarks.relay PORT ROUND_TRIP MEGABITS`` passes on to PORT on loopback, half of
ROUND_TRIP milliseconds late in each direction, and no faster than MEGABITS a second towards the
client (0: as fast as it can). It prints one line of JSON with its own port, and ends with its
standard input. The handshake of TCP, which loopback does in no time, costs one round trip more.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from dataclasses import dataclass

#: Octets that travel together: little enough for a rate to be even.
_TOGETHER = 16 * 1024


@dataclass(frozen=True)
class Line:
    """One direction of a line: seconds of delay, and octets a second where there is a bound."""

    delay: float
    rate: float | None = None

    async def carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Carry octets from *source* to *sink* until they end."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self._arrive(queue, sink))
        clock = asyncio.get_running_loop().time
        free = 0.0
        try:
            while data := await source.read(_TOGETHER):
                free = max(free, clock()) + (len(data) / self.rate if self.rate else 0.0)
                queue.put_nowait((free + self.delay, data))
        except ConnectionError:
            pass
        queue.put_nowait((clock() + self.delay, b""))
        await arriving

    async def _arrive(
        self, queue: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter
    ) -> None:
        clock = asyncio.get_running_loop().time
        with contextlib.closing(sink), contextlib.suppress(ConnectionError):
            while True:
                due, data = await queue.get()
                await asyncio.sleep(max(0.0, due - clock()))
                if not data:
                    return
                sink.write(data)
                await sink.drain()


async def main(port: int, round_trip: float, megabits: float) -> None:
    """Relay until the standard input ends."""
    up = Line(round_trip / 2)
    down = Line(round_trip / 2, megabits * 1e6 / 8 if megabits else None)

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # the relay ends
            await asyncio.sleep(round_trip)  # SYN, SYN ACK
            source, sink = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(up.carry(reader, sink), down.carry(source, writer))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) / 1000, float(sys.argv[3])))
