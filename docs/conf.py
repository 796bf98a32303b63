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
    "sphinx.ext.extlinks",
    "pop3_pictures",
    "pop3_readings",
    "pop3_tables",
    "rfc_sections",
]
# The sources that the comparison rests on, each at the version that was read.
_GITHUB = "https://github.com"
extlinks = {
    "poplib": (f"{_GITHUB}/python/cpython/blob/v3.13.0/Lib/poplib.py#L%s", "%s"),
    "mailkit": (
        f"{_GITHUB}/jstedfast/MailKit/blob/d1f7aa7655d50777c4ece3803ff86f3591e60db5/%s",
        "%s",
    ),
    "curl": (f"{_GITHUB}/curl/curl/blob/5c61e168698a72b87437d58ed728bcdea6d5db42/%s", "%s"),
    "mpop": (f"{_GITHUB}/marlam/mpop/blob/bf1fb266b406be35edc9f3d5ce471635e5efd083/%s", "%s"),
    "getmail": (
        f"{_GITHUB}/getmail6/getmail6/blob/30bcb994a47ca02e15b4483a9592385600c1ff32/%s",
        "%s",
    ),
}
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "pop3lib"
html_static_path = ["_static"]
html_css_files = ["pop3lib.css"]
default_role = "py:obj"

autoclass_content = "both"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
autodoc_preserve_defaults = True
# ``Mailbox(name, local, domain)`` instead of three lines of modules.
python_use_unqualified_type_names = True
# One parameter a line where they do not fit into one.
maximum_signature_line_length = 150
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
