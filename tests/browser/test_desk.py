"""An operator's morning in a real browser, second half: mend a message, import now, reconcile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Snap
from tests.browser.test_morning import judge
from tests.browser.test_walk import sign_in
from tests.support.console import ConsoleUnderTest
from tests.support.documents import delivery, dispatched, invoice, item, order
from tests.support.fleet import Fleet
from tests.support.imports import Office, line, office
from workers.entrance import Entrance
from workers.store.operators import Role


@pytest.fixture
def shop(console: ConsoleUnderTest) -> Office:
    """A shop after a day: orders in Xero, one voided, one stuck; imports; messages parked."""
    fleet = console.fleet
    console.runtime.parts["entrance"] = Entrance(
        "memory://", lambda each: fleet.runtime.intake.handle(each)
    )
    at = office(fleet, "MUG", tenant_id=fleet.organisation(name="Acme Trading Ltd")["tenant_id"])
    fleet.send(
        *(dispatched(order(each)) for each in range(1, 5)),
        dispatched(order(5, Currency={"Code": "EUR"})),
        dispatched(order(6, item("TEA-01", "10.00", rate=7))),
    )
    at.sell("INV-20", line("RARE"))
    at.sell("INV-21")
    fleet.poll()
    at.act(next(each for each in fleet.invoices() if each["Reference"] == "WEB-2"), "void")
    broken = dispatched(order(7)).body.replace(b'"ClientId"', b'"KlientId"')
    fleet.send(
        delivery(broken, "order.dispatched.v1"),
        delivery(b"{not even JSON", "order.dispatched.v1"),
        delivery(dispatched(invoice(9)).body, "invoice.settled.v4"),
    )
    return at


EVERY_PAGE = (
    "/",
    "/documents",
    "/documents?reason=currency_not_enabled",
    "/documents/1",
    "/documents/5",
    "/imports",
    "/imports/1",
    "/parked",
    "/parked/2",
    "/parked/replay",
    "/connections",
    "/connections/new",
    "{connection}",
    "{connection}/preview",
    "{connection}/drafts",
    "{connection}/backfill",
    "{connection}/mapping",
    "/schedules",
    "/reconciliation?first=2026-11-01&last=2026-11-30",
    "/audit",
    "/reasons",
    "/reasons/account_archived",
)


@pytest.mark.proof
@pytest.mark.timeout(300)  # axe looks at each of some twenty pages
def test_an_operators_morning(
    console: ConsoleUnderTest, shop: Office, page: Page, snap: Snap, tmp_path: Path
) -> None:
    """A parked order reaches Xero, an import is run now, the books are compared and exported."""
    fleet = console.fleet
    console.operator("ada", Role.OPERATOR)
    sign_in(page)
    mend_the_parked_order(fleet, page, snap)
    import_now(shop, page, snap)
    reconcile(fleet, page, snap, tmp_path)
    look_back(page, snap)
    look_at_every_page(page, f"/connections/{shop.connection}", snap)


def mend_the_parked_order(fleet: Fleet, page: Page, snap: Snap) -> None:
    page.get_by_role("link", name="Parked").click()
    snap("20-parked")
    page.get_by_role("link", name=re.compile("· Wrong data")).click()
    page.get_by_role("link", name="order.dispatched.v1").click()
    expect(page.get_by_text("ClientId: Field required").first).to_be_visible()
    snap("21-parked-message")
    body = page.get_by_label("Body")
    broken = body.input_value()
    body.fill(broken.replace('"KlientId": 3', '"ClientId": "three"'))
    page.get_by_role("button", name="Check and publish again").click()
    expect(page.get_by_role("alert")).to_contain_text("so nothing was published")
    expect(page.get_by_role("alert")).to_contain_text("ClientId")
    snap("22-parked-still-wrong")
    page.get_by_label("Body").fill(broken.replace("KlientId", "ClientId"))
    page.get_by_role("button", name="Check and publish again").click()
    expect(page.get_by_role("heading", name="published as you changed it")).to_be_visible()
    snap("23-published")
    fleet.drain()
    assert fleet.document(7)["status"] == "posted"
    page.goto("/parked/replay?code=not-json")
    snap("24-replay-preview")


def import_now(shop: Office, page: Page, snap: Snap) -> None:
    shop.sell("INV-22")
    page.get_by_role("link", name="Schedules").click()
    snap("25-schedules")
    page.get_by_role("button", name=re.compile("Run now: Sales invoices")).click()
    expect(page.get_by_role("status")).to_contain_text("A run was asked for")
    shop.fleet.drain()
    page.get_by_role("link", name="Imports").click()
    expect(page.get_by_role("row", name=re.compile("INV-22"))).to_contain_text("In Mintsoft")
    snap("26-imports")
    page.get_by_role("link", name="INV-20").click()
    expect(page.get_by_text("RARE").first).to_be_visible()
    snap("27-import")
    page.get_by_label("Reason for skipping").fill("Sold by mistake")
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("heading", name="1 import skipped")).to_be_visible()


def reconcile(fleet: Fleet, page: Page, snap: Snap, folder: Path) -> None:
    page.get_by_role("link", name="Reconciliation").click()
    expect(page.get_by_text("were never read")).to_be_visible()
    page.get_by_role("button", name="Read Xero's figures now").click()
    expect(page.get_by_role("status")).to_contain_text("are being read")
    fleet.drain()
    page.goto("/reconciliation?first=2026-11-01&last=2026-11-30")
    pounds = page.get_by_role("row", name=re.compile("^GBP"))
    expect(pounds).to_contain_text("70.70")
    expect(pounds).to_contain_text("48.00")
    expect(pounds).to_contain_text("-22.70")
    expect(page.get_by_role("row", name=re.compile("ORD-2"))).to_contain_text("Voided in Xero")
    expect(page.get_by_role("row", name=re.compile("ORD-6"))).to_contain_text("Not in Xero")
    snap("28-reconciliation")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Export all as CSV").click()
    path = folder / "reconciliation.csv"
    begun.value.save_as(path)
    lines = path.read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Finding,Date")
    assert len(lines) == 1 + 7


def look_back(page: Page, snap: Snap) -> None:
    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_role("row", name=re.compile("Published a parked"))).to_contain_text("ada")
    snap("29-audit")


def look_at_every_page(page: Page, connection: str, snap: Snap) -> None:
    """Each can be used by everybody, and on a telephone nothing is wider than the screen."""
    for number, path in enumerate(EVERY_PAGE, 30):
        answer = page.goto(path.format(connection=connection))
        assert answer is not None
        assert answer.status == 200, path
        judge(page)
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        snap(f"{number}-{path.split('?')[0].replace('/', '-').format(connection='connection')}")
        page.set_viewport_size({"width": 1280, "height": 900})
