"""Every example is run: without arguments, as its README has it, and on a server with TLS."""

from __future__ import annotations

import ast
import doctest
import re
import shutil
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import pytest

from pop3lib.testing import LazyMessage, Maildrop, Server, Settings
from pop3lib.testing.faults import at, cut
from tests.conftest import Tls
from tests.scripts import EXAMPLES, run, run_limited, run_line

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
TOLD = {
    "delete_by_rule.py": ["--older-than", "365"],
    "oauth_login.py": ["--token-command", "echo h4sh"],
}


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


@pytest.mark.parametrize(
    ("command", "output"), [pytest.param(*pair, id=pair[0]) for pair in sessions()]
)
def test_what_the_readme_shows_is_what_is_printed(copy: Path, command: str, output: str) -> None:
    done = run_line(copy, command)
    assert done.returncode == 0, done.stderr
    said = re.sub(r" +$", "", done.stdout, flags=re.MULTILINE)
    assert doctest.OutputChecker().check_output(output, said, doctest.ELLIPSIS), said


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
def test_an_example_says_what_it_answers_and_how_it_is_run(name: str) -> None:
    assert f"    python examples/{name}" in docstring(name)
    title = f"{name}\n{'-' * len(name)}\n\n"
    if name != "quickstart.py":  # it does the whole job
        assert title + f"*{first_line(name)}*" in README


def test_the_table_of_the_projects_readme_has_every_example_with_its_question() -> None:
    readme = (EXAMPLES.parent / "README.rst").read_text("utf-8")
    table = dict(re.findall(r"^``(\w+\.py)`` +(\S.*\?)$", readme, re.MULTILINE))
    assert table == {name: first_line(name) for name in SCRIPTS if name != "quickstart.py"}


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "quickstart.py"])
def test_a_how_to_page_has_the_example_literally(name: str) -> None:
    pages = (EXAMPLES.parent / "docs" / "howto").glob("*.rst")
    line = f".. literalinclude:: ../../examples/{name}\n"
    assert [page.name for page in pages if line in page.read_text("utf-8")]


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "quickstart.py"])
def test_an_example_has_about_forty_statements_at_most(name: str) -> None:
    nodes = [node for node in ast.walk(ast.parse(source(name))) if isinstance(node, ast.stmt)]
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    texts = [node for node in nodes if isinstance(node, ast.Expr) and is_text(node.value)]
    assert len(nodes) - len(imports) - len(texts) <= 45


def source(name: str) -> str:
    """Return the text of an example."""
    return (EXAMPLES / name).read_text("utf-8")


def docstring(name: str) -> str:
    """Return the docstring of an example."""
    return ast.get_docstring(ast.parse(source(name))) or ""


def first_line(name: str) -> str:
    """Return the question that an example answers."""
    return docstring(name).partition("\n")[0]


