"""The two clients have the same names, parameters, results and docstrings."""

from __future__ import annotations

import inspect
import subprocess
import sys
import typing
from collections.abc import Callable
from typing import Any

import pytest

import pop3lib
from pop3lib import AsyncClient, Client

NAMES = sorted(name for name in dir(Client) if not name.startswith("_"))
METHODS = [name for name in NAMES if inspect.isfunction(inspect.getattr_static(Client, name))]


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any, Any, Any]]:
    signature = inspect.signature(function, eval_str=True, locals={"T": None})
    return [(p.name, p.kind, p.default, p.annotation) for p in signature.parameters.values()]


def plain(kind: Any) -> str:
    """Return a result's type with the words of asyncio replaced by the blocking ones."""
    name = str(kind).replace("Async", "")
    return (
        name.replace("aio.stream", "stream").replace("Generator", "Iterator").replace(", None", "")
    )


def test_neither_has_a_name_that_the_other_has_not() -> None:
    assert sorted(name for name in dir(AsyncClient) if not name.startswith("_")) == NAMES


@pytest.mark.parametrize("name", METHODS)
def test_parameters_and_docstrings_are_the_same(name: str) -> None:
    one, other = getattr(Client, name), getattr(AsyncClient, name)
    assert parameters(other) == parameters(one)
    assert inspect.getdoc(other) == inspect.getdoc(one) is not None


@pytest.mark.parametrize("name", METHODS)
def test_results_are_the_same(name: str) -> None:
    one, other = getattr(Client, name), getattr(AsyncClient, name)
    results = [inspect.signature(each).return_annotation for each in (one, other)]
    assert plain(results[1]) == plain(results[0])
    waits = inspect.iscoroutinefunction(other) or inspect.isasyncgenfunction(other)
    assert waits or name == "open"  # what open() returns is awaited


@pytest.mark.parametrize("name", ["list", "uidl", "lang"])
def test_overloads_are_the_same(name: str) -> None:
    ours = typing.get_overloads(getattr(AsyncClient, name))
    theirs = typing.get_overloads(getattr(Client, name))
    assert [parameters(each) for each in ours] == [parameters(each) for each in theirs]
    assert len(ours) == 2


def test_asyncio_is_imported_when_it_is_used() -> None:
    program = (
        "import sys, pop3lib; before = 'asyncio' in sys.modules; pop3lib.AsyncClient; "
        "print(before, 'asyncio' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_the_package_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Sync'"):
        pop3lib.Sync  # noqa: B018  looking it up is what is tried
