"""Two threads and one blocking client."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

import pop3lib
from pop3lib import Security, WrongStateError
from pop3lib.testing import LazyMessage, Server


def test_SEQ_17_a_second_thread_is_refused() -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow() -> Iterator[bytes]:
        inside.set()
        go_on.wait(10)
        yield b"late\r\n"

    with (
        Server(messages=[LazyMessage(6, slow)]) as server,
        pop3lib.Client(
            server.host,
            server.port,
            security=Security.PLAINTEXT,
            allow_insecure_login=True,
            timeout=10,
        ) as pop,
    ):
        pop.login("ann", "secret")
        thread = threading.Thread(target=pop.retr, args=(1,))
        thread.start()
        assert inside.wait(10)
        with pytest.raises(WrongStateError, match="another thread"):
            pop.noop()
        with pytest.raises(WrongStateError, match="Nothing was sent"):
            pop.dele(1)
        go_on.set()
        thread.join()
        assert pop.deleted == frozenset()
