"""The reconciliation and the audit trail on the console, on paper (CSV) and on the command line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

import pytest

from tests.support.command import Command
from tests.support.console import ConsoleUnderTest, serving_console
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.imports import Office
from workers.store.operators import Role

NOVEMBER = "first=2026-11-01&last=2026-11-30"


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


def sheet(text: str) -> list[dict[str, str]]:
    """The rows of a sheet; fails the test without the mark that Excel needs."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_reconciliation_says_what_it_knows_and_since_when(
    console: ConsoleUnderTest, mx: Command
) -> None:
    """Never read, asked for, read: one voided order is the difference, wherever one looks."""
    fleet = console.fleet
    viewer = console.signed_in("vic", Role.VIEWER)
    assert "nothing to compare" in viewer.get("/reconciliation").text
    connection = fleet.connect()
    fleet.send(dispatched(order(1)), dispatched(order(2, OrderNumber="=2+5")))
    fleet.drain()
    path = f"/reconciliation?connection={connection}&{NOVEMBER}"
    assert "were never read" in viewer.get(path).text
    assert viewer.post("/reconciliation", connection=connection).status_code == 403

    browser = console.signed_in()
    asked = browser.follow(browser.post("/reconciliation", path, connection=connection))
    assert "are being read" in asked.text
    fleet.drain()
    Office(fleet, connection).act(
        next(each for each in fleet.invoices() if each["Reference"] == "WEB-1"), "void"
    )
    fleet.compare()
    page = viewer.get(path).text
    assert "Voided in Xero" in page
    assert ">-12.00<" in page
    assert "<del>12.00 GBP</del>" in page
    assert '>Agrees <span class="n">1<' in page
    assert 'href="/reasons/reconciliation-voided"' in page
    assert ">Open the document<" in page
    assert "enter it in Xero again" in viewer.get(f"{path}&finding=voided").text

    answer = viewer.get(f"/reconciliation.csv?connection={connection}&{NOVEMBER}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="reconciliation-')
    rows = sheet(answer.text)
    assert {each["Finding"]: each["Number in Mintsoft"] for each in rows} == {
        "voided": "ORD-1",
        "agrees": "'=2+5",
    }
    assert [each["Mintsoft total"] for each in rows] == ["12.00", "12.00"]

    period = ["--first", "2026-11-01", "--last", "2026-11-30"]
    told = mx.json("export", "reconcile", connection, *period)
    assert told["read_at"] is not None
    [pounds] = told["sums"]
    assert (pounds["mintsoft_total"], pounds["xero_total"]) == (24.0, 12.0)
    assert [each["finding"] for each in told["lines"]] == ["voided"]
    ran = mx("export", "reconcile", connection, *period, "--csv", "--finding", "agrees")
    assert [each["Finding"] for each in sheet(ran.out)] == ["agrees"]
    assert "-12.00" in mx("export", "reconcile", connection, *period).out


@pytest.mark.parametrize(
    "bad",
    ["first=x", "first=2026-11-02&last=2026-11-01", "last=2026-11-31", "finding=odd"],
)
def test_a_period_that_is_none_is_told(console: ConsoleUnderTest, bad: str) -> None:
    connection = console.fleet.connect()
    browser = console.signed_in("vic", Role.VIEWER)
    for path in ("/reconciliation", "/reconciliation.csv"):
        answer = browser.get(f"{path}?connection={connection}&{bad}")
        assert answer.status_code == 400, path
        assert browser.get(f"{path}?connection=nonsense").status_code == 404


def test_the_audit_trail_is_filtered_paged_and_exported(
    console: ConsoleUnderTest, mx: Command
) -> None:
    """By person, act and connection; page by page nothing comes twice; viewers have none."""
    fleet = console.fleet
    connection = fleet.connect()
    fleet.execute(
        "insert into audit (who, action, connection_id, details)"
        " select case n %% 2 when 0 then 'ada' else '@sam' end, 'import retried',"
        " %s, jsonb_build_object('import', n) from generate_series(1, 230) as n",
        [connection],
    )
    browser = console.signed_in("bob", Role.BOOKKEEPER)
    first = browser.get("/audit?who=ada&action=import+retried").text
    assert first.count("Tried an import again") == 100 + 1  # and the choice
    assert "import: 229" not in first
    address = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = browser.get(address.replace("&amp;", "&")).text
    assert second.count("Tried an import again") == 15 + 1
    assert "Next page" not in second

    rows = sheet(browser.get(f"/audit.csv?connection={connection}").text)
    assert len(rows) == 232
    assert rows[-1]["What"] == "connection added"
    assert rows[1]["Who"] == "'@sam"
    assert console.signed_in("vic", Role.VIEWER).get("/audit").status_code == 403

    listed = mx.json("audit", "list", "--person", "ada", "--limit", 3)
    assert [each["details"]["import"] for each in listed] == [230, 228, 226]
    older = mx.json("audit", "list", "--person", "ada", "--limit", 3, "--after", listed[-1]["id"])
    assert [each["details"]["import"] for each in older] == [224, 222, 220]
    assert len(sheet(mx("audit", "list", "--action", "mapping saved", "--csv").out)) == 1
