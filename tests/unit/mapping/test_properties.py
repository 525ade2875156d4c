"""Over random documents: nothing raises, nothing posted differs from Mintsoft by a penny."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.invoices import InvoiceFinalisedV1
from schemas.mintsoft import COST_CENTRES, Order
from tests.unit.mapping.books import context, fulfilment, invoice, item, order, posted
from workers.mapping.decisions import Decision, Post, Skip, Wait
from workers.mapping.invoices import decide_invoice
from workers.mapping.money import round2, round4
from workers.mapping.orders import decide_order
from workers.mapping.totals import line_net, line_tax, net_of, totals
from workers.mapping.wire import invoice_body, item_body

PENNY = Decimal("0.01")
RATES = {"OUTPUT2": 20, "RROUTPUT": 5, "ZERORATEDOUTPUT": 0, "EXEMPTOUTPUT": 0, "NONE": 0}

money = st.decimals(0, 2000, places=6)
wild = st.none() | st.decimals(-(10**12), 10**12, allow_nan=False) | st.just(Decimal("1E-99"))
words = st.none() | st.text(max_size=60)


@st.composite
def sane_orders(draw: st.DrawFn) -> Order:
    """An order as a web shop would make it: line by line, its totals the sum of them."""
    items, gross = [], Decimal(0)
    for number in range(draw(st.integers(1, 6))):
        quantity, price = draw(st.integers(1, 20)), draw(money)
        rate = draw(st.sampled_from([20, 5, 0]))
        net = round2(quantity * price)
        gross += net + line_tax(net, Decimal(rate))
        items.append(item(f"S{number}", Quantity=quantity, PriceNet=price, TaxRate=rate))
    shipping = draw(st.decimals(2, 50, places=2))
    gross += shipping + line_tax(shipping, Decimal(20))
    off = draw(st.decimals(0, shipping - 1, places=2))
    gross -= off + line_tax(off, Decimal(20))
    penny = draw(st.integers(-5, 5)) * PENNY
    return order(
        *items,
        total=str(gross + penny),
        ShippingNet=shipping,
        ShippingTax=line_tax(shipping, Decimal(20)),
        DiscountNet=off,
        DiscountTax=line_tax(off, Decimal(20)),
        Currency={"Code": draw(st.sampled_from(["GBP", "EUR", "USD"]))},
    )


@given(st.lists(sane_orders(), min_size=1, max_size=4))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_sums_agree_to_the_penny_per_currency(orders: list[Order]) -> None:
    """What a whole day posts is what a whole day sold, whatever the roundings."""
    mintsoft: dict[str, Decimal] = defaultdict(Decimal)
    xero: dict[str, Decimal] = defaultdict(Decimal)
    for each in orders:
        found = posted(decide_order(each, context()))
        assert each.currency is not None
        mintsoft[each.currency.code or ""] += each.total_order_gross
        xero[found.invoice.currency] += _by_xero(found)
    assert mintsoft == xero


@given(sane_orders())
@settings(max_examples=40)
def test_a_sane_order_is_posted(each: Order) -> None:
    """Five pennies either way are within the tolerance, and one line closes them exactly."""
    found = posted(decide_order(each, context()))
    rounding = [line for line in found.invoice.lines if line.label == "rounding"]
    assert len(rounding) <= 1
    before = totals([e for e in found.invoice.lines if e not in rounding], _rates())
    gap = each.total_order_gross - before.gross
    assert sum(map(net_of, rounding)) == gap
    assert bool(rounding) == bool(gap)


@st.composite
def wild_orders(draw: st.DrawFn) -> Order:
    """Any order that the schema accepts, sensible or not."""
    fields = ["PriceNet", "Price", "Tax", "TaxRate", "DiscountNet", "NetPaid", "TaxPaid"]
    line = st.fixed_dictionaries(
        {"SKU": st.text(max_size=40), "Quantity": wild.filter(lambda each: each is not None)},
        optional={**dict.fromkeys(fields, wild), "Details": words},
    )
    amounts = st.fixed_dictionaries(
        {},
        optional={
            name: wild.filter(lambda each: each is not None)
            for name in ("ShippingNet", "ShippingTax", "DiscountNet", "DiscountTax")
        },
    )
    more: dict[str, Any] = draw(amounts)
    texts = {name: draw(words) for name in ("CompanyName", "FirstName", "LastName", "Email")}
    total = draw(st.decimals(-(10**12), 10**12))
    channel = draw(st.sampled_from([None, 7, 8]))
    dates = st.sampled_from(["0001-01-01T00:00:00", "2026-11-20T00:00:00", "9999-12-31T23:59:59"])
    lines = draw(st.lists(line, max_size=4))
    return order(
        *lines, total=str(total), ChannelId=channel, DespatchDate=draw(dates), **more, **texts
    )


@given(
    wild_orders(),
    st.sampled_from(["customer", "channel", "fixed"]),
    st.booleans(),
    st.sampled_from([None, 0, 365]),
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_no_order_raises(each: Order, policy: str, zero: bool, due: int | None) -> None:
    setting = {
        "contact_policy": policy,
        "fixed_contact": "Web",
        "export_zero_totals": zero,
        "due_days": due,
    }
    _holds(decide_order(each, context({"channels": {"7": {"contact": "eBay"}}}, setting)))


@given(
    st.dictionaries(st.sampled_from(list(COST_CENTRES)), st.decimals(-(10**12), 10**12)),
    st.booleans(),
    st.sampled_from(["GBP", "EUR", "JPY", "", None]),
    st.text(min_size=1, max_size=300).filter(str.strip),
)
@settings(max_examples=60)
def test_no_invoice_raises(
    costs: dict[str, Decimal], exempt: bool, currency: str | None, name: str
) -> None:
    mapping = {"cost_centres": {each: {"account": "200"} for each in list(COST_CENTRES)[:9]}}
    given_invoice: InvoiceFinalisedV1 = invoice(
        {"Name": name, "VatExempt": exempt}, currency=currency, **costs
    )
    found = decide_invoice(given_invoice, fulfilment(mapping))
    _holds(found)
    if isinstance(found, Post):
        assert found.invoice.totals.net == round2(sum(costs.values(), Decimal(0)))


def _holds(found: Decision) -> None:
    """Assert what holds for every decision."""
    match found:
        case Post(invoice=draft):
            assert draft.totals.gross == draft.expected_total == _by_xero(found) >= 0
            assert draft.contact.name
            assert invoice_body(draft)["LineItems"]
            assert all(item_body(each)["Name"] for each in found.items)
        case Wait(reason=reason):
            assert reason.message
            assert reason.remedy
        case Skip(reason=why):
            assert why.code == "nothing_to_invoice"


def _by_xero(found: Post) -> Decimal:
    """Return the total as Xero would compute it from the four decimals it keeps."""
    total = Decimal(0)
    for line in found.invoice.lines:
        assert line.quantity == round4(line.quantity)
        assert line.unit_amount == round4(line.unit_amount)
        assert line.discount == round2(line.discount)
        net = line_net(line.quantity, line.unit_amount, line.discount)
        total += net + line_tax(net, Decimal(RATES[line.tax_type]))
    return total


def _rates() -> dict[str, Decimal]:
    return {tax_type: Decimal(rate) for tax_type, rate in RATES.items()}
