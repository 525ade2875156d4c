"""Which calls make the lines of an order what they should be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from schemas.imports import NewOrderItem
from workers.mintsoft.item_changes import Add, Change, Remove, changes


def line(sku: str, quantity: int, price: str = "2.50", discount: str = "0") -> NewOrderItem:
    return NewOrderItem(
        SKU=sku, quantity=quantity, unit_price=Decimal(price), discount=Decimal(discount)
    )


def row(item_id: int, sku: str, quantity: int, **more: Any) -> dict[str, Any]:
    return {"ID": item_id, "SKU": sku, "Quantity": quantity, "Price": Decimal("2.5"), **more}


@pytest.mark.parametrize(
    ("current", "wanted", "expected"),
    [
        ([row(1, "A", 2)], [line("A", 2)], []),
        ([row(1, "A", 2, Vat=0, Discount=None)], [line("A", 2)], []),
        ([row(1, "A", 2)], [line("A", 3)], [Change(1, line("A", 3))]),
        ([row(1, "A", 2)], [line("A", 2, "3")], [Change(1, line("A", 2, "3"))]),
        ([row(1, "A", 2)], [line("A", 2, discount="1")], [Change(1, line("A", 2, discount="1"))]),
        ([row(1, "A", 2)], [line("B", 1)], [Add(line("B", 1)), Remove(1)]),
        ([row(1, "A", 2)], [line("A", 2), line("A", 5)], [Add(line("A", 5))]),
        ([row(1, "A", 2), row(2, "A", 5)], [line("A", 2)], [Remove(2)]),
        ([], [line("A", 2)], [Add(line("A", 2))]),
    ],
)
def test_changes(
    current: list[dict[str, Any]], wanted: list[NewOrderItem], expected: list[object]
) -> None:
    """Only what differs; what is missing comes before anything goes."""
    assert list(changes(current, wanted)) == expected
