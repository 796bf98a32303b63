"""Pictures made of the code itself when the documentation is built, as SVG inside the page.

``.. pop3-states::`` draws the states of a session with the commands that lead from one to the next;
``.. pop3-layers::`` draws the parts of the package, each above all that it imports. Colours are the
theme's, so that they follow it from light to dark.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from html import escape
from pathlib import Path
from textwrap import wrap

from docutils import nodes
from pop3_tables import Kind, commands
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import pop3lib
from pop3lib.protocol import State
from pop3lib.protocol.commands import Greeting

WIDTH = 460
_STYLE = (
    "font-family:var(--font-stack--monospace,monospace);font-size:13px;"
    "max-width:100%;height:auto;display:block;margin:1rem auto"
)
_INK = "var(--color-foreground-primary,#000)"
_FAINT = "var(--color-foreground-muted,#666)"
_PAPER = "var(--color-background-secondary,#f8f8f8)"
_ACCENT = "var(--color-brand-primary,#0a4bff)"


def text(x: float, y: float, words: str, *, fill: str = _INK, anchor: str = "middle") -> str:
    """Return a line of text."""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, stroke: str) -> str:
    """Return a box with round corners."""
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" '
        f'fill="{_PAPER}" stroke="{stroke}" stroke-width="1.5"/>'
    )


def arrow(path: str, x: float, y: float, *, points: str = "down") -> str:
    """Return a line along *path* with its head at the end of it."""
    dx, dy = (4, -8) if points == "down" else (8, -4)
    head = f"M{x},{y} l{dx},{dy} " + ("h-8 z" if points == "down" else "v8 z")
    return (
        f'<path d="{path}" fill="none" stroke="{_INK}" stroke-width="1.5"/>'
        f'<path d="{head}" fill="{_INK}"/>'
    )


def picture(name: str, height: float, parts: Iterable[str]) -> nodes.raw:
    """Return an SVG picture; *name* is read to those who do not see it."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(name)}" '
        f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" style="{_STYLE}">{"".join(parts)}</svg>'
    )
    return nodes.raw("", svg, format="html")


# The states.

_BOX = 260
_LEFT = 20
_LINE = 18
_GAP = 52


def edges() -> dict[tuple[State, State], list[str]]:
    """Return what leads from one state to another, by the two states."""
    found: dict[tuple[State, State], list[str]] = {}
    kinds: list[Kind] = [Greeting, *commands()]
    for kind in kinds:
        for pair in kind.leads_to.items():
            found.setdefault(pair, []).append(kind.verb)
    return found


def staying(state: State) -> list[str]:
    """Return the lines that name the commands which leave the state as it is."""
    verbs = [each.verb for each in commands() if state in each.allowed]
    return wrap(" ".join(verb for verb in verbs if not moves(verb, state)), 30)


def moves(verb: str, state: State) -> bool:
    """Whether a success of *verb* leads away from *state*."""
    return any(before is state and verb in verbs for (before, _), verbs in edges().items())


def states() -> nodes.raw:
    """Draw the states from top to bottom."""
    tops: dict[State, tuple[float, float]] = {}
    y: float = 10
    for state in State:
        height = 28 + _LINE * len(staying(state))
        tops[state] = (y, height)
        y += height + _GAP
    drawn = [*state_boxes(tops), *state_arrows(tops), *line_ends(tops)]
    return picture("the states of a session, and what leads to them", y - _GAP + 10, drawn)


def state_boxes(tops: Mapping[State, tuple[float, float]]) -> Iterator[str]:
    """Yield each state's box, with its name and its commands."""
    middle = _LEFT + _BOX / 2
    for state, (y, height) in tops.items():
        yield box(_LEFT, y, _BOX, height, _ACCENT)
        yield f'<g font-weight="bold">{text(middle, y + 19, state.name)}</g>'
        for row, line in enumerate(staying(state), 1):
            yield text(middle, y + 20 + _LINE * row, line, fill=_FAINT)


