"""Imports and schedules on the console: what waits and why, retried, skipped, run, put off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.console import ConsoleUnderTest, hidden_fields, serving_console
from tests.support.fleet import Fleet
from tests.support.imports import line, office
from tests.support.mintsoft import add_products
from workers.store.operators import Role


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


def test_imports_are_found_told_and_set_going(console: ConsoleUnderTest) -> None:
    """Given three that lack a product: counted by reason, one skipped, the others go afterwards.

    A viewer sees all of it and has no button.
    """
    fleet = console.fleet
    at = office(fleet, "MUG")
    for number in range(1, 4):
        at.sell(f"INV-{number}", line("RARE"))
    at.sell("INV-9")
    fleet.poll()
    browser = console.signed_in()
    page = browser.get("/imports").text
    assert "<strong>3 imports</strong> · SKU unknown" in page
    assert "Retry all 3…" in page
    some = browser.get("/imports?status=needs_attention&reason=sku_unknown&text=inv-2").text
    assert "INV-2" in some
    assert "INV-3" not in some
    ids = {each["number"]: each["id"] for each in fleet.rows("select id, number from imports")}

    story = browser.get(f"/imports/{ids['INV-9']}").text
    assert "View in Xero" in story
    assert "https://mintsoft.example/Order/Details/" in story
    assert "&#34;UnitPrice&#34;: 10" in story
    assert "Told other systems that the order is in Mintsoft" in story

    skipped, done = f"import-{ids['INV-1']}", f"import-{ids['INV-9']}"
    nothing = browser.post("/imports", do="skip", **{skipped: "on"})
    assert (nothing.status_code, "Say why" in nothing.text) == (422, True)
    answer = browser.post("/imports", do="skip", why="Test order", **{skipped: "on", done: "on"})
    assert "1 import skipped" in answer.text
    assert "It is in Mintsoft already as INV-9." in answer.text
    assert at.statuses() == {"needs_attention": 2, "imported": 1, "skipped": 1}
    assert "Test order" in browser.get(f"/imports/{ids['INV-1']}").text

    add_products(fleet.mintsoft, "RARE")
    address = "/imports/retry?status=needs_attention&reason=sku_unknown"
    preview = browser.get(address).text
    assert "2 imports would go to Mintsoft at once, INV-2 to INV-3" in preview
    fields = hidden_fields(preview)
    assert (fields["reason"], fields["number"]) == ("sku_unknown", "2")
    answer = browser.post("/imports/retry", None, **fields)
    assert "2 imports set going" in answer.text
    fleet.drain()
    assert at.statuses() == {"imported": 3, "skipped": 1}
    acts = fleet.rows("select who, action from audit where action like 'import %%' order by id")
    assert [each["action"] for each in acts] == ["import skipped"] + ["import retried"] * 2
    assert {each["who"] for each in acts} == {"ada"}

    viewer = console.signed_in("vic", Role.VIEWER)
    assert viewer.get("/imports/retry").status_code == 403
    assert 'name="do"' not in viewer.get("/imports").text
    assert viewer.post("/imports", do="retry", **{done: "on"}).status_code == 403


def test_a_retry_of_all_says_what_stays_and_what_has_come_since(console: ConsoleUnderTest) -> None:
    """Given one in Mintsoft and two that lack a product: those go, unless a third one fits by now.

    What came after the preview is left alone; a number or a filter that is none is refused by name.
    """
    fleet = console.fleet
    at = office(fleet, "MUG")
    for number in (1, 2):
        at.sell(f"INV-{number}", line("RARE"))
    fleet.poll()
    at.sell("INV-9")
    fleet.poll()
    browser = console.signed_in()
    page = browser.get("/imports/retry?kind=sales_order").text
    assert "Retry 2 imports" in page
    assert "It is in Mintsoft already." in page
    fields = hidden_fields(browser.get("/imports/retry").text)
    fleet.execute("update imports set status = 'skipped', reason_code = 'not_wanted',"
                  " reason_message = 'a', reason_remedy = 'b', reason_cure = 'person',"
                  " placed = null, delivery = null, mintsoft_id = null, mintsoft_number = null,"
                  " imported_at = null where number = 'INV-9'")  # fmt: skip
    more = browser.post("/imports/retry", None, **{**fields, "last": "99"})
    assert (more.status_code, "There are more by now: 3" in more.text) == (409, True)
    assert at.statuses() == {"needs_attention": 2, "skipped": 1}
    for field, value in (("number", "x"), ("last", ""), ("kind", "odd"), ("connection", "1")):
        answer = browser.post("/imports/retry", None, **{**fields, field: value})
        assert (answer.status_code, field in answer.text) == (400, True)
    done = browser.post("/imports/retry", None, **fields)
    assert "2 imports set going" in done.text
    assert at.statuses() == {"waiting": 2, "skipped": 1}
    assert "None of them can be tried again" in browser.get("/imports/retry?text=no").text


def test_imports_are_paged_by_key(console: ConsoleUnderTest) -> None:
    """Each once, with the filter kept; what can't be looked for is told by name."""
    fleet = console.fleet
    at = office(fleet, "MUG")
    at.sell("INV-0")
    fleet.poll()
    fleet.execute(
        "insert into imports (connection_id, tenant_id, account, client_id, kind, xero_id, number,"
        " status, xero_updated_at, payload)"
        " select connection_id, tenant_id, account, client_id, kind, gen_random_uuid(),"
        " 'N-' || n, 'waiting', now(), '{}' from imports, generate_series(1, 60) as n"
    )
    browser = console.signed_in("vic", Role.VIEWER)
    first = browser.get("/imports?status=waiting").text
    address = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = browser.get(address.replace("&amp;", "&")).text
    assert (first.count(">N-"), second.count(">N-")) == (50, 10)
    assert "Next page" not in second
    for bad in ("status=lost", "below=x", "below=0", "connection=1", f"text={'x' * 201}"):
        answer = browser.get(f"/imports?{bad}")
        assert answer.status_code == 400, bad
        assert bad.partition("=")[0] in answer.text
    for path in ("/imports/0", "/imports/x", "/imports/99999999999999999999"):
        assert browser.get(path).status_code == 404, path


