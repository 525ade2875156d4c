"""JSON is laid out for people without a digit of it changing."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.console.laid_out import indented, pretty

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":10.00,"b":1E+2}', '{\n  "a": 10.00,\n  "b": 1E+2\n}'),
        ('{"a":{},"b":[]}', '{\n  "a": {},\n  "b": []\n}'),
        ('[1,[2,"}]"]]', '[\n  1,\n  [\n    2,\n    "}]"\n  ]\n]'),
        ('{"a":1,"a":"\\u0000\\""}', '{\n  "a": 1,\n  "a": "\\u0000\\""\n}'),
        ("12.50", "12.50"),
        ('"a: {b"', '"a: {b"'),
    ],
)
def test_numbers_escapes_and_repeated_names_stay_to_the_letter(text: str, shown: str) -> None:
    assert indented(text) == shown
    assert indented(shown) == shown


@given(VALUES)
def test_what_is_laid_out_means_the_same(value: object) -> None:
    """Whatever it is, and twice is as once."""
    shown = indented(json.dumps(value))
    assert json.loads(shown) == value
    assert shown == indented(shown)
    assert shown == json.dumps(value, indent=2)


def test_a_value_keeps_its_digits() -> None:
    assert pretty({"total": Decimal("10.00")}) == '{\n  "total": 10.00\n}'
    assert pretty(None) == ""
