"""What the documentation says of the project is so, and its code runs."""

from __future__ import annotations

import base64
import inspect
import poplib
import re
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import pop3lib
from pop3lib.compat.poplib import POP3
from pop3lib.testing import Maildrop, Server, presets
from tests.conftest import Tls
from tests.headers.readings import cases
from tests.pages import Block, blocks, in_order, run
from tests.test_layering import CORE, PARTS
from tests.test_public import MODULES, PUBLIC

ROOT = Path(__file__).parent.parent
DOCS, EXAMPLES = ROOT / "docs", ROOT / "examples"
#: Pages of promises, each with the tests that try to break it.
PROMISES = {
    name: (DOCS / "explanation" / f"{name}.rst").read_text("utf-8")
    for name in ("guarantees", "security")
}

_TEST = re.compile(r"``(tests/[\w/]+\.py)::(\w+)``")


@pytest.mark.parametrize(("path", "name"), sorted(set(_TEST.findall("".join(PROMISES.values())))))
def test_a_test_that_stands_beside_a_promise_exists(path: str, name: str) -> None:
    source = (ROOT / path).read_text("utf-8")
    assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE)


@pytest.mark.parametrize("page", PROMISES)
def test_every_promise_has_a_test_beside_it(page: str) -> None:
    promised = PROMISES[page].split("\n\nNot promised\n")[0]
    titles = re.findall(r"^(\S.*)\n    \S", promised, re.MULTILINE)
    beside = re.findall(r"^(\S.*)\n(?:(?:    .*)?\n)+?    \* ``tests/", promised, re.MULTILINE)
    assert titles
    assert beside == titles


#: Kinds of blocks that are no programs.
NO_PROGRAM = {"text", "console", "ini", "toml"}
#: README.rst shows commands of the shell in blocks without a language; ``.ci/run`` runs them.
SHELL = re.compile(r"python3 -m venv .*")

PAGES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for path in [ROOT / "README.rst", *sorted([*DOCS.rglob("*.rst"), *EXAMPLES.rglob("*.rst")])]
    if "_build" not in path.parts
}
BLOCKS = {
    name: [block for block in blocks(text) if not SHELL.fullmatch(block.source.strip())]
    for name, text in PAGES.items()
}
ALL = [
    pytest.param(name, block, id=f"{name}:{block.line}")
    for name, found in BLOCKS.items()
    for block in found
]
#: What an example may leave open at the end of its page.
CLOSED = (POP3, pop3lib.Client, socket.socket)
MAIL = [b"From: Bob <bob@example.org>\r\nSubject: %d\r\n\r\nHi\r\n" % number for number in range(9)]


#: A JSON web token, as long as they are: what is got from others where a page says so.
CLAIMS = b'{"aud": "https://outlook.office.com", "scp": "POP.AccessAsUser.All", "exp": 1}'
TOKEN = f"e30.{base64.urlsafe_b64encode(CLAIMS).decode().rstrip('=')}.{'fresh' * 300}"
GOT_ELSEWHERE = {"access_token": lambda *_: TOKEN, "kept": ""}
#: Other hosts that pages speak of: who logs in there, and what they are like.
OTHERS = {
    "pop.gmail.com": ("ann@gmail.com", presets.GMAIL),
    "outlook.office365.com": ("ann@example.com", presets.MICROSOFT365),
}


def keyring_in_memory() -> Any:
    """Return what stands for the package ``keyring``, which is not wanted for these tests."""
    kept: dict[tuple[str, str], str] = {}
    return SimpleNamespace(
        set_password=lambda host, user, password: kept.update({(host, user): password}),
        get_password=lambda host, user: kept.get((host, user)),
    )


