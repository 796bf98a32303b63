"""CPython's own tests of poplib, run on ``pop3lib.compat.poplib``.

They come with Python, in its ``test`` package; Debian has that in libpython3-testsuite.
"""

from __future__ import annotations

import importlib.util
import re
import ssl
import sys
import unittest
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from pop3lib.compat import poplib

#: What CPython's tests expect and we do not do: by the end of the test's name the reason, and
#: what the test then fails with. A test that passes all the same must leave this list.
DIFFERENT: dict[str, tuple[str, str]] = {
    "test_apop_normal": (
        "its stamp <timestamp> is no message identifier: answering such stamps gives the password "
        "away, letter by letter (CVE-2007-1558)",
        "error_proto: -ERR APOP needs a stamp like",
    ),
    **dict.fromkeys(
        ["testTimeoutDefault", "testTimeoutNone", "testTimeoutValue"],
        (
            "its server ends its lines in LF alone: if that ended a line, then the sender of a "
            "message could end it before its time",
            "error_proto: -ERR the server ends its lines in LF alone",
        ),
    ),
}
if sys.version_info < (3, 12):
    DIFFERENT["TestPOP3_SSLClass.test_context"] = (
        "poplib itself gave up keyfile and certfile in 3.12: a context holds them",
        "TypeError: .*unexpected keyword argument 'keyfile'",
    )


def found() -> ModuleSpec | None:
    """Return where CPython's tests of poplib are, or None."""
    try:
        return importlib.util.find_spec("test.test_poplib")
    except ModuleNotFoundError:
        return None


def loaded(spec: ModuleSpec | None) -> ModuleType:
    """Return a copy of CPython's module, which takes ours for poplib."""
    if spec is None or spec.loader is None:
        return ModuleType("no tests")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "poplib", poplib)
        spec.loader.exec_module(module)
    return module


def cases(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    """Yield the single tests of a suite of suites."""
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            yield from cases(each)
        else:
            yield each


def name_of(case: unittest.TestCase) -> str:
    """Return the name of a test with that of its class."""
    return ".".join(case.id().split(".")[-2:])


THEIRS = loaded(found())
CASES = {name_of(case): case for case in cases(unittest.TestLoader().loadTestsFromModule(THEIRS))}


def reason(name: str) -> tuple[str, str] | None:
    """Return why a test may fail, and how, or None."""
    return next((DIFFERENT[end] for end in DIFFERENT if name.endswith(end)), None)


@pytest.fixture(scope="module", autouse=True)
def threads() -> Iterator[None]:
    """Let CPython's module look after its threads, as unittest does."""
    if found() is None:
        pytest.skip("this Python has no test.test_poplib: its test package is not installed")
    THEIRS.setUpModule()
    yield
    unittest.case.doModuleCleanups()


@pytest.fixture(autouse=True)
def unverified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the default context verify nothing, as poplib's does.

    That is another difference: no authority that one trusts by default has signed the certificate
    of CPython's server. That we verify it is shown in test_poplib.py.
    """
    monkeypatch.setattr(ssl, "create_default_context", ssl._create_unverified_context)


def run(name: str) -> str:
    """Run one of CPython's tests; return its traceback, or "" where it passed."""
    result = unittest.TestResult()
    CASES[name].run(result)
    for _, why in result.skipped:
        pytest.skip(why)
    assert result.testsRun == 1
    return "".join(text for _, text in result.errors + result.failures)


@pytest.mark.parametrize("name", [name for name in CASES if reason(name) is None] or ["none"])
def test_we_do_what_cpython_expects(name: str) -> None:
    assert run(name) == ""


@pytest.mark.parametrize("name", [name for name in CASES if reason(name) is not None] or ["none"])
def test_we_differ_where_we_say_so(name: str) -> None:
    why, failure = reason(name) or ("", "")
    assert re.search(failure, run(name)), f"it should fail, for {why}"


def test_cpythons_tests_are_all_there() -> None:
    # The three classes have the same 28 tests or more, and there are three tests of timeouts.
    assert len(CASES) > 70
    names = [name for name in CASES if reason(name) is not None]
    assert all(any(name.endswith(end) for name in names) for end in DIFFERENT)
