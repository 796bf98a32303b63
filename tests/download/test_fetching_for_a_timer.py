"""The how-to's program, units and cron line are what they say they are."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pop3lib.testing import Maildrop, Server, Settings
from pop3lib.uidstate import StateFile
from tests.conftest import Tls
from tests.download.fetching import contents, mail

FOLDER = Path(__file__).parent.parent.parent / "examples" / "fetch"
PROGRAM = FOLDER / "fetch_new_mail.py"
MAIL = mail(4)


@pytest.fixture
def authority(tmp_path: Path, tls: Tls) -> Path:
    path = tmp_path / "ca.pem"
    tls.authority.cert_pem.write_to_path(str(path))
    return path


def run(server: Server, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    url = f"pops://ann@127.0.0.1:{server.tls_port}"
    return subprocess.run(
        [sys.executable, str(PROGRAM), url, str(folder / "Mail"), *more],
        env={**os.environ, "POP3_PASSWORD": "secret"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_fetches_once_and_then_says_nothing(tmp_path: Path, authority: Path, tls: Tls) -> None:
    with Server(messages=MAIL, tls_context=tls.server) as server:
        first, second = (run(server, tmp_path, "--ca-file", str(authority)) for _ in range(2))
        assert (first.returncode, first.stdout) == (0, "4 listed; 4 saved\n"), first.stderr
        assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
        third = run(server, tmp_path, "--ca-file", str(authority), "--keep", "0")
        assert third.returncode == 0, third.stderr
        server.settle()
        assert server.maildrops["ann"].messages == []
    assert contents(tmp_path / "Mail") == sorted(MAIL)


def test_it_ends_with_75_where_it_is_enough_to_try_again(
    tmp_path: Path, authority: Path, tls: Tls
) -> None:
    maildrop = Maildrop("secret", MAIL)
    maildrop.refusal = "[IN-USE] by another session"
    with Server({"ann": maildrop}, tls_context=tls.server) as server:
        busy = run(server, tmp_path, "--ca-file", str(authority))
        assert busy.returncode == 75 and "later: " in busy.stderr
        maildrop.refusal = None
        with StateFile(tmp_path / "Mail.uids"):
            locked = run(server, tmp_path, "--ca-file", str(authority))
        assert locked.returncode == 75 and "another process" in locked.stderr
        server.stop()
        gone = run(server, tmp_path, "--ca-file", str(authority))
        assert gone.returncode == 75 and "later: " in gone.stderr


def test_it_ends_with_1_where_somebody_has_to_look(
    tmp_path: Path, authority: Path, tls: Tls
) -> None:
    settings = Settings(refusals={"RETR 2": "[SYS/PERM] broken"})
    with Server(messages=MAIL, settings=settings, tls_context=tls.server) as server:
        refused = run(server, tmp_path, "--ca-file", str(authority))
        assert refused.returncode == 1 and "message 2: " in refused.stderr
        assert "3 saved" in refused.stdout
        untrusted = run(server, tmp_path)
        assert untrusted.returncode == 1 and "certificate" in untrusted.stderr


@pytest.mark.parametrize("ending", ["service", "timer"])
def test_the_units_can_be_read(ending: str) -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # as its manual has it
    unit.read_string((FOLDER / f"fetch-mail@.{ending}").read_text())
    if ending == "timer":
        assert unit["Timer"]["OnUnitInactiveSec"] == "5min"
    else:
        command = unit["Service"]["ExecStart"].split()
        assert command[2] == f"%h/bin/{PROGRAM.name}" and unit["Service"]["Type"] == "oneshot"
        assert unit["Service"]["SuccessExitStatus"] == "75"


def test_the_cron_line_runs_the_program_every_five_minutes(
    tmp_path: Path, authority: Path, tls: Tls
) -> None:
    line = (FOLDER / "crontab").read_text().rstrip("\n")
    found = re.fullmatch(r"((?:\S+ ){5})(.*)", line)
    assert found is not None
    times, command = found.groups()
    assert times == "*/5 * * * * " and "%" not in command  # to cron a % is a line end
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / PROGRAM.name).write_text(PROGRAM.read_text())
    with Server(messages=MAIL, tls_context=tls.server) as server:
        here = f"ann@127.0.0.1:{server.tls_port}"
        command = command.replace("ann@pop.example.org", here)
        command = command.replace("--keep 30", f"--keep 30 --ca-file {authority}")
        done = subprocess.run(
            ["/bin/sh", "-c", command.replace("python3", sys.executable)],
            env={**os.environ, "POP3_PASSWORD": "secret", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "Mail") == sorted(MAIL)
