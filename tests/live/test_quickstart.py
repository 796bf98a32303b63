"""The quick start on servers that nobody here wrote: dry unless told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.live.servers import Server

THREE = [b"Subject: %d\n\nbody %d\n.\n" % (n, n) for n in (1, 2, 3)]


def test_the_quick_start_on_a_real_server(server: Server, tmp_path: Path) -> None:
    server.fill("alice", THREE)
    script = Path(__file__).parent.parent.parent / "examples" / "quickstart.py"
    url = f"pops://alice@localhost:{server.tls_port}"
    for arguments, remaining in (([], THREE), (["--delete", "3"], THREE[:2])):
        done = subprocess.run(
            [sys.executable, str(script), url, "--ca-file", str(server.ca_file), *arguments],
            cwd=tmp_path,
            env={**os.environ, "POP3_PASSWORD": server.password},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert server.messages("alice") == remaining
