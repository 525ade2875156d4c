"""Totals are computed as Xero does: to the penny, line by line."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.mapping.drafts import LineDraft
from workers.mapping.money import round2, round4, shown
from workers.mapping.totals import line_net, line_tax, totals


def _line(
    amount: str, tax_type: str = "OUTPUT2", quantity: str = "1", discount: str = "0"
) -> LineDraft:
    return LineDraft(
        "", "", Decimal(quantity), Decimal(amount), "200", tax_type, discount=Decimal(discount)
    )


def test_xeros_published_example() -> None:
    """Each line is taxed and rounded by itself; one sum taxed at once would give 11.45."""
    found = totals([_line("25.06"), _line("25.61"), _line("25.63")], {"OUTPUT2": Decimal(15)})
    assert (found.net, found.tax, found.gross) == (
        Decimal("76.30"),
        Decimal("11.44"),
        Decimal("87.74"),
    )
    assert line_tax(found.net, Decimal(15)) == Decimal("11.45")


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.0049999999", "0.00"),
        ("-0.005", "-0.01"),
        ("2.675", "2.68"),
        ("1.115", "1.12"),
        ("99999999999999999999999999999.125", "99999999999999999999999999999.13"),
    ],
)
def test_halves_are_rounded_away_from_zero(amount: str, rounded: str) -> None:
    assert str(round2(Decimal(amount))) == rounded


def test_a_line_is_rounded_once_after_its_discount() -> None:
    """3 x 3.335 - 0.5 is 9.505: rounding before the discount would give 9.51 - 0.5 = 9.51."""
    assert line_net(Decimal(3), Decimal("3.335"), Decimal("0.5")) == Decimal("9.51")
    assert line_net(Decimal(3), Decimal("3.3349"), Decimal("0.5")) == Decimal("9.50")


def test_long_factors_lose_no_digit() -> None:
    """The default context's 28 digits would round this product before the penny is decided."""
    assert line_net(Decimal("99999999.9999999999"), Decimal("99999999.9999999999")) == Decimal(
        "9999999999999999.98"
    )


def test_sums_by_rate() -> None:
    lines = [_line("10"), _line("10", "RROUTPUT"), _line("-5", "ZERORATEDOUTPUT")]
    found = totals(
        lines, {"OUTPUT2": Decimal(20), "RROUTPUT": Decimal(5), "ZERORATEDOUTPUT": Decimal(0)}
    )
    assert (found.net, found.tax, found.gross) == (Decimal(15), Decimal("2.5"), Decimal("17.5"))


def test_money_for_people() -> None:
    assert shown(Decimal("1234.5"), "GBP") == "1,234.50 GBP"
    assert shown(Decimal("-0.005")) == "-0.01"


amounts = st.decimals(-10_000, 10_000, places=4)


@given(st.lists(st.tuples(amounts, amounts, st.sampled_from("AB")), max_size=20))
def test_the_total_is_the_sum_of_rounded_lines(lines: list[tuple[Decimal, Decimal, str]]) -> None:
    """No total of any document has a fraction of a penny, and none is taxed twice."""
    rates = {"A": Decimal(20), "B": Decimal("17.5")}
    drafts = [_line(str(price), kind, str(quantity)) for quantity, price, kind in lines]
    found = totals(drafts, rates)
    nets = [round2(quantity * price) for quantity, price, _ in lines]
    assert found.net == sum(nets)
    taxes = (round2(n * rates[kind] / 100) for n, (_, _, kind) in zip(nets, lines, strict=True))
    assert found.tax == sum(taxes)
    assert found.gross == found.net + found.tax == round2(found.gross)


@given(amounts)
def test_rounding_moves_less_than_a_unit(amount: Decimal) -> None:
    assert abs(round2(amount) - amount) <= Decimal("0.005")
    assert round4(amount) == amount
