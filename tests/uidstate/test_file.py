"""The file of a state: what a crash, a disk or another process can do to it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3lib import disk
from pop3lib.uidstate import (
    Entry,
    Stage,
    StateDamagedError,
    StateError,
    StateFile,
    StateInUseError,
    UidState,
)
from pop3lib.uidstate.lines import parse, snapshot

ENTRIES = st.builds(
    Entry,
    uid=st.text(max_size=20),
    stage=st.sampled_from(Stage),
    first_seen=st.floats(0, 4e9),
    changed=st.floats(0, 4e9),
    digests=st.lists(st.text("0123456789abcdef", max_size=64), max_size=3).map(tuple),
    gone=st.none() | st.floats(0, 4e9),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "ann.uids"


def filled(path: Path, count: int = 5) -> UidState:
    """Make a file in which so many messages are saved, each in a line of its own."""
    with StateFile(path, "ann") as file:
        for number in range(count):
            file.state.saved(f"id {number}", f"digest{number}", float(number))
            file.write()
        return file.state


@given(st.lists(ENTRIES, unique_by=lambda entry: entry.uid), st.text(max_size=10))
def test_FSN_08_what_is_written_is_read_whatever_is_in_the_ids(
    entries: list[Entry], account: str
) -> None:
    octets = snapshot(account, entries)
    content = parse(octets)
    assert content.account == account and list(content.entries.values()) == entries
    assert not content.damaged and content.whole == len(octets)


def test_what_was_recorded_is_there_again(path: Path) -> None:
    state = filled(path)
    with StateFile(path, "ann") as file:
        assert file.state.entries == state.entries
        assert file.path == path and file.is_open
    assert not file.is_open


def test_nothing_is_recorded_that_was_not_written(path: Path) -> None:
    filled(path)
    with StateFile(path, "ann") as file:
        file.state.marked(["id 1"], 9.0)
    with StateFile(path, "ann") as file:
        assert file.state.entries["id 1"].stage is Stage.SAVED
    with pytest.raises(StateError, match="not open"):
        file.write()


def test_another_process_is_kept_out(path: Path) -> None:
    filled(path)
    program = f"from pop3lib.uidstate import StateFile; StateFile({str(path)!r}).open()"
    with StateFile(path, "ann"):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        assert "StateInUseError: another process is using" in done.stderr
        with pytest.raises(StateInUseError):
            StateFile(path, "ann").open()
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_another_accounts_file_is_refused(path: Path) -> None:
    filled(path)
    with pytest.raises(StateError, match="'ann', not of 'bob'"):
        StateFile(path, "bob").open()
    with StateFile(path) as file:
        assert file.state.account == "ann"


def test_a_later_versions_file_is_refused(path: Path) -> None:
    filled(path)
    octets = path.read_bytes().replace(b'"version":1', b'"version":2', 1)
    path.write_bytes(octets)
    with pytest.raises(StateError, match="later version"):
        StateFile(path, "ann").open()
    assert path.read_bytes() == octets


def test_DAT_14_cut_at_every_octet_it_is_as_it_was_after_some_write(path: Path) -> None:
    filled(path, 2)
    whole = path.read_bytes()
    begin = whole.index(b"\n") + 1
    for size in range(begin, len(whole)):
        path.write_bytes(whole[:size])
        with StateFile(path, "ann") as file:
            count = len(file.state)
            assert count == whole[:size].count(b"\n") - 1
            file.state.saved("more", "d", 9.0)
            file.write()
        with StateFile(path, "ann") as file:
            assert len(file.state) == count + 1


def test_an_end_of_zeros_is_what_a_crash_leaves(path: Path) -> None:
    state = filled(path)
    with path.open("ab") as raw:
        raw.write(b"\0" * 4096)
    with StateFile(path, "ann") as file:
        assert file.state.entries == state.entries


def damage(path: Path) -> bytes:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"stage"', b'"st\xffge"')
    path.write_bytes(b"".join(lines))
    return path.read_bytes()


def test_damage_is_told_with_its_line_and_the_file_is_left_as_it_is(path: Path) -> None:
    filled(path)
    octets = damage(path)
    with pytest.raises(StateDamagedError, match=r"at line 3.*salvage=True"):
        StateFile(path, "ann").open()
    assert path.read_bytes() == octets
    path.write_bytes(b"something else\n")
    with pytest.raises(StateDamagedError, match="first line"):
        StateFile(path, "ann").open()


def test_salvage_keeps_what_can_be_read_and_the_damaged_file(path: Path) -> None:
    filled(path)
    octets = damage(path)
    with StateFile(path, "ann", salvage=True) as file:
        assert set(file.state.entries) == {"id 0", "id 2", "id 3", "id 4"}
    assert path.with_name("ann.uids.damaged-1").read_bytes() == octets
    path.write_bytes(b"something else\n")
    with StateFile(path, "ann", salvage=True) as file:
        assert len(file.state) == 0
    assert path.with_name("ann.uids.damaged-2").read_bytes() == b"something else\n"
    with StateFile(path, "ann"):
        pass


@given(st.integers(0, 10_000), st.binary(max_size=8))
def test_any_damage_is_an_error_or_loses_no_more_than_it_touched(at: int, octets: bytes) -> None:
    entries = [Entry(f"id{n}", Stage.SAVED, 1.0, 1.0, ("d",)) for n in range(6)]
    whole = snapshot("ann", entries)
    at %= len(whole)
    damaged = whole[:at] + octets + whole[at + len(octets) :]
    try:
        content = parse(damaged)
    except StateError:
        return
    touched = whole[at : at + len(octets)].count(b"\n") + 2
    assert len(set(entries) - set(content.entries.values())) <= touched


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"uid":1,"stage":"saved"}',
        b'{"uid":"x","stage":"none","first_seen":0,"changed":0,"sha256":[],"gone":null}',
        b'{"uid":"x","stage":"saved","first_seen":"y","changed":0,"sha256":[],"gone":null}',
        b'{"uid":"x","stage":"saved","first_seen":0,"changed":0,"sha256":[1],"gone":null}',
        b'{"uid":"x","stage":"saved","first_seen":0,"changed":0,"sha256":null,"gone":null}',
        b'{"uid":[],"stage":null}',
    ],
)
def test_a_line_that_is_no_entry_is_damage(line: bytes) -> None:
    head, *rest = snapshot("ann", [Entry("y", Stage.SEEN, 1.0, 1.0)]).splitlines(keepends=True)
    content = parse(b"".join([head, line + b"\n", *rest]))
    assert content.damaged == [2] and set(content.entries) == {"y"}


def test_the_file_does_not_grow_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "sync", lambda descriptor: None)
    with StateFile(path, "ann") as file:
        for number in range(1500):
            file.state.saved("x", f"{number}", float(number))
            file.write()
        grown = path.stat().st_size
    with StateFile(path, "ann") as file:
        assert path.stat().st_size < grown / 100
        assert file.state.has("x", "1499")
        file.state.saved("y", "d", 1.0)
        file.write()
    with StateFile(path, "ann") as file:
        assert len(file.state) == 2


def test_a_write_that_fails_records_nothing_and_can_be_done_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(descriptor: int, octets: bytes) -> None:
        real(descriptor, octets[: len(octets) // 2])
        raise OSError(28, "No space left on device")

    real = disk.write
    with StateFile(path, "ann") as file:
        file.state.saved("x", "d", 1.0)
        with monkeypatch.context() as patch:
            patch.setattr(disk, "write", half)
            with pytest.raises(OSError, match="No space"):
                file.write()
        assert len(path.read_bytes().splitlines()) == 1
        file.write()
    with StateFile(path, "ann") as file:
        assert file.state.has("x", "d")


def test_every_line_is_json_for_people_to_read(path: Path) -> None:
    filled(path, 1)
    head, line = (json.loads(each) for each in path.read_text().splitlines())
    assert head == {"format": "pop3lib unique-ids", "version": 1, "account": "ann"}
    expected: dict[str, Any] = {"uid": "id 0", "stage": "saved", "sha256": ["digest0"]}
    assert line == {**expected, "first_seen": 0.0, "changed": 0.0, "gone": None}


def test_what_the_server_lists_no_more_is_forgotten_in_the_file(path: Path) -> None:
    with StateFile(path, "ann") as file:
        file.state.listed(["x", "y"], 0.0)
        file.state.listed(["y"], 1.0)
        file.write()
        file.state.forget(1e9)
        file.write()
    with StateFile(path, "ann") as file:
        assert set(file.state.entries) == {"y"}