@pytest.fixture
def world(tls: Tls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """Let ``pop.example.org`` be a server on loopback, with a certificate that is trusted.

    So are the hosts of :data:`OTHERS`. The password of ann is in the environment.
    """
    look_up, make_context = socket.getaddrinfo, ssl.create_default_context

    def getaddrinfo(host: Any, port: Any, *others: Any, **named: Any) -> Any:
        server = elsewhere.get(host) or (here if str(host).endswith("example.org") else None)
        if server is not None:
            host, port = server.host, server.tls_port if port == 995 else server.port
        return look_up(host, port, *others, **named)

    def create_default_context(purpose: Any = ssl.Purpose.SERVER_AUTH, **_: Any) -> Any:
        context = make_context(purpose)
        tls.authority.configure_trust(context)
        return context

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(ssl, "create_default_context", create_default_context)
    monkeypatch.setitem(sys.modules, "poplib", poplib)
    monkeypatch.setitem(sys.modules, "keyring", keyring_in_memory())
    monkeypatch.setenv("POP3_PASSWORD", "secret")
    monkeypatch.chdir(tmp_path)
    context = tls.server_for("pop.example.org", *OTHERS)
    with ExitStack() as stack:
        here = stack.enter_context(Server(messages=MAIL, tls_context=context))
        elsewhere = {
            host: stack.enter_context(Server(maildrops, settings=settings, tls_context=context))
            for host, (user, settings) in OTHERS.items()
            for maildrops in [{user: Maildrop(messages=MAIL, tokens=[TOKEN])}]
        }
        yield here


def run_all(found: list[Block], path: Path, names: dict[str, Any]) -> str:
    """Run what can be run; return what went wrong."""
    try:
        return "".join([run(block, path, names) for block in in_order(found)])
    finally:
        for each in filter(lambda each: isinstance(each, CLOSED), names.values()):
            each.close()


@pytest.mark.parametrize("name", [name for name, found in BLOCKS.items() if in_order(found)])
def test_the_code_on_a_page_runs(name: str, world: Server) -> None:
    assert run_all(BLOCKS[name], ROOT / name, {"pop3lib": pop3lib, **GOT_ELSEWHERE}) == ""


DOCSTRINGS = {
    name: list(blocks(text))
    for name, thing in {**{name: sys.modules[name] for name in MODULES}, **PUBLIC}.items()
    if (text := inspect.getdoc(thing)) and in_order(list(blocks(text)))
}


@pytest.mark.parametrize("name", DOCSTRINGS)
def test_the_code_in_a_docstring_runs(name: str, world: Server) -> None:
    module = max((module for module in MODULES if name.startswith(module)), key=len)
    names = {"pop3lib": pop3lib, "socket": socket, **vars(sys.modules[module])}
    assert run_all(DOCSTRINGS[name], Path(name), names) == ""


@pytest.mark.parametrize(("name", "block"), ALL)
def test_a_block_is_run_or_is_no_program_or_says_why_not(name: str, block: Block) -> None:
    if block.kind == "literalinclude":
        included = ((ROOT / name).parent / block.source).resolve()
        assert included.is_file()
        assert included.relative_to(ROOT).parts[0] in {"examples", "tests", "pop3lib"}
    elif block not in in_order(BLOCKS[name]):
        assert block.excuse or block.kind in NO_PROGRAM
        assert ">>> " not in block.source, "examples stand without a directive: so they are run"


@pytest.mark.parametrize("name", PAGES)
def test_no_example_is_overlooked(name: str) -> None:
    there = len(re.findall(r"^ *>>> ", PAGES[name], re.MULTILINE))
    found = [block.source for block in blocks(PAGES[name])]
    assert sum(len(re.findall(r"^ *>>> ", each, re.MULTILINE)) for each in found) == there


PATH = re.compile(r"(?<![\w/.<])(?:tests|docs|examples|pop3lib|\.ci)/[\w/.-]*\w")


@pytest.mark.parametrize("name", [name for name in PAGES if "changelog" not in name])
def test_what_a_page_calls_a_file_is_one(name: str) -> None:
    named = PATH.findall(PAGES[name])
    assert [path for path in named if not (ROOT / path).exists() and "_build" not in path] == []


def explained(page: str) -> Iterator[str]:
    """Yield the defects of the fields in a page's tables of readings."""
    for body in re.findall(r"^\.\. pop3-readings::\n\n((?: {4}.+\n)+)", page, re.MULTILINE):
        for line in body.splitlines():
            octets = line.strip().encode("latin-1").decode("unicode_escape").encode("latin-1")
            yield from next(iter(pop3lib.parse_headers(octets + b"\r\n\r\n"))).defects


def met() -> Iterator[str]:
    """Yield every defect of the tables of cases and of the corpus, without its field's name."""
    folder = ROOT / "tests" / "headers" / "corpus"
    blocks = [case.raw for case in cases()] + [file.read_bytes() for file in folder.rglob("*.hdr")]
    for headers in map(pop3lib.parse_headers, blocks):
        names = "|".join(re.escape(header.name) for header in headers)
        for defect in headers.defects:
            yield re.sub(rf"^(?:{names}): ", "", defect) if names else defect


def test_every_defect_there_is_in_real_mail_is_explained() -> None:
    page = PAGES["docs/explanation/defects.rst"]
    known = set(explained(page)) | set(re.findall(r"^``(.+)``$", page, re.MULTILINE))
    general = (
        (r"^.* occurs \d+ times", "... occurs 2 times"),
        (r"(no header field:).*", r"\1 1, the first: '...'"),
    )
    unknown = set()
    for defect in met():
        for pattern, words in general:
            defect = re.sub(pattern, words, defect)
        unknown |= {defect} - known
    assert unknown == set()


def test_every_public_name_is_on_a_page_of_the_reference() -> None:
    pages = "\n".join(text for name, text in PAGES.items() if name.startswith("docs/reference/"))
    shown = set(re.findall(r"^ *\.\. (?:auto\w+|data):: (?:[\w.]+\.)?(\w+)", pages, re.MULTILINE))
    if ".. pop3-header-keys::" in pages:
        shown |= {name for name in pop3lib.headers.__all__ if name.isupper()}
    public = {name for module in MODULES for name in sys.modules[module].__all__}
    assert public - shown == set()


def test_the_page_on_the_design_has_every_part_and_knows_which_do_no_io() -> None:
    design = PAGES["docs/explanation/design.rst"]
    rows = re.findall(r"^``.+?  ", design, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"``(\w+)``", row)} == set(PARTS)
    pictures = (DOCS / "_ext" / "pop3_pictures.py").read_text("utf-8")
    drawn = re.search(r"_CORE = \{(.+?)\}", pictures)
    assert drawn and set(re.findall(r"\w+", drawn[1])) == set(CORE)


def test_the_tutorial_can_be_followed_from_an_empty_session() -> None:
    """Nothing is used on the page that a reader was not told to type."""
    shown = [block for block in BLOCKS["docs/tutorial.rst"] if block.kind == ">>>"]
    assert run_all(shown, DOCS / "tutorial.rst", {"__name__": "__main__"}) == ""
