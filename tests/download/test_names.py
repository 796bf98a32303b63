"""Names on the disk: what a server says is never one."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3lib.download import Maildir, StateFile
from pop3lib.download.files import host_name, remove_leftovers, temporary_name
from pop3lib.download.store import key_of
from pop3lib.testing import Maildrop, Server
from tests.download.crashing import STORES
from tests.download.fetching import fetch

EVIL = [
    "../../x", "/etc/passwd", "..", "C:\\x", "CON", "a/b", "a-b", "ABC", "abc", "x.", "-rf", "%s",
    '{"uid":"x"}', "x" * 255, "\xe9\xff", "a b",
]  # fmt: skip
SAFE = re.compile(r"[A-Za-z0-9.-]+")


@pytest.mark.parametrize("kind", sorted(STORES))
def test_FSN_01_no_id_leads_out_of_the_folder(tmp_path: Path, kind: str) -> None:
    messages = [b"Message-ID: <../../%d>\r\nSubject: ../x\r\n\r\n" % n for n in range(len(EVIL))]
    with Server({"ann": Maildrop("secret", messages, uids=EVIL)}) as server:
        store = STORES[kind](tmp_path / "in" / "mail")
        report = fetch(server, store, state=StateFile(tmp_path / "in" / "uids", "../ann"))
    assert report.saved == len(EVIL)
    assert list(tmp_path.iterdir()) == [tmp_path / "in"]
    names = {path.name for path in (tmp_path / "in").rglob("*")}
    assert all(SAFE.fullmatch(name) for name in names), names
    assert len({name.lower() for name in names}) == len(names), "also where case does not count"


@given(st.text(max_size=30), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_FSN_04_keys_are_of_one_form_and_differ_by_all_they_are_made_of(
    account: str, digest: str
) -> None:
    key = key_of(account, digest, 0)
    assert re.fullmatch(r"[0-9a-f]{40}", key)
    others = {key_of(account + "x", digest, 0), key_of(account, digest, 1)}
    assert key not in others and len(others) == 2


def test_FSN_09_a_host_name_is_made_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, safe in {"a/b:c": "a-b-c", "../x": "x", "": "localhost", "pop.de": "pop.de"}.items():
        monkeypatch.setattr(socket, "gethostname", lambda name=name: name)
        assert host_name() == safe


def test_what_dead_processes_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    host, gone = host_name(), 2**22 + 1  # no process has so high a number
    kept = [temporary_name(host), f"9999999999.P{gone}Q1.elsewhere", "mine", "1.M2P3.host"]
    for name in [*kept, f"9999999999.P{gone}Q1.{host}", "1.P1Q1.elsewhere"]:
        (tmp_path / name).touch()
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)


def test_a_maildir_of_others_is_left_as_it_is(tmp_path: Path) -> None:
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    (tmp_path / "cur" / "1.2.host:2,S").write_bytes(b"old")
    (tmp_path / "dovecot-uidlist").touch()
    with Server(messages=[b"Subject: x\r\n\r\n"]) as server:
        fetch(server, Maildir(tmp_path)).check()
    assert (tmp_path / "cur" / "1.2.host:2,S").read_bytes() == b"old"
    (new,) = (tmp_path / "new").iterdir()
    assert re.fullmatch(r"[0-9]+\.K[0-9a-f]{40}\.[A-Za-z0-9.-]+", new.name)
