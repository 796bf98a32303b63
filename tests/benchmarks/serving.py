"""Servers in processes of their own, so that they do not take turns with what is measured."""

from __future__ import annotations

import contextlib
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.sessions import Place


@dataclass(frozen=True)
class Served:
    """A maildrop in clear, and the same over TLS."""

    plain: Place
    tls: Place


@contextlib.contextmanager
def process(module: str, *arguments: object) -> Iterator[dict[str, Any]]:
    """Run a module of the benchmarks beside us; yield what its first line says, as JSON."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None and running.stdout is not None
        yield json.loads(running.stdout.readline())
        running.stdin.close()


@contextlib.contextmanager
def served(module: str, *arguments: object) -> Iterator[Served]:
    """Have a server of ours running: ``canned`` or ``embedded``."""
    with process(module, *arguments) as told:
        context = ssl.create_default_context(cadata=told["authority"])
        yield Served(Place(told["port"]), Place(told["tls_port"], context=context))
