"""Drafts as Xero's Accounting API names them (schemas Invoice and Item of its OpenAPI file).

Amounts stay ``Decimal``: the gateway writes them as exact JSON numbers. No total is sent: Xero
computes its own, and it is compared afterwards.
"""

from decimal import Decimal

from workers.mapping.drafts import ContactDraft, InvoiceDraft, ItemDraft, LineDraft
from workers.mapping.money import exact

Body = dict[str, object]


def invoice_body(draft: InvoiceDraft) -> Body:
    """Return *draft* as an element of ``Invoices``."""
    return _without_empty(
        {
            "Type": "ACCREC",
            "Contact": _contact(draft.contact),
            "Date": draft.date.isoformat(),
            "DueDate": draft.due_date.isoformat(),
            "LineAmountTypes": "Exclusive",
            "InvoiceNumber": draft.number,
            "Reference": draft.reference,
            "Url": draft.url,
            "CurrencyCode": draft.currency,
            "Status": draft.status,
            "BrandingThemeID": str(draft.branding_theme) if draft.branding_theme else None,
            "LineItems": [_line(line) for line in draft.lines],
        }
    )


def item_body(draft: ItemDraft) -> Body:
    """Return *draft* as an element of ``Items``: not tracked as inventory, sold and bought."""
    sales: Body = {
        "UnitPrice": _short(draft.unit_price),
        "AccountCode": draft.sales_account,
        "TaxType": draft.sales_tax_type,
    }
    purchases = {"AccountCode": draft.purchases_account} if draft.purchases_account else None
    return _without_empty(
        {
            "Code": draft.code,
            "Name": draft.name,
            "Description": draft.description,
            "SalesDetails": _without_empty(sales),
            "PurchaseDetails": purchases,
        }
    )


def _line(line: LineDraft) -> Body:
    return _without_empty(
        {
            "Description": line.description,
            "Quantity": _short(line.quantity),
            "UnitAmount": _short(line.unit_amount),
            "ItemCode": line.item_code,
            "AccountCode": line.account,
            "TaxType": line.tax_type,
            "DiscountAmount": _short(line.discount) if line.discount else None,
            "Tracking": [{"Name": each.category, "Option": each.option} for each in line.tracking],
        }
    )


def _contact(contact: ContactDraft) -> Body:
    if contact.contact_id:
        return {"ContactID": str(contact.contact_id)}
    return _without_empty({"Name": contact.name, "EmailAddress": contact.email})


@exact
def _short(amount: Decimal | None) -> Decimal | None:
    """Return *amount* without zeros at its end and without an exponent."""
    return None if amount is None else Decimal(f"{amount.normalize():f}")


def _without_empty(body: Body) -> Body:
    return {name: value for name, value in body.items() if value is not None and value != []}
