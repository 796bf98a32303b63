"""10,000 messages of 5 kB from Dovecot to a Maildir: download(), poplib with mailbox, and mpop.

Run it as ``python -m tests.benchmarks.download``; ``POP3LIB_BENCHMARK_FOLDER`` names a folder on
the disk that is meant.
"No sync" is for comparing programs with one another: nothing waits for the disk there. Where it is
waited for, ``mailbox`` syncs each file and no folder, mpop each file, and download() both, and its
record. All leave the mail on the server. ``mpop`` is left out where it is not installed.
"""

from __future__ import annotations

import contextlib
import mailbox
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

from pop3lib.download import Maildir, Mbox, StateFile, adownload, download
from tests.benchmarks import sessions
from tests.benchmarks.mail import small, with_lf
from tests.benchmarks.race import Run, mib, options, peak, race, table
from tests.benchmarks.sessions import LOOPS, Place, under
from tests.live.servers import Dovecot


@contextlib.contextmanager
def fresh(root: Path) -> Iterator[Path]:
    """Make a folder for one run, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        os.sync()  # what one run has left to be written is not the next one's to wait for


def timed(root: Path, count: int, fetch: Callable[[Path], None]) -> float:
    """Time one run, and see that all has come."""
    with fresh(root) as folder:
        began = perf_counter()
        fetch(folder)
        taken = perf_counter() - began
        found = sum(1 for _ in (folder / "mail" / "new").iterdir())
        assert found == count, f"{found} of {count} messages have come"
    return taken


def by_poplib(place: Place, count: int, sync: bool, folder: Path) -> None:
    """Save as the standard library has it."""
    box = mailbox.Maildir(folder / "mail")
    unsynced = patch.object(os, "fsync") if not sync else contextlib.nullcontext()
    with unsynced, sessions.by_poplib(place) as pop:
        for number in range(1, count + 1):
            _, lines, _ = pop.retr(number)
            box.add(b"\r\n".join(lines) + b"\r\n")


def by_download(place: Place, sync: bool, record: bool, folder: Path) -> None:
    """Save by the blocking client."""
    state = StateFile(folder / "uids", "ann") if record else None
    with sessions.by_client(place) as pop:
        download(pop, Maildir(folder / "mail", sync=sync), state=state).check()


async def by_adownload(place: Place, root: Path, count: int) -> float:
    """Save by the asyncio client."""
    async with sessions.by_async_client(place) as pop:
        with fresh(root) as folder:
            began = perf_counter()
            report = await adownload(pop, Maildir(folder / "mail", sync=False))
            taken = perf_counter() - began
            assert report.saved == count
    return taken


def by_mpop(place: Place, folder: Path) -> None:
    """Save by mpop, which is written in C, pipelines, and syncs each file."""
    (folder / "mail").mkdir()
    for part in ("new", "cur", "tmp"):
        (folder / "mail" / part).mkdir()
    (folder / "password").write_text(place.password)
    command = [
        "mpop", f"--host={place.host}", f"--port={place.port}", f"--user={place.user}",
        f"--passwordeval=cat {folder / 'password'}", "--auth=user", "--tls=off", "--keep=on",
        f"--uidls-file={folder / 'uids'}", f"--delivery=maildir,{folder / 'mail'}", "--quiet",
    ]  # fmt: skip
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def into_mbox(place: Place, root: Path, sync: bool) -> float:
    """Save into an mbox."""
    with fresh(root) as folder, sessions.by_client(place) as pop:
        began = perf_counter()
        download(pop, Mbox(folder / "mail", sync=sync)).check()
        return perf_counter() - began


def ways(place: Place, root: Path, count: int) -> tuple[dict[str, Run], dict[str, Run]]:
    """Return the ways that wait for no disk, and those that do."""

    def way(fetch: Callable[..., Any], *given: object) -> Run:
        return partial(timed, root, count, partial(fetch, place, *given))

    unsynced: dict[str, Run] = {
        "poplib, mailbox": way(by_poplib, count, False),
        "download": way(by_download, False, False),
        "download, record": way(by_download, False, True),
    }
    for name, loop in LOOPS.items():
        fetch = partial(by_adownload, place, root, count)
        unsynced[f"adownload, {name}"] = partial(under, loop, fetch)
    unsynced["download, mbox"] = partial(into_mbox, place, root, False)
    synced: dict[str, Run] = {
        "poplib, mailbox": way(by_poplib, count, True),
        "download": way(by_download, True, True),
        "download, mbox": partial(into_mbox, place, root, True),
    }
    if shutil.which("mpop"):
        synced["mpop"] = way(by_mpop)
    return unsynced, synced


def main() -> None:
    """Print a table without syncing, one with, and the peaks of memory."""
    given = options(__doc__, rounds=5, messages=10_000)
    root = Path(os.environ.get("POP3LIB_BENCHMARK_FOLDER", tempfile.gettempdir()))
    with Dovecot() as server:
        server.fill("alice", with_lf(small(given.messages)))
        place = Place(server.port, "alice", server.password)
        unsynced, synced = ways(place, root, given.messages)
        title = f"{given.messages:,} messages, "
        table(f"{title}no sync", race(unsynced, given.rounds), ("poplib, mailbox",))
        fixed = ("poplib, mailbox", "mpop") if "mpop" in synced else ("poplib, mailbox",)
        table(f"{title}synced", race(synced, given.rounds), fixed)
        print(f"\nmemory of download, {given.messages:,} messages: {mib(peak(synced['download']))}")
        server.fill("alice", with_lf(small(given.messages // 10)))
        few, _ = ways(place, root, given.messages // 10)
        print(f"and {given.messages // 10:,} messages: {mib(peak(few['download']))}")


if __name__ == "__main__":
    main()