def is_text(node: ast.expr) -> bool:
    """Whether it is a docstring, or would be one."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


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
    assert f"deleted: {3 - len(left)}\n" in done.stdout
    assert server.maildrops["ann"].messages == left
    assert not [line for line in server.log if line.startswith("C: RETR")]


def test_without_a_rule_nothing_is_done(tmp_path: Path) -> None:
    done = run(tmp_path, "delete_by_rule.py", "pops://ann@127.0.0.1:9", "--really")
    assert done.returncode == 2 and "--older-than DAYS, --from TEXT" in done.stderr


#: The exerciser shows a refusal and goes on.
ENDED = [name for name in SCRIPTS if name not in ("quickstart.py", "exerciser.py")]


@pytest.mark.parametrize("name", ENDED)
def test_a_refused_password_ends_an_example_with_one_sentence(
    tmp_path: Path, tls: Tls, authority: str, name: str
) -> None:
    settings = Settings(sasl=("PLAIN", "OAUTHBEARER"))
    with Server(messages=[OLD], settings=settings, tls_context=tls.server) as server:
        place = [f"pops://ann@127.0.0.1:{server.tls_port}", "--ca-file", authority]
        done = run(tmp_path, name, *place, *TOLD.get(name, []), POP3_PASSWORD="h4sh")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name}: ") and done.stderr.count("\n") == 1
    assert "was refused" in done.stderr and "h4sh" not in done.stderr + done.stdout


@pytest.mark.parametrize("name", ["list_headers.py", "own_io.py"])
def test_an_unknown_certificate_ends_an_example_with_one_sentence(
    tmp_path: Path, tls: Tls, name: str
) -> None:
    with Server(tls_context=tls.server) as server:
        url = f"pops://ann@127.0.0.1:{server.tls_port}"
        done = run(tmp_path, name, url, *TOLD.get(name, []), POP3_PASSWORD="secret")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "CERTIFICATE_VERIFY_FAILED" in done.stderr
    assert not [line for line in server.log if line.startswith("C:")]


def test_what_a_token_was_refused_for_is_said(tmp_path: Path, tls: Tls, authority: str) -> None:
    settings = Settings(sasl=("OAUTHBEARER",))
    maildrop = Maildrop(tokens=["t0ken"])
    with Server({"ann": maildrop}, settings=settings, tls_context=tls.server) as server:
        place = [f"pops://ann@127.0.0.1:{server.tls_port}", "--ca-file", authority]
        done = run(tmp_path, "oauth_login.py", *place, "--token-command", "echo 0ld")
        assert done.returncode == 1 and "invalid_token" in done.stdout
        assert "0ld" not in done.stdout + done.stderr
        done = run(tmp_path, "oauth_login.py", *place, "--token-command", "exit 3")
        assert done.returncode == 1 and "ended with 3" in done.stderr
        done = run(tmp_path, "oauth_login.py", *place, "--token-command", "echo t0ken")
    assert done.returncode == 0 and "messages: 0" in done.stdout


LINE = b"a line of the message, which is longer than memory\r\n" * 1000
HUGE = LazyMessage(3000 * len(LINE), lambda: repeat(LINE, 3000))


def test_a_message_that_is_larger_than_memory_is_saved(
    tmp_path: Path, tls: Tls, authority: str
) -> None:
    with Server(messages=[OLD, HUGE, NEW], tls_context=tls.server) as server:
        place = [f"pops://ann@127.0.0.1:{server.tls_port}", "--ca-file", authority]
        for part in ("message-2.part", "message-2.eml"):
            (tmp_path / part).write_bytes(b"what a run before has left there")
        done = run_limited(tmp_path, 64_000, "stream_message.py", *place, POP3_PASSWORD="secret")
        assert done.returncode == 0, done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["message-2.eml"]
        with open(tmp_path / "message-2.eml", "rb") as saved:
            assert saved.read(len(LINE)) == LINE and saved.seek(0, 2) == HUGE.size
        chosen = run(tmp_path, "stream_message.py", *place, "--number", "1", POP3_PASSWORD="secret")
    assert chosen.returncode == 0 and (tmp_path / "message-1.eml").read_bytes() == OLD


def test_a_message_that_broke_off_is_no_message(tmp_path: Path, tls: Tls, authority: str) -> None:
    broken = at("RETR 1", cut(500))
    with Server(messages=[LINE], tls_context=tls.server, faults=lambda _: broken) as server:
        place = [f"pops://ann@127.0.0.1:{server.tls_port}", "--ca-file", authority]
        done = run(tmp_path, "stream_message.py", *place, POP3_PASSWORD="secret")
    assert done.returncode == 1 and done.stderr.startswith("stream_message.py: ")
    assert not (tmp_path / "message-1.eml").exists()


ODD = b"""Subject: odd
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=klingon

nuqneH
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename="a[2Jb.pdf"
Content-Transfer-Encoding: base64

