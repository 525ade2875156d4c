"""What an order comes to in Mintsoft, read as :class:`schemas.imports.NewOrderItem` says."""

from decimal import Decimal

from schemas.imports import NewOrder, NewOrderItem
from workers.mapping.drafts import ZERO, Totals
from workers.mapping.money import exact, round2


def item_net(item: NewOrderItem) -> Decimal:
    """Return the net of *item* in hundredths."""
    return round2(item.quantity * item.unit_price - item.discount)


def item_vat(item: NewOrderItem) -> Decimal:
    """Return the VAT of *item* in hundredths."""
    return round2(item.quantity * item.unit_price_vat)


@exact
def order_totals(order: NewOrder) -> Totals:
    """Return what *order* comes to, in its own currency."""
    items = order.order_items
    net = sum(map(item_net, items), ZERO)
    net += order.shipping_total_ex_vat - order.discount_total_ex_vat
    vat = sum(map(item_vat, items), ZERO) + order.shipping_total_vat - order.discount_total_vat
    return Totals(net, vat, net + vat)
