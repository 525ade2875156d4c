"""Whatever Xero's rounding can produce: an order that is placed loses no penny and no unit."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.xero import SalesInvoice, XeroLine
from tests.unit.mapping.imports.sales import charge, context, expected, line, note, purchase, sale
from workers.mapping.imports.decisions import Hold, Pass, Place
from workers.mapping.imports.purchase_orders import decide_purchase_order
from workers.mapping.imports.sales_orders import decide_sales_order
from workers.mapping.imports.sums import item_net, order_totals

KINDS = st.sampled_from(["Exclusive", "Inclusive", "NoTax"])
RATES = st.sampled_from(["0", "5", "10", "15", "17.5", "20", "23.456"])
UNITS = st.decimals(0, 10_000, places=4) | st.decimals(0, 5, places=4)
WHOLE = st.integers(1, 20) | st.integers(1, 20_000)
DISCOUNTS = st.fixed_dictionaries(
    {}, optional={"DiscountRate": st.decimals(0, 100, places=2)}
) | st.fixed_dictionaries({"DiscountAmount": st.decimals(0, 1, places=2)})


@st.composite
def goods(draw: st.DrawFn, kind: Any) -> dict[str, Any]:
    sku = draw(st.sampled_from(["TEA-01", "TEA-02"]))
    quantity, unit = draw(WHOLE), draw(UNITS)
    more = draw(DISCOUNTS)
    if more.get("DiscountAmount", 0) > quantity * unit:
        more = {}
    return line(sku, str(quantity), str(unit), draw(RATES), kind, **more)


@st.composite
def charges(draw: st.DrawFn, kind: Any) -> dict[str, Any]:
    words = draw(st.sampled_from(["Shipping", "P&P", "Postage"]))
    amount = str(draw(st.decimals(0, 50, places=2)))
    return charge(words, amount, rate=draw(RATES), kind=kind)


@st.composite
def discounts(draw: st.DrawFn, kind: Any) -> dict[str, Any]:
    amount = str(draw(st.decimals(-5, 0, places=2)))
    return charge("Voucher", amount, rate=draw(RATES), kind=kind)


@st.composite
def invoices(draw: st.DrawFn) -> SalesInvoice:
    kind: Any = draw(KINDS)
    one = goods(kind) | charges(kind) | discounts(kind) | st.just(note("Thank you"))
    return sale(*draw(st.lists(one, min_size=1, max_size=8)), kind=kind)


def units(lines: tuple[XeroLine, ...]) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in lines:
        found[each.item_code or ""] += int(each.quantity) if each.item_code else 0
    return +found


@given(invoices())
def test_what_is_placed_comes_to_xeros_total_with_every_unit(invoice: SalesInvoice) -> None:
    """Such an invoice is placed, or has no goods; net, VAT and units are Xero's."""
    decision = decide_sales_order(invoice, context())
    if isinstance(decision, Pass):
        assert not units(invoice.line_items)
        return
    assert isinstance(decision, Place), decision
    order, totals = decision.body, order_totals(decision.body)
    assert totals.net == invoice.sub_total
    assert totals.tax == invoice.total_tax == order.total_vat
    assert totals.gross == invoice.total
    placed: Counter[str] = Counter()
    for item in order.order_items:
        placed[item.sku] += item.quantity
    assert placed == units(invoice.line_items)
    assert len(order.order_items) == sum(bool(each.item_code) for each in invoice.line_items)


@given(invoices())
def test_no_figure_is_finer_than_mintsoft_keeps(invoice: SalesInvoice) -> None:
    """Four decimals for a unit, pence for everything else; no discount is more than its line."""
    decision = decide_sales_order(invoice, context())
    if isinstance(decision, Place):
        order = decision.body
        for item in order.order_items:
            assert _decimals(item.unit_price) <= 4
            assert _decimals(item.unit_price_vat) <= 4
            assert _decimals(item.discount) <= 2
            assert item_net(item) >= 0
        assert _decimals(order.discount_total_vat) <= 2
        assert order.discount_total_vat >= 0


ANY = st.fixed_dictionaries(
    {},
    optional={
        "ItemCode": st.sampled_from(["TEA-01", "TEA-99", "", None]),
        "Description": st.text(max_size=30) | st.none(),
        "Quantity": st.decimals(-1000, 10**10, places=4),
        "UnitAmount": st.decimals(-(10**9), 10**9, places=4),
        "LineAmount": st.decimals(-(10**11), 10**11, places=2),
        "TaxAmount": st.decimals(-(10**9), 10**9, places=2),
        "AccountCode": st.sampled_from(["200", "425", "270", None]),
        "DiscountRate": st.decimals(0, 100, places=2) | st.none(),
    },
)


@given(st.lists(ANY, max_size=4), KINDS, st.decimals(-(10**11), 10**11, places=2))
def test_whatever_xero_sends_there_is_a_decision(rows: Any, kind: Any, total: Decimal) -> None:
    """None raises, and what is placed comes to the total, however strange the lines."""
    invoice = sale(*rows, kind=kind, Total=total)
    decision = decide_sales_order(invoice, context())
    assert isinstance(decision, Place | Hold | Pass)
    if isinstance(decision, Place):
        assert order_totals(decision.body).gross == total


@given(st.lists(st.tuples(st.sampled_from(["TEA-01", "TEA-02"]), WHOLE), min_size=1, max_size=9))
def test_an_asn_announces_every_unit_once(rows: list[tuple[str, int]]) -> None:
    """Line by line, in Xero's order."""
    order = purchase(*(line(sku, str(quantity), "1.23") for sku, quantity in rows))
    asn = expected(decide_purchase_order(order, context()))
    assert [(item.sku, item.quantity) for item in asn.items] == rows


def _decimals(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)
