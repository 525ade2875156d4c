"""Amounts cross the border as they are, digit for digit."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.xero import wire


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.1"), "0.1"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("-0.3333"), "-0.3333"),
        (Decimal("12345678901234567890.12"), "12345678901234567890.12"),
        (3, "3"),
        (True, "true"),
        (None, "null"),
        ('Caf\u00e9 "1"\n', '"Caf\u00e9 \\"1\\"\\n"'),
        (date(2026, 11, 20), '"2026-11-20"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        ({"a": [1, Decimal("2.50")], "b": ()}, '{"a":[1,2.50],"b":[]}'),
        ("half \ud83d", '"half ?"'),
    ],
)
def test_encode(value: object, text: str) -> None:
    """Plain number text without exponent or float; UTF-8; nothing superfluous."""
    assert wire.encode(value) == text.encode()


@pytest.mark.parametrize("value", [1.5, {"UnitAmount": 0.1}, b"bytes", {1, 2}, object()])
def test_what_is_no_json_is_refused(value: object) -> None:
    """A float is a defect in the program, and is found before Xero sees it."""
    with pytest.raises(TypeError, match="Decimal"):
        wire.encode(value)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_no_amount_is_refused(value: Decimal) -> None:
    """JSON has no word for them."""
    with pytest.raises(ValueError, match="not an amount"):
        wire.encode(value)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_an_amount_survives_the_round_trip(value: Decimal) -> None:
    """What was written is what is read, whatever the number of digits."""
    assert wire.amount(wire.decode(wire.encode(value))) == value


@pytest.mark.parametrize("value", [True, "1", None, [], 1.5])
def test_only_numbers_are_amounts(value: object) -> None:
    """A text or a truth value is never taken for money."""
    assert wire.amount(value) is None
