"""A line's quantity, price and discount in the decimals Xero keeps, to the line's exact net.

Xero keeps four decimals of quantity and unit amount. A price that needs more is written so that
the line's net stays what Mintsoft charged; the quantity moves into the description only when no
price of four decimals can give it.

NetPaid is trusted as far as rounding of the unit price can explain it. Beyond that the line
contradicts itself (a price with VAT in it, say): the price is taken as documented and the
document's totals judge.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from schemas.mintsoft import OrderItem
from workers.mapping.drafts import ZERO
from workers.mapping.money import PENNY, round2, round4, shown
from workers.mapping.reasons import Reason, reason
from workers.mapping.totals import line_net

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Price:
    """What stands on the line, in the order's currency. ``discount`` is off the whole line."""

    quantity: Decimal
    unit_amount: Decimal
    discount: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """Return the line's net as Xero computes it."""
        return line_net(self.quantity, self.unit_amount, self.discount)


def price_of(item: OrderItem, what: str) -> Price | Reason:
    """Return the price of a line (*what* names it to people), or why it has none."""
    discount = round2(item.discount_net or ZERO)
    value = _value(item)
    if value is None:
        return reason("price_missing", what=what)
    if discount < 0:
        return reason("discount_negative", discount=shown(discount), what=what)
    if discount > max(round2(value), ZERO):
        return reason(
            "discount_exceeds_line", discount=shown(discount), what=what, line=shown(value)
        )
    return _written(item.quantity, _unit_price(item), discount, target_net(item))


def target_net(item: OrderItem) -> Decimal:
    """Return what the line comes to, net, in hundredths; 0 when it has no price at all."""
    discount = item.discount_net or ZERO
    value = _value(item)
    by_price = ZERO if value is None else value - discount
    paid = item.net_paid
    if paid is not None and abs(paid - by_price) <= _explained(item.quantity):
        return round2(paid)
    return round2(by_price)


def _written(quantity: Decimal, price: Decimal | None, discount: Decimal, target: Decimal) -> Price:
    tries = _representations(quantity, price, discount, target)
    return next(each for each in tries if each.net == target and _allowed(each))


def _representations(
    quantity: Decimal, price: Decimal | None, discount: Decimal, target: Decimal
) -> Iterator[Price]:
    """Yield ways to write a line, the most natural first; the last always fits."""
    if round4(quantity) == quantity:
        if price is not None:
            yield Price(quantity, round4(price), discount)
        yield Price(quantity, round4((target + discount) / quantity), discount)
    yield Price(ONE, target + discount, discount)
    yield Price(ONE, target)


def _allowed(price: Price) -> bool:
    """Xero refuses a discount that is more than its line."""
    return not price.discount or price.discount <= price.quantity * price.unit_amount


def _value(item: OrderItem) -> Decimal | None:
    """Return the line's net before its discount, unrounded."""
    price = _unit_price(item)
    if price is not None:
        return item.quantity * price
    return None if item.net_paid is None else item.net_paid + (item.discount_net or ZERO)


def _unit_price(item: OrderItem) -> Decimal | None:
    return item.price_net if item.price_net is not None else item.price


def _explained(quantity: Decimal) -> Decimal:
    """Return how far a unit price rounded to pence, and a penny on the sum, can be off."""
    return abs(quantity) * PENNY / 2 + PENNY
