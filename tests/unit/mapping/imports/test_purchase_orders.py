"""A purchase order becomes an ASN: what is to arrive, from whom, and when."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.mapping.imports.sales import (
    charge,
    context,
    expected,
    held,
    line,
    note,
    passed,
    purchase,
)
from workers.mapping.imports.digests import digest_of
from workers.mapping.imports.purchase_orders import decide_purchase_order

DECEMBER = "/Date(1796342400000+0000)/"  # 4 December 2026


def test_a_whole_asn() -> None:
    """Every field has its place, in Mintsoft's names; money has none."""
    order = purchase(
        line("TEA-01", "120", "2.5", LineItemID="a1"),
        line("TEA-02", "60", "3", LineItemID="a2"),
        charge("Freight", "90"),
        note("Two pallets"),
        Contact={"Name": "Fjord Tea Import AS"},
        DeliveryDate=DECEMBER,
        DeliveryInstructions="Ring before ten",
        AttentionTo="Goods In",
        Telephone="0113 496 0000",
        Reference="Q4",
    )
    asn = expected(decide_purchase_order(order, context()))
    assert asn.body() == {
        "ClientId": 3,
        "WarehouseId": 5,
        "POReference": "PO-7",
        "Supplier": "Fjord Tea Import AS",
        "EstimatedDelivery": date(2026, 12, 4),
        "Comments": "Ring before ten\nAttention: Goods In, 0113 496 0000\nQ4\nTwo pallets",
        "GoodsInType": "Carton",
        "Quantity": 1,
        "Items": (
            {"SKU": "TEA-01", "Quantity": 120, "SourceLineId": "a1"},
            {"SKU": "TEA-02", "Quantity": 60, "SourceLineId": "a2"},
        ),
    }


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"DeliveryDate": DECEMBER, "ExpectedArrivalDate": "2026-12-09T00:00:00"}, (12, 4)),
        ({"ExpectedArrivalDate": "2026-12-09T00:00:00"}, (12, 9)),
        ({}, (11, 20)),
    ],
)
def test_when_goods_are_expected(dates: dict[str, str], day: tuple[int, int]) -> None:
    """The delivery date, else the expected arrival, else the order's own date."""
    asn = expected(decide_purchase_order(purchase(line(), **dates), context()))
    assert asn.estimated_delivery == date(2026, *day)


@pytest.mark.parametrize(
    ("rows", "more", "code"),
    [
        ([line("TEA-99")], {}, "sku_unknown"),
        ([line("TEA-01", "2.5")], {}, "quantity_not_whole"),
        ([line("TEA-01", "-1")], {}, "quantity_negative"),
        ([line(), charge("Set-up of the mould", "500")], {}, "line_without_item"),
        ([line()], {"PurchaseOrderNumber": None}, "number_missing"),
        ([line()], {"Contact": {}}, "recipient_missing"),
    ],
)
def test_what_stops_it(rows: list[Any], more: dict[str, Any], code: str) -> None:
    """Nothing is half announced."""
    assert held(decide_purchase_order(purchase(*rows, **more), context())).code == code


def test_without_goods_there_is_nothing_to_expect() -> None:
    """Freight alone is no delivery."""
    found = passed(decide_purchase_order(purchase(charge("Freight", "90")), context()))
    assert found.code == "left_out_no_goods"


def test_how_goods_come_is_the_connections() -> None:
    """A setting names Mintsoft's type of goods in."""
    asn = expected(decide_purchase_order(purchase(line()), context({"goods_in_type": "Pallet"})))
    assert asn.goods_in_type == "Pallet"


@pytest.mark.parametrize(
    ("row", "more", "settings", "alike"),
    [
        ({"LineItemID": "renumbered"}, {}, {}, True),
        ({}, {"Status": "BILLED"}, {}, True),
        ({}, {}, {"goods_in_type": "Pallet"}, True),
        ({"Quantity": 2}, {}, {}, False),
        ({"ItemCode": "TEA-02"}, {}, {}, False),
        ({}, {"DeliveryDate": DECEMBER}, {}, False),
    ],
)
def test_what_changes_an_asn(row: Any, more: Any, settings: Any, alike: bool) -> None:
    """Goods and dates do; another id of a line, another status or setting does not."""
    before = expected(decide_purchase_order(purchase(line()), context()))
    order = purchase({**line(), **row}, **more)
    after = expected(decide_purchase_order(order, context(settings), imported=True))
    assert (digest_of(before) == digest_of(after)) is alike
