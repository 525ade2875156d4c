"""Time, randomness and sleep as arguments, so that a test owns them.

Waiting and leases inside PostgreSQL use the server's clock; this one serves the rest.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """``now`` in UTC, ``sleep`` in seconds, ``rng`` for jitter only, never for secrets."""

    now: Callable[[], datetime] = _now
    sleep: Callable[[float], None] = time.sleep
    rng: random.Random = field(default_factory=random.Random)


SYSTEM = Clock()

BACKOFF_START = timedelta(seconds=2)
BACKOFF_LIMIT = timedelta(minutes=30)


def backoff(failures: int, rng: random.Random) -> timedelta:
    """Return how long to wait after the *failures*-th failure in a row (1 is the first).

    Doubles from two seconds to half an hour, with full jitter in its upper half, so that
    documents that failed together do not come back together.
    """
    doublings = min(max(failures, 1) - 1, 20)
    ceiling = min(BACKOFF_START * (1 << doublings), BACKOFF_LIMIT)
    return ceiling / 2 + ceiling / 2 * rng.random()
