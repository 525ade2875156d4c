"""A line keeps the net Mintsoft charged, in the decimals Xero keeps."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.mintsoft import OrderItem
from tests.unit.mapping.books import item
from workers.mapping.money import round4
from workers.mapping.prices import Price, price_of
from workers.mapping.reasons import Reason


def _item(**more: object) -> OrderItem:
    return OrderItem.model_validate(item("TEA-01", **{"PriceNet": None, **more}))


def _price(**more: object) -> Price:
    found = price_of(_item(**more), "SKU TEA-01")
    assert isinstance(found, Price), found
    return found


@pytest.mark.parametrize(
    ("line", "quantity", "unit_amount", "discount", "net"),
    [
        ({"PriceNet": "9.99", "Quantity": 3}, "3", "9.99", "0", "29.97"),
        ({"Price": "9.99", "Quantity": 3}, "3", "9.99", "0", "29.97"),
        ({"PriceNet": "5", "Price": "6"}, "1", "5", "0", "5"),
        # the line's own discount stays a discount
        ({"PriceNet": "10", "Quantity": 2, "DiscountNet": "3"}, "2", "10", "3", "17"),
        ({"PriceNet": "10", "DiscountNet": "10"}, "1", "10", "10", "0"),
        # five decimals and more: a price of four decimals gives the same net
        ({"PriceNet": "8.33333333", "Quantity": 3}, "3", "8.3333", "0", "25"),
        ({"PriceNet": "0.00416667", "Quantity": 1000}, "1", "4.17", "0", "4.17"),
        # the price is rounded to pence, NetPaid tells the truth
        ({"PriceNet": "3.33", "Quantity": 3, "NetPaid": "10"}, "3", "3.3333", "0", "10"),
        ({"Quantity": 4, "NetPaid": "10"}, "4", "2.5", "0", "10"),
        # no price of four decimals gives it: quantity 1, the line's net
        ({"PriceNet": "0.333333", "Quantity": 100000}, "1", "33333.30", "0", "33333.30"),
        ({"PriceNet": "10", "Quantity": "0.33333"}, "1", "3.33", "0", "3.33"),
        # NetPaid contradicts the price by more than rounding: the price is taken, totals judge
        ({"PriceNet": "12", "NetPaid": "10"}, "1", "12", "0", "12"),
        ({"PriceNet": "12", "NetPaid": "0"}, "1", "12", "0", "12"),
        # free and returned goods
        ({"PriceNet": "0"}, "1", "0", "0", "0"),
        ({"PriceNet": "5", "Quantity": -2}, "-2", "5", "0", "-10"),
    ],
)
def test_how_a_line_is_written(
    line: dict[str, object], quantity: str, unit_amount: str, discount: str, net: str
) -> None:
    found = _price(**line)
    assert found == Price(Decimal(quantity), Decimal(unit_amount), Decimal(discount))
    assert found.net == Decimal(net)


@pytest.mark.parametrize(
    ("line", "code", "figures"),
    [
        ({}, "price_missing", ["SKU TEA-01"]),
        ({"PriceNet": 10, "DiscountNet": "10.01"}, "discount_exceeds_line", ["10.01", "10.00"]),
        ({"PriceNet": -10, "DiscountNet": 1}, "discount_exceeds_line", ["1.00", "-10.00"]),
        ({"PriceNet": 10, "DiscountNet": -1}, "discount_negative", ["-1.00", "SKU TEA-01"]),
    ],
)
def test_what_has_no_price(line: dict[str, object], code: str, figures: list[str]) -> None:
    found = price_of(_item(**line), "SKU TEA-01")
    assert isinstance(found, Reason)
    assert found.code == code
    assert all(figure in found.message for figure in figures)


@given(
    quantity=st.decimals("0.0000001", 100_000),
    price=st.decimals(0, 100_000),
    share=st.decimals(0, 1),
    paid=st.none() | st.decimals(-1000, 100_000),
)
def test_any_line_is_written_within_xeros_decimals(
    quantity: Decimal, price: Decimal, share: Decimal, paid: Decimal | None
) -> None:
    """Whatever the figures: four decimals, and no discount beyond its line."""
    discount = quantity * price * share
    line = _item(Quantity=quantity, PriceNet=price, DiscountNet=discount, NetPaid=paid)
    found = price_of(line, "A")
    if isinstance(found, Price):
        assert round4(found.quantity) == found.quantity
        assert round4(found.unit_amount) == found.unit_amount
        assert 0 <= found.discount <= found.quantity * found.unit_amount or not found.discount
