"""Every transcript through the bare core and the client: whole, bytewise, and cut at random."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3lib.testing import Script
from tests.driver import NAMES, bytewise, load, play_client, play_core


@pytest.mark.parametrize("name", NAMES)
def test_the_core_says_what_the_transcript_has(name: str) -> None:
    script = load(name)
    assert play_core(script).said == script.client_octets


@pytest.mark.parametrize("name", NAMES)
def test_one_octet_at_a_time_changes_nothing(name: str) -> None:
    script = load(name)
    assert play_core(script, bytewise) == play_core(script)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_no_cut_changes_anything(name: str, data: st.DataObject) -> None:
    script = load(name)

    def cut(octets: bytes) -> Iterable[bytes]:
        places = data.draw(st.sets(st.integers(1, max(1, len(octets) - 1)), max_size=8))
        edges = [0, *sorted(places), len(octets)]
        return [octets[a:b] for a, b in pairwise(edges) if a < b]

    assert play_core(script, cut) == play_core(script)


@pytest.mark.usefixtures("face")
@pytest.mark.parametrize("chunk", [0, 1, 7], ids=["whole", "bytewise", "by seven"])
@pytest.mark.parametrize("name", NAMES)
def test_the_client_gets_the_same_as_the_core(name: str, chunk: int) -> None:
    script = load(name)
    core, client = play_core(script), play_client(script, chunk)
    assert client.results == core.results
    assert client.said == core.said


@pytest.mark.parametrize("name", NAMES)
def test_a_trace_does_not_depend_on_cuts_and_is_a_transcript(name: str) -> None:
    script = load(name)
    once: list[str] = []
    slowly: list[str] = []
    play_core(script, trace=once.append)
    play_core(script, bytewise, trace=slowly.append)
    assert slowly == once
    assert Script.parse("\n".join(once)).server_octets == script.server_octets
