"""Which lines of an order have to change so that it is what was asked for. Pure.

Lines are told apart by SKU; of two lines with one SKU the first of the one is the first of the
other. What is right already is left alone, so that a repeated update changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.imports import NewOrderItem
from workers.mintsoft.answers import Row, number_of


@dataclass(frozen=True, slots=True)
class Add:
    """A line that is missing."""

    item: NewOrderItem


@dataclass(frozen=True, slots=True)
class Change:
    """A line that differs."""

    item_id: int
    item: NewOrderItem


@dataclass(frozen=True, slots=True)
class Remove:
    """A line too many."""

    item_id: int


def changes(
    current: Sequence[Row], wanted: Sequence[NewOrderItem]
) -> Iterator[Add | Change | Remove]:
    """Yield what makes *wanted* of *current*: additions first, so that no order is ever empty."""
    left: dict[str, list[Row]] = defaultdict(list)
    for row in current:
        left[str(row.get("SKU") or "").strip()].append(row)
    altered: list[Change] = []
    for item in wanted:
        rows = left[item.sku]
        if not rows:
            yield Add(item)
        elif not _is(row := rows.pop(0), item):
            altered.append(Change(number_of(row, "ID"), item))
    yield from altered
    yield from (Remove(number_of(row, "ID")) for rows in left.values() for row in rows)


def _is(row: Row, item: NewOrderItem) -> bool:
    return (
        _amount(row, "Quantity") == item.quantity
        and _amount(row, "Price") == item.unit_price
        and _amount(row, "Vat") == item.unit_price_vat
        and _amount(row, "Discount") == item.discount
    )


def _amount(row: Row, name: str) -> Decimal:
    value = row.get(name)
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)
