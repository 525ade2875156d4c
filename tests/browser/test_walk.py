"""A bookkeeper's walk in a real browser: connect, look around, disconnect, come back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Snap
from tests.support.console import PASSWORD, ConsoleUnderTest
from tests.support.documents import dispatched, order
from workers.store.operators import Role


def sign_in(page: Page, name: str = "ada") -> None:
    page.goto("/connections")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Connections")).to_be_visible()


def describe_connection(page: Page) -> None:
    page.get_by_role("link", name="Make the first one").click()
    page.get_by_role("radio", name="Accounting").check()
    page.get_by_label("Mintsoft account").fill("acme")
    page.get_by_label("Client id").fill("3")
    page.get_by_role("button", name="Add connection").click()
    expect(page.get_by_role("status")).to_contain_text("The connection was added")


def allow_at_xero(page: Page, *organisations: str) -> None:
    expect(page.get_by_role("heading", name="Log in to simulated Xero")).to_be_visible()
    for name in organisations:
        page.get_by_label(name).check()
    page.get_by_role("button", name="Allow access").click()


def test_connect_disconnect_and_come_back(
    console: ConsoleUnderTest, page: Page, snap: Snap
) -> None:
    """Connected at Xero, orders go; disconnected, all is there; reconnected, on it goes."""
    fleet = console.fleet
    fleet.organisation(name="Acme Trading Ltd")
    console.operator()

    page.goto("/connections")
    snap("01-sign-in")
    sign_in(page)
    snap("02-no-connection")
    describe_connection(page)
    snap("03-connection-pending")
    path = re.sub(r"^https?://[^/]+|\?.*$", "", page.url)

    page.get_by_role("button", name="Connect", exact=True).click()
    snap("04-xero-log-in")
    allow_at_xero(page, "Acme Trading Ltd")
    expect(page.get_by_role("status")).to_contain_text("Connected.")
    expect(page.get_by_role("heading", name="Acme Trading Ltd")).to_be_visible()
    assert console.row(path)["status"] == "active"

    console.load_mapping(path)
    fleet.send(dispatched(order(1)), dispatched(order(2)))
    fleet.drain()
    page.goto(path)
    expect(page.locator(".figures li", has_text="In Xero")).to_contain_text("2")
    snap("05-connection-active")

    page.get_by_role("link", name="Disconnect").click()
    snap("06-disconnect")
    page.get_by_label("Reason").fill("New books from April")
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("status")).to_contain_text("everything else stays")
    fleet.drain()
    page.reload()
    expect(page.locator(".figures li", has_text="In Xero")).to_contain_text("2")
    expect(page.get_by_text("New books from April")).to_be_visible()
    snap("07-connection-disconnected")

    page.get_by_role("button", name="Reconnect").click()
    allow_at_xero(page, "Acme Trading Ltd")
    expect(page.get_by_role("status")).to_contain_text("Connected.")
    fleet.send(dispatched(order(3)))
    fleet.drain()
    page.goto(path)
    expect(page.locator(".figures li", has_text="In Xero")).to_contain_text("3")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_saying_no_at_xero_and_choosing_among_several(
    console: ConsoleUnderTest, page: Page, snap: Snap
) -> None:
    """Cancelled: told so, with the way back. Several allowed: the user says which one."""
    for name in ("North Wholesale", "South Retail"):
        console.fleet.organisation(name=name)
    console.operator()
    sign_in(page)
    describe_connection(page)
    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="You did not allow access at Xero")).to_be_visible()
    snap("08-refused")
    page.get_by_role("link", name="Back to the connection").click()
    page.get_by_role("button", name="Connect", exact=True).click()
    allow_at_xero(page, "North Wholesale", "South Retail")
    expect(page.get_by_role("heading", name="Which organisation?")).to_be_visible()
    snap("09-choose")
    page.get_by_label("South Retail").check()
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading", name="South Retail")).to_be_visible()


def test_the_list_with_connections_in_every_state(
    console: ConsoleUnderTest, page: Page, snap: Snap
) -> None:
    """Each says in words how it stands and offers what can be done about it."""
    fleet = console.fleet
    names = ("Harbour Books Ltd", "Kiln & Clay", "Northern Fulfilment Group")
    tenants = [fleet.organisation(name=name)["tenant_id"] for name in names]
    for client, tenant in enumerate(tenants[:2], 3):
        fleet.connect(tenant_id=tenant, client_id=client, mapping=None if client == 3 else {})
    fleet.send(*(dispatched(order(number)) for number in range(1, 4)))
    fleet.drain()
    lost = fleet.connect(tenant_id=tenants[2], client_id=9)
    fleet.execute(
        "update connections set status = 'lost', lost_reason = 'The app was removed in Xero'"
        " where id = %s",
        [lost],
    )
    fleet.execute("update connections set organisation = 'Kiln & Clay' where client_id = 4")
    fleet.execute("update connections set organisation = %s where id = %s", [names[2], lost])
    console.operator()
    sign_in(page)
    page.goto("/connections/new")
    page.get_by_label("Mintsoft account").fill("not/right")
    page.get_by_role("button", name="Add connection").click()
    expect(page.get_by_role("alert")).to_be_visible()
    snap("10-new-wrong")
    page.goto("/connections")
    for words in ("Connected", "Connected, not mapped", "Access lost"):
        expect(page.get_by_text(words, exact=True)).to_be_visible()
    snap("11-connections")
    page.get_by_role("link", name="Northern Fulfilment Group", exact=True).click()
    snap("12-connection-lost")
    page.goto("/connections/nothing")
    snap("13-not-found")


def test_what_a_viewer_is_offered(console: ConsoleUnderTest, page: Page) -> None:
    """To look."""
    console.fleet.connect()
    console.operator("vic", Role.VIEWER)
    sign_in(page, "vic")
    offered = page.get_by_role("link", name=re.compile("connect", re.IGNORECASE))
    assert offered.all_inner_texts() == ["Connections"]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_window(
    console: ConsoleUnderTest, page: Page, width: int
) -> None:
    """No page scrolls sideways, even on the narrowest telephone."""
    path = f"/connections/{console.fleet.connect()}"
    console.operator()
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page)
    connections = ("/connections", "/connections/new", path, f"{path}/disconnect", "/nowhere")
    for each in ("/", "/documents?status=waiting&kind=order", *connections):
        page.goto(each)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, each
