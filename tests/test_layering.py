"""The layers: who may import whom, as data, and held to by reading the sources.

Imports under ``if TYPE_CHECKING:`` are for annotations only and do not count.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import pop3lib

ROOT = Path(pop3lib.__file__).parent

#: For each part of the package the parts it may import; a new part needs a row.
PARTS: dict[str, set[str]] = {
    "errors": set(),
    "printable": set(),
    "secret": set(),
    "headers": {"errors", "printable"},
    "sasl": {"errors", "secret"},
    "protocol": {"errors", "printable", "secret", "sasl"},
    "testing": {"errors", "printable", "secret", "sasl"},
    "endpoint": {"errors"},
    "netrc": {"errors", "secret"},
    "passwords": {"errors", "secret", "netrc"},
    "timing": {"protocol"},
    "stream": {"errors"},
    "patience": {"errors", "endpoint"},
    "transport": {"errors", "endpoint", "patience"},
    "survey": {"errors", "headers", "protocol"},
}
PARTS["base"] = {"errors", "secret", "sasl", "protocol", "endpoint", "patience"}
_CLIENTS = {*PARTS["base"], "headers", "survey", "base"}
PARTS["client"] = {*_CLIENTS, "stream", "transport"}
PARTS["aio"] = _CLIENTS
PARTS["disk"] = set()
PARTS["uidstate"] = {"errors", "disk"}
PARTS["compat"] = {*_CLIENTS, "printable", "client"}
PARTS["download"] = {*_CLIENTS, "disk", "uidstate", "client", "aio"}

#: Inside the parts: modules that may not see others, so that each stays one thought.
NOT_INSIDE: dict[str, set[str]] = {
    "protocol.state": {"protocol"},
    "protocol.dots": {"protocol"},
    "protocol.values": {"protocol"},
    "protocol.reply": {"protocol.exchange", "protocol.commands", "protocol.connection"},
    "protocol.exchange": {"protocol.commands", "protocol.connection", "protocol.flows"},
    "protocol.commands": {"protocol.connection", "protocol.flows"},
    "protocol.connection": {"protocol.flows"},
    "sasl.mechanism": {"sasl"},
    "headers.scanner": {"headers.types", "headers.names", "headers.headers"},
    "headers.block": {"headers.types", "headers.names", "headers.headers"},
    "headers.addresses": {"headers.types", "headers.names", "headers.headers"},
    "headers.dates": {"headers.types", "headers.names", "headers.headers"},
    "headers.ids": {"headers.types", "headers.names", "headers.headers"},
    "headers.params": {"headers.types", "headers.names", "headers.headers"},
    "headers.received": {"headers.types", "headers.names", "headers.headers"},
    "headers.types": {"headers.headers"},
}

#: The only module of the core that knows which mechanisms there are; the rest sees their shape.
KNOWS_MECHANISMS = "protocol.flows"

CORE = ("errors", "printable", "secret", "sasl", "headers", "protocol")
#: What would be I/O, a clock, or a place where secrets could end up.
NOT_IN_CORE = {
    "asyncio", "fileinput", "http", "io", "logging", "mmap", "os", "pathlib", "select",
    "selectors", "shutil", "signal", "socket", "socketserver", "ssl", "subprocess", "tempfile",
    "threading", "time", "urllib.request",
}  # fmt: skip


def name_of(path: Path) -> str:
    """Return a module's name inside the package; the package itself is ``""``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


#: The pytest plugin is no part of the package: it is installed beside it.
BESIDE = ROOT / "testing" / "plugin"
SOURCES = {name_of(path): path for path in sorted(ROOT.rglob("*.py")) if path.parent != BESIDE}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in SOURCES.items()}
MODULES = sorted(set(SOURCES) - {""})


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of *tree* but for what only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        yield node
        yield from running(node)


def imported(name: str) -> Iterator[str]:
    """Yield what a module imports, each as its full dotted name."""
    for node in running(TREES[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports by a relative name"
            module = node.module or ""
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield inner if inner.removeprefix("pop3lib.") in SOURCES else module


def ours(name: str) -> set[str]:
    """Return the modules of the package that a module imports, without the package's name."""
    return {each.removeprefix("pop3lib.") for each in imported(name) if each.startswith("pop3lib.")}


def part_of(name: str) -> str:
    """Return the first word of a dotted name."""
    return name.partition(".")[0]


def within(name: str, part: str) -> bool:
    """Whether a module is *part*, or inside of it."""
    return name == part or name.startswith(f"{part}.")


def test_every_part_of_the_package_has_a_row() -> None:
    unknown = {part_of(name) for name in MODULES} - set(PARTS)
    assert not unknown, f"say in PARTS what these may import: {sorted(unknown)}"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_what_its_part_may(name: str) -> None:
    part = part_of(name)
    seen = {part_of(other) for other in ours(name)} - {part}
    assert seen <= PARTS.get(part, set())


@pytest.mark.parametrize("name", sorted(NOT_INSIDE))
def test_a_module_does_not_see_what_is_built_upon_it(name: str) -> None:
    inside = [module for module in MODULES if within(module, name)]
    assert inside, f"there is no {name} any more: mend NOT_INSIDE"
    seen = {other for module in inside for other in ours(module)}
    assert not [other for other in seen for part in NOT_INSIDE[name] if within(other, part)]


@pytest.mark.parametrize(
    "name", [name for name in MODULES if within(name, "protocol") and name != KNOWS_MECHANISMS]
)
def test_the_core_sees_the_shape_of_a_mechanism_and_no_mechanism(name: str) -> None:
    assert {other for other in ours(name) if within(other, "sasl")} <= {"sasl.mechanism"}


@pytest.mark.parametrize("name", MODULES)
def test_nobody_imports_the_package_itself(name: str) -> None:
    assert "pop3lib" not in set(imported(name))


def test_there_is_no_cycle() -> None:
    order = TopologicalSorter({name: ours(name) for name in MODULES}).static_order()
    assert len(list(order)) == len(MODULES)


@pytest.mark.parametrize("name", [name for name in MODULES if part_of(name) in CORE])
def test_the_core_does_no_io_and_knows_no_clock(name: str) -> None:
    banned = {each for each in imported(name) for part in NOT_IN_CORE if within(each, part)}
    assert not banned
    calls = [node.func for node in ast.walk(TREES[name]) if isinstance(node, ast.Call)]
    called = {node.id for node in calls if isinstance(node, ast.Name)}
    assert not called & {"open", "print", "input"}


@pytest.mark.parametrize("name", MODULES)
def test_nothing_but_the_standard_library_is_needed(name: str) -> None:
    others = {part_of(each) for each in imported(name)} - {"pop3lib"}
    assert others <= sys.stdlib_module_names


@pytest.mark.parametrize("name", MODULES)
def test_imports_stand_at_the_top(name: str) -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    late = [
        f"{name}, line {inner.lineno}"
        for node in ast.walk(TREES[name])
        if isinstance(node, functions)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not late
