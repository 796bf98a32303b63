"""Tables made of the commands themselves when the documentation is built.

``.. pop3-commands::`` lists every public command with its states; ``.. pop3-transitions::`` says
which state a success leads to; ``.. pop3-header-keys::`` has the typed keys of header fields. What
the classes say is what is printed, so it cannot be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from pop3lib import headers, protocol
from pop3lib.headers import Field
from pop3lib.protocol import Command, State

Row = tuple[nodes.Node, ...]
Kind = type[Command[Any]]

#: The states that a table has a column for, in the order in which a session passes them.
_STATES = [State.GREETING, State.AUTHORIZATION, State.TRANSACTION, State.UPDATE]


def commands() -> list[Kind]:
    """Return the public commands, by the first state they belong to and by name."""
    public = (getattr(protocol, name) for name in protocol.__all__)
    kinds = [kind for kind in public if isinstance(kind, type) and issubclass(kind, Command)]
    return sorted((kind for kind in kinds if kind.verb), key=_place)


def _place(kind: Kind) -> tuple[int, str]:
    return min(map(_STATES.index, kind.allowed)), kind.verb


def _text(text: str) -> nodes.Node:
    return nodes.paragraph("", text)


def _literal(text: str) -> nodes.Node:
    return nodes.paragraph("", "", nodes.literal("", text))


def _class(module: str, kind: type) -> nodes.Node:
    """Return a link to a class, by its name alone."""
    target = f"{module}.{kind.__name__}"
    name = nodes.literal("", kind.__name__)
    link = {"refdomain": "py", "reftype": "class", "reftarget": target, "refwarn": True}
    return nodes.paragraph("", "", pending_xref("", name, **link))


def _states(kind: Kind) -> str:
    return " or ".join(state.name for state in _STATES if state in kind.allowed)


def _lines(kind: Kind) -> str:
    if kind.has_body is not Command.has_body:  # it depends on the arguments
        return "one or several"
    return "several" if kind.multiline else "one"


def _alone(kind: Kind) -> str:
    if kind.barrier:
        return "yes"
    return "unless announced" if kind.capability else "no"


def command_row(kind: Kind) -> Row:
    """Return what a table says of one command."""
    return (
        _literal(kind.verb),
        _class("pop3lib.protocol", kind),
        _text(_states(kind)),
        _text(_lines(kind)),
        _text(_alone(kind)),
    )


def transition_rows(kind: Kind) -> list[Row]:
    """Return a row for each state that a success of the command leads to."""
    return [
        (_text(before.name), _literal(kind.verb), _text(after.name))
        for before, after in sorted(kind.leads_to.items(), key=lambda pair: _STATES.index(pair[0]))
    ]


def table(headings: Iterable[str], rows: Iterable[Row]) -> nodes.table:
    """Make a table of rows of nodes."""
    heading = tuple(_text(text) for text in headings)
    group = nodes.tgroup(cols=len(heading))
    group += [nodes.colspec(colwidth=20) for _ in heading]
    group += nodes.thead("", _row(heading))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group)


def _row(cells: Row) -> nodes.row:
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


def header_keys() -> list[str]:
    """Return the names of the typed keys that the package exports."""
    return [name for name in headers.__all__ if isinstance(getattr(headers, name), Field)]


def _key_row(name: str) -> Row:
    key: Field[Any] = getattr(headers, name)
    target = nodes.paragraph("", "", nodes.literal("", name), ids=[_id(name)])
    return (target, _text(key.name), _class("pop3lib", key.kind))


def _id(name: str) -> str:
    return f"pop3lib.{name}"


class HeaderKeyTable(SphinxDirective):
    """The typed keys of header fields, each of which can be linked to as data of the package."""

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        domain = self.env.domains["py"]
        for name in header_keys():
            domain.note_object(_id(name), "data", _id(name))
        return [table(("key", "field", "read as"), map(_key_row, header_keys()))]


class CommandTable(SphinxDirective):
    """Every command, with the states it may be sent in."""

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        headings = ("command", "class", "in state", "lines", "alone")
        return [table(headings, map(command_row, commands()))]


class TransitionTable(SphinxDirective):
    """The commands whose success changes the state."""

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        rows = (row for kind in commands() for row in transition_rows(kind))
        return [table(("in state", "a success of", "leads to"), rows)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("pop3-commands", CommandTable)
    app.add_directive("pop3-transitions", TransitionTable)
    app.add_directive("pop3-header-keys", HeaderKeyTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
