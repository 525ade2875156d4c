"""Xero's arithmetic, by its published example and by hand."""

from decimal import Decimal

import pytest

from tests.simulators.xero.rounding import LineAmountTypes, line_amount, line_tax, round2, totals


def money(text: str) -> Decimal:
    return Decimal(text)


def test_the_example_of_xeros_rounding_guide() -> None:
    """Each line is rounded by itself: one sum taxed at once would give a penny more."""
    amounts = [money("25.06"), money("25.61"), money("25.63")]
    lines = [(amount, line_tax(amount, money("15"), "Exclusive")) for amount in amounts]

    sums = totals(lines, "Exclusive")

    assert (sums.sub_total, sums.total_tax, sums.total) == (
        money("76.30"),
        money("11.44"),
        money("87.74"),
    )
    assert round2(sums.sub_total * money("0.15")) == money("11.45")


@pytest.mark.parametrize(
    ("quantity", "unit", "rate", "discount", "expected"),
    [
        ("1", "0.005", "0", "0", "0.01"),
        ("3", "3.3333", "0", "0", "10.00"),
        ("2", "9.99", "10", "0", "17.98"),
        ("2", "9.99", "0", "1.50", "18.48"),
        ("1", "-0.005", "0", "0", "-0.01"),
    ],
)
def test_a_line_amount(quantity: str, unit: str, rate: str, discount: str, expected: str) -> None:
    """Discounts come off before the one rounding, which goes half away from zero."""
    amount = line_amount(money(quantity), money(unit), money(rate), money(discount))
    assert amount == money(expected)


@pytest.mark.parametrize(
    ("kind", "amount", "expected"),
    [("Exclusive", "12.00", "2.40"), ("Inclusive", "12.00", "2.00"), ("NoTax", "12.00", "0.00")],
)
def test_the_tax_of_a_line(kind: LineAmountTypes, amount: str, expected: str) -> None:
    """An inclusive amount contains its tax, an exclusive one does not."""
    assert line_tax(money(amount), money("20"), kind) == money(expected)


def test_an_inclusive_document_is_its_lines() -> None:
    """The total of inclusive lines is their sum, whatever the taxes round to."""
    sums = totals([(money("9.99"), money("1.67"))] * 3, "Inclusive")
    assert (sums.sub_total, sums.total_tax, sums.total) == (
        money("24.96"),
        money("5.01"),
        money("29.97"),
    )
