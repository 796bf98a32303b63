"""An mbox: quoting, appending, and completing what a crash left."""

from __future__ import annotations

import itertools
import mailbox
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3lib.download import Incoming, Mbox
from pop3lib.download.quoting import FromQuoter

PIECES = st.sampled_from(
    [b"\n", b"\r\n", b"\r", b">", b"F", b"r", b"o", b"m", b" ", b"From ", b"x"]
)


def quoted(chunks: list[bytes]) -> bytes:
    quoter = FromQuoter()
    return b"".join(map(quoter.feed, chunks)) + quoter.end()


def unquoted(octets: bytes) -> bytes:
    return re.sub(rb"(\A|\n)>(>*From )", rb"\1\2", octets)


def messages(path: Path) -> list[bytes]:
    """Return what the standard library finds in an mbox, as it was before it was quoted."""
    box = mailbox.mbox(path, create=False)
    try:
        return [unquoted(box.get_bytes(key)) for key in box.keys()]  # noqa: SIM118
    finally:
        box.close()


def put(store: Mbox, *contents: bytes, key: str = "k") -> None:
    for number, content in enumerate(contents, 1):
        delivery = store.begin(Incoming("ann", number, None, None))
        delivery.write(content)
        delivery.finish(f"{key}{number}")
    store.sync()


@given(st.lists(PIECES, max_size=40), st.lists(st.integers(0, 60), max_size=8))
def test_quoting_can_be_undone_wherever_it_is_cut(pieces: list[bytes], cuts: list[int]) -> None:
    octets = b"".join(pieces)
    edges = sorted({0, len(octets), *(cut for cut in cuts if cut < len(octets))})
    chunks = [octets[a:b] for a, b in itertools.pairwise(edges)]
    whole = quoted(chunks)
    assert whole == quoted([octets])
    assert unquoted(whole) == octets
    assert not re.search(rb"(\A|\n)From ", whole)


def test_a_long_run_of_quotes_is_read_in_linear_time() -> None:
    quoter = FromQuoter()
    size = sum(len(quoter.feed(b">" * 65536)) for _ in range(200))
    assert size == 200 * 65536
    assert quoter.feed(b"Fro") + quoter.feed(b"m ") == b">From "


def test_the_standard_library_reads_what_is_appended(tmp_path: Path) -> None:
    contents = [b"", b"a: b\r\n\r\nFrom x\r\n>From y\r\n", b"\r\n", b"From \r\n"]
    put(Mbox(tmp_path / "box"), *contents)
    put(Mbox(tmp_path / "box"), *contents)
    assert messages(tmp_path / "box") == contents * 2


def test_a_message_without_a_last_line_end_gets_one(tmp_path: Path) -> None:
    put(Mbox(tmp_path / "box"), b"no end", b"other\r\n")
    assert messages(tmp_path / "box") == [b"no end\n", b"other\r\n"]


@pytest.mark.parametrize(
    "before", [b"From a b\nx: y\n\nz", b"From a b\nx: y\n\nz\n", b"From a b\nx: y\n\nz\n\n", b""]
)
def test_what_was_there_before_is_left_alone(tmp_path: Path, before: bytes) -> None:
    path = tmp_path / "box"
    path.write_bytes(before)
    put(Mbox(path), b"new\r\n")
    assert path.read_bytes().startswith(before)
    assert messages(path)[-1] == b"new\r\n"
    assert len(messages(path)) == bool(before) + 1


def test_an_abandoned_message_leaves_nothing(tmp_path: Path) -> None:
    store = Mbox(tmp_path / "box")
    delivery = store.begin(Incoming("ann", 1, None, None))
    delivery.write(b"half")
    delivery.abandon()
    put(Mbox(tmp_path / "box"), b"one\r\n")  # nothing holds the spool any more
    assert messages(tmp_path / "box") == [b"one\r\n"]


