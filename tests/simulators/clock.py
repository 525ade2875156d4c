"""The simulator's own clock: real time plus whatever the tests have advanced it by.

Expiry of tokens, idempotency keys and limits all read this clock, so a test never waits for them.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_now() -> datetime:
    """The machine's time, aware, UTC."""
    return datetime.now(UTC)


class SimulatedClock:
    """Aware UTC time that can be advanced, never turned back."""

    def __init__(self, now: Callable[[], datetime] = real_now) -> None:
        self._now = now
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The simulated instant, aware, UTC."""
        return self._now() + self._ahead

    def advance(self, seconds: float) -> datetime:
        """Move time on by `seconds`; raises ValueError for a negative number."""
        if seconds < 0:
            raise ValueError(f"advance_seconds is {seconds}: the clock can't be turned back")
        self._ahead += timedelta(seconds=seconds)
        return self.now()
