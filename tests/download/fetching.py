"""What the tests of downloading share: a download over whichever client is on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pop3lib
from pop3lib.download import Report, adownload, download
from tests import faces


def client(server: Any, **options: Any) -> pop3lib.Client:
    """Return a client of the kind that is on, for a server in clear."""
    options = {
        "security": pop3lib.Security.PLAINTEXT,
        "allow_insecure_login": True,
        "timeout": 10,
        **options,
    }
    return faces.Client(server.host, server.port, **options)


def run(pop: Any, store: Any, **options: Any) -> Report:
    """Download over a client that is logged in."""
    if isinstance(pop, faces.Face):
        return faces.finish(adownload(pop.inner, store, **options))
    return download(pop, store, **options)


def fetch(server: Any, store: Any, user: str = "ann", **options: Any) -> Report:
    """Log in, download, and leave."""
    with client(server) as pop:
        pop.login(user, getattr(server, "password", "secret"))
        return run(pop, store, **options)


def mail(count: int) -> list[bytes]:
    """Return so many messages, no two of them equal."""
    return [
        b"Subject: number %d\r\nX-Pad: %s\r\n\r\n.dot\r\ntext %d\r\n" % (n, b"x" * n, n)
        for n in range(count)
    ]


def contents(folder: Path) -> list[bytes]:
    """Return what a Maildir, or a folder of .eml files, has in it."""
    parts = [part for part in (folder / "new", folder / "cur") if part.is_dir()]
    files = [path for part in parts for path in part.iterdir()] or folder.glob("*.eml")
    return sorted(path.read_bytes() for path in files)
