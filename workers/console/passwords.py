"""Passwords: argon2id at RFC 9106's second choice (64 MiB, 3 passes, 4 lanes).

A password that is looked at costs the same time whether its account exists or not, and only a
few are looked at at once: each takes 64 MiB.
"""

import threading
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
"""Characters; length is what makes a password hard to guess (NIST SP 800-63B)."""

LONGEST = 1000
"""Characters; hashing more would be work for an attacker's sake."""

STANDARD = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
"""Takes a third of a second of a processor."""

_ROOM = threading.BoundedSemaphore(4)


class WeakPassword(ValueError):  # noqa: N818  named after what it is
    """The password is too short or too long."""


class Passwords:
    """Makes and proves passwords at the cost of one *hasher*."""

    def __init__(self, hasher: PasswordHasher = STANDARD) -> None:
        self._hasher = hasher

    def hashed(self, password: str) -> str:
        """Return what is stored of *password*. Raises WeakPassword saying how long it must be."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise WeakPassword(
                f"password: {len(password)} characters; choose {SHORTEST} to {LONGEST} characters"
            )
        with _ROOM:
            return self._hasher.hash(password)

    def proves(self, password: str, stored: str | None) -> bool:
        """Return whether *password* is the one *stored*; None stands for an unknown account."""
        with _ROOM:
            try:
                self._hasher.verify(stored or self._nobodys, password[: LONGEST + 1])
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def is_dated(self, stored: str) -> bool:
        """Return whether *stored* was made at another cost than today's."""
        return self._hasher.check_needs_rehash(stored)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")