def test_schedules_are_run_paused_and_paced(console: ConsoleUnderTest) -> None:
    """A button asks for a run, which is made; interval and pause are kept and written down."""
    fleet = console.fleet
    at = office(fleet, "MUG")
    at.sell("INV-1")
    browser = console.signed_in()
    row = {"connection": str(at.connection), "kind": "sales_orders"}
    page = browser.follow(browser.post("/schedules", None, do="run", **row))
    assert "A run was asked for" in page.text
    assert "Asked for" in page.text
    fleet.drain()
    assert at.statuses() == {"imported": 1}
    page = browser.get("/schedules")
    assert "1 listed, 1 new or changed" in page.text
    assert "less than a minute ago" in page.text

    browser.post("/schedules", None, do="every", minutes=45, **row)
    page = browser.follow(browser.post("/schedules", None, do="pause", **row))
    assert "every 45 minutes" in page.text
    assert "It runs only when somebody asks." in page.text
    browser.post("/schedules", None, do="resume", **row)
    [kept] = fleet.rows(
        "select interval_minutes, enabled from schedules where kind = $$sales_orders$$"
    )
    assert kept == {"interval_minutes": 45, "enabled": True}
    acts = fleet.rows("select action from audit where who = 'ada' and action like '%%schedule%%'")
    assert len(acts) == 3

    for wrong, status in (
        ({"do": "every", "minutes": "0"}, 422),
        ({"do": "every", "minutes": "1441"}, 422),
        ({"do": "dance"}, 422),
        ({"do": "run", "kind": "mintsoft_invoices"}, 404),
    ):
        answer = browser.post("/schedules", None, **(row | wrong))
        assert answer.status_code == status, wrong
    fleet.execute("update connections set status = 'lost', lost_reason = 'gone'")
    assert browser.post("/schedules", None, do="run", **row).status_code == 409
    viewer = console.signed_in("vic", Role.VIEWER)
    assert "Run now" not in viewer.get("/schedules").text
    assert viewer.post("/schedules", None, do="run", **row).status_code == 403
