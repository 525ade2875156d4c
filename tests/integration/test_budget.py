"""The budget on a real PostgreSQL: no crowd of threads ever gets more than Xero allows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from workers.clock import Clock
from workers.errors import Throttled
from workers.xero.budget import Budget, Call, Rates

THREADS = 8
TENANT = UUID(int=7)
SECOND = timedelta(seconds=1)


@pytest.fixture
def pool(database_url: str) -> Iterator[ConnectionPool]:
    with ConnectionPool(database_url, min_size=2, max_size=THREADS) as pool:
        yield pool


def budget_with(pool: ConnectionPool, rates: Rates) -> Budget:
    return Budget(pool, Clock(), rates.day_limit, rates)


def hammer(budget: Budget, wanted: int) -> list[tuple[Call, datetime]]:
    """Let eight threads take and settle as fast as they can until *wanted* calls were made."""
    made: list[tuple[Call, datetime]] = []
    enough = threading.Event()

    def work() -> None:
        while not enough.is_set():
            try:
                call = budget.take(TENANT, "import")
            except Throttled:
                continue
            made.append((call, datetime.now(UTC)))
            if len(made) >= wanted:
                enough.set()
            budget.settle(call, {}, 200)

    with ThreadPoolExecutor(THREADS) as threads:
        for done in [threads.submit(work) for _ in range(THREADS)]:
            done.result()
    return made


def busiest(starts: list[datetime], window: timedelta) -> int:
    """Return the largest number of *starts* within any *window*, its end included."""
    ordered = sorted(starts)
    return max(sum(first <= each < first + window for each in ordered) for first in ordered)


def test_a_rolling_window_is_never_overfilled(pool: ConnectionPool) -> None:
    """Whatever the crowd, no window of the server's clock holds more calls than allowed."""
    window = timedelta(milliseconds=400)
    rates = Rates(100_000, minute_limit=12, concurrent_limit=THREADS, window=window)
    made = hammer(budget_with(pool, rates), 48)
    starts = [call.started_at for call, _ in made]
    assert busiest(starts, window) <= 12
    assert max(starts) - min(starts) >= 3 * window


def test_places_are_never_shared(pool: ConnectionPool) -> None:
    """Of eight threads that ask at the same moment exactly three get one of three places."""
    budget = budget_with(pool, Rates(100_000, minute_limit=10_000, concurrent_limit=3))
    begin = threading.Barrier(THREADS)

    def ask() -> Call | None:
        begin.wait()
        try:
            return budget.take(TENANT, "export")
        except Throttled:
            return None

    for _ in range(20):
        with ThreadPoolExecutor(THREADS) as threads:
            asked = [threads.submit(ask) for _ in range(THREADS)]
        got = [call for call in (done.result() for done in asked) if call is not None]
        assert len(got) == 3
        for call in got:
            budget.settle(call, {}, 200)


def test_the_place_of_a_crashed_holder_comes_back(pool: ConnectionPool) -> None:
    """A lease that has run out counts no more, and its row is cleared away."""
    budget = budget_with(pool, Rates(5000, concurrent_limit=1))
    budget.take(TENANT, "export")
    with pytest.raises(Throttled, match="concurrent"):
        budget.take(TENANT, "export")
    with pool.connection() as conn:
        conn.execute("update budget_calls set lease_until = now() - interval '1 second'")
        conn.execute("update budget_calls set started_at = now() - interval '2 minutes'")
    budget.take(TENANT, "export")
    assert rows(pool, "select count(*) from budget_calls") == [(1,)]


def test_a_call_is_settled_after_its_lease(pool: ConnectionPool) -> None:
    """A holder that was only slow finds its row gone, and that is no error."""
    budget = budget_with(pool, Rates(5000))
    call = budget.take(TENANT, "export")
    with pool.connection() as conn:
        conn.execute("delete from budget_calls")
    budget.settle(call, {"X-DayLimit-Remaining": "17"}, 200)
    assert rows(pool, "select day_remaining from budgets") == [(17,)]


