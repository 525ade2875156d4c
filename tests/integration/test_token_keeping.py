"""Tokens that nobody needs are kept alive: Xero forgets them after 60 days."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from tests.support.fleet import Fleet

TWENTY_DAYS = timedelta(days=20)


def idle(fleet: Fleet) -> UUID:
    """A connection that is not mapped, so that nothing else uses its tokens."""
    connection = fleet.connect(mapping={})
    fleet.drain()
    return connection


def refreshes(fleet: Fleet) -> int:
    return int(fleet.xero.admin.get("/_sim/state").json()["refreshes"])


def days_left(fleet: Fleet) -> float:
    [row] = fleet.rows("select keep_due_at - now() as left from token_sets")
    return float(row["left"] / timedelta(days=1))


def test_idle_tokens_are_renewed_once_in_twenty_days(fleet: Fleet) -> None:
    """Three times within Xero's 60 days; in between nothing is asked."""
    idle(fleet)
    fleet.drain()
    assert refreshes(fleet) == 0
    for turn in range(1, 4):
        fleet.age(TWENTY_DAYS)
        fleet.drain()
        assert refreshes(fleet) == turn
        assert 17.9 < days_left(fleet) <= 20


def test_two_months_without_an_order(fleet: Fleet) -> None:
    """After 90 days the tokens still open Xero: by Xero's clock, not only by ours."""
    connection = idle(fleet)
    for _ in range(9):
        fleet.xero.admin.post("/_sim/clock", json={"advance_seconds": 10 * 86400})
        fleet.age(timedelta(days=10))
        fleet.drain()
    gateway = fleet.runtime.gateway_for(fleet.connection(connection))
    assert gateway.connections()
    assert fleet.connection(connection).status == "active"


def test_tokens_in_use_are_left_alone(fleet: Fleet) -> None:
    """A refresh for a call counts: the twenty days begin anew."""
    connection = idle(fleet)
    fleet.age(timedelta(days=15))
    fleet.execute("update token_sets set expires_at = now()")
    assert fleet.runtime.gateway_for(fleet.connection(connection)).connections()
    assert refreshes(fleet) == 1
    fleet.age(timedelta(days=15))
    fleet.drain()
    assert refreshes(fleet) == 1


@pytest.mark.parametrize(
    "stopped",
    [
        "status = 'disconnected', disconnected_at = now()",
        "status = 'lost', lost_reason = 'x'",
    ],
)
def test_tokens_of_connections_that_stopped_are_not_renewed(fleet: Fleet, stopped: str) -> None:
    """They wait for being revoked or replaced."""
    idle(fleet)
    fleet.execute(f"update connections set {stopped}")  # noqa: S608  own words
    fleet.age(3 * TWENTY_DAYS)
    fleet.drain()
    assert refreshes(fleet) == 0


def test_trouble_at_xero_is_tried_again_soon(fleet: Fleet) -> None:
    """Half an hour later at most, not at once; nobody is told, nothing is lost."""
    connection = idle(fleet)
    fleet.age(TWENTY_DAYS)
    fleet.fault(kind="status", status=503, path="/connect/token", times=1)
    fleet.drain()
    assert (refreshes(fleet), fleet.connection(connection).status) == (0, "active")
    fleet.age(timedelta(minutes=31))
    fleet.drain()
    assert refreshes(fleet) == 1


def test_an_ended_consent_is_told_before_anybody_needs_it(fleet: Fleet) -> None:
    """Every connection that lives by the set, once each."""
    tenants = [fleet.organisation()["tenant_id"] for _ in range(2)]
    answer = fleet.grant(*tenants)
    for client, tenant in enumerate(tenants, start=3):
        fleet.connect(tenant_id=tenant, client_id=client, tokens_answer=answer, mapping={})
    fleet.drain()
    fleet.xero.admin.delete("/_sim/tokens")
    fleet.age(TWENTY_DAYS)
    fleet.drain()
    rows = fleet.rows("select status, lost_reason from connections")
    assert [row["status"] for row in rows] == ["lost", "lost"]
    keys = [message.routing_key for message in fleet.published]
    assert keys.count("connection.lost.v1") == 2
