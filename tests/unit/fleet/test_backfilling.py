"""What a page of a backfill counts, and where it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from schemas.exports import Kind
from workers.backfilling import Found, counted
from workers.mapping.arrivals import Arrival, Key
from workers.mintsoft.listing import PAGE, Place, turned

CONNECTED = datetime(2026, 11, 1, tzinfo=UTC)
CONNECTION = UUID(int=1)


@pytest.mark.parametrize(
    ("place", "rows", "fresh", "expected"),
    [
        ((1, 1, 0), PAGE - 1, PAGE - 1, None),  # one page is the whole list
        ((1, 1, 0), PAGE, PAGE, (1, 2, PAGE)),
        ((1, 2, PAGE), 3, 3, (2, 1, 0)),  # read once: is it at rest?
        ((2, 2, 0), 3, 0, None),  # nothing new in a whole reading
        ((2, 2, 0), 3, 1, (3, 1, 0)),  # it moved: once more
        ((1, 2, PAGE), 0, 0, (2, 1, 0)),  # exactly full pages
    ],
)
def test_a_list_is_read_until_nothing_is_new_in_it(
    place: Place, rows: int, fresh: int, expected: Place | None
) -> None:
    assert turned(place, rows, fresh) == expected


def _found(number: int, days: int = 1, total: str = "12.00", currency: str = "GBP") -> Found:
    key = Key(CONNECTION, Kind.ORDER, number)
    arrival = Arrival(key, 3, str(number), CONNECTED, "{}", Decimal(total), currency)
    return Found(number, CONNECTED + timedelta(days=days), None, arrival)


PAGE_OF_ALL = [
    _found(1),
    _found(2, days=-1, total="1.50"),
    _found(3, currency="EUR"),
    _found(4),
    Found(5, CONNECTED, None, None),
    Found(6, None, None, None, readable=False),
]


def test_counting_tells_kinds_and_totals() -> None:
    """4 is there already; 5 belongs to another connection; 6 can't be read."""
    page = counted(PAGE_OF_ALL, {4}, CONNECTED, "counting")
    assert (page.looked, page.fresh, page.known, page.others, page.unreadable) == (6, 3, 1, 1, 1)
    assert page.early == 1
    assert page.totals == {"GBP": Decimal("13.50"), "EUR": Decimal("12.00")}
    assert page.brought == 0


def test_bringing_in_counts_only_what_it_brings() -> None:
    """The figures that somebody has agreed to stay as they are."""
    page = counted(PAGE_OF_ALL, {4}, CONNECTED, "running")
    assert (page.looked, page.brought, page.fresh, page.totals) == (6, 3, 0, {})
