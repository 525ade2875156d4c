"""The JSON is as Xero's Accounting API wants it, and amounts are still Decimal."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from tests.unit.mapping.books import context, item, order, posted
from workers.mapping.drafts import ContactDraft, InvoiceDraft, ItemDraft
from workers.mapping.orders import decide_order
from workers.mapping.wire import invoice_body, item_body


def _draft() -> InvoiceDraft:
    mapping = {"skus": {"TEA-01": {"tracking": [{"category": "Channel", "option": "eBay"}]}}}
    given = order(item(Quantity=100, PriceNet="10.50", DiscountNet="50"), total="1200")
    return posted(decide_order(given, context(mapping))).invoice


def test_an_invoice() -> None:
    assert invoice_body(_draft()) == {
        "Type": "ACCREC",
        "Contact": {"Name": "Zoë O'Neil", "EmailAddress": "zoe@example.com"},
        "Date": "2026-11-20",
        "DueDate": "2026-11-20",
        "LineAmountTypes": "Exclusive",
        "InvoiceNumber": "MS-SO-1001",
        "Reference": "WEB-77",
        "Url": "https://acme.mintsoft.example/Order/Details/4711",
        "CurrencyCode": "GBP",
        "Status": "AUTHORISED",
        "LineItems": [
            {
                "Description": "Details of TEA-01",
                "Quantity": Decimal(100),
                "UnitAmount": Decimal("10.5"),
                "ItemCode": "TEA-01",
                "AccountCode": "200",
                "TaxType": "OUTPUT2",
                "DiscountAmount": Decimal(50),
                "Tracking": [{"Name": "Channel", "Option": "eBay"}],
            }
        ],
    }


def test_a_known_contact_is_named_by_id_alone() -> None:
    """A name or address beside the id would overwrite what the bookkeeper keeps in Xero."""
    known = ContactDraft("Zoë O'Neil", "zoe@example.com", UUID(int=5))
    theme = UUID(int=6)
    body = invoice_body(replace(_draft(), contact=known, branding_theme=theme, reference=None))
    assert body["Contact"] == {"ContactID": str(UUID(int=5))}
    assert body["BrandingThemeID"] == str(theme)
    assert "Reference" not in body


def test_amounts_have_no_exponent() -> None:
    """1E+2 is a number to some JSON readers and an error to others."""
    body = invoice_body(_draft())
    lines = body["LineItems"]
    assert isinstance(lines, list)
    assert str(lines[0]["Quantity"]) == "100"
    assert str(lines[0]["UnitAmount"]) == "10.5"


def test_an_item() -> None:
    draft = ItemDraft("TEA-01", "Tea", "Green tea", "200", "OUTPUT2", "310")
    assert item_body(draft) == {
        "Code": "TEA-01",
        "Name": "Tea",
        "Description": "Green tea",
        "SalesDetails": {"AccountCode": "200", "TaxType": "OUTPUT2"},
        "PurchaseDetails": {"AccountCode": "310"},
    }
    bare = item_body(replace(draft, purchases_account=None, unit_price=Decimal("1.50")))
    assert "PurchaseDetails" not in bare
    assert bare["SalesDetails"] == {
        "UnitPrice": Decimal("1.5"),
        "AccountCode": "200",
        "TaxType": "OUTPUT2",
    }
