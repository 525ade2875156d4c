"""A line of an invoice: what Xero refuses, what it fills in from the item, and what it comes to."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tests.simulators.exchange import Json
from tests.simulators.xero import rounding
from tests.simulators.xero.fields import decimal_of, too_long
from tests.simulators.xero.organisation import Organisation, new_id
from tests.simulators.xero.rounding import LineAmountTypes, round2

ZERO = Decimal(0)
DESCRIPTION_LENGTH = 4000
MAX_TRACKING = 2
# Accounts that Xero itself posts to; a document may name none of them. Rounding is not among them.
CONTROL_ACCOUNTS = frozenset(
    {
        "BANKCURRENCYGAIN",
        "CREDITORS",
        "DEBTORS",
        "GST",
        "GSTONIMPORTS",
        "HISTORICAL",
        "REALISEDCURRENCYGAIN",
        "RETAINEDEARNINGS",
        "TRACKINGTRANSFERS",
        "UNPAIDEXPCLM",
        "UNREALISEDCURRENCYGAIN",
    }
)
FLAG_OF_CLASS = {
    "ASSET": "CanApplyToAssets",
    "EQUITY": "CanApplyToEquity",
    "EXPENSE": "CanApplyToExpenses",
    "LIABILITY": "CanApplyToLiabilities",
    "REVENUE": "CanApplyToRevenue",
}


@dataclass(frozen=True)
class LineContext:
    """What a line needs to know of its document."""

    org: Organisation
    sales: bool
    kind: LineAmountTypes
    unit_decimals: int
    complete: bool


@dataclass(frozen=True)
class Amounts:
    """The figures of a line, rounded as Xero stores them."""

    quantity: Decimal
    unit: Decimal
    discount_rate: Decimal
    discount_amount: Decimal
    amount: Decimal

    @property
    def discount(self) -> Decimal:
        """The discount in money."""
        return round2(self.quantity * self.unit) - self.amount


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
        "LineItemID": new_id(),
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


def amounts_of(raw: Json, context: LineContext, errors: list[str]) -> Amounts:
    """Quantity, unit amount, discount and the line amount they come to."""
    quantity = decimal_of(raw, "Quantity", errors)
    unit = decimal_of(raw, "UnitAmount", errors)
    claimed = decimal_of(raw, "LineAmount", errors)
    rate = decimal_of(raw, "DiscountRate", errors) or ZERO
    discount = decimal_of(raw, "DiscountAmount", errors) or ZERO
    count = rounding.round_quantity(default_quantity(quantity, unit, claimed))
    if unit is None:
        unit = claimed / count if claimed is not None and count else ZERO
    price = rounding.round_unit(unit, context.unit_decimals)
    amount = rounding.line_amount(count, price, rate, discount)
    if claimed is not None and raw.get("UnitAmount") is None:
        amount = round2(claimed)
    if claimed is not None and round2(claimed) != amount:
        errors.append(
            f"The line total {round2(claimed)} does not match the expected line total {amount}"
        )
    return Amounts(count, price, rate, round2(discount), amount)


def default_quantity(
    quantity: Decimal | None, unit: Decimal | None, claimed: Decimal | None
) -> Decimal:
    """The quantity of a line that may have left it out: one, or none for a line of text only."""
    if quantity is not None:
        return quantity
    return ZERO if unit is None and claimed is None else Decimal(1)


def complaints(raw: Json, context: LineContext, amounts: Amounts) -> Iterator[str]:
    """Everything wrong with a line but its figures."""
    yield from too_long(raw, [("Description", DESCRIPTION_LENGTH)])
    if not raw.get("Description"):
        yield "Description is required for each line item."
    code = raw.get("ItemCode")
    if code and code not in context.org.items:
        yield f"Item code '{code}' is not valid"
    yield from discount_complaints(context, amounts)
    if is_text_only(raw):
        return
    yield from account_complaints(raw, context)
    yield from tax_complaints(raw, context)
    yield from tracking_complaints(context.org, raw.get("Tracking") or [])


def is_text_only(raw: Json) -> bool:
    """Whether the line is a remark without figures."""
    return all(raw.get(name) is None for name in ("Quantity", "UnitAmount", "LineAmount"))


def discount_complaints(context: LineContext, amounts: Amounts) -> Iterator[str]:
    """Discounts are for sales only, one kind at a time, and never more than the line."""
    if not amounts.discount_rate and not amounts.discount_amount:
        return
    if not context.sales:
        yield "Discounts are only supported on ACCREC invoices."
    if amounts.discount_rate and amounts.discount_amount:
        yield "Only one of DiscountRate or DiscountAmount can be specified."
    if not ZERO <= amounts.discount_rate <= rounding.HUNDRED:
        yield "DiscountRate must be between 0 and 100."
    gross = round2(amounts.quantity * amounts.unit)
    if amounts.discount_amount < 0 or amounts.discount_amount > max(gross, ZERO):
        yield "The discount amount cannot be greater than the line total."


def account_complaints(raw: Json, context: LineContext) -> Iterator[str]:
    """The account must exist, be active, and not be one that Xero keeps to itself."""
    code = raw.get("AccountCode")
    if not code:
        if context.complete:
            yield "Account code must be specified"
        return
    account = context.org.accounts.get(str(code))
    if account is None or is_control(account):
        yield f"Account code '{code}' is not a valid code for this document."
    elif account["Status"] != "ACTIVE":
        yield (
            f"Account code '{code}' has been archived, or has been deleted. "
            "Each line item must reference a valid account."
        )


def is_control(account: Json) -> bool:
    """Whether only Xero itself posts to the account."""
    return account["Type"] == "BANK" or account.get("SystemAccount") in CONTROL_ACCOUNTS


def tax_complaints(raw: Json, context: LineContext) -> Iterator[str]:
    """The tax type must exist, be active and be usable with the class of the account."""
    tax_type = tax_type_of(raw, context)
    account = context.org.accounts.get(str(raw.get("AccountCode") or ""))
    if tax_type is None or context.kind == "NoTax":
        return
    rate = context.org.tax_rates.get(tax_type)
    if rate is None or rate["Status"] != "ACTIVE":
        yield (
            f"The TaxType code '{tax_type}' does not exist or cannot be used "
            "for this type of transaction."
        )
    elif account and not rate[FLAG_OF_CLASS[account["Class"]]]:
        yield f"The TaxType code '{tax_type}' cannot be used with account code '{account['Code']}'."


def tax_type_of(raw: Json, context: LineContext) -> str | None:
    """The tax type sent, else the account's; none at all on a document without tax."""
    if context.kind == "NoTax":
        return context.org.preset.no_tax
    account = context.org.accounts.get(str(raw.get("AccountCode") or ""))
    return raw.get("TaxType") or (account["TaxType"] if account else None)


