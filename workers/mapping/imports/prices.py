"""A line's net price and VAT of one unit, by Xero's own figures.

Xero's LineAmount and TaxAmount decide; its unit amount is kept where it comes to them. Mintsoft
keeps prices of one unit with four decimals, and over a hundred units that can't hit every penny:
the unit is then priced a ten-thousandth higher, and the pence too many are taken off again as a
discount (of VAT: off the whole order), so that nothing is ever lost to rounding.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from schemas.xero import LineAmountTypes, XeroLine
from workers.mapping.drafts import ZERO
from workers.mapping.money import FOUR_PLACES, exact, round2, round4


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit costs, net, and its VAT; ``discount`` (net) is off all units together.

    ``vat_over``: pence by which quantity x vat is more than the line's VAT.
    """

    net: Decimal
    vat: Decimal
    discount: Decimal
    vat_over: Decimal


def net_of(line: XeroLine, kind: LineAmountTypes) -> Decimal:
    """Return what *line* comes to without tax, in the document's currency."""
    return round2(line.line_amount - (line.tax_amount if kind == "Inclusive" else ZERO))


def tax_of(line: XeroLine) -> Decimal:
    """Return the tax of *line*."""
    return round2(line.tax_amount)


@exact
def unit_price(line: XeroLine, quantity: int, kind: LineAmountTypes) -> UnitPrice:
    """Return the price of one of *quantity* units (at least one)."""
    net, discount = _net(line, quantity, kind)
    vat, over = _fitted(tax_of(line), quantity)
    return UnitPrice(net, vat, discount, over)


def _net(line: XeroLine, quantity: int, kind: LineAmountTypes) -> tuple[Decimal, Decimal]:
    """Return the unit's price before the discount, and the discount."""
    net = net_of(line, kind)
    price = round4(_full(line, net, kind))
    discount = round2(quantity * price) - net
    if discount == 0 or (discount > 0 and (line.discount_rate or line.discount_amount)):
        return price, discount
    return _fitted(net, quantity)


def _full(line: XeroLine, net: Decimal, kind: LineAmountTypes) -> Decimal:
    """Return the unit's net price before any discount, with all its decimals.

    Of a line that is free by its discount, nobody knows the tax that the full price had in it.
    """
    if kind != "Inclusive" or not line.line_amount:
        return line.unit_amount
    return line.unit_amount * net / line.line_amount


def _fitted(amount: Decimal, quantity: int) -> tuple[Decimal, Decimal]:
    """Return the price of one of *quantity* for *amount*, and by how much it is too much."""
    price = round4(amount / quantity)
    if round2(quantity * price) != amount:
        price = (amount / quantity).quantize(FOUR_PLACES, rounding=ROUND_CEILING)
    return price, round2(quantity * price) - amount
