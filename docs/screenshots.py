"""Draw the pictures of the mail reader: ``python docs/screenshots.py [FOLDER]``.

It needs the extra ``examples``. The program runs on its own server, without a terminal, and is led
through its pages by Textual's pilot. The pictures are what it draws, so this is run again whenever
its looks change.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "examples"))

# Behind the line that lets them be found, and so not at the top.
from mailreader.__main__ import demo  # noqa: E402
from mailreader.app import MailReader  # noqa: E402
from mailreader.dialogs import AskSecret  # noqa: E402
from mailreader.settings import Settings  # noqa: E402
from textual.pilot import Pilot  # noqa: E402

PICTURES = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent / "_static"
SIZE = (96, 27)


async def until(pilot: Pilot[None], holds: Callable[[], object]) -> None:
    """Let the program go on until something holds."""
    while not holds():
        await pilot.pause()


def draw(app: MailReader, name: str) -> None:
    """Write a picture; its identifiers are made the same in each run, and no font is fetched."""
    svg = app.export_screenshot()
    svg = re.sub(r"terminal-[0-9]+-", f"{name}-", svg)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)
    (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8", newline="\n")


async def header_page(app: MailReader, pilot: Pilot[None]) -> None:
    """Open the mailbox, tick two messages, and stand on the next."""
    await pilot.press("o")
    await until(pilot, lambda: app.header_page.table.row_count and not app.busy)
    await pilot.press("down", "down", "space", *["down"] * 6, "space", *["up"] * 8)
    await pilot.pause()
    draw(app, "mailreader-header")
    await pilot.press("c")
    await pilot.pause()
    await pilot.press("right", "enter")
    await until(pilot, lambda: not app.busy)


async def exerciser_page(app: MailReader, pilot: Pilot[None]) -> None:
    """Talk to the server by hand."""
    await pilot.press("f3", "f4")
    await until(pilot, lambda: not app.busy)
    for line in ("USER ann", "PASS secret", "STAT", "TOP 2 0", "DELE 2", "RETR 99"):
        app.exerciser_page.line.value = line
        if line.startswith("PASS"):
            await until(pilot, lambda: isinstance(app.screen, AskSecret))
        await pilot.press("enter")
        await until(pilot, lambda: not app.busy)
    app.exerciser_page.refresh_log()
    await pilot.pause()
    draw(app, "mailreader-exerciser")
    await pilot.press("f5")
    await until(pilot, lambda: not app.busy)


async def settings(app: MailReader, pilot: Pilot[None]) -> None:
    """Look at the account."""
    await pilot.press("f2", "s")
    await until(pilot, lambda: isinstance(app.screen, Settings))
    await pilot.press("f6")
    await pilot.pause()
    draw(app, "mailreader-settings")


async def main() -> None:
    """Draw all pictures."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    with ExitStack() as stack:
        app = MailReader(demo(stack))
        async with app.run_test(size=SIZE) as pilot:
            for page in (header_page, exerciser_page, settings):
                await page(app, pilot)


if __name__ == "__main__":
    asyncio.run(main())
