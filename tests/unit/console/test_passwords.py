"""Passwords: proved, refused, at the cost that the standard advises."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from workers.console.passwords import Passwords, WeakPassword

passwords = Passwords()
GOOD = "twelve chars"


def test_a_password_proves_itself_and_no_other() -> None:
    stored = passwords.hashed(GOOD)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.proves(GOOD, stored)
    assert not passwords.proves(GOOD + " ", stored)
    assert not passwords.is_dated(stored)


def test_nobody_is_proved_by_any_password() -> None:
    """Not even by the one that the stand-in for unknown accounts was made of."""
    assert not passwords.proves("nobody has this password", None)


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 1001])
def test_a_password_of_a_wrong_length(password: str) -> None:
    with pytest.raises(WeakPassword, match="choose 12 to 1000 characters"):
        passwords.hashed(password)


def test_an_endless_password_costs_no_more() -> None:
    assert not passwords.proves("x" * 10_000_000, passwords.hashed("x" * 1000))


def test_a_cheaper_hash_is_dated_and_a_broken_one_proves_nothing() -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
    assert passwords.is_dated(cheap)
    assert not passwords.proves(GOOD, "$argon2id$broken")
