"""The lines of an order's invoice: items, shipping, the order's own discount.

Each function gives the line or the reason why it can't be; none of them guesses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.connections import TrackingChoice
from schemas.mintsoft import Order, OrderItem
from workers.mapping.accounts import Accounts
from workers.mapping.context import Context
from workers.mapping.drafts import LineDraft
from workers.mapping.items import description, item_code, sku_of
from workers.mapping.money import round2, shown
from workers.mapping.prices import ONE, Price, price_of
from workers.mapping.reasons import Reason, reason
from workers.mapping.tax import (
    fitting_rate,
    implied_rate,
    item_rate,
    rate_differs,
    rates_of,
    tax_types,
    type_for,
)
from workers.mapping.text import one_line
from workers.mapping.totals import net_of
from workers.mapping.tracking import combined

SHIPPING, DISCOUNT = "shipping", "the order's discount"


@dataclass(frozen=True, slots=True)
class Terms:
    """How one order is booked: its accounts, the tax types by rate, the connection."""

    accounts: Accounts
    types: dict[str, str]
    context: Context

    @property
    def rates(self) -> tuple[Decimal, ...]:
        """Return the rates in per cent that have a tax type."""
        return rates_of(self.types)

    def tracking(self, sku: str | None = None) -> tuple[TrackingChoice, ...]:
        """Return the tracking of a line: connection, then channel, then SKU."""
        own = self.accounts.sku(sku).tracking if sku else ()
        return combined(self.context.settings.tracking, self.accounts.channel.tracking, own)


def terms_of(accounts: Accounts, context: Context) -> Terms:
    """Return the terms of an order that is booked to *accounts*."""
    return Terms(accounts, tax_types(context.mapping, context.settings), context)


def item_line(item: OrderItem, terms: Terms) -> LineDraft | Reason:
    """Return the line of *item*, whose quantity is not 0."""
    sku = sku_of(item)
    what = f"SKU {sku}" if sku else description(item)
    price = price_of(item, what)
    tax_type = _item_tax_type(item, sku, what, terms)
    if isinstance(price, Reason):
        return price
    if isinstance(tax_type, Reason):
        return tax_type
    return LineDraft(
        label=what,
        description=_described(item, price),
        quantity=price.quantity,
        unit_amount=price.unit_amount,
        discount=price.discount,
        account=terms.accounts.sales(sku),
        tax_type=tax_type,
        item_code=item_code(sku),
        tracking=terms.tracking(sku),
    )


def shipping_lines(
    order: Order, used: Sequence[LineDraft], terms: Terms
) -> list[LineDraft | Reason]:
    """Return the shipping line of *order*, or nothing when shipping is free."""
    if not order.shipping_net:
        return []
    account = terms.accounts.shipping
    if account is None:
        return [reason("account_unmapped", what=SHIPPING, key="defaults.shipping")]
    net, tax = order.shipping_net, order.shipping_tax
    tax_type = _amounts_tax_type(net, tax, used, terms)
    if isinstance(tax_type, Reason):
        return [tax_type]
    return [_charge(SHIPPING, "Shipping", round2(net), account, tax_type, terms)]


def discount_lines(
    order: Order, lines: Sequence[LineDraft], terms: Terms
) -> list[LineDraft | Reason]:
    """Return the order's own discount as negative lines.

    One line of the discount's own rate when its tax tells one; else a line for each tax type
    of the order, in proportion to its net.
    """
    discount = round2(order.discount_net)
    if not discount:
        return []
    if problem := _discount_problem(discount, lines, terms):
        return [problem]
    account = terms.accounts.discount or ""
    return [
        _charge(DISCOUNT, "Discount", -part, account, tax_type, terms)
        for tax_type, part in _discount_parts(order, discount, lines, terms).items()
        if part
    ]


def spread(amount: Decimal, weights: dict[str, Decimal]) -> dict[str, Decimal]:
    """Split *amount* in proportion to *weights* in hundredths; the parts add up exactly."""
    total, left, parts = sum(weights.values()), amount, {}
    for key, weight in weights.items():
        part = round2(left * weight / total) if total else left
        parts[key], left, total = part, left - part, total - weight
    return parts


def _discount_problem(discount: Decimal, lines: Sequence[LineDraft], terms: Terms) -> Reason | None:
    net = sum(map(net_of, lines), Decimal(0))
    if discount < 0:
        return reason("discount_negative", discount=shown(discount), what="the order")
    if discount > net:
        return reason("discount_exceeds_total", discount=shown(discount), lines=shown(net))
    if terms.accounts.discount is None:
        return reason("account_unmapped", what=DISCOUNT, key="defaults.discount")
    return None


def _discount_parts(
    order: Order, discount: Decimal, lines: Sequence[LineDraft], terms: Terms
) -> dict[str, Decimal]:
    rate = fitting_rate(
        order.discount_net, order.discount_tax, terms.rates, _rates_used(lines, terms)
    )
    if rate is not None:
        key = type_for(rate, terms.types, DISCOUNT)
        if isinstance(key, str) and not rate_differs(key, rate, DISCOUNT, terms.context.chart):
            return {key: discount}
    return spread(discount, _nets(lines))


def _nets(lines: Sequence[LineDraft]) -> dict[str, Decimal]:
    """Return the net by tax type, without those whose net is negative."""
    nets: dict[str, Decimal] = {}
    for line in lines:
        nets[line.tax_type] = nets.get(line.tax_type, Decimal(0)) + net_of(line)
    return {tax_type: net for tax_type, net in nets.items() if net > 0}


def _item_tax_type(item: OrderItem, sku: str, what: str, terms: Terms) -> str | Reason:
    """Return the line's tax type; a line worth nothing bears no tax, so any rate will do."""
    own, chart = terms.accounts.sku(sku).tax_type, terms.context.chart
    own_rate = (chart.rates[own],) if own in chart.rates else ()
    rate = item_rate(item, (*own_rate, *terms.rates))
    found = own or type_for(rate, terms.types, what)
    if isinstance(found, Reason) or not (item.price_net or item.price or item.net_paid):
        return found
    return rate_differs(found, rate, what, chart) or found


def _amounts_tax_type(
    net: Decimal, tax: Decimal, used: Sequence[LineDraft], terms: Terms
) -> str | Reason:
    rate = fitting_rate(net, tax, terms.rates, _rates_used(used, terms))
    if rate is None:
        rate = implied_rate(net, tax)
    found = type_for(rate, terms.types, SHIPPING)
    if isinstance(found, Reason):
        return found
    return rate_differs(found, rate, SHIPPING, terms.context.chart) or found


def _rates_used(lines: Sequence[LineDraft], terms: Terms) -> frozenset[Decimal]:
    rates = terms.context.chart.rates
    return frozenset(rates[line.tax_type] for line in lines if line.tax_type in rates)


def _described(item: OrderItem, price: Price) -> str:
    """Return the line's words, with the quantity in front when the line itself can't say it."""
    if price.quantity == item.quantity:
        return description(item)
    return one_line(f"{_plain(item.quantity)} x {description(item)}", 4000)


def _plain(quantity: Decimal) -> str:
    """Return *quantity* as people write it, at most ten decimals."""
    return f"{quantity:.10f}".rstrip("0").rstrip(".")


def _charge(
    label: str, words: str, net: Decimal, account: str, tax_type: str, terms: Terms
) -> LineDraft:
    tracking = terms.tracking()
    return LineDraft(label, words, ONE, net, account, tax_type, tracking=tracking)