def test_what_was_appended_last_is_known_again(tmp_path: Path) -> None:
    put(Mbox(tmp_path / "box"), b"one\r\n", b"two\r\n")
    store = Mbox(tmp_path / "box")
    assert store.has("k1") and store.has("k2") and not store.has("k3")


def test_no_copy_of_the_mail_stays_beside_it(tmp_path: Path) -> None:
    put(Mbox(tmp_path / "box"), b"one\r\n" * 10_000)
    (spool,) = tmp_path.glob(".box.*")
    assert b"one" not in spool.read_bytes()


def sealed(path: Path, content: bytes) -> bytes:
    """Have a process die between the spool and the mbox; return what the mbox has then."""
    program = f"""
import os
from pop3lib import disk
from pop3lib.download import Incoming, Mbox
from pop3lib.download.spool import Spool
Spool.append_to = lambda *given: os._exit(9)
delivery = Mbox({str(path)!r}).begin(Incoming("ann", 1, None, None))
delivery.write({content!r})
delivery.finish("k1")
store = delivery._store
store.sync()
"""
    assert subprocess.run([sys.executable, "-c", program]).returncode == 9
    return path.read_bytes()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99, 1.0])
def test_an_append_that_was_cut_short_is_completed(tmp_path: Path, share: float) -> None:
    path, content = tmp_path / "box", b"one: two\r\n\r\n" + b"three\r\n" * 1000
    path.write_bytes(b"From a b\nx: y\n\nold\r\n\n")
    before = sealed(path, content)
    whole = tmp_path / "whole"
    whole.write_bytes(before)
    put(Mbox(whole), content)
    tail = whole.read_bytes()[len(before) :]
    path.write_bytes(before + tail[: int(len(tail) * share)])
    assert Mbox(path).has("k1")
    assert messages(path) == [b"x: y\n\nold\r\n", content]


def test_what_others_have_written_is_never_cut_off(tmp_path: Path) -> None:
    path, other = tmp_path / "box", b"From other Thu Jan  1\nx: y\n\nmail\n\n"
    before = sealed(path, b"ours\r\n")
    path.write_bytes(before + other)
    store = Mbox(path)
    assert not store.has("k1")
    put(store, b"ours\r\n")
    assert messages(path) == [b"x: y\n\nmail\n", b"ours\r\n"]


def test_a_locked_mbox_is_waited_for_and_then_given_up(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.touch()
    program = (
        f"import fcntl; f = open({str(path)!r}, 'r+'); fcntl.lockf(f, fcntl.LOCK_EX);"
        "print('locked', flush=True); input()"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline()
        with pytest.raises(TimeoutError, match="locked"):
            put(Mbox(path, lock_timeout=0.1), b"one\r\n")
        assert path.read_bytes() == b""
        other.communicate(b"\n")
    put(Mbox(path, lock_timeout=0.1), b"one\r\n")
    assert messages(path) == [b"one\r\n"]


def test_another_process_at_the_same_account_is_refused(tmp_path: Path) -> None:
    store = Mbox(tmp_path / "box")
    store.begin(Incoming("ann", 1, None, None))
    with pytest.raises(BlockingIOError):
        Mbox(tmp_path / "box").begin(Incoming("ann", 1, None, None))
    Mbox(tmp_path / "box").begin(Incoming("bob", 1, None, None))


def test_a_spool_that_cannot_be_read_is_nothing_to_rely_on(tmp_path: Path) -> None:
    path = tmp_path / "box"
    before = sealed(path, b"ours\r\n")
    (spool,) = tmp_path.glob(".box.*")
    octets = spool.read_bytes()
    for damaged in (
        b"",
        b"{",
        octets[:-3],
        octets[:-3] + b"xxx",
        b"[1]\n",
        b"null\n",
        os.urandom(99),
    ):
        spool.write_bytes(damaged)
        assert not Mbox(path).has("k1")
        assert path.read_bytes() == before
