"""Xero's arithmetic: every line is rounded by itself, half up, and the document is the sum.

Source: Xero's rounding guide. Its worked example is 25.06, 25.61 and 25.63 at 15 %, which give
76.30 net, 11.44 tax and 87.74 in all; taxing the sum at once would give 11.45.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

LineAmountTypes = Literal["Exclusive", "Inclusive", "NoTax"]

CENT = Decimal("0.01")
QUANTITY_STEP = Decimal("0.0001")
HUNDRED = Decimal(100)


def round2(amount: Decimal) -> Decimal:
    """To two decimals, half away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def round_unit(amount: Decimal, decimals: int) -> Decimal:
    """A unit amount to 2 decimals, or 4 where the caller opted in with unitdp=4."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def round_quantity(quantity: Decimal) -> Decimal:
    """A quantity to four decimals."""
    return quantity.quantize(QUANTITY_STEP, ROUND_HALF_UP)


def line_amount(
    quantity: Decimal, unit: Decimal, discount_rate: Decimal, discount_amount: Decimal
) -> Decimal:
    """The amount of a line after its discount, given as a rate in per cent or as an amount."""
    gross = quantity * unit
    return round2(gross - gross * discount_rate / HUNDRED - discount_amount)


def line_tax(amount: Decimal, rate: Decimal, kind: LineAmountTypes) -> Decimal:
    """The tax of a line whose amount excludes or includes it; `rate` in per cent."""
    if kind == "NoTax":
        return Decimal("0.00")
    if kind == "Inclusive":
        return round2(amount * rate / (HUNDRED + rate))
    return round2(amount * rate / HUNDRED)


@dataclass(frozen=True)
class Totals:
    """The totals of a document in its own currency."""

    sub_total: Decimal
    total_tax: Decimal
    total: Decimal


def totals(lines: Iterable[tuple[Decimal, Decimal]], kind: LineAmountTypes) -> Totals:
    """Sum lines of (amount, tax), both already rounded."""
    rows = list(lines)
    amounts = sum((amount for amount, _ in rows), Decimal("0.00"))
    tax = sum((tax for _, tax in rows), Decimal("0.00"))
    net = amounts - tax if kind == "Inclusive" else amounts
    return Totals(net, tax, net + tax)
