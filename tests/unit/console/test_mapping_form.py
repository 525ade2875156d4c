"""The mapping page's fields: from a mapping to what stands in them, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.connections import ConnectionSettings, Mode
from schemas.mintsoft import COST_CENTRES
from tests.unit.mapping.presets import UK
from workers.console.choices import Choices
from workers.console.mapping_fields import (
    MOST_ROWS,
    filled,
    rows,
    shown_sections,
    with_row,
    without_row,
)
from workers.console.mapping_form import read
from workers.console.mapping_view import check
from workers.mapping.keys import content_of

Json = dict[str, Any]
CHOICES = Choices(UK, ConnectionSettings())
SALES = {"defaults.sales": "200"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("200", "200"),
        ("200 · Sales", "200"),
        ("  200  ·  Sales renamed since", "200"),
        ("sales", "200"),
        ("Cost of Goods Sold", "310"),
        ("999", "999"),
        ("999 · Gone", "999"),
        ("Sales of nothing", "Sales of nothing"),
        ("", ""),
    ],
)
def test_which_account_is_meant(typed: str, meant: str) -> None:
    """As offered, by its code, or by its name; else as it was typed, for the check to judge."""
    assert CHOICES.account(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("OUTPUT2", "OUTPUT2"),
        ("OUTPUT2 · 20% (VAT on Income)", "OUTPUT2"),
        ("zero rated income", "ZERORATEDOUTPUT"),
        ("NOPE", "NOPE"),
    ],
)
def test_which_tax_type_is_meant(typed: str, meant: str) -> None:
    assert CHOICES.tax_type(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Warehouse: Leeds", ("Warehouse", "Leeds")),
        ("warehouse: leeds", ("Warehouse", "Leeds")),
        ("Region:North: East", ("Region", "North: East")),
        ("Leeds", None),
        (": Leeds", None),
    ],
)
def test_which_tracking_is_meant(typed: str, meant: tuple[str, str] | None) -> None:
    found = CHOICES.tracking(typed)
    assert (found and (found["category"], found["option"])) == meant


def test_tracking_that_is_mapped_is_known_though_the_organisation_lacks_it() -> None:
    """Its category may have a colon in its name: it comes back as it was."""
    kept = {"category": "Site: old", "option": "Leeds"}
    assert Choices(UK, ConnectionSettings(), (kept,)).tracking("Site: old: Leeds") == kept


def test_what_is_offered_for_sale() -> None:
    """Sales accounts as code and name; tax types of sales with name and rate, dearest first."""
    assert CHOICES.accounts()["sales"][:2] == ["200 · Sales", "201 · Sales - Marketplaces"]
    assert CHOICES.tax_types()[:2] == [
        "OUTPUT2 · 20% (VAT on Income)",
        "RROUTPUT · 5% (VAT on Income)",
    ]
    assert "ZERORATEDOUTPUT · Zero Rated Income, 0 %" in CHOICES.tax_types()
    assert not any("Expenses" in each for each in CHOICES.tax_types())
    assert CHOICES.trackings()[:2] == ["Warehouse: Bristol", "Warehouse: Leeds"]


@pytest.mark.parametrize(
    ("fields", "place", "said"),
    [
        ({}, "defaults.sales", "Choose the account for sales"),
        (SALES | {"defaults.shipping": "No such account"}, "defaults.shipping", "from the list"),
        (SALES | {"tax.0.rate": "twenty"}, "tax.0.rate", "in per cent"),
        (SALES | {"tax.0.rate": "1e999999", "tax.0.type": "X"}, "tax.0.rate", "in per cent"),
        (SALES | {"tax.0.type": "OUTPUT2"}, "tax.0.rate", "in per cent"),
        (SALES | {"tax.0.rate": "17.5"}, "tax.0.type", "Choose the tax type"),
        (SALES | {"tax.0.rate": "20", "tax.1.rate": "20.0 %"}, "tax.1.rate", "20 is there twice"),
        (SALES | {"skus.0.key": "A"}, "skus.0.key", "Say what differs"),
        (SALES | {"skus.0.sales": "200"}, "skus.0.key", "Give the SKU"),
        (SALES | {"channels.3.contact": "eBay"}, "channels.3.key", "Give the id of the sales"),
        (SALES | {"skus.0.key": "A", "skus.0.tracking1": "Leeds"}, "skus.0.tracking1", "category"),
        (
            SALES
            | {
                "skus.0.key": "A",
                "skus.0.tracking1": "Warehouse: Leeds",
                "skus.0.tracking2": "Warehouse: Bristol",
            },
            "skus.0.tracking2",
            "one option of Warehouse",
        ),
        (SALES | {"channels.0.key": "7", "channels.0.contact": "x" * 256}, "channels.0.contact",
         "at most 255"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_told_at_its_field(
    fields: dict[str, str], place: str, said: str
) -> None:
    """One field is wrong and is told so; nothing can be saved."""
    found = read(fields, Mode.ACCOUNTING, CHOICES, {})
    assert found.mapping is None
    [fault] = found.faults
    assert (fault.field, said in fault.sentence) == (place, True)


def test_a_cost_centre_without_an_account_may_have_nothing_else() -> None:
    fields = {"cost_centres.PickingCost.tax_type": "OUTPUT2"}
    [fault] = read(fields, Mode.FULFILMENT, CHOICES, {}).faults
    assert fault.field == "cost_centres.PickingCost.account"


@pytest.mark.parametrize(
    ("fields", "mode", "problems", "notes"),
    [
        (SALES | {"skus.4.key": "A", "skus.4.sales": "610"}, Mode.ACCOUNTING,
         {"skus.4.sales"}, set()),
        (SALES | {"channels.0.key": "7", "channels.0.tracking2": "Fax: X"}, Mode.ACCOUNTING,
         {"channels.0.tracking1"}, set()),
        (SALES | {"tax.7.rate": "20", "tax.7.type": "NOPE"}, Mode.ACCOUNTING,
         {"tax.7.type"}, set()),
        ({}, Mode.FULFILMENT, {""}, {f"cost_centres.{name}.account" for name in COST_CENTRES}),
    ],
)  # fmt: skip
def test_findings_stand_at_their_fields(
    fields: dict[str, str], mode: Mode, problems: set[str], notes: set[str]
) -> None:
    """Whatever number its row has; what belongs to no field is told elsewhere."""
    found = check(fields, mode, CHOICES, {})
    assert (set(found.problems), set(found.notes)) == (problems, notes)


def test_a_tax_type_that_is_not_there_is_told_once() -> None:
    """Not again for each account whose lines bear it."""
    fields = SALES | {"defaults.shipping": "211", "tax.0.rate": "20", "tax.0.type": "NOPE"}
    found = check(fields, Mode.ACCOUNTING, CHOICES, {})
    [sentence] = found.problems["tax.0.type"]
    assert sentence.startswith("Tax type NOPE (the rate 20 %) is not among Xero's tax rates.")


def test_what_the_page_does_not_show_is_left_alone() -> None:
    """A section of the other mode, and one with too many rows for a page."""
    many = {f"SKU-{number}": {"sales": "200"} for number in range(MOST_ROWS + 1)}
    base = {"defaults": {"sales": "205"}, "rounding": "860", "skus": many}
    assert shown_sections(Mode.ACCOUNTING, base) == ("defaults", "tax", "channels")
    fields = filled(base, Mode.ACCOUNTING, CHOICES) | SALES
    assert not [name for name in fields if name.startswith("skus")]
    found = read(fields, Mode.ACCOUNTING, CHOICES, base)
    assert found.mapping is not None
    assert content_of(found.mapping) == base | {"defaults": {"sales": "200"}}


def test_rows_are_numbered_and_odd_numbers_are_none() -> None:
    fields = {"skus.10.key": "", "skus.2.key": "", "skus.x.key": "", "skus.01.key": "", "skus": ""}
    assert rows(fields, "skus") == [2, 10]
    assert rows({f"skus.{'9' * 5000}.key": ""}, "skus") == []
    assert rows(with_row(fields, "skus"), "skus") == [2, 10, 11]
    assert rows(without_row(fields, "skus.2"), "skus") == [10]
    assert with_row(fields, "nonsense") == fields
    assert without_row(SALES, "defaults") == SALES


codes = st.sampled_from(["200", "201", "425", "999", "860"])
names = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=6)
kinds = {"sales": codes, "tax_type": st.sampled_from(["OUTPUT2", "NOPE"])}
tracking = st.sampled_from(
    [
        [{"category": "Warehouse", "option": "Leeds"}],
        [{"category": "Fax", "option": "a: b"}, {"category": "Channel", "option": "eBay"}],
    ]
)
overrides = st.fixed_dictionaries({"sales": codes}, optional={"tracking": tracking})
skus = st.fixed_dictionaries(kinds, optional={"purchases": codes, "tracking": tracking})
mappings = st.fixed_dictionaries(
    {"defaults": st.fixed_dictionaries({"sales": codes}, optional={"discount": codes})},
    optional={
        "tax": st.dictionaries(st.sampled_from(["20", "17.5", "0", "exempt"]), codes, min_size=1),
        "channels": st.dictionaries(names, overrides, min_size=1, max_size=3),
        "skus": st.dictionaries(names, skus, min_size=1, max_size=3),
        "rounding": codes,
    },
)


@given(mappings)
def test_a_mapping_shown_and_read_again_is_the_same(mapping: Json) -> None:
    """Whatever it holds, suitable or not."""
    found = read(filled(mapping, Mode.ACCOUNTING, CHOICES), Mode.ACCOUNTING, CHOICES, mapping)
    assert found.mapping is not None, found.faults
    assert content_of(found.mapping) == mapping
