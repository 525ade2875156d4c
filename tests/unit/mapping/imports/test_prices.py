"""Price and VAT of one unit: Xero's figures in all three ways, to the penny at any quantity."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from schemas.xero import XeroLine
from tests.simulators.xero.rounding import LineAmountTypes
from tests.unit.mapping.imports.sales import line
from workers.mapping.imports.prices import net_of, tax_of, unit_price
from workers.mapping.money import round2


def priced(quantity: str, unit: str, rate: str, kind: LineAmountTypes, **more: Any) -> list[str]:
    """Net, VAT and discount as texts, and the pence of VAT too many."""
    row = XeroLine.model_validate(line("TEA-01", quantity, unit, rate, kind, **more))
    found = unit_price(row, int(quantity), kind)
    return [str(each) for each in (found.net, found.vat, found.discount, found.vat_over)]


@pytest.mark.parametrize(
    ("quantity", "unit", "rate", "kind", "wanted"),
    [
        ("1", "10", "20", "Exclusive", ["10.0000", "2.0000", "0.00", "0.00"]),
        ("3", "8.3333", "20", "Exclusive", ["8.3333", "1.6667", "0.00", "0.00"]),
        # 3 x 4.00 = 12.00 with 2.00 of VAT in it
        ("3", "4", "20", "Inclusive", ["3.3333", "0.6667", "0.00", "0.00"]),
        # 9.99 with 1.67 (9.99 / 6 = 1.665) in it
        ("1", "9.99", "20", "Inclusive", ["8.3200", "1.6700", "0.00", "0.00"]),
        ("2", "10", "20", "NoTax", ["10.0000", "0.0000", "0.00", "0.00"]),
        ("4", "1.25", "5", "Exclusive", ["1.2500", "0.0625", "0.00", "0.00"]),
        ("1", "0", "20", "Exclusive", ["0.0000", "0.0000", "0.00", "0.00"]),
        # VAT 6.66 on 1,000 units: 0.0067 each is 6.70, so 4 p are too many
        ("1000", "0.0333", "20", "Exclusive", ["0.0333", "0.0067", "0.00", "0.04"]),
        # 12.32 with 2.05 in it: 10.27 net; 700 x 0.0147 is 10.29, 700 x 0.0030 is 2.10
        ("700", "0.0176", "20", "Inclusive", ["0.0147", "0.0030", "0.02", "0.05"]),
    ],
)
def test_without_a_discount(
    quantity: str, unit: str, rate: str, kind: LineAmountTypes, wanted: list[str]
) -> None:
    """Worked by hand."""
    assert priced(quantity, unit, rate, kind) == wanted


@pytest.mark.parametrize(
    ("kind", "more", "wanted"),
    [
        # 3 x 8.3333 = 25.00, less 10 % = 22.50, VAT 4.50
        ("Exclusive", {"DiscountRate": 10}, ["8.3333", "1.5000", "2.50", "0.00"]),
        # 25.00 less 3.00 = 22.00, VAT 4.40
        ("Exclusive", {"DiscountAmount": 3}, ["8.3333", "1.4667", "3.00", "0.00"]),
        # 22.50 with 3.75 in it: 18.75 net of 3; before the discount 6.9444 each
        ("Inclusive", {"DiscountRate": 10}, ["6.9444", "1.2500", "2.08", "0.00"]),
        ("NoTax", {"DiscountAmount": 3}, ["8.3333", "0.0000", "3.00", "0.00"]),
        # free by its discount: what VAT the price had in it, nobody knows
        ("Inclusive", {"DiscountRate": 100}, ["8.3333", "0.0000", "25.00", "0.00"]),
    ],
)
def test_with_a_discount(kind: LineAmountTypes, more: dict[str, Any], wanted: list[str]) -> None:
    """The price before it stays what Xero says; the discount is off the whole line, net."""
    assert priced("3", "8.3333", "20", kind, **more) == wanted


@pytest.mark.parametrize("quantity", [1, 3, 7, 99, 100, 101, 999, 1234, 10_000])
@pytest.mark.parametrize("kind", ["Exclusive", "Inclusive", "NoTax"])
@pytest.mark.parametrize("unit", ["0.01", "0.0333", "1.2345", "19.99", "333.3333"])
def test_quantity_times_price_is_xeros_amount(
    quantity: int, kind: LineAmountTypes, unit: str
) -> None:
    """Less the discount it is the net, less what is too many the VAT: at any quantity."""
    row = XeroLine.model_validate(line("TEA-01", str(quantity), unit, "17.5", kind))
    found = unit_price(row, quantity, kind)
    assert round2(quantity * found.net - found.discount) == net_of(row, kind)
    assert round2(quantity * found.vat) - found.vat_over == tax_of(row)
    assert found.discount >= 0
    assert found.vat_over >= 0
    assert found.discount <= quantity * Decimal("0.0001") + Decimal("0.01")