JVBERg==
--b--
""".replace(b"\n", b"\r\n")


def test_what_email_cannot_read_is_said_and_stops_nothing(
    tmp_path: Path, tls: Tls, authority: str
) -> None:
    with Server(
        messages=[ODD, OLD],
        settings=Settings(refusals={"RETR 2": "[SYS/TEMP] not now"}),
        tls_context=tls.server,
    ) as server:
        place = [f"pops://ann@127.0.0.1:{server.tls_port}", "--ca-file", authority]
        done = run(tmp_path, "stdlib_email.py", *place, POP3_PASSWORD="secret")
    assert done.returncode == 0, done.stderr
    first, unreadable, attached, refused = done.stdout.splitlines()
    assert first == "1. odd" and "klingon" in unreadable
    assert attached == "    application/pdf, 4 octets: a\ufffd[2Jb.pdf"
    assert refused.startswith("2. RETR 2 was refused")


@pytest.mark.parametrize(
    ("end", "left", "words"), [("QUIT", [NEW], "+OK goodbye"), ("", [OLD, NEW], "without QUIT")]
)
def test_the_exerciser_removes_by_quit_alone(
    tmp_path: Path, tls: Tls, authority: str, end: str, left: list[bytes], words: str
) -> None:
    with Server(messages=[OLD, NEW], tls_context=tls.server) as server:
        place = [f"pops://ann@127.0.0.1:{server.tls_port}", "--ca-file", authority]
        typed = f"USER ann\npass secret\nfoo\nDELE\ndele 1\nretr 7\n{end}\n"
        done = run(tmp_path, "exerciser.py", *place, said=typed)
    assert done.returncode == 0, done.stderr
    assert server.maildrops["ann"].messages == left
    for shown in ("C: PASS ***", "not a command: foo", "'number'", "C: DELE 1", "S: -ERR", words):
        assert shown in done.stdout
    assert "secret" not in done.stdout


def test_the_core_on_trio_goes_by_stls_and_notices_a_lost_line(
    tmp_path: Path, tls: Tls, authority: str
) -> None:
    lost = at("LIST", cut(5))
    with Server(
        messages=[OLD, NEW],
        tls_context=tls.server,
        faults=lambda connection: lost if connection == 2 else None,
    ) as server:
        place = [f"pop://ann@127.0.0.1:{server.port}", "--ca-file", authority]
        done = run(tmp_path, "own_io.py", *place, POP3_PASSWORD="secret")
        assert done.returncode == 0, done.stderr
        assert f"octets: {len(OLD) + len(NEW)} = {len(OLD)} {len(NEW)}\n" in done.stdout
        cut_off = run(tmp_path, "own_io.py", *place, POP3_PASSWORD="secret")
    assert cut_off.returncode == 1 and cut_off.stderr.count("\n") == 1
    assert "the line is lost" in cut_off.stderr
    assert server.sessions[0].log.index("C: STLS") < server.sessions[0].log.index("C: QUIT")


def test_what_is_new_is_downloaded_once_and_deleted_only_if_told(
    tmp_path: Path, tls: Tls, authority: str
) -> None:
    maildrop = Maildrop(messages=[OLD, NEW])
    with Server({"ann": maildrop}, tls_context=tls.server) as server:
        place = [f"pops://ann@127.0.0.1:{server.tls_port}", "--ca-file", authority]
        said = []
        for more in ([], [], ["--keep", "0"]):
            done = run(tmp_path, "download_maildir.py", *place, *more, POP3_PASSWORD="secret")
            assert done.returncode == 0, done.stderr
            said.append(done.stdout)
            if not said[1:]:
                maildrop.deliver(UNDATED)
    assert said == ["2 listed; 2 saved\n", "3 listed; 1 saved\n", "3 listed; 3 deleted\n"]
    assert maildrop.messages == []
    kept = [file.read_bytes() for file in (tmp_path / "Mail" / "new").iterdir()]
    assert sorted(kept) == sorted([OLD, NEW, UNDATED])
    assert len([line for line in server.log if line.startswith("C: RETR")]) == 3


def test_a_message_that_does_not_come_is_told_and_stays(
    tmp_path: Path, tls: Tls, authority: str
) -> None:
    settings = Settings(refusals={"RETR 1": "[SYS/TEMP] not now"})
    with Server(messages=[OLD, NEW], settings=settings, tls_context=tls.server) as server:
        place = [f"pops://ann@127.0.0.1:{server.tls_port}", "--ca-file", authority]
        done = run(tmp_path, "download_maildir.py", *place, "--keep", "0", POP3_PASSWORD="secret")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stdout.startswith("message 1: RETR 1 was refused")
    assert server.maildrops["ann"].messages == [OLD]


def test_a_mailbox_that_fails_stops_no_other(tmp_path: Path, tls: Tls, authority: str) -> None:
    maildrops = {name: Maildrop("secret", [OLD, NEW]) for name in ("ann", "bob")}
    maildrops["bob"].refusal = "[SYS/TEMP] disk trouble"
    with Server(maildrops, tls_context=tls.server) as server:
        urls = [f"pops://{name}@127.0.0.1:{server.tls_port}" for name in ("ann", "bob", "ann")]
        urls[2] = urls[2].replace("ann", "ann%5B%2F%5D")  # nobody's, and like rich's markup
        place = [*urls, "--ca-file", authority]
        done = run(tmp_path, "many_mailboxes.py", *place, POP3_PASSWORD="secret")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    octets = len(OLD) + len(NEW)
    assert f"\nann: 2 messages of {octets} octets, from 1 senders\n" in done.stdout
    assert "2/2" in done.stdout and "ann[/] at 127.0.0.1" in done.stdout
    assert "disk trouble" in done.stderr and done.stderr.count("was refused") == 2
