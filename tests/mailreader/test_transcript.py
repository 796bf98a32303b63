"""What was said, kept within bounds."""

from __future__ import annotations

from pathlib import Path

from mailreader.transcript import Transcript

from pop3lib.testing import Script


def test_a_transcript_is_saved_as_a_script(tmp_path: Path) -> None:
    transcript = Transcript()
    for line in ("S: +OK hi", "C: QUIT", "S: +OK"):
        transcript.add(line)
    transcript.remark("wörds\nin two lines")
    transcript.save(tmp_path / "t.txt")
    text = (tmp_path / "t.txt").read_text("ascii")
    assert text.splitlines()[-1] == "-- w\\xf6rds in two lines"
    assert Script.parse(text).client_octets == b"QUIT\r\n"


def test_no_more_lines_are_kept_than_there_is_room_for(tmp_path: Path) -> None:
    transcript = Transcript(kept=3)
    for number in range(10):
        transcript.add(f"S: {number}")
    assert transcript.count == 10
    assert transcript.since(0) == transcript.since(7) == ["S: 7", "S: 8", "S: 9"]
    assert transcript.since(9) == ["S: 9"] and transcript.since(10) == []
    transcript.save(tmp_path / "t.txt")
    assert (tmp_path / "t.txt").read_text().startswith("-- 7 lines before these were not kept\n")


def test_a_new_session_begins_anew() -> None:
    transcript = Transcript()
    transcript.add("S: +OK")
    transcript.begin()
    assert (transcript.count, transcript.session, transcript.since(0)) == (0, 1, [])