def tax_of(
    raw: Json, context: LineContext, tax_type: str | None, amount: Decimal, errors: list[str]
) -> Decimal:
    """The tax sent with the line, else the tax by rate."""
    given = decimal_of(raw, "TaxAmount", errors)
    if given is not None and context.kind != "NoTax":
        return round2(given)
    rate = context.org.tax_rates.get(tax_type or "")
    per_cent = rate["EffectiveRate"] if rate else ZERO
    return rounding.line_tax(amount, per_cent, context.kind)


def tracking_complaints(org: Organisation, sent: list[Json]) -> Iterator[str]:
    """At most two elements, each an active option of an active category, no category twice."""
    if len(sent) > MAX_TRACKING:
        yield "A maximum of two tracking elements can be specified for each line item."
    seen = [full_tracking(org, each) for each in sent]
    for each, full in zip(sent, seen, strict=True):
        if "TrackingOptionID" not in full:
            yield (
                f"The tracking option '{each.get('Option')}' of category '{each.get('Name')}' "
                "does not exist or is not active."
            )
    categories = [full.get("TrackingCategoryID") for full in seen if full.get("TrackingCategoryID")]
    if len(set(categories)) != len(categories):
        yield "A tracking category can be specified only once for each line item."


def full_tracking(org: Organisation, sent: Json) -> Json:
    """A tracking element with names and identifiers, or as sent when there is none such."""
    for each in org.tracking:
        if each["Status"] == "ACTIVE" and names(each, sent, "TrackingCategoryID", "Name"):
            for option in each["Options"]:
                if option["Status"] == "ACTIVE" and names_option(option, sent):
                    return {
                        "Name": each["Name"],
                        "Option": option["Name"],
                        "TrackingCategoryID": each["TrackingCategoryID"],
                        "TrackingOptionID": option["TrackingOptionID"],
                    }
    return {"Name": sent.get("Name"), "Option": sent.get("Option")}


def names(record: Json, sent: Json, identifier: str, name: str) -> bool:
    """Whether `sent` means `record`, by identifier if it has one, else by name."""
    if sent.get(identifier):
        return bool(record[identifier] == sent[identifier])
    return bool(record[name] == sent.get(name))


def names_option(option: Json, sent: Json) -> bool:
    """Whether `sent` means this option of its category."""
    if sent.get("TrackingOptionID"):
        return bool(option["TrackingOptionID"] == sent["TrackingOptionID"])
    return bool(option["Name"] == sent.get("Option"))
