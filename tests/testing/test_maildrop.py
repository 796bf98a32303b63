"""Maildrops: what is put in, what comes out, and the files they are made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from pop3lib.testing import LazyMessage, Maildrop
from pop3lib.testing.transaction import Refusal, Transaction


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "cur" / "20.b:2,S").write_bytes(b"B: 2\n\nb\n")
    (tmp_path / "new" / "10.a").write_bytes(b"A: 1\r\n\r\na")
    (tmp_path / "new" / ".hidden").write_bytes(b"no\n")
    (tmp_path / "tmp" / "30.c").write_bytes(b"no\n")
    (tmp_path / "z.eml").write_bytes(b"Z: 1\n")
    (tmp_path / "y.eml").write_bytes(b"Y: 1\n\n.\n")
    (tmp_path / "x.txt").write_bytes(b"no\n")
    return tmp_path


def delete_all(maildrop: Maildrop) -> None:
    open_ = Transaction(maildrop, wait=0)
    for number in range(1, len(maildrop.uids) + 1):
        open_.mark(number)
    open_.commit()


@pytest.mark.parametrize(
    "content", [b"\0\r\n", b"a\rb\nc\r\n", b"\xff\x80\r\n", b"x" * 100_000 + b"\r\n", b"\n\r\n"]
)
def test_octets_stay_as_they_are(content: bytes) -> None:
    assert Maildrop("p", [content]).messages == [content]


@pytest.mark.parametrize("content", [b"", b"a", b"a\r", b"a\n"])
def test_only_a_last_line_end_is_added(content: bytes) -> None:
    assert Maildrop("p", [content]).messages == [content + b"\r\n"]


def test_a_text_is_sent_in_UTF_8_with_CRLF() -> None:
    assert Maildrop("p", ["A: \xe9\n\nb\r\n"]).messages == [b"A: \xc3\xa9\r\n\r\nb\r\n"]


def test_copies_have_unique_ids_of_their_own_the_same_in_every_run() -> None:
    maildrop = Maildrop("p", [b"a\r\n", b"a\r\n", b"b\r\n"])
    assert len(set(maildrop.uids)) == 3
    assert Maildrop("p", [b"a\r\n", b"a\r\n", b"b\r\n"]).uids == maildrop.uids
    assert Maildrop("p", [b"b\r\n"]).uids == maildrop.uids[2:]


def test_a_unique_id_is_not_given_a_second_time() -> None:
    maildrop = Maildrop("p", [b"a\r\n"])
    delete_all(maildrop)
    assert maildrop.deliver(b"a\r\n") not in maildrop.removed


def test_unique_ids_can_be_given_even_the_same_twice() -> None:
    assert Maildrop("p", [b"a\r\n", b"b\r\n"], uids=["x", "x"]).uids == ["x", "x"]
    with pytest.raises(ValueError, match="zip"):
        Maildrop("p", [b"a\r\n"], uids=["x", "y"])


def test_a_lazy_message_is_made_when_it_is_looked_at() -> None:
    maildrop = Maildrop("p", [LazyMessage(4, lambda: [b"a\r", b"\n", b"."])])
    assert maildrop.messages == [b"a\r\n."]


def test_a_folder_of_eml_files(folder: Path) -> None:
    maildrop = Maildrop.from_folder(folder, "p")
    assert maildrop.messages == [b"Y: 1\r\n\r\n.\r\n", b"Z: 1\r\n"]
    delete_all(maildrop)
    assert maildrop.messages == [] and len(list(folder.glob("*.eml"))) == 2


def test_a_Maildir_keeps_the_unique_id_when_a_message_is_seen(folder: Path) -> None:
    maildrop = Maildrop.from_maildir(folder, "p")
    assert maildrop.messages == [b"A: 1\r\n\r\na\r\n", b"B: 2\r\n\r\nb\r\n"]
    assert maildrop.uids == ["10.a", "20.b"]
    (folder / "new" / "10.a").rename(folder / "cur" / "10.a:2,S")
    assert Maildrop.from_maildir(folder).uids == ["10.a", "20.b"]


def test_files_go_only_when_that_was_asked_for(folder: Path) -> None:
    delete_all(Maildrop.from_folder(folder, delete_files=True))
    delete_all(Maildrop.from_maildir(folder, delete_files=True))
    left = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert left == [".hidden", "30.c", "x.txt"]


def test_a_file_that_cannot_be_removed_makes_QUIT_fail(folder: Path) -> None:
    maildrop = Maildrop.from_folder(folder, delete_files=True)
    (folder / "y.eml").unlink()
    (folder / "y.eml").mkdir()
    with pytest.raises(Refusal, match="some deleted messages not removed"):
        delete_all(maildrop)
    assert len(maildrop.messages) == 2 and not maildrop.in_use


def test_a_password_does_not_show() -> None:
    assert "hush" not in f"{vars(Maildrop('hush', tokens=['hush']))}"


def test_what_was_released_commits_nothing() -> None:
    maildrop = Maildrop("secret", [b"one\r\n"])
    transaction = Transaction(maildrop, wait=0)
    transaction.mark(1)
    transaction.release()
    transaction.commit()
    assert len(maildrop.messages) == 1 and not maildrop.in_use
