"""A program written for poplib, getmail6, on ``pop3lib.compat.poplib`` and a real server."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from tests.live.servers import Dovecot

#: The last one has a line longer than the bound that getmail6 sets in the place of poplib's.
MESSAGES = [
    b"Subject: one\n\n.dot\n..\n.\nend\n",
    b"Subject: two\n\nbody\n",
    b"Subject: three\n\n" + b"x" * (3 << 19) + b"\n",
]

ADDED = b"Return-Path: <unknown>\n"

#: Have getmail6 import ours, and be its script.
PROGRAM = """
import runpy, sys
from pop3lib.compat import poplib
sys.modules["poplib"] = poplib
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

SETTINGS = """
[retriever]
type = SimplePOP3SSLRetriever
server = localhost
port = {port}
username = alice
password = {password}

[destination]
# Not a Maildir: it delivers none as root, and the check may run so.
type = MDA_external
path = /bin/sh
arguments = ("-c", "cat >$(mktemp {mail}/XXXXXXXX)")
allow_root_commands = true

[options]
read_all = false
delete = {delete}
delivered_to = false
received = false
"""


@pytest.fixture
def script() -> Path:
    """The script of getmail6, where that is installed."""
    try:
        files = metadata.files("getmail6") or []
    except metadata.PackageNotFoundError:
        pytest.skip("getmail6 is not installed here: pip install getmail6")
    return next(Path(file.locate()) for file in files if file.name == "getmail")


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """Where getmail6 delivers, a file for each message."""
    mail = tmp_path / "mail"
    mail.mkdir()
    return mail


def getmail(
    script: Path, server: Dovecot, folder: Path, *, ca_file: Path, delete: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run getmail6 once."""
    settings = folder / "getmailrc"
    settings.write_text(
        SETTINGS.format(
            port=server.tls_port,
            password=server.password,
            mail=folder / "mail",
            delete=str(delete).lower(),
        )
    )
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(script), "--getmaildir", str(folder)],
        env={**os.environ, "SSL_CERT_FILE": str(ca_file), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def delivered(mail: Path) -> list[bytes]:
    """Return what was delivered, without the field that getmail6 puts in front."""
    return [file.read_bytes().removeprefix(ADDED) for file in mail.iterdir()]


def test_getmail6_fetches_and_deletes(
    dovecot: Dovecot, script: Path, mail: Path, tmp_path: Path
) -> None:
    dovecot.fill("alice", MESSAGES)
    for delete, left in ((False, MESSAGES), (False, MESSAGES), (True, [])):
        done = getmail(script, dovecot, tmp_path, ca_file=dovecot.ca_file, delete=delete)
        assert done.returncode == 0, done.stdout + done.stderr
        # Once each: by UIDL it knows the second time what it had the first time.
        assert sorted(delivered(mail)) == sorted(MESSAGES)
        assert dovecot.messages("alice") == left


def test_getmail6_meets_a_certificate_that_nobody_signed(
    dovecot: Dovecot, script: Path, mail: Path, tmp_path: Path
) -> None:
    dovecot.fill("alice", MESSAGES)
    nobody = tmp_path / "nobody.pem"
    nobody.touch()
    done = getmail(script, dovecot, tmp_path, ca_file=nobody, delete=True)
    assert "CERTIFICATE_VERIFY_FAILED" in done.stdout + done.stderr
    assert list(mail.iterdir()) == []
    assert dovecot.messages("alice") == MESSAGES
