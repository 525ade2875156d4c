"""What the demo's bookkeeper enters in Xero by hand, with what must become of it in Mintsoft.

The expectations and totals are worked out by hand: line by line, halves up, as Xero rounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workers.cli.demo.shapes import Json

CANCELLED = 3
"""Mintsoft's status of a cancelled order."""


@dataclass(frozen=True, slots=True)
class Import:
    """How a document of Xero must stand in the end.

    ``total`` (gross, in its own currency) and ``units`` are those of the order or ASN that
    Mintsoft must have of it, once; None and 0 where it must have none. ``cancelled``: that order
    must be cancelled.
    """

    kind: str
    number: str
    status: str
    code: str | None = None
    total: Decimal | None = None
    units: int = 0
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """A document as it is typed in; ``change`` is what is typed over it once it is in Mintsoft."""

    body: Json
    expected: Import
    change: Json | None = None


HOME = {
    "AddressType": "DELIVERY",
    "AddressLine1": "17 Canal Street",
    "City": "Leeds",
    "PostalCode": "LS2 7AA",
    "Country": "United Kingdom",
}

ABROAD = {**HOME, "AddressLine1": "3 Quay Row", "City": "Cork", "PostalCode": "T12 X70A"}

SHOP = {"Name": "Finch Street Deli Ltd", "FirstName": "Mara", "LastName": "Quinn"}


def line(sku: str, quantity: str, price: str, tax_type: str = "OUTPUT2", **more: Any) -> Json:
    """Return a line with an item code."""
    figures = {"Quantity": Decimal(quantity), "UnitAmount": Decimal(price)}
    return {"ItemCode": sku, **figures, "TaxType": tax_type, **more}


def charge(words: str, price: str, tax_type: str = "OUTPUT2", **more: Any) -> Json:
    """Return a line without one."""
    figures = {"Quantity": Decimal(1), "UnitAmount": Decimal(price)}
    return {"Description": words, **figures, "TaxType": tax_type, **more}


def sale(number: str, *lines: Json, **more: Any) -> Json:
    """Return a sales invoice to a shop in Leeds."""
    contact = {**SHOP, "Addresses": [HOME]}
    return {"InvoiceNumber": number, "Contact": contact, "LineItems": [*lines], **more}


def purchase(number: str, *lines: Json, **more: Any) -> Json:
    """Return a purchase order."""
    contact = {"Name": "Nilgiri Estates Pvt Ltd"}
    return {"PurchaseOrderNumber": number, "Contact": contact, "LineItems": [*lines], **more}


def _placed(number: str, total: str, units: int) -> Import:
    return Import("sales_order", number, "imported", None, Decimal(total), units)


def _held(number: str, code: str, kind: str = "sales_order") -> Import:
    return Import(kind, number, "needs_attention", code)


def sales() -> Sequence[Typed]:
    """Return the sales invoices; the first is dispatched later."""
    return (*_good_sales(), *_bad_sales(), *_changing_sales())


def _good_sales() -> list[Typed]:
    return [
        Typed(  # 28.74 less 10 % is 25.87, VAT 5.17; shipping 4.95 and 0.99
            sale(
                "INV-2001",
                line("MUG-BLUE-01", "3", "9.58", DiscountRate=10),
                charge("Next day delivery", "4.95"),
                Reference="PO 7781",
            ),
            _placed("INV-2001", "36.98", 3),
        ),
        Typed(  # prices with VAT in them: 8.33 and 2.66
            sale(
                "INV-2002",
                line("POT-CAST-08", "1", "49.99"),
                line("TIN-500", "2", "7.99"),
                LineAmountTypes="Inclusive",
            ),
            _placed("INV-2002", "65.97", 3),
        ),
        Typed(
            sale(
                "INV-2003",
                line("BAG-JUTE", "12", "3.19"),
                {"Description": "Leave with the porter"},
                LineAmountTypes="NoTax",
            ),
            _placed("INV-2003", "38.28", 12),
        ),
        Typed(
            sale(
                "INV-2004",
                line("BOOK-TEAWAYS", "2", "12.99", "ZERORATEDOUTPUT"),
                charge("Voucher", "-5.00", "ZERORATEDOUTPUT"),
                Contact={"Name": "Síle Ní Bhraonáin", "Addresses": [{**ABROAD, "Country": "IE"}]},
                CurrencyCode="EUR",
            ),
            _placed("INV-2004", "20.98", 2),
        ),
        Typed(  # 39.96 and 7.99: no price of one unit in four decimals comes to that VAT
            sale("INV-2005", line("FILTER-V60-02", "1200", "0.0333")),
            _placed("INV-2005", "47.95", 1200),
        ),
    ]


def _bad_sales() -> list[Typed]:
    nowhere = {"Name": "Walk-in customer"}
    return [
        Typed(
            sale("INV-2006", line("MUG-BLUE-01", "1", "9.58"), line("TEA-NEW-50", "1", "4.20")),
            _held("INV-2006", "sku_unknown"),
        ),
        Typed(
            sale("INV-2007", line("COFFEE-YIRG-1K", "1.5", "19.90", "ZERORATEDOUTPUT")),
            _held("INV-2007", "quantity_not_whole"),
        ),
        Typed(
            sale("INV-2008", line("BAG-JUTE", "1", "3.19"), Contact=nowhere),
            _held("INV-2008", "address_missing"),
        ),
        Typed(
            sale("INV-2009", charge("Tea tasting for twelve", "180.00")),
            _held("INV-2009", "line_without_item"),
        ),
        Typed(
            sale("INV-2010", charge("Postage, second parcel", "6.00")),
            Import("sales_order", "INV-2010", "skipped", "left_out_no_goods"),
        ),
    ]


def _changing_sales() -> list[Typed]:
    """Return one that is changed and one that is voided while Mintsoft still allows it."""
    voided = Import("sales_order", "INV-2012", "withdrawn", None, Decimal("69.95"), 1, True)
    return [
        Typed(
            sale("INV-2011", line("MUG-SET-04", "1", "33.33")),
            _placed("INV-2011", "79.99", 2),
            {"LineItems": [line("MUG-SET-04", "2", "33.33")]},
        ),
        Typed(sale("INV-2012", line("KETTLE-GN-1", "1", "58.29")), voided, {"Status": "VOIDED"}),
    ]


def purchases() -> Sequence[Typed]:
    """Return the purchase orders; an ASN has no money on it."""
    return (
        Typed(
            purchase(
                "PO-301",
                line("TEA-EARL-100", "120", "2.10", "ZERORATEDINPUT"),
                line("TEA-ASSAM-250", "60", "4.75", "ZERORATEDINPUT"),
                charge("Sea freight", "85.00", "ZERORATEDINPUT", AccountCode="310"),
                DeliveryInstructions="Ring before ten",
            ),
            Import("purchase_order", "PO-301", "imported", units=180),
        ),
        Typed(
            purchase("PO-302", line("MUG-BLUE-01", "48", "2.95", "INPUT2")),
            Import("purchase_order", "PO-302", "imported", units=48),
        ),
        Typed(
            purchase("PO-303", line("TEA-NEW-50", "40", "1.60", "ZERORATEDINPUT")),
            _held("PO-303", "sku_unknown", "purchase_order"),
        ),
    )
