"""The demo's verdict finds every way in which something may not have arrived as it should."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from workers.cli.demo.shapes import Expected
from workers.cli.demo.verdict import Evidence, Found, judge
from workers.cli.demo.wrong import POISON_CODES

ORDER = Expected("shop", "order", 1, "posted", Decimal("12.00"), "GBP")
LATE = Expected("shop", "order", 2, "needs_attention", Decimal("24.00"), "GBP",
                "withdrawn_after_posting")  # fmt: skip
INVOICE = Expected("3pl", "invoice", 7, "posted", Decimal("100.00"), "AUD")
READY = Expected("3pl", "invoice", 8, "ready", Decimal("5.00"), "AUD")
EXPECTED = [ORDER, LATE, INVOICE, READY]

GOOD = Evidence(
    documents=[
        Found("shop", "order", 1, "posted", None, "x1"),
        Found("shop", "order", 2, "needs_attention", "withdrawn_after_posting", "x2"),
        Found("3pl", "invoice", 7, "posted", None, "x7"),
        Found("3pl", "invoice", 8, "ready", None, None),
    ],
    invoices={
        "x1": {"CurrencyCode": "GBP", "Total": Decimal("12.00"), "SubTotal": Decimal("10.00")},
        "x2": {"CurrencyCode": "GBP", "Total": Decimal("24.00"), "SubTotal": Decimal("20.00")},
        "x7": {"CurrencyCode": "AUD", "Total": Decimal("110.00"), "SubTotal": Decimal("100.00")},
    },
    tagged=frozenset({1, 2}),
    events=Counter(
        {
            "connection.ready.v1": 2,
            "document.posted.v1": 3,
            "document.needs-attention.v1": 1,
        }
    ),
    parked=list(POISON_CODES),
    connections=2,
    warm_orders=1000,
    warm_calls=25,
)


def test_all_is_well() -> None:
    verdict = judge(EXPECTED, GOOD)
    assert verdict.problems == []
    assert [(each.kind, each.currency, each.xero) for each in verdict.sums] == [
        ("invoice", "AUD", Decimal("100.00")),
        ("order", "GBP", Decimal("36.00")),
    ]


def with_invoice(name: str, **fields: Any) -> dict[str, Any]:
    usual = {"CurrencyCode": "GBP", "Total": Decimal("12.00"), "SubTotal": Decimal("10.00")}
    return {"invoices": {**GOOD.invoices, name: {**usual, **fields}}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"documents": GOOD.documents[1:]}, "order 1 is missing from the ledger"),
        (
            {"documents": [*GOOD.documents, Found("shop", "order", 9, "posted", None, None)]},
            "order 9 of shop should not be in the ledger",
        ),
        (
            {"documents": [replace(GOOD.documents[0], status="waiting"), *GOOD.documents[1:]]},
            "order 1 is waiting",
        ),
        (
            {"documents": [*GOOD.documents[:3], replace(GOOD.documents[3], code="x")]},
            "invoice 8 is ready (x), not ready (None)",
        ),
        (with_invoice("x1", Total=Decimal("12.01")), "Mintsoft 36.00, Xero 36.01"),
        (with_invoice("x9"), "Xero has 4 invoices, not 3"),
        ({"tagged": frozenset({1})}, "1 orders in Xero are not tagged"),
        ({"tagged": frozenset({1, 2, 3})}, "1 orders are tagged and not in Xero"),
        ({"events": GOOD.events + Counter(["document.posted.v1"])}, "4 events document.posted.v1"),
        ({"events": GOOD.events + Counter(["connection.lost.v1"])}, "1 events connection.lost.v1"),
        ({"parked": []}, "parked are []"),
        ({"warm_calls": 26}, "1,000 warm orders cost 26.0 calls"),
    ],
)
def test_every_defect_is_found(change: dict[str, Any], words: str) -> None:
    problems = judge(EXPECTED, replace(GOOD, **change)).problems
    assert any(words in problem for problem in problems), problems
