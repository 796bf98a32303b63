"""What has to be true of a release: the README's commands, the version, what is shipped."""

from __future__ import annotations

import ast
import pkgutil
import re
import tomllib
from datetime import date
from importlib import metadata
from pathlib import Path

import pytest

import pop3lib

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.rst").read_text("utf-8")
CHANGELOG = (ROOT / "CHANGELOG.rst").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/python examples/quickstart.py",
    'python3 -m venv .venv && .venv/bin/pip install -e ".[test]" && .venv/bin/python -m pytest',
)

#: PEP 440, as far as this project goes: 1.2.3, with a, b, rc or .dev behind it.
_VERSION = re.compile(r"\d+\.\d+\.\d+((a|b|rc)\d+)?(\.dev\d+)?")
_RELEASE = re.compile(r"^(\d+\.\d+\.\d+) \((.+)\)$", re.MULTILINE)


def public_modules() -> list[str]:
    """Return the dotted names of the package and of everything in it."""
    found = pkgutil.walk_packages(pop3lib.__path__, "pop3lib.")
    return ["pop3lib", *(module.name for module in found)]


def source_of(name: str) -> str:
    """Return the source of a module."""
    path = ROOT.joinpath(*name.split("."))
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text("utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_has_the_command_on_a_line_of_its_own(command: str) -> None:
    assert command in (line.strip() for line in README.splitlines())


def test_the_readme_has_no_other_set_up_command() -> None:
    lines = [line.strip() for line in README.splitlines()]
    assert [line for line in lines if line.startswith("python3 -m venv")] == list(COMMANDS)


def test_the_version_is_well_formed() -> None:
    assert _VERSION.fullmatch(pop3lib.__version__)


def test_what_is_installed_has_the_version_of_the_source() -> None:
    # Otherwise the tests run against something else than they think.
    try:
        installed = metadata.version("pop3lib")
    except metadata.PackageNotFoundError:
        pytest.skip("pop3lib is not installed: these tests run on the source tree")
    assert installed == pop3lib.__version__


def test_nothing_is_needed_to_run_it() -> None:
    assert PROJECT["project"]["dependencies"] == []


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "pop3lib" / "py.typed").is_file()
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"][0] == "pop3lib"


def test_all_names_that_are_exported_are_there_once() -> None:
    assert len(set(pop3lib.__all__)) == len(pop3lib.__all__)
    assert not [name for name in pop3lib.__all__ if not hasattr(pop3lib, name)]


@pytest.mark.parametrize("name", public_modules())
def test_a_module_says_what_it_is_for(name: str) -> None:
    text = ast.get_docstring(ast.parse(source_of(name)))
    assert text is not None
    assert text.split("\n\n")[0].endswith((".", ":", "?"))


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    assert re.search(r"^Unreleased\n-+$", CHANGELOG, re.MULTILINE)


def test_the_releases_of_the_changelog_are_dated_and_the_newest_stands_first() -> None:
    releases = _RELEASE.findall(CHANGELOG)
    dates = [date.fromisoformat(day) for _, day in releases]
    assert dates == sorted(dates, reverse=True)


def test_a_released_version_stands_on_top_of_the_changelog() -> None:
    if ".dev" in pop3lib.__version__:
        assert pop3lib.__version__.split(".dev")[0] not in dict(_RELEASE.findall(CHANGELOG))
    else:
        assert _RELEASE.findall(CHANGELOG)[0][0] == pop3lib.__version__
