"""A sales invoice becomes an order: whole, to the penny, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.imports import NewOrder
from tests.unit.mapping.imports.sales import (
    CONTACT,
    INVOICE_ID,
    charge,
    context,
    held,
    line,
    note,
    placed,
    sale,
)
from workers.mapping.imports.digests import digest_of
from workers.mapping.imports.sales_orders import decide_sales_order
from workers.mapping.imports.sums import order_totals


def test_a_whole_order() -> None:
    """Every field has its place, in Mintsoft's names."""
    invoice = sale(
        line("TEA-01", "3", "8.3333", DiscountRate=10),
        line("TEA-02", "2", "5", "0"),
        charge("Next day delivery", "4.95"),
        charge("Voucher", "-2"),
        note("Leave with the porter"),
        note("Gift"),
        Reference="PO 7781",
    )
    order = placed(decide_sales_order(invoice, context()))
    assert order.body() == {
        "OrderNumber": "INV-7",
        "ExternalOrderReference": f"XERO-{INVOICE_ID} PO 7781",
        "ClientId": 3,
        "WarehouseId": 5,
        "ChannelId": 2,
        "CourierService": "AUTO",
        "FirstName": "Borealis",
        "LastName": "Toys Ltd",
        "Address1": "4 Harbour Road",
        "Town": "Leeds",
        "PostCode": "LS1 4AB",
        "Country": "GB",
        "Currency": "GBP",
        "Comments": "Leave with the porter\nGift",
        "ShippingTotalExVat": Decimal("4.95"),
        "ShippingTotalVat": Decimal("0.99"),
        "DiscountTotalExVat": Decimal("2.00"),
        "DiscountTotalVat": Decimal("0.40"),
        "TotalVat": Decimal("5.09"),
        "OrderItems": (
            {
                "SKU": "TEA-01",
                "Quantity": 3,
                "Details": "Details of TEA-01",
                "UnitPrice": Decimal("8.3333"),
                "UnitPriceVat": Decimal("1.5"),
                "Discount": Decimal("2.50"),
            },
            {
                "SKU": "TEA-02",
                "Quantity": 2,
                "Details": "Details of TEA-02",
                "UnitPrice": Decimal("5"),
                "UnitPriceVat": Decimal("0"),
                "Discount": Decimal("0"),
            },
        ),
    }
    # 22.50 + 10.00 + 4.95 - 2.00 net, 4.50 + 0.99 - 0.40 VAT
    assert order_totals(order).gross == invoice.total == Decimal("40.54")


@pytest.mark.parametrize("kind", ["Exclusive", "Inclusive", "NoTax"])
def test_totals_agree_in_every_kind_of_amounts(kind: str) -> None:
    """The example of Xero's rounding guide, and a thousand of something cheap."""
    prices = ("25.06", "25.61", "25.63")
    rows = [line("TEA-01", "1", price, "15", kind) for price in prices]  # type: ignore[arg-type]
    cheap = line("TEA-02", "1000", "0.0333", "20", kind)  # type: ignore[arg-type]
    invoice = sale(*rows, cheap, kind=kind)  # type: ignore[arg-type]
    order = placed(decide_sales_order(invoice, context()))
    assert order_totals(order).gross == invoice.total
    assert order.total_vat == invoice.total_tax


def test_a_total_that_is_not_the_sum_of_its_lines() -> None:
    """Given another total in Xero, both figures are told and nothing is placed."""
    found = held(decide_sales_order(sale(line(), Total=Decimal("12.01")), context()))
    assert found.code == "import_totals_differ"
    assert "12.01 GBP" in found.message
    assert "12.00 GBP" in found.message


def test_one_bad_line_stops_the_whole() -> None:
    """Nothing is half imported, and every problem is told at once."""
    invoice = sale(line(), line("TEA-99"), line("TEA-02", "0.5"), Contact={"Name": "Plum"})
    found = held(decide_sales_order(invoice, context()))
    assert found.code == "sku_unknown"
    for words in ("Line 2 (SKU TEA-99)", "Line 3 (SKU TEA-02)", "Plum has no delivery"):
        assert words in found.message


def test_an_invoice_without_a_number() -> None:
    """A draft may have none yet."""
    settings = context({"import_filters": {"statuses": ["DRAFT"]}})
    invoice = sale(line(), InvoiceNumber="", Status="DRAFT")
    assert held(decide_sales_order(invoice, settings)).code == "number_missing"


def test_what_the_connection_decides() -> None:
    """Courier, warehouse, channel; the organisation's currency where the invoice names none."""
    settings = context({"courier_service": "DPD"}, warehouse_id=8, channel_id=None, client_id=4)
    order = placed(decide_sales_order(sale(line(), CurrencyCode=None), settings))
    assert (order.courier_service, order.warehouse_id, order.channel_id) == ("DPD", 8, None)
    assert (order.client_id, order.currency) == (4, "GBP")


def test_the_invoices_own_currency() -> None:
    """It is kept, also in messages."""
    invoice = sale(line(), CurrencyCode="EUR")
    assert placed(decide_sales_order(invoice, context())).currency == "EUR"


def order_of(reference: str = "", status: str = "AUTHORISED", price: str = "10") -> NewOrder:
    invoice = sale(line("TEA-01", "1", price), Reference=reference, Status=status)
    return placed(decide_sales_order(invoice, context()))


def test_a_digest_changes_with_the_body_alone() -> None:
    """A payment changes nothing, a price or an address does; 10 and 10.00 are alike."""
    assert digest_of(order_of()) == digest_of(order_of(status="PAID"))
    assert digest_of(order_of()) == digest_of(order_of(price="10.00"))
    assert digest_of(order_of()) != digest_of(order_of(price="10.01"))
    moved = {**CONTACT, "Addresses": [{**CONTACT["Addresses"][0], "City": "York"}]}
    elsewhere = placed(decide_sales_order(sale(line(), Contact=moved), context()))
    assert digest_of(elsewhere) != digest_of(order_of())
    again = NewOrder.model_validate(order_of().body())
    assert digest_of(again) == digest_of(order_of())


def test_a_digest_is_of_xeros_document_alone() -> None:
    """Given another courier, warehouse and channel, the order that was placed is what it was."""
    other = context({"courier_service": "DPD"}, warehouse_id=8, channel_id=9)
    again = placed(decide_sales_order(sale(line("TEA-01", "1", "10")), other))
    assert digest_of(again) == digest_of(order_of())
