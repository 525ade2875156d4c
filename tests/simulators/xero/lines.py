"""A line of an invoice as Xero stores it: what the item fills in, and what it comes to."""

from tests.simulators.exchange import Json
from tests.simulators.xero.line_amounts import LineContext, amounts_of, tax_of, tax_type_of
from tests.simulators.xero.line_rules import complaints
from tests.simulators.xero.organisation import new_id
from tests.simulators.xero.tracking import full_tracking


def priced(context: LineContext, sent: Json) -> tuple[Json, list[str]]:
    """The line as Xero stores and answers it, and what is wrong with it."""
    errors: list[str] = []
    item = context.org.items.get(str(sent.get("ItemCode") or ""))
    raw = with_item_defaults(sent, item, context.sales)
    amounts = amounts_of(raw, context, errors)
    errors.extend(complaints(raw, context, amounts))
    tax_type = tax_type_of(raw, context)
    tax = tax_of(raw, context, tax_type, amounts.amount, errors)
    account = context.org.accounts.get(str(raw.get("AccountCode") or ""))
    line = {
        "LineItemID": sent.get("LineItemID") or new_id(),
        "Description": raw.get("Description"),
        "Quantity": amounts.quantity,
        "UnitAmount": amounts.unit,
        "ItemCode": raw.get("ItemCode"),
        "Item": item and {key: item.get(key) for key in ("ItemID", "Name", "Code")},
        "AccountCode": raw.get("AccountCode"),
        "AccountID": account and account["AccountID"],
        "TaxType": tax_type,
        "TaxAmount": tax,
        "LineAmount": amounts.amount,
        "DiscountRate": amounts.discount_rate or None,
        "DiscountAmount": amounts.discount_amount or None,
        "Tracking": [full_tracking(context.org, each) for each in raw.get("Tracking") or []],
    }
    return line, errors


def with_item_defaults(sent: Json, item: Json | None, sales: bool) -> Json:
    """The line as sent, with what it left out taken from its item."""
    if item is None:
        return sent
    details = item.get("SalesDetails" if sales else "PurchaseDetails") or {}
    text = item.get("Description" if sales else "PurchaseDescription") or item.get("Name")
    defaults = {
        "Description": text,
        "UnitAmount": details.get("UnitPrice"),
        "AccountCode": details.get("AccountCode"),
        "TaxType": details.get("TaxType"),
    }
    return defaults | {name: value for name, value in sent.items() if value is not None}
