"""The mail reader of ``examples/``: its parts, and the whole driven by Textual's own pilot.

It needs what the extra ``examples`` installs. Without that these tests are skipped and say so;
with the environment variable POP3LIB_REQUIRE_EXAMPLES=1 they fail instead.
"""

import os
from importlib.util import find_spec

import pytest

_missing = [name for name in ("textual", "keyring", "platformdirs") if find_spec(name) is None]
if _missing and os.environ.get("POP3LIB_REQUIRE_EXAMPLES") != "1":
    pytest.skip(
        f"the mail reader needs {', '.join(_missing)}: pip install -e '.[examples]'",
        allow_module_level=True,
    )
