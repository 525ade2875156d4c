"""The figures of a line: quantity, unit amount, discount, tax type and what they come to."""

from dataclasses import dataclass
from decimal import Decimal

from tests.simulators.exchange import Json
from tests.simulators.xero import rounding
from tests.simulators.xero.fields import decimal_of
from tests.simulators.xero.organisation import Organisation
from tests.simulators.xero.rounding import LineAmountTypes, round2

ZERO = Decimal(0)


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
