"""The simulator's own clock: real time plus whatever the tests have advanced it by.

Expiry of tokens, idempotency keys and limits all read this clock, so a test never waits for them.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_now() -> datetime:
    """The machine's time, aware, UTC."""
    return datetime.now(UTC)


class SimulatedClock:
    """Aware UTC time that can be advanced and stopped, never turned back."""

    def __init__(self, now: Callable[[], datetime] = real_now) -> None:
        self._now = now
        self._ahead = timedelta()
        self._stopped: datetime | None = None

    def now(self) -> datetime:
        """The simulated instant, aware, UTC."""
        return (self._stopped or self._now()) + self._ahead

    def stop(self, stopped: bool) -> None:
        """Stop the clock, for documents of the same instant, or let it go on with real time."""
        self._stopped = self._now() if stopped else None

    def advance(self, seconds: float) -> datetime:
        """Move time on by `seconds`; raises ValueError for a negative number."""
        if seconds < 0:
            raise ValueError(f"advance_seconds is {seconds}: the clock can't be turned back")
        self._ahead += timedelta(seconds=seconds)
        return self.now()
