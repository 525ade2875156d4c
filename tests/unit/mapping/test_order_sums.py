"""Discounts, roundings and totals of orders: what is posted comes to Mintsoft's total."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.mapping.books import (
    ACCOUNTS,
    chart,
    context,
    item,
    line_of,
    order,
    posted,
    waits,
)
from workers.mapping.order_lines import spread
from workers.mapping.orders import decide_order

Json = dict[str, Any]
DISCOUNT = "the order's discount"


def test_a_discount_of_one_rate_is_one_negative_line() -> None:
    given = order(item(Quantity=2), total="18", DiscountNet=5, DiscountTax=1)
    found = line_of(decide_order(given, context()), DISCOUNT)
    assert (found.quantity, found.unit_amount) == (Decimal(1), Decimal(-5))
    assert (found.account, found.tax_type, found.item_code) == ("270", "OUTPUT2", None)


def test_a_discount_of_mixed_rates_is_spread_over_them() -> None:
    """10.00 off 20.00 at 20 % and 20.00 at 0 % bears 1.00 of tax, which is no rate's."""
    lines = item(Quantity=2), item("BOOK", Quantity=2, TaxRate=0)
    given = order(*lines, total="33", DiscountNet=10, DiscountTax=1)
    found = posted(decide_order(given, context())).invoice
    parts = [(each.tax_type, each.unit_amount) for each in found.lines if each.label == DISCOUNT]
    assert parts == [("OUTPUT2", Decimal(-5)), ("ZERORATEDOUTPUT", Decimal(-5))]
    assert found.totals.gross == 33


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("10", ["1", "1", "1"], ["3.33", "3.34", "3.33"]),
        ("0.01", ["5", "5"], ["0.01", "0"]),
        ("7", ["1"], ["7"]),
        ("1", ["99.99", "0.01"], ["1.00", "0"]),
    ],
)
def test_spreading_loses_no_penny(amount: str, weights: list[str], parts: list[str]) -> None:
    found = spread(Decimal(amount), {str(n): Decimal(each) for n, each in enumerate(weights)})
    assert list(found.values()) == [Decimal(each) for each in parts]


def test_a_line_discount_is_xeros_discount_amount() -> None:
    given = order(item(Quantity=2, DiscountNet=3, NetPaid=17, TaxPaid="3.4"), total="20.4")
    found = line_of(decide_order(given, context()), "SKU TEA-01")
    assert (found.unit_amount, found.discount) == (Decimal(10), Decimal(3))


@pytest.mark.parametrize(
    ("total", "settings", "rounding"),
    [
        ("12.00", {}, None),
        ("12.01", {}, "0.01"),
        ("11.95", {}, "-0.05"),
        ("12.004", {}, None),
        ("12.10", {"rounding_tolerance": "0.10"}, "0.10"),
        ("12.00", {"rounding_tolerance": "0"}, None),
    ],
)
def test_a_difference_within_the_tolerance_becomes_a_rounding_line(
    total: str, settings: Json, rounding: str | None
) -> None:
    found = posted(decide_order(order(item(), total=total), context(settings=settings))).invoice
    lines = [(line.unit_amount, line.tax_type) for line in found.lines if line.label == "rounding"]
    assert lines == ([] if rounding is None else [(Decimal(rounding), "NONE")])
    assert found.totals.gross == found.expected_total == Decimal(total).quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("total", "settings", "difference"),
    [
        ("12.06", {}, "0.06"),
        ("11.94", {}, "0.06"),
        ("12.01", {"rounding_tolerance": "0"}, "0.01"),
        ("10.00", {}, "2.00"),
    ],
)
def test_beyond_the_tolerance_both_figures_are_told(
    total: str, settings: Json, difference: str
) -> None:
    found = waits(decide_order(order(item(), total=total), context(settings=settings)))
    assert found.code == "totals_differ"
    for figure in (f"{total} GBP", "12.00 GBP", f"{difference} GBP"):
        assert figure in found.message


def test_the_tolerance_grows_by_a_penny_a_line() -> None:
    lines = [item(f"TEA-{n}") for n in range(8)]
    found = line_of(decide_order(order(*lines, total="96.08"), context()), "rounding")
    assert found.unit_amount == Decimal("0.08")
    assert waits(decide_order(order(*lines, total="96.09"), context())).code == "totals_differ"


def test_prices_with_vat_in_them_are_not_guessed() -> None:
    """Price 12.00 with NetPaid 10.00 at 20 % looks like a gross price; a person must say so."""
    given = order(item(PriceNet=12, NetPaid=10, TaxPaid=2), total="12")
    found = waits(decide_order(given, context()))
    assert found.code == "totals_differ"
    assert "14.40" in found.message


@pytest.mark.parametrize(
    ("mapping", "account"),
    [
        ({"defaults": {"sales": "200", "rounding": "429"}}, "429"),
        ({"rounding": "429"}, "429"),
        ({}, "860"),
    ],
)
def test_the_rounding_account(mapping: Json, account: str) -> None:
    found = decide_order(order(item(), total="12.01"), context(mapping))
    assert line_of(found, "rounding").account == account


def test_no_rounding_account_at_all() -> None:
    without = [each for each in ACCOUNTS if each.get("SystemAccount") != "ROUNDING"]
    where = context(books=chart(accounts=without))
    found = waits(decide_order(order(item(), total="12.01"), where))
    assert found.code == "rounding_account_missing"
    assert "0.01 GBP" in found.message


def test_totals_that_agree_with_another_tax_are_told() -> None:
    """Gross agrees, tax does not: the VAT return would differ, so it is a warning."""
    found = posted(decide_order(order(item(), TotalOrderTax="1.50"), context()))
    (warning,) = found.warnings
    assert warning.code == "tax_differs"
    assert "1.50 GBP" in warning.message
    assert "2.00 GBP" in warning.message
    assert posted(decide_order(order(item(), TotalOrderTax="1.99"), context())).warnings == ()


def test_the_rate_of_shipping() -> None:
    """Shipping whose tax tells a rate bears it; the line's own rate wins on small amounts."""
    given = order(item(TaxRate=5), total="10.52", ShippingNet="0.02", ShippingTax="0.00")
    assert line_of(decide_order(given, context()), "shipping").tax_type == "RROUTPUT"
