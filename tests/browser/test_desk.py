"""An operator's morning in a real browser, second half: mend a message, import now, reconcile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Snap
from tests.browser.test_walk import sign_in
from tests.support.console import ConsoleUnderTest
from tests.support.fleet import Fleet
from tests.support.imports import Office
from workers.store.operators import Role


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
