"""A Xero purchase order becomes an ASN in Mintsoft: what is to arrive, from whom, and when.

An ASN has no money on it: charges for shipping are left out, anything else without an item code
stops it, as goods may be meant. Pure and total.
"""

from collections.abc import Sequence

from schemas.imports import NewAsn, NewAsnItem
from schemas.xero import PurchaseOrder
from workers.mapping.imports.context import ImportContext
from workers.mapping.imports.decisions import Hold, Pass, Place, PurchaseOrderDecision
from workers.mapping.imports.filters import purchase_order_left_out
from workers.mapping.imports.lines import Goods, Line, lines_of, reading_of, reasons_in
from workers.mapping.imports.notes import comments
from workers.mapping.money import exact
from workers.mapping.reasons import Reason, merge, reason
from workers.mapping.text import one_line

LONGEST_NAME = 255


@exact
def decide_purchase_order(
    order: PurchaseOrder, context: ImportContext, *, imported: bool = False
) -> PurchaseOrderDecision:
    """Return what becomes of *order* on the connection of *context*.

    *imported*: it is in Mintsoft already and has changed in Xero; then the filters, which say what
    comes in, are not asked.
    """
    if not imported and (left_out := purchase_order_left_out(order, context)):
        return Pass(left_out)
    lines = lines_of(order, reading_of(order, context))
    if not any(isinstance(line, Goods | Reason) for line in lines):
        return Pass(reason("left_out_no_goods"))
    problems = [*reasons_in(lines), *_heading_problems(order)]
    return Hold(merge(problems)) if problems else Place(_asn(order, lines, context))


def _heading_problems(order: PurchaseOrder) -> list[Reason]:
    number = [] if order.number else [reason("number_missing", kind="purchase order")]
    return number if order.contact.name else [*number, reason("recipient_missing")]


def _asn(order: PurchaseOrder, lines: Sequence[Line], context: ImportContext) -> NewAsn:
    return NewAsn(
        client_id=context.client_id,
        warehouse_id=context.warehouse_id,
        POReference=order.number or "",
        supplier=one_line(order.contact.name, LONGEST_NAME),
        estimated_delivery=order.delivery_date or order.expected_arrival_date or order.date,
        comments=comments(lines, order.delivery_instructions, _attention(order), order.reference),
        goods_in_type=context.settings.goods_in_type,
        items=tuple(_item(line) for line in lines if isinstance(line, Goods)),
    )


def _attention(order: PurchaseOrder) -> str | None:
    named = ", ".join(filter(None, (order.attention_to, order.telephone)))
    return f"Attention: {named}" if named else None


def _item(goods: Goods) -> NewAsnItem:
    return NewAsnItem(
        SKU=goods.sku, quantity=goods.quantity, source_line_id=goods.line.line_item_id
    )
