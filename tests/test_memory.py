"""Constant memory: a message of one GiB through open()."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Client and server each have their own process: what is measured is the client's.
SERVER = """
import sys
from pop3lib.testing import LazyMessage, Server
line = b"." + b"0123456789" * 7 + b"\\r\\n"
chunk = line * 14000
message = LazyMessage(len(chunk) * 1051, lambda: (chunk for _ in range(1051)))
with Server(messages=[message]) as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""
BLOCKING = """
import re, sys
import pop3lib
with pop3lib.Client("127.0.0.1", int(sys.argv[1]), security=pop3lib.Security.PLAINTEXT,
                    allow_insecure_login=True) as pop:
    pop.login("ann", "secret")
    size = pop.list(1)
    with pop.open(1) as message:
        read = sum(map(len, message))
    assert read == size > 2**30, (read, size)
"""
ASYNCIO = """
import asyncio, re, sys
import pop3lib
async def main():
    async with pop3lib.AsyncClient("127.0.0.1", int(sys.argv[1]),
                                   security=pop3lib.Security.PLAINTEXT,
                                   allow_insecure_login=True) as pop:
        await pop.login("ann", "secret")
        size, read = await pop.list(1), 0
        async with pop.open(1) as message:
            async for chunk in message:
                read += len(chunk)
        assert read == size > 2**30, (read, size)
asyncio.run(main())
"""
# Not getrusage(): its peak is inherited from whoever started this process.
PEAK = """
print(re.search(r"VmHWM:\\s+([0-9]+) kB", open("/proc/self/status").read())[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("program", [BLOCKING, ASYNCIO], ids=["blocking", "asyncio"])
def test_a_message_of_one_GiB_needs_less_than_60_MiB(program: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None and server.stdin is not None
        port = server.stdout.readline().strip()
        done = subprocess.run(
            [sys.executable, "-c", program + PEAK, port],
            capture_output=True,
            text=True,
            timeout=120,
        )
        server.stdin.close()
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 60 * 1024, f"{done.stdout} KiB"
