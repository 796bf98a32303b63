"""Connecting: all addresses of a name, not one after the other (:rfc:`8305`).

asyncio can race addresses too, but loses a socket where it is cancelled at the wrong moment, and
uvloop cannot at all.
"""

from __future__ import annotations

import asyncio
import socket
from itertools import chain, zip_longest
from typing import Any, TypeAlias

#: Seconds after which the next address is tried beside the one that does not answer (RFC 8305).
_NEXT_ADDRESS = 0.25

#: One result of ``getaddrinfo``.
_Address: TypeAlias = tuple[Any, Any, int, str, Any]


async def dial(host: str, port: int, source_address: tuple[str, int] | None) -> socket.socket:
    """Return a socket that is connected to the first address of *host* that answers.

    :raises OSError: where none does.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = _by_turns(found)
    attempts: set[asyncio.Task[socket.socket]] = set()
    errors: list[BaseException] = []
    try:
        while addresses or attempts:
            if addresses:
                attempts.add(loop.create_task(_try(addresses.pop(0), source_address)))
            patience = _NEXT_ADDRESS if addresses else None
            done, _ = await asyncio.wait(
                attempts, timeout=patience, return_when=asyncio.FIRST_COMPLETED
            )
            for attempt in done:
                attempts.discard(attempt)
                error = attempt.exception()
                if error is None:
                    return attempt.result()
                errors.append(error)
    finally:
        for attempt in attempts:
            attempt.cancel()
            attempt.add_done_callback(_close)
    raise _all(errors)


def _by_turns(found: list[_Address]) -> list[_Address]:
    """Order addresses by turns of their families, the preferred one first (RFC 8305 section 4)."""
    first = [each for each in found if each[0] == found[0][0]]
    others = [each for each in found if each[0] != found[0][0]]
    return [each for each in chain(*zip_longest(first, others)) if each is not None]


async def _try(address: _Address, source_address: tuple[str, int] | None) -> socket.socket:
    family, kind, protocol, _, target = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        if source_address is not None:
            sock.bind(source_address)
        await asyncio.get_running_loop().sock_connect(sock, target)
    except BaseException:
        sock.close()
        raise
    return sock


def _close(attempt: asyncio.Task[socket.socket]) -> None:
    """Close what came too late."""
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()


def _all(errors: list[BaseException]) -> BaseException:
    return errors[0] if len(errors) == 1 else OSError("; ".join(map(str, errors)))
