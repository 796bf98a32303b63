"""A table of header fields as the library reads them, made when the documentation is built.

Each line under ``.. pop3-readings::`` is a field, its odd octets written as ``\\x00``. The table
has the field, what it is read as, and what was wrong with it, in the library's own words.
"""

from __future__ import annotations

from docutils import nodes
from pop3_tables import Row, table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from pop3lib import Header, parse_headers

#: What is read of a field, by the first of these attributes that it has.
_READ = ("addresses", "datetime", "id", "ids", "urls", "address", "version", "params")


def octets(line: str) -> bytes:
    """Return the octets that a line of the page stands for."""
    return line.encode("latin-1").decode("unicode_escape").encode("latin-1")


def field(line: str) -> Header:
    """Return the one field that a line of the page stands for."""
    return next(iter(parse_headers(octets(line) + b"\r\n\r\n")))


def reading(header: Header) -> str:
    """Return what a field is read as: its typed value, or its text where it has none."""
    name = next((name for name in _READ if hasattr(header, name)), "value")
    value = getattr(header, name)
    if name == "params":
        return "; ".join((header.value, *(f"{key}={value[key]}" for key in value)))
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def row(line: str) -> Row:
    """Return what the table says of one field."""
    header = field(line)
    read = nodes.literal("", reading(header)) if reading(header) else nodes.Text("nothing")
    said = [nodes.paragraph("", defect) for defect in header.defects]
    return (
        nodes.paragraph("", "", nodes.literal("", line)),
        nodes.paragraph("", "", read),
        nodes.container("", *said),
    )


class Readings(SphinxDirective):
    """Fields, what they are read as, and what was wrong with them."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        lines = [line for line in self.content if line.strip()]
        return [table(("field", "read as", "defects"), map(row, lines))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("pop3-readings", Readings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
