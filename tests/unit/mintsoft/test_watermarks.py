"""From when on Mintsoft is asked, and how far it counts as read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workers.mintsoft import watermarks
from workers.mintsoft.watermarks import INVOICES_OVERLAP, ORDERS_OVERLAP

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONNECTED = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cursor", "since"),
    [
        (None, CONNECTED),
        (CONNECTED + timedelta(hours=1), CONNECTED),
        (NOW, NOW - ORDERS_OVERLAP),
    ],
)
def test_orders_since(cursor: datetime | None, since: datetime) -> None:
    """What was despatched before the connection belongs to other books."""
    assert watermarks.orders_since(cursor, CONNECTED) == since


def test_invoices_since() -> None:
    """The end of a period lies before the day its invoice is made, and before the connection."""
    assert watermarks.invoices_since(None, CONNECTED) == CONNECTED - INVOICES_OVERLAP
    assert watermarks.invoices_since(NOW, CONNECTED) == NOW - INVOICES_OVERLAP


@pytest.mark.parametrize(
    ("changed", "ours"),
    [("2026-10-31T23:59:59", False), ("2026-11-01T00:00:00", True), (None, True)],
)
def test_invoices_made_before_the_connection(changed: str | None, ours: bool) -> None:
    """Somebody has entered them in Xero by hand."""
    assert watermarks.is_made_since({"LastUpdated": changed}, CONNECTED) is ours


@pytest.mark.parametrize(
    ("status", "left"), [(1, False), (3, False), (4, True), (5, True), (6, True), (17, True)]
)
def test_is_despatched(status: int, left: bool) -> None:
    """INVOICED and INVOICEFAILED orders have left, too."""
    assert watermarks.is_despatched({"OrderStatusId": status}) is left
    assert watermarks.is_despatched({})


@pytest.mark.parametrize(
    ("cursor", "rows", "after"),
    [
        (None, [], None),
        (CONNECTED, [], CONNECTED),
        (None, ["2026-11-20T10:00:00"], datetime(2026, 11, 20, 10, tzinfo=UTC)),
        (NOW, ["2026-11-20T10:00:00"], NOW),
        (CONNECTED, ["2026-11-20T10:00:00", None, "soon"], datetime(2026, 11, 20, 10, tzinfo=UTC)),
        (CONNECTED, ["2062-11-20T10:00:00"], NOW),
    ],
)
def test_moved(cursor: datetime | None, rows: list[Any], after: datetime | None) -> None:
    """The largest date of the data; a mistyped year hides nothing that comes after it."""
    read = [{"DespatchDate": each} for each in rows]
    assert watermarks.moved(cursor, read, "DespatchDate", NOW) == after
