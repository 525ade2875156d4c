"""Xero's limits: 60 calls a rolling minute, 5 at once and 5,000 a day for an organisation, and
10,000 a minute for the whole app. Refused calls are not counted. Time is the simulator's clock.
"""

import math
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from tests.simulators.exchange import Answer, Call, Json

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass
class LimitSettings:
    """Calls allowed; `enabled` false switches every limit of the organisation off."""

    minute: int = 60
    day: int = 5000
    concurrent: int = 5
    app_minute: int = 10_000
    enabled: bool = True

    def change(self, order: Json) -> None:
        """Set the fields named in `order`; raises ValueError for one that does not exist."""
        known = {each.name for each in fields(self)}
        for name, value in order.items():
            if name not in known:
                raise ValueError(f"unknown limit {name!r}; known: {sorted(known)}")
            setattr(self, name, value)


class Window:
    """Calls within a rolling span of time."""

    def __init__(self, span: timedelta) -> None:
        self._span = span
        self._moments: deque[datetime] = deque()

    def used(self, now: datetime) -> int:
        """How many calls the window holds at `now`."""
        while self._moments and self._moments[0] <= now - self._span:
            self._moments.popleft()
        return len(self._moments)

    def add(self, now: datetime) -> None:
        """Count one call."""
        self._moments.append(now)

    def seconds_until_free(self, now: datetime) -> int:
        """Whole seconds, at least 1, until the oldest call leaves the window."""
        if not self._moments:
            return 1
        return max(1, math.ceil((self._moments[0] + self._span - now).total_seconds()))


class Limits:
    """The limits of all organisations of the app."""

    def __init__(self, defaults: LimitSettings) -> None:
        self._defaults = defaults
        self._settings: dict[str, LimitSettings] = {}
        self._minutes: dict[str, Window] = {}
        self._days: dict[str, Window] = {}
        self._app = Window(MINUTE)
        self.in_flight: Counter[str] = Counter()

    def settings(self, tenant: str) -> LimitSettings:
        """The limits of one organisation, to read or change."""
        if tenant not in self._settings:
            self._settings[tenant] = LimitSettings(**vars(self._defaults))
        return self._settings[tenant]

    @contextmanager
    def occupy(self, call: Call) -> Iterator[None]:
        """Count a call as in flight while the block runs."""
        tenant = call.headers.get("xero-tenant-id", "")
        self.in_flight[tenant] += 1
        try:
            yield
        finally:
            self.in_flight[tenant] -= 1

    def admit(self, tenant: str, now: datetime) -> Answer | None:
        """Count a call, or refuse it with a 429 that names the limit and when to come back."""
        settings = self.settings(tenant)
        refusal = self._refusal(tenant, settings, now) if settings.enabled else None
        if refusal is not None:
            return refusal
        for window in (self._minute(tenant), self._day(tenant), self._app):
            window.add(now)
        return None

    def headers(self, tenant: str, now: datetime) -> dict[str, str]:
        """What is left, as Xero says on each answer."""
        settings = self.settings(tenant)
        left = {
            "X-MinLimit-Remaining": settings.minute - self._minute(tenant).used(now),
            "X-DayLimit-Remaining": settings.day - self._day(tenant).used(now),
            "X-AppMinLimit-Remaining": settings.app_minute - self._app.used(now),
        }
        return {name: str(max(0, count)) for name, count in left.items()}

    def _refusal(self, tenant: str, settings: LimitSettings, now: datetime) -> Answer | None:
        if self.in_flight[tenant] > settings.concurrent:
            return too_many("concurrent", 1)
        for problem, window, allowed in (
            ("day", self._day(tenant), settings.day),
            ("minute", self._minute(tenant), settings.minute),
            ("appminute", self._app, settings.app_minute),
        ):
            if window.used(now) >= allowed:
                return too_many(problem, window.seconds_until_free(now))
        return None

    def _minute(self, tenant: str) -> Window:
        return self._minutes.setdefault(tenant, Window(MINUTE))

    def _day(self, tenant: str) -> Window:
        return self._days.setdefault(tenant, Window(DAY))


def too_many(problem: str, seconds: int) -> Answer:
    """A 429 as Xero gives it: no JSON, the reason and the wait in headers."""
    headers = {"X-Rate-Limit-Problem": problem, "Retry-After": str(seconds)}
    return Answer(429, None, headers, "text/plain")
