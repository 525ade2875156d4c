"""What Xero refuses in a line of an invoice, rule by rule, in its words."""

from collections.abc import Iterator

from tests.simulators.exchange import Json
from tests.simulators.xero import rounding
from tests.simulators.xero.fields import too_long
from tests.simulators.xero.line_amounts import ZERO, Amounts, LineContext, tax_type_of
from tests.simulators.xero.rounding import round2
from tests.simulators.xero.tracking import tracking_complaints

DESCRIPTION_LENGTH = 4000
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
