"""Downloads that die: a process that is forked for each of them, and killed at a step.

A step is whatever the download does to the disk, each line that crosses the wire, and the midst of
each write. Run as a program it reads one order a line from its input, as JSON, forks, and says how
the child ended. It has no threads and has imported everything, so a child costs milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pop3lib
from pop3lib import disk
from pop3lib.aio import AsyncClient
from pop3lib.download import Folder, Keep, Maildir, Mbox, StateFile, adownload, download

ROOT = Path(__file__).parent.parent.parent
STORES: dict[str, Callable[[Path], Any]] = {"maildir": Maildir, "mbox": Mbox, "folder": Folder}
#: What changes something on the disk, or lets others do so.
TOUCHES = (
    "create", "open_to_change", "write", "write_at", "truncate", "sync", "rename", "remove",
    "make_folder", "sync_folder", "close", "lock", "lock_mailbox",
)  # fmt: skip


@dataclass(frozen=True)
class Order:
    """One download."""

    host: str
    port: int
    user: str
    password: str
    store: str
    folder: str
    #: how many messages stay on the server
    last: int
    asyncio: bool = False
    #: the step at which the process is killed; 0 for never
    kill: int = 0


@dataclass(frozen=True)
class End:
    """How a download ended."""

    #: whether it was killed
    killed: bool
    #: how many steps there were
    steps: int
    #: what went wrong otherwise
    error: str = ""


class Forge:
    """The process that forks, inside its ``with`` block."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.download.crashing"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def __call__(self, order: Order) -> End:
        """Have a process carry out *order*; return how it ended."""
        self.begin(order)
        return self.end()

    def begin(self, order: Order) -> None:
        """Have a process begin with *order*."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")

    def end(self) -> End:
        """Wait for the process that was begun; return how it ended."""
        assert self._process.stdout is not None
        return End(**json.loads(self._process.stdout.readline()))


# --- in the forked process ---


class Steps:
    """Counts, and kills at the step that was ordered."""

    def __init__(self, kill: int) -> None:
        self._kill = kill
        self._lock = threading.Lock()
        self.count = 0

    def step(self, *_: object) -> None:
        with self._lock:  # files are synced at once
            self.count += 1
            if self.count == self._kill:
                os.kill(os.getpid(), signal.SIGKILL)

    def line(self, line: str) -> None:
        """Count what is said, but not the lines of messages."""
        if line.startswith(("C: ", "S: +OK", "S: -ERR")):
            self.step()

    def watch(self) -> None:
        """Count what is done to the disk."""
        for name in TOUCHES:
            setattr(disk, name, self._counted(getattr(disk, name)))

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            self.step()
            if real.__name__ == "write" and len(given[1]) > 1:
                half = len(given[1]) // 2
                real(given[0], given[1][:half])
                self.step()
                return real(given[0], given[1][half:])
            return real(*given)

        return call


def carry_out(order: Order) -> int:
    steps = Steps(order.kill)
    steps.watch()
    options: dict[str, Any] = {
        "security": pop3lib.Security.PLAINTEXT,
        "allow_insecure_login": True,
        "trace": steps.line,
        "timeout": 20,
    }
    store = STORES[order.store](Path(order.folder) / "mail")
    given: dict[str, Any] = {
        "state": StateFile(Path(order.folder) / "uids", order.user),
        "keep": Keep.last(order.last),
    }
    if order.asyncio:
        asyncio.run(_async(order, store, given, options))
    else:
        with pop3lib.Client(order.host, order.port, **options) as pop:
            pop.login(order.user, order.password)
            download(pop, store, **given).check()
    steps.step()
    return steps.count


async def _async(order: Order, store: Any, given: Any, options: Any) -> None:
    async with AsyncClient(order.host, order.port, **options) as pop:
        await pop.login(order.user, order.password)
        report: Awaitable[Any] = adownload(pop, store, **given)
        (await report).check()


def fork(order: Order) -> End:
    readable, writable = os.pipe()
    child = os.fork()
    if not child:
        end = End(False, 0, "nothing")
        try:
            end = End(False, carry_out(order))
        except BaseException as error:
            end = End(False, 0, repr(error))
        finally:
            os.write(writable, json.dumps(asdict(end)).encode())
            os._exit(0)
    os.close(writable)
    with os.fdopen(readable, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return End(True, order.kill)
    return End(**json.loads(said))


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(asdict(fork(Order(**json.loads(line))))), flush=True)


if __name__ == "__main__":
    main()
