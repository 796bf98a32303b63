"""The program from its command line, and the script that draws its pictures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from mailreader import __main__ as program
from mailreader.app import MailReader

ROOT = Path(__file__).parent.parent.parent
PLAYED = "S: +OK hi\nC: NOOP\nS: +OK\nC: QUIT\nS: +OK\n"


def main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """Run the program without a terminal, as if it was left at once."""
    monkeypatch.setattr(sys, "argv", ["mailreader", *arguments])
    program.main()


def test_the_pictures_show_both_pages(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "docs" / "screenshots.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    drawn = {file.stem: file.read_text("utf-8") for file in tmp_path.glob("*.svg")}
    assert "Prova2" in drawn["mailreader-header"] and "[x]" in drawn["mailreader-header"]
    assert "RETR&#160;99" in drawn["mailreader-exerciser"]
    assert "secret" not in "".join(drawn.values())


def test_a_failure_of_the_program_is_told_with_what_became_of_the_mail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(app: MailReader) -> None:
        app._return_code = 1  # as after an exception, whose traceback was shown

    monkeypatch.setattr(MailReader, "run", fail)
    with pytest.raises(SystemExit, match="Nothing was deleted by that"):
        main(monkeypatch, "--demo")


def test_a_replay_that_went_another_way_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(MailReader, "run", lambda app: None)
    (tmp_path / "t.txt").write_text(PLAYED)
    with pytest.raises(SystemExit, match="no client ever connected"):
        main(monkeypatch, "--replay", str(tmp_path / "t.txt"))


@pytest.mark.parametrize("text", ["HELO\n", "S: \\q\n", None])
def test_what_is_no_transcript_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "t.txt").write_text(text)
    with pytest.raises(SystemExit, match=r"mailreader: .*(line 1|No such file)"):
        main(monkeypatch, "--replay", str(tmp_path / "t.txt"))


def test_a_broken_database_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "accounts.sqlite3").write_text("this is none " * 200)
    with pytest.raises(SystemExit, match="accounts cannot be read"):
        main(monkeypatch, "--data", str(tmp_path))
