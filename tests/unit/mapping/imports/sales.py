"""Xero's documents built from a few words, priced as Xero prices them, for the tests of imports."""

from datetime import date
from decimal import Decimal
from typing import Any

from schemas.connections import ConnectionSettings, Mapping
from schemas.imports import NewAsn, NewOrder
from schemas.xero import PurchaseOrder, SalesInvoice
from tests.simulators.xero import rounding
from workers.mapping.imports.context import ImportContext
from workers.mapping.imports.decisions import Hold, Pass, Place
from workers.mapping.reasons import Reason

Json = dict[str, Any]

INVOICE_ID = "220ddca8-3144-4085-9a88-2d72c5133734"
ORDER_ID = "7f0a3e4c-7f8e-4d0c-a2a5-5be8fb2f1b60"
UPDATED = "/Date(1795424400000+0000)/"  # 23 November 2026, 09:00 UTC
DAY = "/Date(1795132800000+0000)/"  # 20 November 2026
DEFAULTS = {"sales": "200", "shipping": "425", "discount": "270"}
PRODUCTS = {"TEA-01": 11, "TEA-02": 12}

STREET = {
    "AddressType": "STREET",
    "AddressLine1": "4 Harbour Road",
    "City": "Leeds",
    "PostalCode": "LS1 4AB",
    "Country": "United Kingdom",
}
CONTACT: Json = {"Name": "Borealis Toys Ltd", "Addresses": [STREET]}


def context(
    settings: Json | None = None,
    mapping: Json | None = None,
    products: dict[str, int] | None = PRODUCTS,
    **more: Any,
) -> ImportContext:
    """A connection of a British organisation, made on 1 November 2026."""
    usual: Json = {
        "client_id": 3,
        "warehouse_id": 5,
        "channel_id": 2,
        "connected_on": date(2026, 11, 1),
        "base_currency": "GBP",
        "country": "GB",
        "settings": ConnectionSettings.model_validate(settings or {}),
        "mapping": Mapping.model_validate({"defaults": DEFAULTS, **(mapping or {})}),
        "products": products,
    }
    return ImportContext(**{**usual, **more})


def line(
    sku: str | None = "TEA-01",
    quantity: str = "1",
    unit: str = "10",
    rate: str = "20",
    kind: rounding.LineAmountTypes = "Exclusive",
    **more: Any,
) -> Json:
    """A line as Xero answers it; *rate* of tax in per cent; figures are Xero's."""
    count, price = Decimal(quantity), Decimal(unit)
    off, amount_off = (Decimal(more.get(name, 0)) for name in ("DiscountRate", "DiscountAmount"))
    amount = rounding.line_amount(count, price, off, amount_off)
    figures = {
        "Quantity": count,
        "UnitAmount": price,
        "LineAmount": amount,
        "TaxAmount": rounding.line_tax(amount, Decimal(rate), kind),
        "DiscountRate": off or None,
        "DiscountAmount": amount_off or None,
    }
    usual = {"LineItemID": f"line of {sku}", "ItemCode": sku, "AccountCode": "200"}
    return {**usual, "Description": f"Details of {sku}", **figures, **without_amounts(more)}


def without_amounts(more: Json) -> Json:
    return {name: value for name, value in more.items() if not name.startswith("Discount")}


def charge(text: str, amount: str, account: str = "200", **more: Any) -> Json:
    """A line without an item code."""
    return line(None, "1", amount, Description=text, AccountCode=account, **more)


def note(text: str) -> Json:
    """A line of words alone, as Xero answers it."""
    return {"LineItemID": "note", "Description": text, "Quantity": Decimal(0), "Tracking": []}


def document(*lines: Json, kind: rounding.LineAmountTypes = "Exclusive", **more: Any) -> Json:
    """What sales and purchase orders share, with Xero's sums."""
    rows = [(row.get("LineAmount", Decimal(0)), row.get("TaxAmount", Decimal(0))) for row in lines]
    sums = rounding.totals(rows, kind)
    usual = {
        "Contact": CONTACT,
        "Date": DAY,
        "Status": "AUTHORISED",
        "LineAmountTypes": kind,
        "CurrencyCode": "GBP",
        "LineItems": list(lines),
        "SubTotal": sums.sub_total,
        "TotalTax": sums.total_tax,
        "Total": sums.total,
        "UpdatedDateUTC": UPDATED,
    }
    return {**usual, **more}


def sale(*lines: Json, kind: rounding.LineAmountTypes = "Exclusive", **more: Any) -> SalesInvoice:
    head = {"Type": "ACCREC", "InvoiceID": INVOICE_ID, "InvoiceNumber": "INV-7"}
    return SalesInvoice.model_validate({**head, **document(*lines, kind=kind), **more})


def purchase(*lines: Json, **more: Any) -> PurchaseOrder:
    head = {"PurchaseOrderID": ORDER_ID, "PurchaseOrderNumber": "PO-7"}
    return PurchaseOrder.model_validate({**head, **document(*lines), **more})


def placed(decision: Place[NewOrder] | Hold | Pass) -> NewOrder:
    """The order of a decision; what it says instead is the failure's message."""
    assert isinstance(decision, Place), decision
    return decision.body


def expected(decision: Place[NewAsn] | Hold | Pass) -> NewAsn:
    """The ASN of a decision."""
    assert isinstance(decision, Place), decision
    return decision.body


def held(decision: object) -> Reason:
    assert isinstance(decision, Hold), decision
    return decision.reason


def passed(decision: object) -> Reason:
    assert isinstance(decision, Pass), decision
    return decision.reason
