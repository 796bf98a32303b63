"""The public names: each says what it is for, and importing them costs no more than it must."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

#: The modules whose ``__all__`` is public.
MODULES = [
    "pop3lib",
    "pop3lib.aio",
    "pop3lib.compat.poplib",
    "pop3lib.download",
    "pop3lib.headers",
    "pop3lib.protocol",
    "pop3lib.protocol.flows",
    "pop3lib.sasl",
    "pop3lib.testing",
    "pop3lib.testing.faults",
    "pop3lib.testing.presets",
    "pop3lib.uidstate",
]

Named = tuple[str, object]


def ours(thing: object) -> bool:
    """Whether *thing* was made in the package, or is a property."""
    module = getattr(thing, "__module__", "") or ""
    return isinstance(thing, property) or module.partition(".")[0] == "pop3lib"


def members(name: str, kind: type) -> Iterator[Named]:
    """Yield the methods and properties of a class, those of its bases with them."""
    for attribute in dir(kind):
        thing = inspect.getattr_static(kind, attribute)
        function = thing.__func__ if isinstance(thing, classmethod | staticmethod) else thing
        described = inspect.isfunction(function) or isinstance(function, property)
        if described and not attribute.startswith("_") and ours(function):
            yield f"{name}.{attribute}", getattr(kind, attribute)


def public() -> Iterator[Named]:
    """Yield every public name with what it stands for."""
    for module in map(importlib.import_module, MODULES):
        for name in module.__all__:
            thing = getattr(module, name)
            yield f"{module.__name__}.{name}", thing
            if inspect.isclass(thing):
                yield from members(f"{module.__name__}.{name}", thing)


PUBLIC = dict(public())
DESCRIBED = [
    name
    for name, thing in PUBLIC.items()
    if inspect.isroutine(thing) or inspect.isclass(thing) or isinstance(thing, property)
]


@pytest.mark.parametrize("name", DESCRIBED)
def test_a_public_name_says_in_one_sentence_what_it_is_for(name: str) -> None:
    text = inspect.getdoc(PUBLIC[name])
    assert text, f"{name} has no docstring"
    assert text.split("\n\n")[0].rstrip().endswith((".", ":", "?")), text


def test_the_public_names_were_found() -> None:
    for name in ("pop3lib.Client.retr", "pop3lib.State", "pop3lib.compat.poplib.POP3.stls"):
        assert name in DESCRIBED
    assert len(DESCRIBED) > 400


def owner(name: str) -> type | None:
    """Return the public class that *name* stands for, unless it has a table of attributes."""
    thing = PUBLIC[name]
    return thing if inspect.isclass(thing) and ours(thing) else None


@cache
def lines_of(kind: type) -> tuple[str, ...]:
    """Return the lines of the file that a class stands in."""
    return tuple(Path(inspect.getsourcefile(kind) or "").read_text("utf-8").splitlines())


def attributes(kind: type) -> Iterator[ast.AnnAssign]:
    """Yield the public attributes that a class or its ``__init__`` declares."""
    tree = ast.parse("\n".join(lines_of(kind)))
    found = (each for each in ast.walk(tree) if isinstance(each, ast.ClassDef))
    body = next(each.body for each in found if each.name == kind.__name__)
    for node in body:
        if isinstance(node, ast.AnnAssign):
            yield node
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            declared = (each for each in node.body if isinstance(each, ast.AnnAssign))
            yield from (each for each in declared if isinstance(each.target, ast.Attribute))


def test_a_public_attribute_says_what_it_is() -> None:
    silent = []
    for kind in {owner(name) for name in PUBLIC} - {None}:
        assert kind is not None
        text = inspect.getdoc(kind) or ""
        for node in attributes(kind):
            name = ast.unparse(node.target).removeprefix("self.")
            before = lines_of(kind)[node.lineno - 2].strip()
            told = before.startswith("#:") or re.search(rf"\b{name}\b", text)
            inherited = any(name in inspect.get_annotations(base) for base in kind.__mro__[1:])
            if not (name.startswith("_") or told or inherited):
                silent.append(f"{kind.__qualname__}.{name}")
    assert silent == []


HEAVY = {"asyncio", "concurrent.futures", "email", "http", "logging", "unittest"}
WANTED = {"pop3lib.aio", "pop3lib.compat", "pop3lib.testing"}


def test_importing_the_package_imports_no_more_than_the_blocking_client_needs() -> None:
    program = "import sys; before = set(sys.modules); import pop3lib; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    imported = set(done.stdout.split())
    assert "pop3lib.client" in imported, done.stderr
    assert imported & (HEAVY | WANTED) == set()
