"""How many calls the whole fleet may make to an organisation, decided before each call.

Invariant: in any rolling minute at most 60 calls of an organisation reach Xero, at most 5 are
under way, and exports leave a fifth of the day's calls to imports (Xero's limits, per organisation
and app). One short transaction under the organisation's row lock decides, by the server's
clock; nothing is held while the call runs. A holder that dies gives its place back by lease.

Xero counts a request when it arrives, which nobody here sees: a call's minute begins when it is
answered. Weakness: the time of one call is lost in each minute, and what other programs ask in our
name is not seen; Xero's 429 then closes the budget for as long as it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from workers.clock import Clock
from workers.errors import Throttled
from workers.metrics import bounds, meters
from workers.store import budgets
from workers.store.budgets import Day, Usage
from workers.xero.failures import Limit, limit_of

Purpose = Literal["export", "import", "reference", "upkeep", "comparison"]

MINUTE = timedelta(minutes=1)
MINUTE_LIMIT = 60
CONCURRENT_LIMIT = 5

IMPORT_SHARE = 0.2
"""The part of a day's calls that exports leave alone, so that a bulk export stops no import."""

COMPARISON_SHARE = 0.5
"""The part of a day's calls that comparing totals leaves alone: nothing waits for it."""

UNHURRIED_SHARE = 0.25
UNHURRIED_CALLS = 500
"""Of a day's calls for exports, so many go out as soon as a document is there: this part, and at
least this number. From then on documents gather, so that the rest lasts until midnight."""

LEASE = timedelta(seconds=90)
"""Longer than a call can last (65 s), so that a place is never given away under a caller."""

TURN = timedelta(seconds=1)
"""When all places are taken, one is free again in about the time of a call."""

APP_RESERVE = 200
"""With fewer calls left to the whole app this minute, everyone pauses for a moment."""

APP_PAUSE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Call:
    """A place taken; ``started_at`` is the server's clock."""

    id: int
    tenant_id: UUID
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Rates:
    """The limits of one organisation: calls in a rolling window, at once, and in a day (UTC)."""

    day_limit: int
    minute_limit: int = MINUTE_LIMIT
    concurrent_limit: int = CONCURRENT_LIMIT
    import_share: float = IMPORT_SHARE
    window: timedelta = MINUTE
    lease: timedelta = LEASE


class Budget:
    """Shared by every process that uses the same database. Safe for threads."""

    def __init__(
        self, pool: ConnectionPool, clock: Clock, day_limit: int, rates: Rates | None = None
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._rates = rates or Rates(day_limit)

    def take(self, tenant_id: UUID, purpose: Purpose) -> Call:
        """Take a place for one call. Raises Throttled with the moment it is worth trying again."""
        rates = self._rates
        with self._pool.connection() as conn:
            day = budgets.lock(conn, tenant_id)
            usage = budgets.usage(conn, tenant_id, rates.window, rates.minute_limit)
            refusal = refused(day, usage, purpose, rates, self._jitter())
            if refusal is None:
                budgets.forget(conn, tenant_id, rates.window)
                begun = budgets.begin(conn, tenant_id, purpose, rates.lease)
        if refusal is not None:
            meters.THROTTLED.labels(bounds.one_of(refusal.problem, bounds.LIMITS)).inc()
            raise refusal
        return Call(begun.id, tenant_id, begun.started_at)

    def patience(self, conn: Connection, tenant_id: UUID) -> timedelta:
        """Return how long documents may gather before a call that is not full is worth it."""
        day, now = budgets.today(conn, tenant_id)
        return patience(day, self._rates, now)

    def settle(self, call: Call, headers: Mapping[str, str], status: int | None) -> None:
        """Give the place back and learn from the answer; no headers and None for no answer."""
        with self._pool.connection() as conn:
            budgets.learn(conn, call.tenant_id, _count(headers, "X-DayLimit-Remaining"))
            for tenant_id, limit in closures(call.tenant_id, headers, status):
                wait = limit.wait * (1 + self._jitter())
                budgets.block(conn, tenant_id, wait, limit.problem)
            budgets.finish(conn, call.id)

    def _jitter(self) -> float:
        """Return a part of up to a quarter, so that those refused do not come back at once."""
        return self._clock.rng.random() / 4


def refused(
    day: Day, usage: Usage, purpose: Purpose, rates: Rates, jitter: float
) -> Throttled | None:
    """Return why no call may be made now, the longest closure first, or None. Pure."""
    if usage.app_blocked_until and usage.app_blocked_until > usage.now:
        return Throttled(usage.app_blocked_until, usage.app_blocked_by or "appminute")
    if day.blocked_until and day.blocked_until > usage.now:
        return Throttled(day.blocked_until, day.blocked_by or "minute")
    if calls_left(day, purpose, rates) <= 0:
        return Throttled(_midnight_after(usage.now), "day")
    if usage.fills_window is not None:
        return Throttled(usage.fills_window + rates.window, "minute")
    if usage.under_way >= rates.concurrent_limit:
        return Throttled(usage.now + TURN * (1 + jitter), "concurrent")
    return None


def calls_left(day: Day, purpose: Purpose, rates: Rates) -> int:
    """Return how many calls *purpose* has left today.

    The organisation's own limit may be smaller than the setting (Xero's Starter tier): what
    was used and what Xero says remains tells it, and the share for imports is a part of that.
    """
    known = rates.day_limit
    if day.day_remaining is not None:
        known = min(known, day.day_used + day.day_remaining)
    kept = {"export": rates.import_share, "comparison": COMPARISON_SHARE}.get(purpose, 0.0)
    return known - day.day_used - int(known * kept)


def patience(day: Day, rates: Rates, now: datetime) -> timedelta:
    """Return how long documents may gather, so that the day's calls last until midnight. Pure.

    An organisation of which one document after the other comes would else spend 60 calls a minute
    on a document each, and everything after some 4,000 of them would wait for the next day.
    """
    left = calls_left(day, "export", rates)
    share = left + day.day_used
    if left <= 0 or day.day_used < max(share * UNHURRIED_SHARE, UNHURRIED_CALLS):
        return timedelta()
    return (_midnight_after(now) - now) / left


def closures(
    tenant_id: UUID, headers: Mapping[str, str], status: int | None
) -> list[tuple[UUID, Limit]]:
    """Return whom an answer closes, and for how long. Pure."""
    if status == 429:
        limit = limit_of(headers)
        return [(budgets.APP if limit.problem == "appminute" else tenant_id, limit)]
    app_left = _count(headers, "X-AppMinLimit-Remaining")
    if app_left is not None and app_left < APP_RESERVE:
        return [(budgets.APP, Limit("appminute", APP_PAUSE))]
    return []


def _count(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(name, "").strip()
    return int(value) if value.isdecimal() else None


def _midnight_after(moment: datetime) -> datetime:
    today = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)
