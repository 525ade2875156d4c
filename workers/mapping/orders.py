"""A dispatched order becomes a sales invoice: what goes on it, or why it waits.

Pure and total: any order that can be read gets a decision, none raises.
"""

from collections.abc import Sequence
from decimal import Decimal

from schemas.exports import DocumentWarning, Kind
from schemas.mintsoft import Order, OrderItem
from workers.mapping import notices
from workers.mapping.accounts import accounts_of
from workers.mapping.closing import Heading, finish, heading_of, negative, nothing_to_invoice
from workers.mapping.contacts import channel_key, order_contact
from workers.mapping.context import Context
from workers.mapping.decisions import Decision, Wait
from workers.mapping.drafts import ZERO, LineDraft
from workers.mapping.items import description, item_code, sku_of
from workers.mapping.money import exact, round2, shown
from workers.mapping.numbers import LONGEST, order_number
from workers.mapping.order_lines import Terms, discount_lines, item_line, shipping_lines, terms_of
from workers.mapping.prices import target_net
from workers.mapping.reasons import Reason, reason
from workers.mapping.rounding import Claim
from workers.mapping.text import one_line

Found = Sequence[LineDraft | Reason]


@exact
def decide_order(order: Order, context: Context) -> Decision:
    """Return what becomes of *order* in the organisation of *context*."""
    total = round2(order.total_order_gross)
    if total < 0:
        return negative(total, _code(order))
    if not total and not _worth(order) and not context.settings.export_zero_totals:
        return nothing_to_invoice()
    accounts = accounts_of(context.mapping, channel_key(order))
    if accounts is None:
        return Wait(reason("mapping_missing", key="defaults.sales"))
    found = _found(order, terms_of(accounts, context)) or _empty(total, order)
    if not found:
        return nothing_to_invoice()
    claim = Claim(order.total_order_gross, taxed=True, tax=order.total_order_tax)
    return finish(_heading(order, context), found, claim, context, _warnings(order))


def _found(order: Order, terms: Terms) -> Found:
    """Return items, shipping, discount; the discount only once the lines it is off are known."""
    items = [item_line(item, terms) for item in order.order_items if item.quantity]
    found = [*items, *shipping_lines(order, _lines(items), terms)]
    lines = _lines(found)
    return found if len(lines) < len(found) else [*found, *discount_lines(order, lines, terms)]


def _empty(total: Decimal, order: Order) -> list[Reason]:
    """Return why an order without any line can't be, unless it is worth nothing."""
    return [reason("no_items", total=shown(total, _code(order)))] if total else []


def _heading(order: Order, context: Context) -> Heading | list[Reason]:
    return heading_of(
        order_number(order, context.settings.invoice_number),
        order_contact(order, context),
        _code(order) or reason("currency_missing"),
        reference=one_line(order.external_order_reference, LONGEST) or None,
        url=context.page(Kind.ORDER, order.id),
        date=(order.despatch_date or order.last_updated).date(),
    )


def _warnings(order: Order) -> list[DocumentWarning]:
    return [note for item in order.order_items for note in _item_warnings(item)]


def _item_warnings(item: OrderItem) -> list[DocumentWarning]:
    sku = sku_of(item)
    if not item.quantity:
        return [notices.zero_quantity(f"SKU {sku}" if sku else description(item))]
    return [notices.sku_too_long(sku)] if sku and not item_code(sku) else []


def _worth(order: Order) -> Decimal:
    """Return what lines, shipping and discount come to by themselves, net."""
    goods = sum((target_net(item) for item in order.order_items), ZERO)
    return goods + round2(order.shipping_net) - round2(order.discount_net)


def _lines(found: Found) -> list[LineDraft]:
    return [each for each in found if not isinstance(each, Reason)]


def _code(order: Order) -> str | None:
    """Return the order's currency in capitals, when it has one."""
    code = order.currency.code if order.currency else None
    return one_line(code, 20).upper() or None
