"""An operator's morning: find why orders wait, mend it, send them, look at one in Xero."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Snap
from tests.browser.test_mapping import read_books
from tests.browser.test_walk import sign_in
from tests.support.console import ConsoleUnderTest
from tests.support.documents import dispatched, order

ORDERS = range(1, 38)
"""Thirty-seven."""


def archive(console: ConsoleUnderTest, tenant: str, code: str) -> None:
    path = f"/_sim/organisations/{tenant}/accounts/{code}"
    console.fleet.xero.admin.post(path, json={"Status": "ARCHIVED"}).raise_for_status()


def organisation(console: ConsoleUnderTest) -> str:
    """Acme, mapped, with account 200 archived in Xero; its orders have been refused."""
    fleet = console.fleet
    tenant = str(fleet.organisation(name="Acme Trading Ltd")["tenant_id"])
    connection = fleet.connect(tenant_id=tenant)
    fleet.execute("update connections set organisation = 'Acme Trading Ltd'")
    archive(console, tenant, "200")
    read_books(console, connection)
    fleet.send(*(dispatched(order(number)) for number in ORDERS))
    fleet.drain()
    assert fleet.statuses() == {"needs_attention": 37}
    return f"/connections/{connection}"


def judge(page: Page) -> None:
    """Axe finds nothing serious on the page at hand."""
    found = Axe().run(page).response["violations"]
    grave = [each for each in found if each["impact"] in ("serious", "critical")]
    told = [(each["id"], [node["html"] for node in each["nodes"]]) for each in grave]
    assert told == [], page.url


@pytest.mark.proof
@pytest.mark.timeout(300)  # ten pages, each judged by axe; pictures of each when asked for
def test_thirty_seven_orders_wait_for_an_archived_account(
    console: ConsoleUnderTest, page: Page, snap: Snap
) -> None:
    """From the overview to the reason, to the mapping, to a bulk retry, to the invoice in Xero."""
    connection = organisation(console)
    console.operator()
    sign_in(page)
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.locator("#verdict")).to_contain_text("37 documents need attention")
    snap("20-overview-stuck")
    judge(page)

    page.get_by_role("link", name="Account archived", exact=True).click()
    row = page.get_by_role("row", name=re.compile("ORD-37"))
    expect(row).to_contain_text('Account 200 "Sales"')
    expect(row).to_contain_text("is archived in Xero")
    snap("21-documents-by-reason")
    judge(page)

    page.get_by_role("link", name="ORD-37").click()
    expect(page.get_by_text("What to do:")).to_be_visible()
    snap("22-document-stuck")
    judge(page)
    page.get_by_role("link", name="Open the account mapping").click()
    sales = page.locator('[id="defaults.sales"]')
    sales.fill("260")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("revision 2 is in force")).to_be_visible()

    # What the mapping let go by itself is held again, so that there is something to retry.
    console.fleet.execute(
        "update documents set status = 'needs_attention', reason_code = 'account_archived',"
        " reason_message = 'Account 200 is archived in Xero.', reason_remedy = 'Map another.',"
        " reason_cure = 'mapping', updated_at = now()"
    )
    page.goto("/documents?status=needs_attention&reason=account_archived")
    page.get_by_label("All 37 that match").check()
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("heading", name="Retry 37 documents?")).to_be_visible()
    snap("23-retry-preview")
    judge(page)
    page.get_by_role("button", name="Retry 37 documents").click()
    expect(page.get_by_role("status")).to_contain_text("37 done")
    snap("24-retried")
    judge(page)

    page.goto("/documents")
    chips = page.get_by_role("navigation", name="By status")
    expect(chips.get_by_role("link", name="Waiting")).to_contain_text("37")
    console.fleet.drain()
    flown = chips.get_by_role("link", name="In Xero 37")
    expect(flown).to_be_visible(timeout=30_000)  # without a reload: the page asks every ten seconds
    page.get_by_role("link", name="ORD-5", exact=True).click()
    expect(page.get_by_role("link", name="View in Xero")).to_be_visible()
    address = page.get_by_role("link", name="View in Xero").get_attribute("href")
    assert address is not None
    [posted] = [each for each in console.fleet.invoices() if each["InvoiceNumber"] == "MS-ORD-5"]
    assert posted["InvoiceID"] in address
    snap("25-document-posted")
    judge(page)
    page.goto("/")
    expect(page.locator("#verdict")).to_contain_text("Money is flowing")
    snap("26-overview-flowing")
    judge(page)
    for each in ("", "/disconnect", "/mapping", "/mapping/import"):
        page.goto(f"{connection}{each}")
        judge(page)
    for each in ("/connections", "/connections/new", "/documents", "/nowhere"):
        page.goto(each)
        judge(page)
