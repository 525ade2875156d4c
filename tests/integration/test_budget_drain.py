"""A backlog goes out at Xero's limit and never over it, however many workers there are.

A model in virtual time: workers, wake-ups and the sweep as events, the budget's own SQL on a real
PostgreSQL whose rows are aged as time passes, and the simulator's own limits as the judge of what
arrives. Calls take 0.2 to 1.5 seconds, of which any part lies before Xero counts them.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from psycopg_pool import ConnectionPool

from tests.simulators.exchange import Call as Request
from tests.simulators.xero.limits import Limits, LimitSettings
from workers.clock import Clock
from workers.errors import Throttled
from workers.scheduler import TURN_EVERY
from workers.xero.budget import Budget

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
THREADS = 8
PREPARING = 0.05
"""Seconds from a wake-up to the call: claim, decide, seal."""

TRANSIT = 0.02
"""Seconds from sending a wake-up to a worker that has it."""

MINUTES = 3
LARGE, SMALL = UUID(int=1), UUID(int=2)
AGE = b"""
with closures as (update budgets set blocked_until = blocked_until - %(by)s)
update budget_calls set started_at = started_at - %(by)s, lease_until = lease_until - %(by)s,
                        finished_at = finished_at - %(by)s
"""


@dataclass
class Tenant:
    """One organisation's connection: batches that wait, and since when it may not be asked."""

    id: UUID
    batches: int
    paused_until: float = 0.0
    on_its_way: bool = False
    posted: list[float] = field(default_factory=list)


@dataclass
class Model:
    """``seconds`` is now; ``refused`` tells when Xero said 429."""

    pool: ConnectionPool
    workers: int
    rng: Random
    tenants: list[Tenant]
    seconds: float = 0.0
    aged: float = 0.0
    refused: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.budget = Budget(self.pool, Clock(rng=self.rng), 5000)
        self.limits = Limits(LimitSettings())
        self.free = self.workers
        self.queue: deque[Tenant] = deque()
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._began = datetime.now(UTC)

    def run(self, minutes: int) -> None:
        """Let time pass."""
        self.after(0, self.sweep)
        while self._events[0][0] <= minutes * 60:
            self.seconds, _, act = heapq.heappop(self._events)
            act()

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.seconds + seconds, next(self._order), act))

    def sweep(self) -> None:
        for each in self.tenants:
            if each.paused_until <= self.seconds:
                self.wake(each)
        self.after(TURN_EVERY.total_seconds() * self.rng.uniform(0.5, 1), self.sweep)

    def wake(self, tenant: Tenant) -> None:
        if tenant.batches and not tenant.on_its_way:
            tenant.on_its_way = True
            self.queue.append(tenant)
            self.after(TRANSIT, self.begin)

    def begin(self) -> None:
        """A free worker takes the next wake-up, claims a batch and passes the wake-up on."""
        if not self.free or not self.queue:
            return
        tenant = self.queue.popleft()
        tenant.on_its_way = False
        if tenant.paused_until > self.seconds or not tenant.batches:
            return
        tenant.batches -= 1
        self.free -= 1
        self.wake(tenant)
        self.after(PREPARING, lambda: self.call(tenant))

    def call(self, tenant: Tenant) -> None:
        self.catch_up()
        try:
            place = self.budget.take(tenant.id, "export")
        except Throttled as throttled:
            wait = throttled.until - datetime.now(UTC)
            tenant.paused_until = max(tenant.paused_until, self.seconds + wait.total_seconds())
            tenant.batches += 1
            self.end()
            return
        lasts = self.rng.uniform(0.2, 1.5)
        before = self.rng.uniform(0.05, lasts)
        self.after(before, lambda: self.arrive(tenant, place, lasts - before))

    def arrive(self, tenant: Tenant, place: object, left: float) -> None:
        moment = NOON + timedelta(seconds=self.seconds)
        request = Request("PUT", "/", "", {"xero-tenant-id": str(tenant.id)}, b"")
        held = self.limits.occupy(request)
        held.__enter__()
        refusal = self.limits.admit(str(tenant.id), moment)
        headers = self.limits.headers(str(tenant.id), moment)
        if refusal:
            self.refused.append(self.seconds)
            headers |= refusal.headers

        def answered() -> None:
            held.__exit__(None, None, None)
            self.catch_up()
            self.budget.settle(place, headers, 429 if refusal else 200)  # type: ignore[arg-type]
            if refusal:
                tenant.batches += 1
                tenant.paused_until = self.seconds + float(headers["Retry-After"])
            else:
                tenant.posted.append(self.seconds)
                tenant.paused_until = 0.0
            self.end()

        self.after(left, answered)

    def end(self) -> None:
        self.free += 1
        self.after(0, self.begin)

    def catch_up(self) -> None:
        """Bring PostgreSQL's rows to the model's time: its clock has gone on a little by itself."""
        real = (datetime.now(UTC) - self._began).total_seconds()
        by = timedelta(seconds=self.seconds - real - self.aged)
        self.aged += by.total_seconds()
        with self.pool.connection() as conn:
            conn.execute(AGE, {"by": by})


@pytest.fixture
def pool(database_url: str) -> Iterator[ConnectionPool]:
    with ConnectionPool(database_url, min_size=1, max_size=2) as pool:
        yield pool


@pytest.mark.parametrize("processes", [1, 2, 8])
def test_a_backlog_drains_at_the_limit_without_a_429(pool: ConnectionPool, processes: int) -> None:
    """After the first minute at least 54 of 60 calls a minute are made, and none is refused."""
    tenant = Tenant(LARGE, batches=2000)
    model = Model(pool, processes * THREADS, Random(processes), [tenant])
    model.run(MINUTES)
    later = [moment for moment in tenant.posted if moment >= 60]
    assert [moment for moment in model.refused if moment >= 60] == []
    assert len(later) / (MINUTES - 1) >= 0.9 * 60


def test_a_small_tenant_does_not_wait_for_a_large_one(pool: ConnectionPool) -> None:
    """Ten documents beside 100,000, one process: they are out within seconds, not after them."""
    large, small = Tenant(LARGE, batches=2000), Tenant(SMALL, batches=0)
    model = Model(pool, THREADS, Random(1), [large, small])

    def arrives() -> None:
        small.batches += 1
        model.wake(small)

    moments = (3.0, 20.0, 45.0)
    for moment in moments:
        model.after(moment, arrives)
    model.run(1)
    waits = [end - begin for begin, end in zip(moments, small.posted, strict=True)]
    assert max(waits) < 2.0, "as long as a call of its own"
