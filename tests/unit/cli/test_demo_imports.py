"""The verdict finds every way in which Xero's documents may not have come into Mintsoft."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.unit.cli.test_demo_verdict import EXPECTED, GOOD
from workers.cli.demo.import_verdict import Came, Placed, Row, expected_events, judge_imports
from workers.cli.demo.paperwork import Import, purchases, sales
from workers.cli.demo.verdict import judge

SALE = Import("sales_order", "INV-1", "imported", None, Decimal("12.00"), 2)
VOID = Import("sales_order", "INV-2", "withdrawn", None, Decimal("24.00"), 1, True)
HELD = Import("sales_order", "INV-3", "needs_attention", "sku_unknown")
BUY = Import("purchase_order", "PO-1", "imported", units=48)

WELL = Came(
    rows=[
        Row("sales_order", "INV-1", "imported", None, None),
        Row("sales_order", "INV-2", "withdrawn", None, None),
        Row("sales_order", "INV-3", "needs_attention", "sku_unknown", "..."),
        Row("purchase_order", "PO-1", "imported", None, None),
    ],
    placed=[
        Placed("sales_order", "INV-1", Decimal("12.0"), 2, False),
        Placed("sales_order", "INV-2", Decimal("24.00"), 1, True),
        Placed("purchase_order", "PO-1", None, 48, False),
    ],
    expected=[SALE, VOID, HELD, BUY],
)


def test_all_is_well() -> None:
    assert judge_imports(WELL) == []


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (replace(WELL, rows=WELL.rows[1:]), "sales_order INV-1 is missing from the imports"),
        (
            replace(WELL, rows=[*WELL.rows, Row("sales_order", "MS-7", "imported", None, None)]),
            "sales_order MS-7 should not be among the imports",
        ),
        (
            replace(WELL, rows=[*WELL.rows[:2], replace(WELL.rows[2], code="x"), WELL.rows[3]]),
            "INV-3 is needs_attention (x), not needs_attention (sku_unknown)",
        ),
        (replace(WELL, placed=WELL.placed[1:]), "Mintsoft lacks sales_order INV-1: 2 units of 12"),
        (
            replace(WELL, placed=[*WELL.placed, WELL.placed[0]]),
            "Mintsoft has sales_order INV-1: 2 units of 12.0, which should not be",
        ),
        (
            replace(WELL, placed=[replace(WELL.placed[0], units=1), *WELL.placed[1:]]),
            "Mintsoft has sales_order INV-1: 1 units",
        ),
        (
            replace(WELL, placed=[replace(WELL.placed[0], total=Decimal("12.01"))]),
            "Mintsoft has sales_order INV-1: 2 units of 12.01",
        ),
        (
            replace(WELL, placed=[WELL.placed[0], replace(WELL.placed[1], cancelled=False)]),
            "Mintsoft lacks sales_order INV-2: 1 units of 24.00, cancelled",
        ),
    ],
)
def test_every_defect_is_found(came: Came, words: str) -> None:
    problems = judge_imports(came)
    assert any(words in problem for problem in problems), problems


def test_the_events_about_imports_are_counted() -> None:
    """One for each that Mintsoft has, one for each that waits; a missing one is told."""
    more = expected_events(WELL.expected)
    assert more == {
        "order.imported.v1": 2,
        "asn.imported.v1": 1,
        "import.needs-attention.v1": 1,
    }
    heard = replace(GOOD, events=GOOD.events + Counter(more))
    assert judge(EXPECTED, heard, more).problems == []
    silent = judge(EXPECTED, GOOD, more).problems
    assert "0 events order.imported.v1, not 2" in silent


def test_there_is_something_of_every_kind() -> None:
    """Both kinds, three ways of amounts, two currencies, and every way to end."""
    documents = (*sales(), *purchases())
    expected = [each.expected for each in documents]
    assert {each.kind for each in expected} == {"sales_order", "purchase_order"}
    assert {each.status for each in expected} == {
        "imported",
        "needs_attention",
        "skipped",
        "withdrawn",
    }
    assert {each.body.get("LineAmountTypes", "Exclusive") for each in sales()} == {
        "Exclusive",
        "Inclusive",
        "NoTax",
    }
    assert {each.body.get("CurrencyCode", "GBP") for each in sales()} == {"GBP", "EUR"}
    assert len({each.number for each in expected}) == len(expected)
