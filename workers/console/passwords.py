"""Passwords: argon2id at RFC 9106's second choice (64 MiB, 3 passes, 4 lanes).

A password that is looked at costs the same time whether its account exists or not, and only a
few are looked at at once: each takes 64 MiB.
"""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
"""Characters; length is what makes a password hard to guess (NIST SP 800-63B)."""

LONGEST = 1000
"""Characters; hashing more would be work for an attacker's sake."""

_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
_ROOM = threading.BoundedSemaphore(4)


class WeakPassword(ValueError):  # noqa: N818  named after what it is
    """The password is too short or too long."""


def hashed(password: str) -> str:
    """Return what is stored of *password*. Raises WeakPassword saying how long it must be."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(
            f"password: {len(password)} characters; choose {SHORTEST} to {LONGEST} characters"
        )
    with _ROOM:
        return _HASHER.hash(password)


def proves(password: str, stored: str | None) -> bool:
    """Return whether *password* is the one *stored*; None stands for an unknown account."""
    with _ROOM:
        try:
            _HASHER.verify(stored or _nobodys(), password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def is_dated(stored: str) -> bool:
    """Return whether *stored* was made at another cost than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")
