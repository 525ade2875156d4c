"""Sheets: harmless to spreadsheets, amounts to the digit, one line for each row."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.comparing_sheet import HEADS, cells, difference
from workers.sheets import FORMULA, MARK, cell, written
from workers.store.balances import Line


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (Decimal("-10.50"), "-10.50"),
        (Decimal("1E+2"), "100"),
        (-3, "-3"),
        (True, "yes"),
        (date(2026, 11, 2), "2026-11-02"),
        (datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC), "2026-11-02 03:04:05Z"),
        ("ORD-1", "ORD-1"),
        ("=1+1", "'=1+1"),
        ("+44 113", "'+44 113"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("  =1", "'  =1"),
        ("\r\n=1", "'\r\n=1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("＝1", "'＝1"),  # noqa: RUF001  full width: as good as = in Japan
        ("a;=cmd|' /c calc'!A0;b", "a;'=cmd|' /c calc'!A0;b"),
        ('a; "-1', "a; \"'-1"),
        ("a;b=c-d", "a;b=c-d"),
    ],
)
def test_a_cell(value: object, shown: str) -> None:
    assert cell(value) == shown


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_whatever_stands_in_a_cell_comes_back_and_is_no_formula(rows: list[list[str]]) -> None:
    """Quotes, commas and line ends included."""
    text = "".join(written(["One", "Two"], rows))
    assert text.startswith(MARK)
    found = list(csv.reader(StringIO(text.removeprefix(MARK), newline="")))
    assert found[0] == ["One", "Two"]
    assert [[each.replace("'", "") for each in row] for row in found[1:]] == [
        [each.replace("'", "") for each in row] for row in rows
    ]
    assert not any(each.lstrip(" ").startswith(FORMULA) for row in found[1:] for each in row)


def line(**changed: object) -> Line:
    facts: dict[str, object] = {
        "line": "d1",
        "day": date(2026, 11, 2),
        "document_id": 1,
        "kind": "order",
        "mintsoft_id": 1,
        "number": "ORD-1",
        "status": "posted",
        "reason_code": None,
        "reason_message": None,
        "mintsoft_currency": "GBP",
        "mintsoft_total": Decimal("12.00"),
        "xero_id": UUID(int=1),
        "xero_number": "MS-ORD-1",
        "xero_status": "AUTHORISED",
        "xero_currency": "GBP",
        "xero_total": Decimal("11.50"),
        "xero_updated_at": None,
        "read_at": None,
        "finding": "edited",
    }
    return Line(**{**facts, **changed})  # type: ignore[arg-type]  # as named


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Decimal("-0.50")),
        ({"xero_currency": "EUR"}, None),
        ({"xero_status": "VOIDED"}, None),
        ({"xero_total": None}, None),
        ({"mintsoft_total": None}, None),
    ],
)
def test_a_difference_is_one_of_one_currency(
    changed: dict[str, object], expected: Decimal | None
) -> None:
    assert difference(line(**changed)) == expected
    assert len(cells(line(**changed))) == len(HEADS)