def test_exports_leave_a_share_to_imports(pool: ConnectionPool) -> None:
    """Ten calls a day: eight for exports, the last two for imports only."""
    budget = budget_with(pool, Rates(10))
    for _ in range(8):
        budget.settle(budget.take(TENANT, "export"), {}, 200)
    with pytest.raises(Throttled, match="day"):
        budget.take(TENANT, "export")
    for _ in range(2):
        budget.settle(budget.take(TENANT, "import"), {}, 200)
    with pytest.raises(Throttled, match="day"):
        budget.take(TENANT, "import")


def test_a_new_day_begins_anew(pool: ConnectionPool) -> None:
    """What was used and said yesterday counts no more."""
    budget = budget_with(pool, Rates(1))
    budget.settle(budget.take(TENANT, "import"), {"X-DayLimit-Remaining": "0"}, 200)
    with pytest.raises(Throttled, match="day"):
        budget.take(TENANT, "import")
    with pool.connection() as conn:
        conn.execute("update budgets set day = day - 1")
    budget.take(TENANT, "import")
    assert rows(pool, "select day_used, day_remaining from budgets") == [(1, None)]


def test_a_429_closes_for_as_long_as_it_says(pool: ConnectionPool) -> None:
    """A shorter closure never shortens a longer one; another organisation is free."""
    budget = budget_with(pool, Rates(5000))
    first, second = budget.take(TENANT, "export"), budget.take(TENANT, "export")
    day = {"X-Rate-Limit-Problem": "day", "Retry-After": "5000"}
    minute = {"X-Rate-Limit-Problem": "minute", "Retry-After": "5"}
    before = server_time(pool)
    budget.settle(first, day, 429)
    budget.settle(second, minute, 429)
    with pytest.raises(Throttled) as refused:
        budget.take(TENANT, "import")
    assert refused.value.problem == "day"
    assert refused.value.until >= before + 5000 * SECOND
    budget.take(uuid4(), "export")


def test_the_apps_own_limit_closes_all(pool: ConnectionPool) -> None:
    """Ten thousand calls a minute are shared by every organisation of the app."""
    budget = budget_with(pool, Rates(5000))
    headers = {"X-Rate-Limit-Problem": "appminute", "Retry-After": "30"}
    budget.settle(budget.take(TENANT, "export"), headers, 429)
    with pytest.raises(Throttled) as refused:
        budget.take(uuid4(), "export")
    assert refused.value.problem == "appminute"


def test_a_closure_ends_by_itself(pool: ConnectionPool) -> None:
    """Nobody has to open what Xero closed."""
    budget = budget_with(pool, Rates(5000))
    headers = {"X-Rate-Limit-Problem": "minute", "Retry-After": "60"}
    budget.settle(budget.take(TENANT, "export"), headers, 429)
    with pool.connection() as conn:
        conn.execute("update budgets set blocked_until = now() - interval '1 second'")
    budget.take(TENANT, "export")


def test_old_rows_do_not_pile_up(pool: ConnectionPool) -> None:
    """Each call clears away what the window needs no more."""
    rates = Rates(100_000, minute_limit=1000, window=timedelta(0))
    budget = budget_with(pool, rates)
    for _ in range(20):
        budget.settle(budget.take(TENANT, "export"), {}, 200)
    assert rows(pool, "select count(*) from budget_calls") == [(1,)]


def rows(pool: ConnectionPool, query: str) -> list[tuple[object, ...]]:
    with pool.connection() as conn:
        return list(conn.execute(query.encode()).fetchall())


def server_time(pool: ConnectionPool) -> datetime:
    with pool.connection() as conn, psycopg.ClientCursor(conn) as cursor:
        row = cursor.execute("select clock_timestamp()").fetchone()
    assert row is not None
    moment = row[0]
    assert isinstance(moment, datetime)
    return moment
