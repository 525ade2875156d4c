"""A headless Chromium with a fresh profile, and the console that it visits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from deploy.local import chromium
from tests.support.console import ConsoleUnderTest, serving_console
from tests.support.documents import delivery, dispatched, invoice, item, order
from tests.support.fleet import make_fleet
from tests.support.imports import Office, line, office
from tests.support.simulators import Simulator
from workers.clock import SYSTEM
from workers.entrance import Entrance

SCREENSHOTS = "CONSOLE_SCREENSHOTS"
"""Names a folder that gets a picture of each page; without it none are taken."""

LOOKS = [
    (width, height, scheme)
    for width, height in ((1280, 900), (390, 844))
    for scheme in ("light", "dark")
]

STEP_MS = 15_000
"""A machine under load may take this long for one step."""


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Browser]:
    """The machine's own Chromium; a missing one is an error that names the remedy."""
    program = chromium.program()
    if program is None:
        pytest.fail(chromium.REMEDY, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, headless=True, args=list(chromium.FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture
def console(
    database_url: str, xero_sim: Simulator, mintsoft_sim: Simulator
) -> Iterator[ConsoleUnderTest]:
    """A console on a fleet of its own."""
    fleet = make_fleet(database_url, xero_sim, mintsoft_sim, SYSTEM)
    try:
        with serving_console(fleet) as running:
            yield running
    finally:
        fleet.runtime.close()


@pytest.fixture
def page(chromium_browser: Browser, console: ConsoleUnderTest) -> Iterator[Page]:
    """A fresh browser window; a script error or a breach of the policy fails the test."""
    context = chromium_browser.new_context(base_url=console.url)
    page = context.new_page()
    page.set_default_timeout(STEP_MS)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [each for each in complaints if "status of 4" not in each] == []


Snap = Callable[[str], None]


@pytest.fixture
def snap(page: Page) -> Snap:
    """Takes pictures of the page at hand, wide and narrow, light and dark, when asked to."""
    folder = os.environ.get(SCREENSHOTS)

    def take(name: str) -> None:
        for width, height, scheme in LOOKS if folder else ():
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            path = Path(str(folder)) / f"{name}-{width}-{scheme}.png"
            page.screenshot(path=path, full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})

    return take


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
