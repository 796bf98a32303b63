"""The accounts and their passwords, which are kept apart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked
from mailreader.accounts import Account, AccountError, Accounts
from mailreader.demo import OneSecret
from mailreader.passwords import Passwords
from mailreader.words import sentences

from pop3lib import Secret, Security
from tests.mailreader.reader import OpenKeyring

ANN = Account("Ann", "pop.example.org", 995, "ann")
BOB = Account("bob's", "127.0.0.1", 110, "bob", Security.PLAINTEXT, "APOP")


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    return Accounts(tmp_path / "somewhere" / "accounts.sqlite3")


def test_accounts_are_kept_with_every_field(accounts: Accounts, tmp_path: Path) -> None:
    accounts.add(BOB)
    accounts.add(ANN)
    again = Accounts(tmp_path / "somewhere" / "accounts.sqlite3")
    assert list(again) == [ANN, BOB] and again.get("bob's") == BOB and again.get("x") is None


def test_an_account_is_changed_renamed_and_removed(accounts: Accounts) -> None:
    accounts.add(ANN)
    renamed = Account("Anna", "pop.example.com", 1995, "anna", Security.STARTTLS, "USER")
    accounts.change("Ann", renamed)
    assert list(accounts) == [renamed]
    accounts.remove("Anna")
    assert list(accounts) == []


def test_no_two_accounts_have_one_name_and_none_is_lost_over_it(accounts: Accounts) -> None:
    accounts.add(ANN)
    accounts.add(BOB)
    with pytest.raises(AccountError, match="called 'Ann' already"):
        accounts.add(Account("Ann", "elsewhere", 995, "ann"))
    with pytest.raises(AccountError, match="already"):
        accounts.change("bob's", Account("Ann", "elsewhere", 995, "ann"))
    assert list(accounts) == [ANN, BOB]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        (("", "host", 995, "user"), "name"),
        (("name", " ", 995, "user"), "host"),
        (("name", "host\r\n", 995, "user"), "host"),
        (("name", "host", 995, ""), "user"),
        (("name", "host", 0, "user"), "port"),
        (("name", "host", 65536, "user"), "port"),
    ],
)
def test_what_is_no_account_is_refused_by_name(
    fields: tuple[str, str, int, str], what: str
) -> None:
    with pytest.raises(AccountError, match=what):
        Account(*fields)


def test_a_file_that_is_no_database_is_told_of_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "accounts.sqlite3"
    path.write_text("this is no database " * 100)
    with pytest.raises(sqlite3.Error) as caught:
        Accounts(path)
    assert "accounts cannot be read" in sentences(caught.value)


def test_a_password_is_kept_for_one_user_on_one_server() -> None:
    ring = OpenKeyring()
    passwords = Passwords(ring)
    assert passwords.keep(ANN, Secret("s3cret"))
    found = passwords.get(Account("other name", "pop.example.org", 995, "ann"))
    assert found is not None and found.reveal() == "s3cret"
    # Whoever changes the host of an account must not give the new host the old one's password.
    assert passwords.get(Account("Ann", "evil.example", 995, "ann")) is None
    passwords.forget(ANN)
    assert ring.kept == {} and passwords.get(ANN) is None


class LockedKeyring(OpenKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("the user said no")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("the user said no")


@pytest.mark.parametrize("ring", [None, LockedKeyring()])
def test_without_a_keyring_that_opens_the_password_is_asked_for(ring: OpenKeyring | None) -> None:
    passwords = Passwords(ring)
    assert passwords.get(ANN) is None and not passwords.keep(ANN, Secret("s3cret"))
    passwords.forget(ANN)


def test_the_demonstration_forgets_as_a_keyring_does() -> None:
    passwords = Passwords(OneSecret(ANN))
    assert passwords.get(ANN) is not None
    passwords.forget(ANN)
    assert passwords.get(ANN) is None
