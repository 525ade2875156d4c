"""A limit that is used up makes documents wait, never fail; what opens it again lets them go on.

Three clocks move together: Xero's, PostgreSQL's (by ageing rows), and with it the fleet's.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from workers.errors import Throttled

DAY = timedelta(days=1)
DAY_LIMIT = 15
FOR_EXPORTS = 12
"""A fifth of the day's calls is kept for imports."""

OTHER_CLIENT = 8
PAUSE = timedelta(seconds=7)
"""Longer than everyone pauses when the app has few calls left."""

PUT = ("PUT", "/api.xro/2.0/Invoices")


def passes(fleet: Fleet, by: timedelta) -> None:
    """Let time pass, here and at Xero."""
    seconds = by.total_seconds()
    fleet.xero.admin.post("/_sim/clock", json={"advance_seconds": seconds}).raise_for_status()
    fleet.age(by)
    fleet.execute("update budgets set blocked_until = blocked_until - %s", [by])
    fleet.execute("update budgets set day = day - %s", [by.days])
    fleet.execute(
        "update budget_calls set started_at = started_at - %s, finished_at = finished_at - %s,"
        " lease_until = lease_until - %s",
        [by, by, by],
    )


def limited(fleet: Fleet, **limits: int) -> tuple[UUID, UUID]:
    """A connection to an organisation with these limits, and the organisation."""
    tenant = str(fleet.organisation(limits=limits)["tenant_id"])
    return fleet.connect(tenant_id=tenant), UUID(tenant)


def send_one_by_one(fleet: Fleet, count: int) -> None:
    """Orders that come one at a time cost a call each."""
    for number in range(1, count + 1):
        fleet.send(dispatched(order(number)))
        fleet.drain()


def waiting(fleet: Fleet) -> list[dict[str, Any]]:
    return fleet.rows(
        "select mintsoft_id, due_at, failures, attempt_id from documents where status = 'waiting'"
    )


def test_the_days_end_lets_documents_wait_until_midnight(fleet: Fleet) -> None:
    """They are due at the reset, imports still have their share, and the next day all go out."""
    connection, tenant = limited(fleet, day=DAY_LIMIT)
    send_one_by_one(fleet, FOR_EXPORTS)
    left = waiting(fleet)
    assert len(fleet.invoices()) == FOR_EXPORTS - len(left) > 0
    [day] = fleet.rows("select day_used, day from budgets where tenant_id = %s", [tenant])
    midnight = datetime(day["day"].year, day["day"].month, day["day"].day, tzinfo=UTC) + DAY
    assert day["day_used"] == FOR_EXPORTS
    assert {each["failures"] for each in left} == {0}, "throttled is not failed"
    [paused] = fleet.rows("select paused_until from connections where id = %s", [connection])
    assert paused["paused_until"] == midnight
    share = fleet.runtime.budget.take(tenant, "import")
    fleet.runtime.budget.settle(share, {}, 200)
    with pytest.raises(Throttled, match="day"):
        fleet.runtime.budget.take(tenant, "export")
    passes(fleet, DAY)
    fleet.drain()
    assert fleet.statuses() == {"posted": FOR_EXPORTS}
    assert fleet.xero.admin.get("/_sim/calls").json()["throttled"] == 0


def test_a_day_that_others_used_up_opens_when_xero_says(fleet: Fleet) -> None:
    """Xero's 429 of the day: nothing is asked until its Retry-After, then all go out."""
    limited(fleet, day=DAY_LIMIT)
    send_one_by_one(fleet, 1)
    fleet.fault(
        kind="status",
        status=429,
        headers={"X-Rate-Limit-Problem": "day", "Retry-After": "3600"},
        method="PUT",
        path="Invoices$",
        times=1,
    )
    fleet.send(dispatched(order(2)))
    fleet.drain()
    asked = fleet.calls(*PUT)
    [left] = waiting(fleet)
    assert left["failures"] == 0
    passes(fleet, timedelta(minutes=55))
    fleet.drain()
    assert fleet.calls(*PUT) == asked
    passes(fleet, timedelta(minutes=25))  # with a quarter more, so that not all come at once
    fleet.drain()
    assert fleet.statuses() == {"posted": 2}


@pytest.mark.parametrize("left", [150, 0], ids=["few calls are left", "none is left"])
def test_the_apps_own_limit_holds_every_organisation(fleet: Fleet, left: int) -> None:
    """Its header, or its 429, on one organisation's call stops all; all go on by themselves."""
    fleet.connect(client_id=OTHER_CLIENT)
    _, tenant = limited(fleet)
    fleet.send(dispatched(order(1)), dispatched(order(2, ClientId=OTHER_CLIENT)))
    fleet.drain()
    used = sum(fleet.xero.admin.get("/_sim/calls").json()["by_tenant"].values())
    url = f"/_sim/organisations/{tenant}/limits"
    fleet.xero.admin.post(url, json={"app_minute": used + left}).raise_for_status()
    fleet.send(dispatched(order(3)))
    fleet.drain()
    asked = fleet.calls(*PUT)
    fleet.send(dispatched(order(4, ClientId=OTHER_CLIENT)))
    fleet.drain()
    assert fleet.calls(*PUT) == asked, "the other organisation has a minute of its own left"
    assert {each["mintsoft_id"] for each in waiting(fleet)} == ({4} if left else {3, 4})
    passes(fleet, PAUSE if left else timedelta(minutes=2))
    fleet.xero.admin.post(url, json={"app_minute": 10_000}).raise_for_status()
    fleet.drain()
    assert fleet.statuses() == {"posted": 4}
