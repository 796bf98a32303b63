"""The blocks of code on the pages of the documentation, and how they are run.

What a reader copies must work. So each Python block and each ``>>>`` of a page is run, in the order
of the page and with the names that stand before it. A block that cannot be run says why in a
comment above it: ``.. not run: it needs ...``
"""

from __future__ import annotations

import ast
import asyncio
import doctest
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: The flags that Sphinx gives to an example.
FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL | doctest.DONT_ACCEPT_TRUE_FOR_1

_DIRECTIVE = re.compile(
    r"( *)\.\. (code-block|code|sourcecode|testcode|testsetup|testcleanup|literalinclude)::(.*)"
)
_LITERAL = re.compile(r"( *)(?!\.\. )\S?.*::$")
_EXCUSE = re.compile(r" *\.\. not run: (.+)")
_OPTION = re.compile(r" *:[\w-]+:.*")


@dataclass(frozen=True)
class Block:
    """A block of code on a page."""

    #: ``>>>``, ``testsetup``, ``testcleanup``, ``literalinclude``, or the name of a language
    kind: str
    #: the number of its first line, from 1
    line: int
    source: str
    #: why it is not run, if it is not
    excuse: str | None


def indent(line: str) -> int:
    """Return how many spaces *line* begins with."""
    return len(line) - len(line.lstrip(" "))


def within(lines: list[str], begin: int, margin: int) -> int:
    """Return where the lines end that are indented by more than *margin*."""
    end = begin
    while end < len(lines) and (not lines[end].strip() or indent(lines[end]) > margin):
        end += 1
    return end


def excuse_before(lines: list[str], begin: int) -> str | None:
    """Return what the comment above a block says, if one is there."""
    above = [line for line in lines[:begin] if line.strip()][-1:]
    match = _EXCUSE.fullmatch(above[0]) if above else None
    return match[1] if match else None


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of code in the text of a page."""
    lines = text.splitlines()
    here = 0
    while here < len(lines):
        line = lines[here]
        directive, end = _DIRECTIVE.fullmatch(line), here + 1
        if directive:
            end = within(lines, here + 1, len(directive[1]))
            kind, argument = directive[2], directive[3].strip()
            body = here + 1
            while body < end and _OPTION.fullmatch(lines[body]):
                body += 1
            source = argument if kind == "literalinclude" else "\n".join(lines[body:end])
            kind = argument if "code" in kind and kind != "testcode" else kind
            kind = "python" if kind == "testcode" else kind
            yield Block(kind, body + 1, source, excuse_before(lines, here))
        elif line.lstrip().startswith(">>> "):
            while end < len(lines) and lines[end].strip():
                end += 1
            source = "\n".join(lines[here:end]) + "\n"
            yield Block(">>>", here + 1, source, excuse_before(lines, here))
        elif _LITERAL.fullmatch(line):
            end = within(lines, here + 1, indent(line))
            source = "\n".join(lines[here + 1 : end])
            yield Block("python", here + 2, source, excuse_before(lines, here))
        here = end


def compiled(block: Block, path: Path) -> Any:
    """Return the code of a block, its lines numbered as on the page."""
    source = inspect.cleandoc(block.source)
    first = block.line + next(n for n, line in enumerate(block.source.split("\n")) if line.strip())
    source = "\n" * (first - 1) + source
    return compile(source, str(path), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def run_examples(block: Block, path: Path, names: dict[str, Any]) -> str:
    """Run the ``>>>`` lines of a block; return what went wrong, or nothing."""
    told: list[str] = []
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=FLAGS)
    test = parser.get_doctest(block.source, names, path.name, str(path), block.line - 1)
    test.globs = names  # not a copy: the blocks behind see what was bound here
    runner.run(test, out=told.append, clear_globs=False)
    return "".join(told)


def run(block: Block, path: Path, names: dict[str, Any]) -> str:
    """Run a block; return what went wrong in its examples, or nothing."""
    if block.kind == ">>>":
        return run_examples(block, path, names)
    coroutine = eval(compiled(block, path), names)  # None unless it awaits
    if coroutine is not None:
        asyncio.run(coroutine)
    return ""


def in_order(found: list[Block]) -> list[Block]:
    """Return what is to be run of a page: set-up, the page from top to bottom, clean-up."""
    order = {"testsetup": 0, ">>>": 1, "python": 1, "testcleanup": 2}
    todo = [block for block in found if block.kind in order and block.excuse is None]
    return sorted(todo, key=lambda block: order[block.kind])
