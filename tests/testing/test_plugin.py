"""The pytest plugin: its fixtures, what it shows of a failure, and that it costs nothing unused."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import pytest_pop3lib

from tests.test_release import PROJECT

pytest_plugins = ["pytester"]

PLUGIN = "pytest_pop3lib"

#: A program under test, on the standard library's client: the plugin is for any.
PROGRAM = """
import poplib
from contextlib import closing

def tidy(host, port):
    with closing(poplib.POP3(host, port)) as pop:
        pop.user("ann")
        pop.pass_("secret")
        for number in range(1, pop.stat()[0] + 1):
            if b"List-Id: news" in pop.top(number, 0)[1]:
                pop.dele(number)
        pop.quit()
"""

LETTER = 'b"List-Id: news\\r\\n\\r\\nBuy!\\r\\n"'


def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, test: str) -> pytest.RunResult:
    """Run a test file beside the program, with the plugin and no other."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(program=PROGRAM)
    pytester.makepyfile(test)
    return pytester.runpytest_inprocess("-p", PLUGIN, "--strict-markers", "-W", "error")


def test_a_server_as_a_fixture(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    test = f"""
    import pytest
    from pop3lib.testing import presets
    from program import tidy

    def test_an_empty_maildrop(pop3_server):
        tidy(pop3_server.host, pop3_server.port)
        assert pop3_server.log[-1] == "S: +OK goodbye"

    @pytest.mark.pop3_server(messages=[{LETTER}, b"Subject: x\\r\\n"], settings=presets.COURIER)
    def test_letters_go(pop3_server):
        tidy(pop3_server.host, pop3_server.port)
        assert pop3_server.maildrops["ann"].messages == [b"Subject: x\\r\\n"]
        assert "S: +OK Hello there." in pop3_server.log

    def test_mail_that_arrives(pop3_server):
        pop3_server.maildrops["ann"].deliver({LETTER})
        tidy(pop3_server.host, pop3_server.port)
        assert pop3_server.maildrops["ann"].messages == []
    """
    run(pytester, monkeypatch, test).assert_outcomes(passed=3)


def test_what_was_said_is_shown_where_a_test_fails(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = """
    from program import tidy

    def test_it(pop3_server):
        tidy(pop3_server.host, pop3_server.port)
        assert False

    def test_that(pop3_server):
        tidy(pop3_server.host, pop3_server.port)
    """
    result = run(pytester, monkeypatch, test)
    result.assert_outcomes(passed=1, failed=1)
    lines = ["*POP3 conversation*", "S: +OK *", "C: USER ann", "S: +OK", "C: PASS [*][*][*]"]
    result.stdout.fnmatch_lines(lines)
    assert result.stdout.str().count("POP3 conversation") == 1


SCRIPT = '''"""
    S: +OK hello
    C: USER ann
    S: +OK
    C: PASS ***
    S: +OK
    C: STAT
    S: +OK 0 0
    C: QUIT
    S: +OK bye
    """.replace("    ", "")'''


def test_a_script_as_a_fixture(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    test = f"""
    from program import tidy

    SCRIPT = {SCRIPT}

    def test_it(pop3_script):
        first, second = pop3_script(SCRIPT), pop3_script(SCRIPT, chunk=1)
        for server in (first, second):
            tidy(server.host, server.port)

    def test_it_is_left_unplayed(pop3_script):
        pop3_script(SCRIPT)

    def test_something_else_is_said(pop3_script):
        server = pop3_script(SCRIPT.replace("STAT", "LIST"))
        tidy(server.host, server.port)

    def test_its_own_failure(pop3_script):
        pop3_script(SCRIPT)
        assert "its own" == 0
    """
    result = run(pytester, monkeypatch, test)
    # Failures of the tests themselves, not errors when all is torn down.
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines_random(
        [
            "E*ScriptError: no client ever connected",
            "E*ScriptError: line 7: the script has b'LIST' next, but the client said b'STAT'",
            "E*AssertionError: assert 'its own' == 0",
        ]
    )


def test_a_fixture_of_the_test_may_play_a_script_too(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = f"""
    import pytest
    from program import tidy

    @pytest.fixture
    def played(pop3_script):
        return pop3_script({SCRIPT})

    def test_it(played):
        tidy(played.host, played.port)

    @pytest.fixture
    def broken(pop3_script):
        pop3_script({SCRIPT})
        pytest.skip("nothing here")

    def test_skipped(broken):
        pass
    """
    result = run(pytester, monkeypatch, test)
    # The script of the second was never played; its fixture is torn down, and says so.
    result.assert_outcomes(passed=1, skipped=1, errors=1)


def test_the_marker_is_known(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    result = pytester.runpytest_inprocess("-p", PLUGIN, "--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.pop3_server(*"])


def test_loading_the_plugin_imports_nothing_but_itself() -> None:
    program = (
        "import sys, pytest; before = set(sys.modules); import pytest_pop3lib; "
        "print(*set(sys.modules) - before)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(pytest_pop3lib.__file__).parent)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment
    )
    assert done.stdout.split() == [PLUGIN], done.stderr


def test_pytest_finds_the_plugin_by_itself() -> None:
    assert PROJECT["project"]["entry-points"]["pytest11"] == {PLUGIN: PLUGIN}
    found = metadata.entry_points(group="pytest11")
    if PLUGIN not in found.names:
        pytest.skip("pop3lib was not installed since it has the plugin: pip install -e .")
    assert found[PLUGIN].value == PLUGIN
