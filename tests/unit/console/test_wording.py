"""Schedules, spans and amounts in people's words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from events.errors import Code
from schemas.imports import ImportKind, ImportStatus
from workers.console import wording
from workers.console.picking import picked
from workers.console.reconciliation import period_of, quick
from workers.console.refusals import Refused
from workers.console.schedules import minutes_of
from workers.console.visits import Visit
from workers.reasons.catalogue import BY_CODE
from workers.reasons.parked import PREFIX
from workers.store.balances import FINDINGS
from workers.store.schedules import Listed, ScheduleKind

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def row(**changed: object) -> Listed:
    facts: dict[str, object] = {
        "connection_id": UUID(int=1),
        "kind": ScheduleKind.SALES_ORDERS,
        "interval_minutes": 15,
        "enabled": True,
        "next_run_at": LATER,
        "due_at": None,
        "running_until": None,
        "cursor": None,
        "confirmed_at": None,
        "failures": 0,
        "last_run_at": NOW,
        "complete_at": NOW,
        "last_outcome": "nothing new",
        "account": "acme",
        "client_id": 3,
        "organisation": "Acme",
        "connection_status": "active",
    }
    return Listed(**{**facts, **changed})  # type: ignore[arg-type]  # as named


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({}, "On"),
        ({"enabled": False}, "Paused"),
        ({"due_at": NOW}, "Asked for"),
        ({"enabled": False, "due_at": NOW}, "Asked for"),
        ({"failures": 2, "due_at": LATER}, "Failing"),
        ({"running_until": LATER, "failures": 2}, "Running"),
        ({"running_until": NOW}, "On"),
        ({"connection_status": "lost", "running_until": LATER}, "Stopped"),
    ],
)
def test_a_schedule(changed: dict[str, object], word: str) -> None:
    """What matters most to a person is what is said."""
    assert wording.schedule_standing(row(**changed), NOW).word == word


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=90), "1 hour"),
        (timedelta(hours=49), "2 days"),
    ],
)
def test_a_span(length: timedelta, words: str) -> None:
    assert wording.span(length) == words


def test_how_often_and_how_long_ago() -> None:
    often = [wording.every(each) for each in (1, 15, 60, 120, 1440)]
    assert often[:3] == ["every minute", "every 15 minutes", "every hour"]
    assert often[3:] == ["every 2 hours", "every day"]
    assert wording.lag(row(complete_at=None), NOW) == "never"
    assert wording.lag(row(complete_at=NOW - timedelta(hours=3)), NOW) == "3 hours ago"


@pytest.mark.parametrize(
    ("value", "shown", "signed"),
    [
        ("1234.5", "1,234.50", "+1,234.50"),
        ("-0.005", "-0.005", "-0.005"),
        ("100", "100.00", "+100.00"),
        ("0", "0.00", "0.00"),
    ],
)
def test_an_amount(value: str, shown: str, signed: str) -> None:
    assert wording.amount(Decimal(value)) == shown
    assert wording.signed(Decimal(value)) == signed
    assert wording.amount(None) == ""


def test_everything_there_is_has_its_words() -> None:
    """A code, kind or finding that is added must be named for people."""
    assert all(wording.parked(each) == BY_CODE[f"{PREFIX}{each}"].title != "" for each in Code)
    assert set(wording.FINDINGS) == set(FINDINGS)
    assert set(wording.SCHEDULES) == set(ScheduleKind)
    assert set(wording.IMPORT_KINDS) == {each.value for each in ImportKind}
    assert all(wording.import_standing(each).word for each in ImportStatus)


def test_only_boxes_with_a_number_are_ticked() -> None:
    form = {"import-7": "on", "import-x": "on", "import-0": "on", "import-" + "9" * 30: "on"}
    visit = Visit("/imports", {}, {**form, "other-8": "on"}, {}, "", "", None)
    assert picked(visit, "import") == [7]


def test_periods() -> None:
    """This month unless said otherwise; a first day alone means its month."""
    today = date(2026, 3, 31)
    assert period_of(None, None, today) == (date(2026, 3, 1), today)
    assert period_of(date(2026, 2, 10), None, today) == (date(2026, 2, 10), date(2026, 2, 28))
    assert period_of(None, date(2026, 2, 10), today) == (date(2026, 2, 1), date(2026, 2, 10))
    assert [(each.first.month, each.last.day) for each in quick(today)] == [
        (3, 31),
        (2, 28),
        (1, 31),
    ]
    with pytest.raises(Refused):
        period_of(date(2025, 1, 1), date(2026, 1, 3), today)


@pytest.mark.parametrize("typed", ["", "0", "1441", "-5", "1.5", "²", "9" * 30])
def test_an_interval_that_can_not_be(typed: str) -> None:
    with pytest.raises(Refused, match="interval"):
        minutes_of(typed)
    assert minutes_of(" 1440 ") == 1440
