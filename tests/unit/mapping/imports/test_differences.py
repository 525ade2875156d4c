"""What differs between two versions of a document, in words that name no person."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.imports import NewOrder
from tests.unit.mapping.imports.sales import (
    CONTACT,
    STREET,
    charge,
    context,
    expected,
    line,
    placed,
    purchase,
    sale,
)
from workers.mapping.imports.differences import differences
from workers.mapping.imports.purchase_orders import decide_purchase_order
from workers.mapping.imports.sales_orders import decide_sales_order


def order(*lines: dict[str, Any], **more: Any) -> NewOrder:
    return placed(decide_sales_order(sale(*(lines or [line()]), **more), context()))


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (order(line("TEA-01", "3")), "3 x TEA-01 instead of 1; another VAT"),
        (order(line(), line("TEA-02", "2", "0")), "2 x TEA-02 added"),
        (order(line("TEA-02")), "1 x TEA-02 added; TEA-01 no more"),
        (order(line("TEA-01", "1", "11")), "other prices; another VAT"),
        (order(line(), charge("Shipping", "5")), "another charge for shipping; another VAT"),
        (order(InvoiceNumber="INV-8"), "another number"),
        (order(CurrencyCode="EUR"), "another currency"),
        (order(Reference="PO 8"), "other details"),
        (
            order(Contact={**CONTACT, "Addresses": [{**STREET, "City": "York"}]}),
            "another name or address",
        ),
    ],
)
def test_an_order(after: NewOrder, words: str) -> None:
    """Against one of TEA-01 for 10.00."""
    assert differences(order(), after) == words


def test_an_asn() -> None:
    """Goods, supplier and date."""
    before = expected(decide_purchase_order(purchase(line()), context()))
    changed = purchase(
        line("TEA-01", "5"), Contact={"Name": "Another Estate"}, DeliveryDate="2026-12-04"
    )
    after = expected(decide_purchase_order(changed, context()))
    assert differences(before, after) == (
        "5 x TEA-01 instead of 1; another supplier; another delivery date"
    )
