"""Every example is run: without arguments, as its README has it, and on a server with TLS."""

from __future__ import annotations

import ast
import doctest
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pop3lib.testing import Server
from tests.conftest import Tls
from tests.scripts import EXAMPLES, run, run_line

README = (EXAMPLES / "README.rst").read_text("utf-8")
#: What the README prints in its blocks: a command, and what it said.
_BLOCK = re.compile(r"^\.\. code-block:: console\n\n((?:(?: {4}.*)?\n)+)", re.MULTILINE)
_TITLE = re.compile(r"^(\w+\.py)\n-+$", re.MULTILINE)

#: What is imported by the others, or not a program.
SCRIPTS = sorted(
    path.name
    for path in EXAMPLES.glob("*.py")
    if '\nif __name__ == "__main__":\n' in path.read_text("utf-8")
)


def sessions() -> Iterator[tuple[str, str]]:
    """Yield the command lines of the README, each with the output beside it."""
    for block in _BLOCK.findall(README):
        text = re.sub(r"^ {4}", "", block, flags=re.MULTILINE).rstrip("\n") + "\n"
        for session in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, *more = re.split(r"\n(?!> )", session, maxsplit=1)
            yield command.replace("\n> ", "\n"), "".join(more)


#: What an example must be told besides the URL.
TOLD = {"delete_by_rule.py": ["--older-than", "365"]}


@pytest.fixture
def authority(tmp_path_factory: pytest.TempPathFactory, tls: Tls) -> str:
    """The certificate of the authority that vouches for the test's servers, as a file."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    tls.authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder that has the examples where the README has them."""
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    return tmp_path


@pytest.mark.parametrize(("command", "output"), sessions())
def test_what_the_readme_shows_is_what_is_printed(copy: Path, command: str, output: str) -> None:
    done = run_line(copy, command)
    assert done.returncode == 0, done.stderr
    assert doctest.OutputChecker().check_output(output, done.stdout, doctest.ELLIPSIS), done.stdout


def test_the_readme_has_a_place_and_a_command_for_every_example() -> None:
    assert sorted(_TITLE.findall(README)) == SCRIPTS
    commands = [command for command, _ in sessions()]
    assert not [name for name in SCRIPTS if not any(f"examples/{name}" in c for c in commands)]


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_example_runs_without_arguments(tmp_path: Path, name: str) -> None:
    done = run(tmp_path, name)
    assert done.returncode == 0, done.stderr
    assert done.stdout and not done.stderr


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_example_says_what_it_is_for_and_how_it_is_run(name: str) -> None:
    text = ast.get_docstring(ast.parse((EXAMPLES / name).read_text("utf-8"))) or ""
    assert text.partition("\n")[0].endswith(("?", "."))
    assert f"    python examples/{name}" in text


OLD = (
    b"From: Ann <ann@old.example>\r\nSubject: old\r\nDate: Mon, 06 Jan 2020 09:00:00 +0100\r\n\r\n"
)
NEW = (
    b"From: ann@old.example\r\nSubject: new\r\nDate: Mon, 06 Jan 2020 09:00:00 +0100\r\n\r\nHi\r\n"
)
#: An old Date, in a message that our side has just been given.
NEW = b"Received: by here; Mon, 01 Jan 2120 09:00:00 +0000\r\n" + NEW
UNDATED = b'From: "old.example" <bob@example.org>\r\nSubject: when?\r\n\r\n'


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (["--older-than", "365"], [OLD, NEW, UNDATED]),
        (["--older-than", "365", "--really"], [NEW, UNDATED]),
        (["--from", "OLD.example", "--really"], [UNDATED]),
        (["--from", "bob@", "--older-than", "1", "--really"], [OLD, NEW, UNDATED]),
    ],
)
def test_a_rule_deletes_what_it_says_and_only_if_told(
    tmp_path: Path, tls: Tls, authority: str, rule: list[str], left: list[bytes]
) -> None:
    with Server(messages=[OLD, NEW, UNDATED], tls_context=tls.server) as server:
        place = [f"pops://ann@127.0.0.1:{server.tls_port}", "--ca-file", authority]
        done = run(tmp_path, "delete_by_rule.py", *place, *rule, POP3_PASSWORD="secret")
    assert done.returncode == 0, done.stderr
    assert f"{3 - len(left)} messages deleted" in done.stdout
    assert server.maildrops["ann"].messages == left
    assert not [line for line in server.log if line.startswith("C: RETR")]


def test_without_a_rule_nothing_is_done(tmp_path: Path) -> None:
    done = run(tmp_path, "delete_by_rule.py", "pops://ann@127.0.0.1:9", "--really")
    assert done.returncode == 2 and "--older-than DAYS, --from TEXT" in done.stderr


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "quickstart.py"])
def test_a_refused_password_ends_an_example_with_one_sentence(
    tmp_path: Path, tls: Tls, authority: str, name: str
) -> None:
    with Server(messages=[OLD], tls_context=tls.server) as server:
        place = [f"pops://ann@127.0.0.1:{server.tls_port}", "--ca-file", authority]
        done = run(tmp_path, name, *place, *TOLD.get(name, []), POP3_PASSWORD="h4sh")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name}: ") and done.stderr.count("\n") == 1
    assert "wrong name or password" in done.stderr and "h4sh" not in done.stderr + done.stdout
