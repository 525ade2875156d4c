"""The simulator's web hooks reach the console as Xero's would: signed, believed, some at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from tests.support.console import ConsoleUnderTest, serving_console
from tests.support.fleet import Fleet

KEY = "web-hook-key"
SALE = {
    "Contact": {"Name": "Borealis Toys Ltd"},
    "LineItems": [{"ItemCode": "TEA-01", "Quantity": 1, "UnitAmount": 5, "TaxType": "OUTPUT2"}],
}


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet, xero_webhook_key=SecretStr(KEY)) as running:
        yield running


def delivered(fleet: Fleet, events: int) -> list[dict[str, Any]]:
    """What the simulator has delivered, once that is *events* in all."""
    for _ in range(2000):
        found = fleet.xero.admin.get("/_sim/webhooks").json()["delivered"]
        if sum(each["events"] for each in found) >= events:
            return list(found)
        time.sleep(0.005)
    raise AssertionError(f"only {found} of {events} events were delivered")


def test_changes_by_hand_are_told_and_believed(fleet: Fleet, console: ConsoleUnderTest) -> None:
    """Given a listener with the right key, each sale and each payment is told once, and taken."""
    tenant = fleet.organisation()["tenant_id"]
    hook = {"url": f"{console.url}/xero/webhooks", "key": KEY}
    fleet.xero.admin.post("/_sim/webhooks", json=hook).raise_for_status()
    path = f"/_sim/organisations/{tenant}/sales-invoices"
    made = fleet.xero.admin.post(path, json={"documents": [SALE, SALE]}).json()
    fleet.xero.admin.post(f"{path}/{made[0]['InvoiceID']}/pay", json={}).raise_for_status()
    found = delivered(fleet, 3)
    assert {each["status"] for each in found} == {200}
    assert sum(each["events"] for each in found) == 3


def test_a_wrong_key_is_refused(fleet: Fleet, console: ConsoleUnderTest) -> None:
    """Given another key, the console answers 401 to all of it."""
    tenant = fleet.organisation()["tenant_id"]
    hook = {"url": f"{console.url}/xero/webhooks", "key": "another"}
    fleet.xero.admin.post("/_sim/webhooks", json=hook).raise_for_status()
    fleet.xero.admin.post(f"/_sim/organisations/{tenant}/sales-invoices", json=SALE)
    assert [each["status"] for each in delivered(fleet, 1)] == [401]
