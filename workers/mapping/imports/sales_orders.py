"""A Xero sales invoice becomes an order in Mintsoft: whole, or not at all.

Pure and total: any invoice that can be read gets a decision. What is placed comes to Xero's total
to the penny.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal

from schemas.imports import NewOrder, NewOrderItem
from schemas.xero import SalesInvoice
from workers.mapping.drafts import ZERO
from workers.mapping.imports.context import ImportContext
from workers.mapping.imports.decisions import Hold, Pass, Place, SalesOrderDecision
from workers.mapping.imports.filters import invoice_left_out
from workers.mapping.imports.lines import (
    Discount,
    Goods,
    Line,
    Shipping,
    lines_of,
    reading_of,
    reasons_in,
)
from workers.mapping.imports.notes import comments
from workers.mapping.imports.prices import UnitPrice, unit_price
from workers.mapping.imports.recipients import Recipient, recipient_of
from workers.mapping.imports.references import external_reference
from workers.mapping.imports.sums import order_totals
from workers.mapping.money import exact, round2, shown
from workers.mapping.reasons import Reason, merge, reason
from workers.mapping.text import one_line

LONGEST = 4000
"""Characters of an item's details."""


@exact
def decide_sales_order(
    invoice: SalesInvoice, context: ImportContext, *, imported: bool = False
) -> SalesOrderDecision:
    """Return what becomes of *invoice* on the connection of *context*.

    *imported*: it is in Mintsoft already and has changed in Xero; then the filters, which say what
    comes in, are not asked.
    """
    if not imported and (left_out := invoice_left_out(invoice, context)):
        return Pass(left_out)
    lines = lines_of(invoice, reading_of(invoice, context))
    if not _has_goods(lines):
        return Pass(reason("left_out_no_goods"))
    recipient = recipient_of(invoice, context.country)
    problems = [*reasons_in(lines), *_number_problem(invoice)]
    if isinstance(recipient, list):
        return Hold(merge([*problems, *recipient]))
    if problems:
        return Hold(merge(problems))
    return _checked(_order(invoice, lines, recipient, context), invoice)


def _has_goods(lines: Sequence[Line]) -> bool:
    """Whether there is something to deliver, or something unclear that may have to be."""
    return any(isinstance(line, Goods | Reason) for line in lines)


def _number_problem(invoice: SalesInvoice) -> list[Reason]:
    return [] if invoice.invoice_number else [reason("number_missing", kind="invoice")]


def _checked(order: NewOrder, invoice: SalesInvoice) -> Place[NewOrder] | Hold:
    """Return *order* when it comes to Xero's total."""
    computed, expected = order_totals(order).gross, round2(invoice.total)
    if computed == expected:
        return Place(order)
    currency = order.currency
    return Hold(
        reason(
            "import_totals_differ",
            expected=shown(expected, currency),
            computed=shown(computed, currency),
        )
    )


def _order(
    invoice: SalesInvoice, lines: Sequence[Line], recipient: Recipient, context: ImportContext
) -> NewOrder:
    goods = [line for line in lines if isinstance(line, Goods)]
    prices = [unit_price(each.line, each.quantity, invoice.line_amount_types) for each in goods]
    shipping = [line for line in lines if isinstance(line, Shipping)]
    discounts = [line for line in lines if isinstance(line, Discount)]
    return NewOrder(
        **asdict(recipient),
        order_number=invoice.invoice_number or "",
        external_order_reference=external_reference(invoice.invoice_id, invoice.reference),
        client_id=context.client_id,
        warehouse_id=context.warehouse_id,
        channel_id=context.channel_id,
        courier_service=context.settings.courier_service,
        currency=invoice.currency_code or context.base_currency,
        comments=comments(lines),
        shipping_total_ex_vat=_sum(each.net for each in shipping),
        shipping_total_vat=_sum(each.tax for each in shipping),
        discount_total_ex_vat=_sum(each.net for each in discounts),
        discount_total_vat=_sum(
            [*(each.tax for each in discounts), *(each.vat_over for each in prices)]
        ),
        total_vat=round2(invoice.total_tax),
        order_items=tuple(map(_item, goods, prices)),
    )


def _item(goods: Goods, price: UnitPrice) -> NewOrderItem:
    return NewOrderItem(
        SKU=goods.sku,
        quantity=goods.quantity,
        details=one_line(goods.line.description, LONGEST) or None,
        unit_price=price.net,
        unit_price_vat=price.vat,
        discount=price.discount,
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
