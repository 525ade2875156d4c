"""Who may call now, and if not, when: decided from figures alone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from workers.store.budgets import APP, Day, Usage
from workers.xero.budget import Purpose, Rates, calls_left, closures, patience, refused

NOW = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
LATER = NOW + timedelta(seconds=20)
RATES = Rates(day_limit=5000)
OPEN = Day(0, None, None, None)
IDLE = Usage(NOW, None, 0, None, None)
TENANT = UUID(int=7)


@pytest.mark.parametrize(
    ("day", "usage", "problem", "until"),
    [
        (OPEN, Usage(NOW, None, 5, None, None), "concurrent", NOW + timedelta(seconds=1)),
        (
            OPEN,
            Usage(NOW, NOW - timedelta(seconds=50), 0, None, None),
            "minute",
            NOW + timedelta(seconds=10),
        ),
        (Day(0, None, LATER, "day"), IDLE, "day", LATER),
        (OPEN, Usage(NOW, None, 0, LATER, "appminute"), "appminute", LATER),
        (Day(4000, None, None, None), IDLE, "day", datetime(2026, 11, 24, tzinfo=UTC)),
        (Day(10, 0, None, None), IDLE, "day", datetime(2026, 11, 24, tzinfo=UTC)),
    ],
)
def test_refused(day: Day, usage: Usage, problem: str, until: datetime) -> None:
    """Each limit names itself and the moment it opens."""
    failure = refused(day, usage, "export", RATES, 0.0)
    assert failure is not None
    assert (failure.problem, failure.until) == (problem, until)


@pytest.mark.parametrize(
    ("day", "usage"),
    [
        (OPEN, IDLE),
        (OPEN, Usage(NOW, None, 4, None, None)),
        (Day(0, None, NOW - timedelta(seconds=1), "minute"), IDLE),
        (OPEN, Usage(NOW, None, 0, NOW - timedelta(seconds=1), "appminute")),
        (Day(3999, None, None, None), IDLE),
    ],
)
def test_allowed(day: Day, usage: Usage) -> None:
    """A closure that is over, or a place that is left, is no reason to wait."""
    assert refused(day, usage, "export", RATES, 0.0) is None


@pytest.mark.parametrize(
    ("used", "remaining", "purpose", "left"),
    [
        (0, None, "export", 4000),
        (0, None, "import", 5000),
        (0, None, "comparison", 2500),
        (3999, None, "export", 1),
        (4000, None, "export", 0),
        (4000, None, "import", 1000),
        (1, 999, "export", 799),
        (800, 200, "export", 0),
        (800, 200, "import", 200),
        (10, 4000, "reference", 4000),
        (0, 9000, "export", 4000),
        (100, 0, "import", 0),
    ],
)
def test_calls_left(used: int, remaining: int | None, purpose: Purpose, left: int) -> None:
    """Exports leave a fifth of the organisation's own limit, however small; comparing a half."""
    assert calls_left(Day(used, remaining, None, None), purpose, RATES) == left


@pytest.mark.parametrize(
    ("status", "headers", "closed"),
    [
        (429, {"X-Rate-Limit-Problem": "minute", "Retry-After": "30"}, [(TENANT, "minute", 30)]),
        (429, {"X-Rate-Limit-Problem": "appminute", "Retry-After": "9"}, [(APP, "appminute", 9)]),
        (429, {"X-Rate-Limit-Problem": "concurrent"}, [(TENANT, "concurrent", 1)]),
        (200, {"X-AppMinLimit-Remaining": "199"}, [(APP, "appminute", 5)]),
        (200, {"X-AppMinLimit-Remaining": "200"}, []),
        (200, {"X-AppMinLimit-Remaining": "many"}, []),
        (None, {}, []),
    ],
)
def test_closures(
    status: int | None, headers: dict[str, str], closed: list[tuple[UUID, str, int]]
) -> None:
    """The app's own limit closes every organisation, any other only its own."""
    found = closures(TENANT, headers, status)
    assert [(tid, each.problem, each.wait.total_seconds()) for tid, each in found] == closed


@pytest.mark.parametrize(
    ("used", "remaining", "limit", "seconds"),
    [
        (0, None, 5000, 0.0),
        (999, None, 5000, 0.0),
        (1000, None, 5000, 1.8),  # an hour and a half for 3,000 calls
        (3999, None, 5000, 5400.0),
        (4000, None, 5000, 0.0),
        (499, None, 1000, 0.0),
        (500, None, 1000, 18.0),
        (15, 0, 5000, 0.0),
        (600, 400, 5000, 27.0),  # Xero says that it is an organisation of 1,000 calls
    ],
)
def test_documents_gather_when_the_day_would_not_last(
    used: int, remaining: int | None, limit: int, seconds: float
) -> None:
    """What is left of the day's calls is spread over what is left of the day (UTC)."""
    found = patience(Day(used, remaining, None, None), Rates(day_limit=limit), NOW)
    assert found.total_seconds() == seconds
