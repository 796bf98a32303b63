"""Constant memory, however large the messages are and however many."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.download.trials import folder_in_memory

# Client and server each have their own process: what is measured is the client's.
SERVER = """
import sys
from pop3lib.testing import LazyMessage, Server
chunk = (b"." + b"0123456789" * 7 + b"\\r\\n") * 14000
large = LazyMessage(len(chunk) * 70, lambda: (chunk for _ in range(70)))
small = [b"Subject: %d\\r\\n\\r\\n" % n for n in range(3000)]
with Server(messages=[large, large, *small]) as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""
BLOCKING = """
with pop3lib.Client("127.0.0.1", int(sys.argv[1]), **options) as pop:
    pop.login("ann", "secret")
    report = download(pop, Maildir(sys.argv[2], sync=False))
"""
ASYNCIO = """
import asyncio
async def main():
    async with pop3lib.AsyncClient("127.0.0.1", int(sys.argv[1]), **options) as pop:
        await pop.login("ann", "secret")
        return await adownload(pop, Maildir(sys.argv[2], sync=False))
report = asyncio.run(main())
"""
BEFORE = """
import re, sys
import pop3lib
from pop3lib.download import Maildir, adownload, download
options = dict(security=pop3lib.Security.PLAINTEXT, allow_insecure_login=True)
"""
AFTER = """
report.check()
assert report.saved == 3002, report
print(re.search(r"VmHWM:\\s+([0-9]+) kB", open("/proc/self/status").read())[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("program", [BLOCKING, ASYNCIO], ids=["blocking", "asyncio"])
def test_messages_of_67_MiB_and_thousands_of_small_ones_need_less_than_60_MiB(
    program: str,
) -> None:
    with (
        folder_in_memory() as folder,
        subprocess.Popen(
            [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server,
    ):
        assert server.stdout is not None and server.stdin is not None
        port = server.stdout.readline().strip()
        done = subprocess.run(
            [sys.executable, "-c", BEFORE + program + AFTER, port, str(folder / "mail")],
            capture_output=True,
            text=True,
            timeout=120,
        )
        server.stdin.close()
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 60 * 1024
