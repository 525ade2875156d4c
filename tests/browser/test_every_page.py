"""Every page of the console can be used by everybody, whatever the screen.

The pages are those of the table of routes: one that is new and has no example here fails the test.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Snap
from tests.browser.test_walk import sign_in
from tests.support.console import ConsoleUnderTest
from tests.support.imports import Office
from tests.support.pages import page_paths
from workers.store.operators import Role

LOOKS = ((1280, 900, "light"), (390, 844, "dark"))
"""Each width and each scheme: colours follow the scheme alone, what is shown the width alone."""

GRAVE = ("serious", "critical")

ELSEWHERE = {
    "/xero/connect": "leads to Xero's log-in page",
    "/sign-in/provider": "leads to the provider's log-in page",
}
"""Addresses that a browser does not stay at."""

SIGN_IN = "/sign-in"

EXAMPLES = {
    "/": ["/"],
    "/documents": ["/documents", "/documents?reason=currency_not_enabled", "/documents?text=none"],
    "/documents/{id}": ["/documents/1", "/documents/5", "/documents/77"],
    "/acts/{id}": ["{act}"],
    "/imports": ["/imports", "/imports?text=none"],
    "/imports/{number}": ["/imports/1"],
    "/imports/retry": ["/imports/retry?status=needs_attention"],
    "/parked": ["/parked", "/parked?text=none"],
    "/parked/replay": ["/parked/replay"],
    "/parked/{number}": ["/parked/2"],
    "/connections": ["/connections"],
    "/connections/new": ["/connections/new"],
    "/schedules": ["/schedules"],
    "/reconciliation": ["/reconciliation?first=2026-11-01&last=2026-11-30"],
    "/audit": ["/audit"],
    "/reasons": ["/reasons", "/reasons?text=none"],
    "/events-reference": ["/events-reference"],
    "/reasons/{code}": ["/reasons/account_archived"],
    "/xero/callback": ["/xero/callback?state=spent&code=x"],
    "/xero/choose": ["/xero/choose?state=spent"],
    "/sign-in/callback": ["/sign-in/callback?state=spent&code=x"],
}
"""Addresses of each page with something on it; those of a connection need no example."""

OF_A_CONNECTION = "/connections/{id}"


def addresses(path: str, connection: str, act: str) -> list[str]:
    """Where a page is shown with something on it. Raises KeyError for one without an example."""
    if path.startswith(OF_A_CONNECTION):
        return [path.replace(OF_A_CONNECTION, connection)]
    return [each.replace("{act}", act) for each in EXAMPLES[path]]


def faults(page: Page, address: str) -> Iterator[str]:
    """What is wrong with the page at *address*, wide and narrow."""
    for width, height, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(address)
        where = f"{address} at {width} px, {scheme}"
        for each in Axe().run(page).response["violations"]:
            if each["impact"] in GRAVE:
                yield f"{where}: {each['id']}: {[node['html'] for node in each['nodes']]}"
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"{where}: {wide} px wide"
        if page.locator("main h1").count() != 1:
            yield f"{where}: {page.locator('main h1').all_inner_texts()} instead of one heading"
        if page.title().startswith("·"):
            yield f"{where}: no title"


def act_on_documents(page: Page) -> str:
    """Retry what needs somebody; gives the address of what became of it."""
    page.goto("/documents?status=needs_attention")
    page.get_by_label("that match").check()
    page.get_by_role("button", name="Retry").click()
    page.get_by_role("button", name="Retry").click()
    page.wait_for_url("**/acts/*")
    return page.url


@pytest.mark.proof
@pytest.mark.timeout(1800)  # axe looks twice at each of forty addresses: a busy machine
def test_every_page_is_for_everybody(
    console: ConsoleUnderTest, shop: Office, page: Page, snap: Snap
) -> None:
    """Axe finds nothing serious, nothing is wider than the screen, and each has its heading."""
    found = list(faults(page, SIGN_IN))
    console.operator("ada", Role.OPERATOR)
    sign_in(page)
    act = act_on_documents(page)
    for path in page_paths():
        if path in ELSEWHERE or path == SIGN_IN:
            continue
        for address in addresses(path, f"/connections/{shop.connection}", act):
            found += faults(page, address)
            snap(f"page{path.replace('/', '-').replace('{', '').replace('}', '')}")
    assert found == []


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_an_empty_console_says_what_to_do(
    console: ConsoleUnderTest, page: Page, snap: Snap
) -> None:
    """Nothing is connected and nothing came: every page of the menu is usable, and leads on."""
    console.operator("ada", Role.OPERATOR)
    sign_in(page)
    for path in ("/", "/documents", "/connections", "/schedules", "/reconciliation"):
        page.goto(path)
        assert page.locator("main a[href^='/connections']").count(), path
    found = [
        fault
        for path in page_paths()
        if path not in ELSEWHERE and "{" not in path and path != SIGN_IN
        for fault in faults(page, path)
    ]
    assert found == []
