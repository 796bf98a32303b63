"""Logins out of arguments, the environment and ``.netrc``: which counts, and what stays unseen."""

from __future__ import annotations

import netrc as standard
import os
import re
import threading
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3lib import FoundLogin, InvalidArgumentError, PasswordFileError, Secret, find_login
from pop3lib.netrc import read
from tests.sasl.test_secrecy import chain

HOST = "pop.example.org"
HUSH = "S3cr3t"


def written(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    path = tmp_path / "netrc"
    path.write_text(text, "utf-8", newline="")
    path.chmod(mode)
    return path


def shown(found: FoundLogin | None) -> tuple[str, str, str] | None:
    """Return a login with its secret, for comparing."""
    if found is None:
        return None
    secret = found.password or found.token
    assert secret is not None
    return found.user, secret.reveal(), found.source


# --- what counts


@pytest.fixture
def full(tmp_path: Path) -> dict[str, str]:
    """An environment with a login, and a file with others."""
    path = written(tmp_path, f"machine {HOST} login bob password in-the-file\n")
    return {"POP3_USER": "bob", "POP3_PASSWORD": "in-the-environment", "NETRC": str(path)}


def test_an_argument_goes_before_the_environment(full: dict[str, str]) -> None:
    assert shown(find_login(HOST, "ann", "given", environ=full)) == (
        "ann",
        "given",
        "the arguments",
    )
    found = find_login(HOST, password=Secret("given"), environ=full)
    assert shown(found) == ("bob", "given", "the arguments")
    found = find_login(HOST, "ann", token="t0k3n", environ=full)
    assert found is not None and found.password is None and found.token is not None


def test_the_environment_goes_before_the_file(full: dict[str, str]) -> None:
    expected = ("bob", "in-the-environment", "POP3_PASSWORD")
    assert shown(find_login(HOST, environ=full)) == expected
    assert shown(find_login(HOST, "bob", environ=full)) == expected


def test_a_token_in_the_environment_goes_before_a_password(full: dict[str, str]) -> None:
    found = find_login(HOST, environ=full | {"POP3_TOKEN": "t0k3n"})
    assert shown(found) == ("bob", "t0k3n", "POP3_TOKEN")
    assert found is not None and found.password is None


def test_the_file_is_last(full: dict[str, str]) -> None:
    expected = ("bob", "in-the-file", f"{full['NETRC']}, line 1")
    for name in ("", "POP3_USER", "POP3_PASSWORD"):
        environ = full | {"POP3_PASSWORD": "", name: ""}
        assert shown(find_login(HOST, "bob", environ=environ)) == expected
    del full["POP3_PASSWORD"]
    assert shown(find_login(HOST, environ=full)) == expected


def test_the_environment_is_not_for_another_user_nor_another_host(full: dict[str, str]) -> None:
    assert find_login(HOST, "ann", environ=full) is None
    elsewhere = full | {"POP3_HOST": "pop.example.com"}
    assert shown(find_login(HOST, environ=elsewhere)) == (
        "bob",
        "in-the-file",
        f"{full['NETRC']}, line 1",
    )
    here = full | {"POP3_HOST": "POP.example.org."}
    found = find_login(HOST, environ=here)
    assert found is not None and found.source == "POP3_PASSWORD"


def test_a_password_in_the_environment_is_for_everyone_where_no_name_stands_there() -> None:
    environ = {"POP3_PASSWORD": "x", "NETRC": os.devnull}
    assert shown(find_login(HOST, "ann", environ=environ)) == ("ann", "x", "POP3_PASSWORD")


def test_the_argument_names_the_file_before_the_environment_does(
    full: dict[str, str], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_text(f"machine {HOST} login ann password third\n")
    other.chmod(0o600)
    found = find_login(HOST, "ann", netrc=other, environ=full)
    assert shown(found) == ("ann", "third", f"{other}, line 1")


def test_the_file_in_the_home_directory_is_read_unnamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("NETRC", "POP3_USER", "POP3_PASSWORD", "POP3_TOKEN", "POP3_HOST"):
        monkeypatch.delenv(name, raising=False)
    assert find_login(HOST, "ann") is None
    path = written(tmp_path, f"machine {HOST} login ann password x\n").rename(tmp_path / ".netrc")
    assert shown(find_login(HOST)) == ("ann", "x", f"{path}, line 1")
    monkeypatch.setenv("POP3_PASSWORD", "y")
    assert shown(find_login(HOST, "ann")) == ("ann", "y", "POP3_PASSWORD")


def test_what_is_no_login_is_told() -> None:
    with pytest.raises(InvalidArgumentError, match="whose password"):
        find_login(HOST, password="x", environ={})
    with pytest.raises(InvalidArgumentError, match="give one"):
        find_login(HOST, "ann", "x", token="y", environ={})


# --- the file


ACCOUNTS = f"""\
# my accounts
machine ftp.example.org login ann password ftp
machine {HOST}
    login ann@example.org   # a name may have an @
    account x
    password "with \\"quotes\\" and spaces"
macdef init
machine {HOST} password of-a-macro

machine {HOST} user bob password #hash
machine {HOST} login carl
machine {HOST} password anybody's
machine POP.Example.Com. login ann password third
default login anonymous password me@
"""


@pytest.mark.parametrize(
    ("host", "user", "expected", "line"),
    [
        (HOST, None, ("ann@example.org", 'with "quotes" and spaces'), 3),
        (HOST, "ann@example.org", ("ann@example.org", 'with "quotes" and spaces'), 3),
        (HOST, "bob", ("bob", "#hash"), 10),
        (HOST, "carl", ("carl", "anybody's"), 12),
        ("pop.example.com", None, ("ann", "third"), 13),
    ],
)
def test_each_account_of_a_host_is_found(
    tmp_path: Path, host: str, user: str | None, expected: tuple[str, str], line: int
) -> None:
    path = written(tmp_path, ACCOUNTS)
    found = shown(find_login(host, user, netrc=path, environ={}))
    assert found == (*expected, f"{path}, line {line}")


def test_a_password_for_every_host_is_for_none(tmp_path: Path) -> None:
    path = written(tmp_path, ACCOUNTS)
    assert find_login("elsewhere.example", netrc=path, environ={}) is None
    assert find_login("elsewhere.example", "anonymous", netrc=path, environ={}) is None


@pytest.mark.skipif(os.name != "posix", reason="the modes of files are POSIX's")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_SEC_10_a_file_of_passwords_that_is_open_to_others_is_refused(
    tmp_path: Path, mode: int
) -> None:
    path = written(tmp_path, ACCOUNTS, mode)
    with pytest.raises(PasswordFileError, match=re.escape(f"chmod 600 {path}")):
        find_login(HOST, netrc=path, environ={})
    path.chmod(0o400)
    assert find_login(HOST, netrc=path, environ={}) is not None


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can give a file away")
def test_SEC_10_a_file_of_another_user_is_not_believed(tmp_path: Path) -> None:
    path = written(tmp_path, ACCOUNTS)
    os.chown(path, 12345, 12345)
    with pytest.raises(PasswordFileError, match="another user"):
        find_login(HOST, netrc=path, environ={})


@pytest.mark.skipif(os.name != "posix", reason="pipes among the files are POSIX's")
def test_a_pipe_may_be_open_to_others(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    pipe.chmod(0o666)
    writer = threading.Thread(target=lambda: pipe.write_text(f"machine {HOST} login a password b"))
    writer.start()
    assert shown(find_login(HOST, netrc=pipe, environ={})) == ("a", "b", f"{pipe}, line 1")
    writer.join()
    assert find_login(HOST, netrc=os.devnull, environ={}) is None


def test_a_file_that_was_named_and_cannot_be_read_is_told(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(PasswordFileError, match="No such file"):
        find_login(HOST, netrc=missing, environ={})
    with pytest.raises(PasswordFileError, match="No such file"):
        find_login(HOST, environ={"NETRC": str(missing)})


WRONG = {
    f"machine {HOST} login ann password two words": 1,
    f"machine {HOST}\nlogin ann {HUSH}": 2,
    f"\n\n{HUSH}": 3,
    f"login ann password {HUSH}": 1,
    f'machine {HOST} login ann password "{HUSH}': 1,
    f"machine {HOST} password {HUSH}\nlogin": 2,
    "machine": 1,
    f"machine {HOST} password {HUSH}\\": 1,
    f"machine {HOST}\npassword {HUSH}\n\nfrobnicate": 4,
}


@pytest.mark.parametrize("text", WRONG)
def test_SEC_03_a_fault_in_the_file_is_told_by_its_line_and_no_word_of_it(
    tmp_path: Path, text: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(PasswordFileError) as caught:
        find_login(HOST, netrc=path, environ={"POP3_PASSWORD": f"{HUSH}2"})
    assert f"line {WRONG[text]}:" in str(caught.value)
    assert [*chain(caught.value)] == [caught.value]
    deeper = caught.tb.tb_next  # the test's own frame has the text in it
    printed = traceback.TracebackException(
        PasswordFileError, caught.value, deeper, capture_locals=True
    ).format()
    assert HUSH not in "".join(printed) and "two words" not in "".join(printed)


def test_SEC_02_what_was_found_does_not_show_its_secret() -> None:
    environ = {"POP3_PASSWORD": HUSH, "POP3_USER": "ann"}
    found = find_login(HOST, environ=environ)
    assert HUSH not in f"{found} {found!r}" and "Secret('***')" in repr(found)


#: No line ends: the two differ in how they count what is behind one.
_VALUES = st.text(st.sampled_from('ab#"\\ x-é'), min_size=1, max_size=6).filter(str.strip)


def spelt(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(
    st.lists(
        st.tuples(_VALUES, _VALUES, st.sampled_from([" ", "\n\t", "\r\n", " # remark\n"])),
        max_size=4,
    )
)
def test_a_file_is_read_as_the_standard_library_reads_it(
    tmp_path_factory: pytest.TempPathFactory, accounts: list[tuple[str, str, str]]
) -> None:
    text = "".join(
        f"machine h{number}{gap}login {spelt(user)}{gap}password {spelt(password)}\n"
        for number, (user, password, gap) in enumerate(accounts)
    )
    path = written(tmp_path_factory.mktemp("netrc"), text)
    ours = {
        entry.host: (entry.user, entry.password and entry.password.reveal()) for entry in read(path)
    }
    theirs = {
        host: (user, password) for host, (user, _, password) in standard.netrc(path).hosts.items()
    }
    assert ours == theirs
