"""A bookkeeper maps accounts in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from schemas.connections import Mode
from tests.browser.conftest import Snap
from tests.browser.test_walk import allow_at_xero, describe_connection, sign_in
from tests.support.console import ConsoleUnderTest
from tests.support.documents import dispatched, order
from tests.support.fleet import ACCOUNTING_MAPPING
from workers import books


def read_books(console: ConsoleUnderTest, connection: object) -> None:
    """Have the accounts of a connection read, as the fleet does."""
    runtime = console.fleet.runtime
    row = console.fleet.connection(connection)  # type: ignore[arg-type]
    books.read_chart(runtime.pool, runtime.gateway_for(row), row.id)


@pytest.mark.proof
def test_map_with_a_mistake_mend_it_and_come_back(
    console: ConsoleUnderTest, page: Page, snap: Snap
) -> None:
    """Signed in and connected, a mistake is explained as it is typed; mended and saved, what
    waited is posted; disconnected, all is there; reconnected, on it goes.
    """
    fleet = console.fleet
    tenant = fleet.organisation(name="Acme Trading Ltd")["tenant_id"]
    archived = f"/_sim/organisations/{tenant}/accounts/260"
    fleet.xero.admin.post(archived, json={"Status": "ARCHIVED"}).raise_for_status()
    console.operator()
    sign_in(page)
    describe_connection(page)
    page.get_by_role("button", name="Connect", exact=True).click()
    allow_at_xero(page, "Acme Trading Ltd")
    path = re.sub(r"^https?://[^/]+|\?.*$", "", page.url)
    fleet.send(dispatched(order(1)), dispatched(order(2)))
    fleet.drain()
    assert fleet.statuses() == {"waiting": 2}

    page.get_by_role("link", name="Map the accounts").click()
    expect(page.get_by_label("Sales suggested", exact=True)).to_have_value("200 · Sales")
    snap("14-mapping-suggested")
    sales = page.locator('[id="defaults.sales"]')
    sales.fill("260")
    problem = page.locator('[id="defaults.sales-said"]')
    expect(problem).to_contain_text('Account 260 "Other Revenue" (Sales) is archived in Xero.')
    expect(sales).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#standing")).to_contain_text("1 problem")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved. 1 problem")
    expect(sales).to_have_value("260")
    snap("15-mapping-mistake")
    assert console.row(path)["mapping_revision"] is None

    sales.fill("Sales")
    expect(problem).to_be_empty()
    expect(page.locator("#found")).to_be_hidden()
    page.get_by_role("button", name="Save", exact=True).click()
    said = page.get_by_role("status").first
    expect(said).to_contain_text("revision 1 is in force. 2 documents that waited go on")
    fleet.drain()
    assert fleet.statuses() == {"posted": 2}

    page.goto(f"{path}/disconnect")
    page.get_by_role("button", name="Disconnect").click()
    fleet.drain()
    page.goto(f"{path}/mapping")
    expect(page.locator('[id="defaults.sales"]')).to_have_value("200 · Sales")
    expect(page.locator('[id="defaults.sales"]')).to_be_disabled()
    page.goto(path)
    expect(page.locator(".figures li", has_text="In Xero")).to_contain_text("2")
    page.get_by_role("button", name="Reconnect").click()
    allow_at_xero(page, "Acme Trading Ltd")
    expect(page.get_by_role("status")).to_contain_text("Connected.")
    fleet.send(dispatched(order(3)))
    fleet.drain()
    assert fleet.statuses() == {"posted": 3}


def test_rows_come_and_go_without_leaving_the_page(
    console: ConsoleUnderTest, page: Page, snap: Snap
) -> None:
    """Added by a click, checked as they are filled in, removed, saved."""
    connection = console.fleet.connect()
    read_books(console, connection)
    console.operator()
    sign_in(page)
    page.goto(f"/connections/{connection}/mapping")
    page.get_by_role("button", name="Add a channel").click()
    page.locator('[id="channels.0.key"]').fill("7")
    expect(page.locator('[id="channels.0.key-said"]')).to_have_text(
        "Say what differs, or remove this row."
    )
    page.locator('[id="channels.0.sales"]').fill("201")
    page.locator('[id="channels.0.contact"]').fill("eBay customers")
    page.get_by_role("button", name="Add a SKU").click()
    page.keyboard.type("GIFT-01")
    page.locator('[id="skus.0.sales"]').fill("310")
    page.locator('[id="skus.0.tracking1"]').fill("Channel: Fax")
    expect(page.locator('[id="skus.0.sales-said"]')).to_contain_text("is an expense account")
    expect(page.locator('[id="skus.0.tracking1-said"]')).to_contain_text("not an active category")
    page.get_by_role("button", name="Check").last.click()
    snap("16-mapping-overrides")
    page.get_by_role("button", name="Remove SKU GIFT-01").click()
    expect(page.locator("#standing")).to_have_text("No problems.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("revision 2 is in force")
    snap("17-mapping-saved")
    expect(page.get_by_text("Channel 7, contact:")).to_be_visible()


def test_cost_centres_copied_and_imported(
    console: ConsoleUnderTest, page: Page, snap: Snap
) -> None:
    """Suggested for a 3PL; copied from another; exported, and imported after a look at it."""
    fleet = console.fleet
    source = fleet.connect(Mode.FULFILMENT, account="north")
    fresh = fleet.connect(Mode.FULFILMENT, account="south", mapping={})
    for each in (source, fresh):
        read_books(console, each)
    console.operator()
    sign_in(page)
    page.goto(f"/connections/{fresh}/mapping")
    snap("18-cost-centres-suggested")
    page.get_by_label("Copy from").select_option(str(source))
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").first).to_contain_text("Nothing is stored until you save")
    snap("19-cost-centres-copied")
    page.get_by_role("button", name="Save", exact=True).click()
    with page.expect_download() as export:
        page.get_by_role("link", name="Export YAML").click()
    text = export.value.path().read_text().replace("'260'", "'999'")
    page.get_by_role("link", name="Import YAML").click()
    snap("20-import")
    file = {"name": "mapping.yaml", "mimeType": "application/yaml", "buffer": text.encode()}
    page.get_by_label("YAML file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Show what it changes").click()
    expect(page.get_by_role("cell", name="999")).to_be_visible()
    expect(page.get_by_text("Account 999 (Admin fee) is not in Xero's chart")).to_be_visible()
    snap("21-import-preview")
    page.get_by_role("button", name="Save all the same").click()
    expect(page.locator('[id="cost_centres.AdminFee.account-said"]')).to_contain_text("999")


def test_two_at_the_same_mapping(console: ConsoleUnderTest, page: Page, snap: Snap) -> None:
    """The later one sees both values and decides."""
    connection = console.fleet.connect()
    read_books(console, connection)
    console.operator()
    sign_in(page)
    page.goto(f"/connections/{connection}/mapping")
    changed = ACCOUNTING_MAPPING | {"defaults": ACCOUNTING_MAPPING["defaults"] | {"sales": "205"}}
    console.save_mapping(connection, changed, "bob")
    page.locator('[id="defaults.sales"]').fill("201")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("bob saved revision 2")
    expect(page.get_by_role("row", name="Sales")).to_contain_text("205")
    snap("22-mapping-conflict")


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("mode", list(Mode))
def test_no_mapping_page_is_wider_than_the_window(
    console: ConsoleUnderTest, page: Page, width: int, mode: Mode
) -> None:
    connection = console.fleet.connect(mode)
    read_books(console, connection)
    console.operator()
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page)
    for each in ("mapping", "mapping/import"):
        page.goto(f"/connections/{connection}/{each}")
        for button in page.get_by_role("button", name=re.compile("^Add")).all():
            button.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, each
