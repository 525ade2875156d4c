"""Orders that are in Xero are tagged in Mintsoft: in batches, and whatever one tag meets."""

from __future__ import annotations

import pytest

from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet

THREE = (1, 2, 3)


@pytest.fixture
def posted(fleet: Fleet) -> Fleet:
    """Three orders are in Xero and Mintsoft has them; none is tagged yet."""
    fleet.connect()
    known = [{"ID": number, "OrderNumber": f"ORD-{number}"} for number in THREE]
    fleet.mintsoft.admin.post("/_sim/orders", json=known).raise_for_status()
    fleet.send(*(dispatched(order(number)) for number in THREE))
    return fleet


def tags(fleet: Fleet) -> dict[str, list[str]]:
    found: dict[str, list[str]] = fleet.mintsoft.admin.get("/_sim/tags").json()["tags"]
    return found


def fail(fleet: Fleet, **fault: object) -> None:
    fleet.mintsoft.admin.post("/_sim/faults", json={"kind": "status", "path": "/Tag", **fault})


def calls(fleet: Fleet) -> int:
    return int(fleet.mintsoft.admin.get("/_sim/calls").json()["total"])


def test_one_failure_holds_back_no_other(posted: Fleet) -> None:
    """Given one answer of 500, then the others are tagged now and that one later."""
    fail(posted, status=500)
    posted.drain()
    assert len(tags(posted)) == 2
    posted.execute("update tags set due_at = now()")
    posted.drain()
    assert tags(posted) == {str(number): ["Xero"] for number in THREE}


def test_a_closed_account_is_asked_once(posted: Fleet) -> None:
    """Given a 429, then nobody asks for the rest, and all wait as long as it says."""
    fail(posted, status=429, times=9, headers={"Retry-After": "120"})
    posted.drain()
    assert calls(posted) == 1
    waiting = posted.rows("select extract(epoch from due_at - now()) as s from tags")
    assert all(100 < each["s"] <= 121 for each in waiting)
    assert len(waiting) == len(THREE)
