"""From when on Mintsoft is asked for what is new, and how far it has been read. Pure.

The cursor is the largest date in the data that was brought in, never the clock, which only
bounds it: one date mistyped into next year would hide a year. The overlap makes up for dates
that are set late or in another zone; what it brings again is known by its event's id.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from workers.mintsoft.answers import DESPATCHED, OrderStatus, Row, number_of
from workers.mintsoft.happenings import moment_of

ORDERS_OVERLAP = timedelta(days=2)
"""Orders that are in Xero are tagged and not listed again, so that a day more costs nothing."""

INVOICES_OVERLAP = timedelta(days=62)
"""An invoice bears the end of its period, and may be made weeks later; there are few of them."""

_STATES = frozenset(OrderStatus)


def orders_since(cursor: datetime | None, connected_at: datetime) -> datetime:
    """Return from which DespatchDate on orders are asked for: none before the connection."""
    return connected_at if cursor is None else max(connected_at, cursor - ORDERS_OVERLAP)


def invoices_since(cursor: datetime | None, connected_at: datetime) -> datetime:
    """Return from which Date on invoices are asked for, those made before the connection too."""
    return (cursor or connected_at) - INVOICES_OVERLAP


def is_despatched(order: Row) -> bool:
    """Whether an order has left; a state that we do not know is no reason to leave it out."""
    status = number_of(order, "OrderStatusId")
    return status in DESPATCHED or status not in _STATES


def is_made_since(invoice: Row, connected_at: datetime) -> bool:
    """Whether an invoice was made or changed since the connection: older ones are not ours."""
    changed = moment_of(invoice, "LastUpdated")
    return changed is None or changed >= connected_at


def moved(
    cursor: datetime | None, rows: Iterable[Row], field: str, now: datetime
) -> datetime | None:
    """Return the cursor after *rows* by their date *field*, never beyond *now*."""
    dates = [when for row in rows if (when := moment_of(row, field)) is not None]
    return max([*([cursor] if cursor else []), *(min(when, now) for when in dates)], default=None)
