"""The asyncio client: the same core, the same names as :class:`pop3lib.Client`."""

from pop3lib.aio.client import AsyncClient
from pop3lib.aio.stream import AsyncMessageStream

__all__ = ["AsyncClient", "AsyncMessageStream"]
