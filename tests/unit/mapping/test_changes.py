"""What a revision changes, and what two people's changes come to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.mapping.changes import Change, changes, merged
from workers.mapping.keys import flat, nested, words

Json = dict[str, Any]
LEEDS = [{"category": "Warehouse", "option": "Leeds"}]
BOTH = [*LEEDS, {"category": "Channel", "option": "eBay"}]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, {"rounding": "860"}, [("rounding", "", "860")]),
        ({"rounding": "860"}, {"rounding": "860"}, []),
        ({"rounding": "860"}, {}, [("rounding", "860", "")]),
        ({"rounding": None}, {}, []),
        ({"defaults": {"sales": "200"}}, {"defaults": {"sales": "201"}},
         [("defaults.sales", "200", "201")]),
        ({"skus": {"A.1": {}}}, {"skus": {"A.1": {"sales": "205"}}},
         [("skus.A.1.sales", "", "205")]),
        ({"skus": {"A": {"tracking": LEEDS}}}, {"skus": {"A": {"tracking": BOTH}}},
         [("skus.A.tracking", "Warehouse: Leeds", "Warehouse: Leeds, Channel: eBay")]),
        ({"tax": {"20": "A", "5": "B"}}, {"tax": {"0": "C", "5": "D"}},
         [("tax.0", "", "C"), ("tax.20", "A", ""), ("tax.5", "B", "D")]),
    ],
)  # fmt: skip
def test_every_key_that_differs(
    before: Json | None, after: Json, expected: list[tuple[str, str, str]]
) -> None:
    found = [each.described() for each in changes(before, after)]
    assert [(each["key"], each["from"], each["to"]) for each in found] == expected


def test_a_change_in_words() -> None:
    assert Change(("skus", "A.1", "tax_type"), "", "X").name == "SKU A.1, tax type"
    assert Change(("cost_centres", "GoodsInCost", "account"), "", "X").name == "Goods in, account"
    assert words(("tax", "17.5")) == "the rate 17.5 %"
    assert words(("tax", "exempt")) == "the exempt rate"
    assert words(("channels", "7", "sales")) == "channel 7, sales"


def test_two_people_changed_different_things() -> None:
    """Each change of mine is kept; what I did not touch follows the other's."""
    base = {"defaults": {"sales": "200", "shipping": "425"}, "tax": {"20": "A"}, "rounding": "860"}
    mine = {"defaults": {"sales": "201", "shipping": "425"}, "tax": {"20": "A"}}
    theirs = {"defaults": {"sales": "205", "shipping": "211"}, "tax": {"5": "B"}, "rounding": "861"}
    assert merged(base, mine, theirs) == {
        "defaults": {"sales": "201", "shipping": "211"},
        "tax": {"5": "B"},
    }


texts = st.text(min_size=1, max_size=4)
contents = st.fixed_dictionaries(
    {},
    optional={
        "rounding": texts,
        "tax": st.dictionaries(texts, texts, min_size=1, max_size=3),
        "skus": st.dictionaries(texts, st.just({"tracking": LEEDS}), min_size=1, max_size=3),
    },
)


@given(contents, contents)
def test_merging_with_one_who_changed_nothing(base: Json, other: Json) -> None:
    """Whoever did not change anything loses nothing and undoes nothing."""
    assert merged(base, base, other) == other
    assert merged(base, other, base) == other
    assert nested(flat(other)) == other
    assert changes(other, other) == []
