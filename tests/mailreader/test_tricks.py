"""Subjects that would drive a terminal, or the program itself, are only shown."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from pop3lib.testing import Server, Settings
from tests.mailreader.reader import Reader, reading_of_ann, run

TRICKS = {
    "escape": b"\x1b]0;owned\x07\x1b[2J\x9b31m",
    "right to left": "invoice\u202egnp.exe\u2067x\u200f".encode(),
    "encoded escape": b"=?utf-8?q?=1B[31m=07?=",
    "markup": b"[bold red]x[/] [@click=app.leave]press me[/] [/nonsense] \\[",
    "invisible": "a\u200b\u2060\U000e0041b\u00ad".encode(),
    "combining": ("z" + "\u0301" * 200).encode(),
    "wide": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \uff21".encode(),
    "long": b"x" * 900,
    "control": b"a\x08\x08b\rc\x00d",
}


def seen(reader: Reader) -> str:
    """Return all that stands on the screen."""
    table, details = reader.table, reader.page.query_one("#headers")
    lines = [table.render_line(y).text for y in range(table.size.height)]
    lines += [details.render_line(y).text for y in range(details.size.height)]
    return "\n".join(lines)


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_a_tricky_subject_is_only_shown(tmp_path: Path, trick: bytes) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.open()
            for _ in "shown", "raw":
                unsafe = {
                    c for c in seen(reader) if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")
                }
                assert unsafe <= {"\n"}
                await reader.press("r")
            assert reader.app.is_running

    message = b"Subject: begin " + trick + b"\r\nFrom: " + trick + b" <a@example.org>\r\n\r\n"
    with Server(messages=[message]) as server:
        run(story())


def test_markup_stands_there_as_it_was_written(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server, size=(120, 30)) as reader:
            await reader.open()
            assert "[@click=app.leave]x[/]" in reader.headers
            assert "[@click=app.leave]x[/]" in seen(reader)
            await reader.pilot.click("#messages", offset=(50, 1))
            await reader.settled()
            assert reader.app.is_running and reader.desk.mailbox.logged_in

    with Server(messages=[b"Subject: [@click=app.leave]x[/]\r\n\r\n"]) as server:
        run(story())


def test_markup_in_a_greeting_and_a_refusal_stands_there_too(tmp_path: Path) -> None:
    async def story() -> None:
        async with reading_of_ann(tmp_path, server) as reader:
            await reader.press("f3", "f4")
            await reader.idle()
            await reader.say("UTF8")
            assert any("[bold]hi[/]" in line for line in reader.log)
            assert any("[/nonsense]" in line for line in reader.log)

    settings = Settings(greeting="[bold]hi[/]", refusals={"UTF8": "[/nonsense] no"})
    with Server(settings=settings) as server:
        run(story())
