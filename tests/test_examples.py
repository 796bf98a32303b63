"""The examples are run as a user runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pop3lib.testing import Server
from tests.conftest import Tls

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(EXAMPLES / "quickstart.py"), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def test_the_quick_start_on_its_own_server(tmp_path: Path) -> None:
    done = run(tmp_path, TZ="UTC")
    assert done.returncode == 0, done.stderr
    assert "Prova2" in done.stdout and "marked as deleted: [3]" in done.stdout
    assert "after QUIT it holds 11: the mark took effect" in done.stdout
    assert "Grüße aus Köln" in done.stdout and "会議のお知らせ" in done.stdout
    assert "Zoë Müller" in done.stdout and "John Doe" in done.stdout
    assert "2004-06-08 09:35" in done.stdout
    assert "\x1b" not in done.stdout and "\u202e" not in done.stdout
    (folder,) = tmp_path.iterdir()
    assert len(list(folder.glob("*.eml"))) == 11
    prova = (folder / "00002.eml").read_bytes()
    kept = (EXAMPLES / "mail" / "02-prova-2004.eml").read_bytes()
    assert prova == kept.replace(b"\n", b"\r\n")


@pytest.mark.parametrize("delete", [(), ("--delete", "1")])
def test_the_quick_start_on_another_server(
    tmp_path: Path, tls: Tls, delete: tuple[str, ...]
) -> None:
    authority = tmp_path / "ca.pem"
    tls.authority.cert_pem.write_to_path(str(authority))
    with Server(
        messages=[b"Subject: one\r\n\r\n", b"Subject: two\r\n\r\n"], tls_context=tls.server
    ) as server:
        url = f"pops://ann@127.0.0.1:{server.tls_port}"
        done = run(tmp_path, url, "--ca-file", str(authority), *delete, POP3_PASSWORD="secret")
        assert done.returncode == 0, done.stderr
        server.settle()
        assert len(server.maildrops["ann"].messages) == 2 - bool(delete)
        refused = run(tmp_path, url, "--ca-file", str(authority), POP3_PASSWORD="h4sh")
        assert refused.returncode == 1
        assert "wrong name or password" in refused.stderr and "h4sh" not in refused.stderr