def state_arrows(tops: Mapping[State, tuple[float, float]]) -> Iterator[str]:
    """Yield what leads from one state to another: straight to the next one, around to others."""
    middle, order = _LEFT + _BOX / 2, list(tops)
    for (before, after), verbs in edges().items():
        (y, height), (target, under) = tops[before], tops[after]
        if order.index(after) == order.index(before) + 1:
            yield arrow(f"M{middle},{y + height} V{target - 2}", middle, target)
            yield text(middle + 12, y + height + 30, ", ".join(verbs), anchor="start")
        else:
            out, into, side = y + height / 2, target + under / 2, _LEFT + _BOX + 70
            path = f"M{_LEFT + _BOX},{out} H{side - 12} q12,0 12,12 V{into - 12} q0,12 -12,12"
            yield arrow(f"{path} H{_LEFT + _BOX + 2}", _LEFT + _BOX, into, points="left")
            yield text(side + 10, (out + into) / 2, ", ".join(verbs), anchor="start")


def line_ends(tops: Mapping[State, tuple[float, float]]) -> Iterator[str]:
    """Yield the way out of the state from which no command leads: the line is closed."""
    y, height = tops[State.UPDATE]
    middle, below = _LEFT + _BOX / 2, tops[State.CLOSED][0]
    if not any(before is State.UPDATE for before, _ in edges()):
        yield (
            f'<path d="M{middle},{y + height} V{below}" fill="none" stroke="{_FAINT}" '
            f'stroke-width="1.5" stroke-dasharray="4 4"/>'
        )
        yield text(middle + 12, y + height + 30, "the line is closed", fill=_FAINT, anchor="start")


# The layers.

#: The parts that do no I/O and know no clock, as ``tests/test_layering.py`` has them.
_CORE = {"errors", "printable", "secret", "sasl", "headers", "protocol"}


def part(module: str) -> str:
    """Return the part of the package that a module belongs to."""
    return module.removeprefix("pop3lib.").partition(".")[0]


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the modules of the package that a file imports when it runs."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pop3lib."):
            yield node.module or ""
        yield from imported(node)


@cache
def imports() -> dict[str, set[str]]:
    """Return for each part of the package the other parts that it imports."""
    root = Path(pop3lib.__file__).parent
    found: dict[str, set[str]] = {}
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).with_suffix("").parts[0]
        if name != "__init__":
            others = map(part, imported(ast.parse(path.read_text("utf-8"))))
            found.setdefault(name, set()).update(set(others) - {name})
    return found


def depth(name: str) -> int:
    """Return how many parts stand on top of each other under this one."""
    return 1 + max((depth(other) for other in imports()[name]), default=-1)


def layers() -> nodes.raw:
    """Draw the parts in rows, each part above all that it imports."""
    rows: dict[int, list[str]] = {}
    for name in sorted(imports()):
        rows.setdefault(depth(name), []).append(name)
    drawn = [
        piece
        for level, names in rows.items()
        for piece in layer_row(names, 10 + 46 * (len(rows) - 1 - level))
    ]
    return picture("the parts of the package, each above what it imports", 46 * len(rows), drawn)


def layer_row(names: list[str], y: float) -> Iterator[str]:
    """Yield the boxes of one row."""
    width = (WIDTH - 20 - 8 * (len(names) - 1)) / len(names)
    for place, name in enumerate(names):
        x = 10 + place * (width + 8)
        yield box(x, y, width, 32, _ACCENT if name in _CORE else _FAINT)
        yield text(x + width / 2, y + 21, name)


class StateDiagram(SphinxDirective):
    """The states of a session."""

    def run(self) -> list[nodes.Node]:
        """Draw them."""
        return [states()]


class LayerPicture(SphinxDirective):
    """The parts of the package."""

    def run(self) -> list[nodes.Node]:
        """Draw them."""
        return [layers()]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("pop3-states", StateDiagram)
    app.add_directive("pop3-layers", LayerPicture)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
