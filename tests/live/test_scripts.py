"""The examples on Dovecot, over verified TLS: what they print, and what it holds afterwards."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.live.servers import Dovecot
from tests.scripts import EXAMPLES, Done, run

NAMES = ("02-prova-2004", "03-unwanted", "04-encoded-subject", "06-dots", "11-attachment")
MAIL = [(EXAMPLES / "mail" / f"{name}.eml").read_bytes() for name in NAMES]


def wire(message: bytes) -> bytes:
    """Return a message as Dovecot sends it."""
    return message.replace(b"\n", b"\r\n")


@pytest.fixture
def filled(dovecot: Dovecot) -> Dovecot:
    """Dovecot, with five messages for alice."""
    dovecot.fill("alice", MAIL)
    return dovecot


def visit(server: Dovecot, folder: Path, name: str, *arguments: str, **more: str) -> Done:
    """Run an example on alice's mailbox, with TLS from the start."""
    url = f"pops://alice@localhost:{server.tls_port}"
    return run(folder, name, url, "--ca-file", str(server.ca_file), *arguments, **more)


def said(server: Dovecot, folder: Path, name: str, *arguments: str, typed: str = "") -> str:
    """Run an example with alice's password in the environment; return what it printed."""
    done = visit(server, folder, name, *arguments, said=typed, POP3_PASSWORD=server.password)
    assert done.returncode == 0, done.stderr
    assert server.password not in done.stdout + done.stderr
    return done.stdout


def test_list_headers(filled: Dovecot, tmp_path: Path) -> None:
    lines = said(filled, tmp_path, "list_headers.py").splitlines()
    assert len(lines) == 5
    assert lines[0].split()[:2] == ["1", str(len(wire(MAIL[0])))]
    assert "2004-06-08 09:35" in lines[0] and lines[0].endswith("Prova2")
    assert "Zoë Müller" in lines[2] and "Grüße aus Köln" in lines[2]
    assert filled.messages("alice") == MAIL


def test_delete_by_rule(filled: Dovecot, tmp_path: Path) -> None:
    rule = ["--from", "lottery.example"]
    assert "deleted: 0" in said(filled, tmp_path, "delete_by_rule.py", *rule)
    assert filled.messages("alice") == MAIL
    assert "deleted: 1" in said(filled, tmp_path, "delete_by_rule.py", *rule, "--really")
    left = [message for message in MAIL if b"lottery.example" not in message]
    assert filled.messages("alice") == left
    said(filled, tmp_path, "delete_by_rule.py", "--older-than", "1", "--really")
    assert filled.messages("alice") == []


def test_download_maildir(filled: Dovecot, tmp_path: Path) -> None:
    assert said(filled, tmp_path, "download_maildir.py") == "5 listed; 5 saved\n"
    assert said(filled, tmp_path, "download_maildir.py") == "5 listed\n"
    kept = [file.read_bytes() for file in (tmp_path / "Mail" / "new").iterdir()]
    assert sorted(kept) == sorted(map(wire, MAIL))
    assert filled.messages("alice") == MAIL
    assert said(filled, tmp_path, "download_maildir.py", "--keep", "0") == "5 listed; 5 deleted\n"
    assert filled.messages("alice") == []


def test_stream_message(filled: Dovecot, tmp_path: Path) -> None:
    large = b"Subject: large\n\n" + b"." * 70 + b"\n" + b"many words of a long letter\n" * 300_000
    filled.fill("alice", [MAIL[0], large, MAIL[1]])
    assert "message 2 is in message-2.eml" in said(filled, tmp_path, "stream_message.py")
    assert (tmp_path / "message-2.eml").read_bytes() == wire(large)
    assert filled.messages("alice") == [MAIL[0], large, MAIL[1]]


def test_stdlib_email(filled: Dovecot, tmp_path: Path) -> None:
    lines = said(filled, tmp_path, "stdlib_email.py").splitlines()
    assert "    text/csv, 9600 octets: figures.csv" in lines
    assert lines[1] == "    text/plain, 29 octets: Questa è una mail di prova."
    assert filled.messages("alice") == MAIL


def test_oauth_login(filled: Dovecot, tmp_path: Path) -> None:
    for expired, code in ((False, 0), (True, 1)):
        token = filled.token("alice", expired=expired)
        done = visit(
            filled, tmp_path, "oauth_login.py", "--token-command", 'echo "$OURS"', OURS=token
        )
        assert done.returncode == code, done.stderr
        assert token not in done.stdout + done.stderr
        assert ("messages: 5" in done.stdout) is not expired
        assert ("'status': 'invalid_token'" in done.stdout) is expired


def test_exerciser(filled: Dovecot, tmp_path: Path) -> None:
    login = f"user alice\npass {filled.password}\n"
    printed = said(filled, tmp_path, "exerciser.py", typed=f"capa\n{login}dele 2\n")
    assert "C: PASS ***\nS: +OK" in printed and "S: UIDL" in printed
    assert "nothing was removed" in printed
    assert filled.messages("alice") == MAIL
    printed = said(filled, tmp_path, "exerciser.py", typed=f"{login}dele 2\nstat\nquit\n")
    octets = sum(len(wire(message)) for message in MAIL) - len(wire(MAIL[1]))
    assert f"C: STAT\nS: +OK 4 {octets}\n" in printed
    assert filled.messages("alice") == [MAIL[0], *MAIL[2:]]


@pytest.mark.parametrize("scheme", ["pops", "pop"])
def test_own_io(filled: Dovecot, tmp_path: Path, scheme: str) -> None:
    port = filled.tls_port if scheme == "pops" else filled.port
    place = [f"{scheme}://alice@localhost:{port}", "--ca-file", str(filled.ca_file)]
    done = run(tmp_path, "own_io.py", *place, POP3_PASSWORD=filled.password)
    assert done.returncode == 0, done.stderr
    sizes = [len(wire(message)) for message in MAIL]
    assert f"octets: {sum(sizes)} = {' '.join(map(str, sizes))}\n" in done.stdout
    assert filled.messages("alice") == MAIL


def test_tested_program(filled: Dovecot, tmp_path: Path) -> None:
    first = said(filled, tmp_path, "tested_program.py").splitlines()[0]
    assert first.split() == [str(len(wire(MAIL[-1]))), "reports@example.org"]
    assert filled.messages("alice") == MAIL


def test_many_mailboxes(filled: Dovecot, tmp_path: Path) -> None:
    filled.fill("bob", MAIL[:2])
    users = ("alice", "nobody", "bob")
    place = [f"pops://{user}@localhost:{filled.tls_port}" for user in users]
    place += ["--ca-file", str(filled.ca_file)]
    done = run(tmp_path, "many_mailboxes.py", *place, POP3_PASSWORD=filled.password)
    octets = [sum(len(wire(message)) for message in mail) for mail in (MAIL, MAIL[:2])]
    assert f"alice: 5 messages of {octets[0]} octets, from 5 senders\n" in done.stdout
    assert f"bob: 2 messages of {octets[1]} octets, from 2 senders\n" in done.stdout
    assert done.returncode == 1 and "was refused" in done.stderr
    assert filled.password not in done.stdout + done.stderr
    assert filled.messages("alice") == MAIL and filled.messages("bob") == MAIL[:2]


def test_a_password_in_netrc_is_found(filled: Dovecot, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine localhost login alice password {filled.password}\n")
    os.chmod(netrc, 0o600)
    done = visit(filled, tmp_path, "list_headers.py", NETRC=str(netrc))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 5
