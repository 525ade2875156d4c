"""A document's totals as Xero will compute them.

Each line by itself: net = round2(quantity x unit amount - discount), tax = round2(net x rate);
then sums (Xero rounding guide). Taxing one sum instead gives other pennies.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from workers.mapping.drafts import ZERO, LineDraft, Totals
from workers.mapping.money import exact, round2


@exact
def line_net(quantity: Decimal, unit_amount: Decimal, discount: Decimal = ZERO) -> Decimal:
    """Return a line's net amount in its currency, in hundredths."""
    return round2(quantity * unit_amount - discount)


@exact
def line_tax(net: Decimal, rate: Decimal) -> Decimal:
    """Return the tax on *net* at *rate* per cent, in hundredths."""
    return round2(net * rate / 100)


@exact
def totals(lines: Iterable[LineDraft], rates: Mapping[str, Decimal]) -> Totals:
    """Return the sums of *lines*; *rates* gives per cent by tax type.

    Raises KeyError when a line's tax type has no rate: check lines before adding them up.
    """
    net = tax = Decimal("0.00")
    for line in lines:
        amount = net_of(line)
        net += amount
        tax += line_tax(amount, rates[line.tax_type])
    return Totals(net, tax, net + tax)


def net_of(line: LineDraft) -> Decimal:
    """Return the net amount of *line*, in hundredths."""
    return line_net(line.quantity, line.unit_amount, line.discount)
