"""A table of an RFC's sections and how each is kept.

``.. rfc-sections:: 1939`` has a line for each section, ``section | kept | how``; a section may be
followed by its title. Sections are links; *kept* is one of ``yes``, ``partly``, ``no`` and ``-``.
"""

from __future__ import annotations

from docutils import nodes
from pop3_tables import Row, table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

_BASE = "https://www.rfc-editor.org/rfc/rfc{number}.html"
_KEPT = {"yes": "yes", "partly": "partly", "no": "no", "-": "\N{EN DASH}"}


class RfcSections(SphinxDirective):
    """The sections of an RFC."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        lines = [line for line in self.content if line.strip()]
        return [table(("section", "kept", "how"), map(self._row, lines))]

    def _row(self, line: str) -> Row:
        section, kept, how = (each.strip() for each in line.split("|", 2))
        said, _ = self.state.inline_text(how, self.lineno)
        return (
            nodes.paragraph("", "", self._link(*section.split(" ", 1))),
            nodes.paragraph("", _KEPT[kept]),
            nodes.paragraph("", "", *said),
        )

    def _link(self, section: str, title: str = "") -> nodes.reference:
        url = _BASE.format(number=self.arguments[0])
        part = "appendix" if section[0].isalpha() else "section"
        words = f"{section} {title}".strip()
        return nodes.reference("", words, refuri=f"{url}#{part}-{section}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("rfc-sections", RfcSections)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
