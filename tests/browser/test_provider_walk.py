"""Signing in with an OpenID provider in a real browser: its cookies, its redirects, the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Snap
from tests.support.console import ConsoleUnderTest
from tests.support.fleet import make_fleet
from tests.support.provider import Door, guarded_console
from tests.support.simulators import Simulator
from workers.clock import SYSTEM


@pytest.fixture
def door(database_url: str, xero_sim: Simulator, mintsoft_sim: Simulator) -> Iterator[Door]:
    fleet = make_fleet(database_url, xero_sim, mintsoft_sim, SYSTEM)
    try:
        with guarded_console(fleet) as found:
            yield found
    finally:
        fleet.runtime.close()


@pytest.fixture
def console(door: Door) -> ConsoleUnderTest:
    """What the browser visits."""
    return door.console


def at_provider(page: Page, choice: str) -> None:
    page.get_by_role("link", name="Sign in with Acme ID").click()
    expect(page.get_by_role("heading", name="Log in to simulated Acme ID")).to_be_visible()
    page.get_by_role("button", name=choice).click()


@pytest.mark.proof
def test_the_way_in_and_out(door: Door, page: Page, snap: Snap) -> None:
    """Cancelled: told so. Without a group: told so. With one: in, where one was going."""
    door.person("ada", "acme-books")
    door.person("eve", "choir")
    page.goto("/connections/new")
    snap("20-sign-in-provider")
    at_provider(page, "Cancel")
    expect(page.get_by_role("heading", name="Acme ID did not let you in")).to_be_visible()
    snap("21-provider-refused")
    page.get_by_role("link", name="Sign in", exact=True).click()
    at_provider(page, "eve")
    expect(page.get_by_role("heading", name="You have no role here")).to_be_visible()
    snap("22-no-role")
    page.goto("/connections/new")
    at_provider(page, "ada")
    expect(page.get_by_role("heading", name="New connection")).to_be_visible()
    expect(page.get_by_text(re.compile("ada.*bookkeeper"))).to_be_visible()
    snap("23-in")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/connections")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
