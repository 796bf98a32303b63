"""How the documentation is built; strictly: ``sphinx-build -W -n``."""

from __future__ import annotations

import sys
from pathlib import Path

import pop3lib

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "pop3lib"
author = "The pop3lib authors"
copyright = "the pop3lib authors, MIT licence"
version = release = pop3lib.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "pop3_pictures",
    "pop3_readings",
    "pop3_tables",
    "rfc_sections",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "pop3lib"
default_role = "py:obj"

autoclass_content = "both"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
autodoc_preserve_defaults = True
# ``Mailbox(name, local, domain)`` instead of three lines of modules.
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

# The documentation is built without a network, so nothing of the standard library can be linked.
_STANDARD = "|".join(sorted(sys.stdlib_module_names))
nitpick_ignore_regex = [
    (r"py:.*", rf"({_STANDARD})(\..*)?"),
    # The type variables of the package, and what typing calls by one word.
    (r"py:.*", r"(.*\.)?(T|T_co|V|S)"),
    (r"py:class", r"Self|TracebackType|optional"),
    # Annotations of attributes, which autodoc takes as they are written.
    (r"py:class", r"Body|Conversation|tuple\[str"),
    # Named in signatures and said there in words.
    (r"py:.*", r"pop3lib\.testing\..*|Session\.log"),
]

# Examples run on the server of pop3lib.testing.
doctest_test_doctest_blocks = "default"
doctest_global_setup = """
import doctest
import pop3lib
"""
