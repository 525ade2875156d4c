"""The chart of accounts is fresh before a posting fails on it, at the price of few bytes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet

LIFE = timedelta(hours=5)
"""A chart is read again after four hours, give or take a tenth."""

DAY = timedelta(hours=25)


def accounts_calls(fleet: Fleet) -> int:
    return fleet.calls("GET", "/api.xro/2.0/Accounts")


def bytes_of_accounts(fleet: Fleet, connection: UUID) -> int:
    """What one more reading of the accounts costs on the wire."""
    before = fleet.runtime.transport.traffic.bytes_in
    gateway = fleet.runtime.gateway_for(fleet.connection(connection))
    gateway._accounts(chart(fleet)["accounts_since"])
    return int(fleet.runtime.transport.traffic.bytes_in - before)


def chart(fleet: Fleet) -> dict[str, Any]:
    [row] = fleet.rows("select *, due_at > now() as fresh from charts")
    return row


def account(fleet: Fleet, connection: UUID, code: str, **fields: Any) -> None:
    """A bookkeeper changes an account in Xero."""
    tenant = fleet.connection(connection).tenant_id
    answer = fleet.xero.admin.post(f"/_sim/organisations/{tenant}/accounts/{code}", json=fields)
    answer.raise_for_status()


def statuses(fleet: Fleet) -> dict[str, str]:
    return {each["Code"]: each["Status"] for each in chart(fleet)["accounts"]}


def test_a_chart_is_read_on_connecting(fleet: Fleet) -> None:
    """Before anything is mapped: the mapping is chosen from it."""
    connection = fleet.connect(mapping={})
    fleet.drain()
    assert statuses(fleet)["200"] == "ACTIVE"
    assert fleet.connection(connection).organisation == "Demo UK"
    fleet.age(LIFE)
    fleet.drain()
    assert accounts_calls(fleet) == 1, "nothing depends on it while nothing is mapped"


def test_an_old_chart_is_read_again_for_no_bytes(fleet: Fleet) -> None:
    """Nothing changed: Xero answers 304 to the accounts, and all that was known is kept."""
    connection = fleet.connect()
    fleet.drain()
    before = chart(fleet)
    fleet.age(LIFE)
    fleet.drain()
    after = chart(fleet)
    assert accounts_calls(fleet) == 2
    assert after["fresh"]
    assert after["fetched_at"] > before["fetched_at"]
    assert after["accounts"] == before["accounts"]
    assert bytes_of_accounts(fleet, connection) == 0


def test_what_changed_is_merged_and_documents_go_on(fleet: Fleet) -> None:
    """An archived account held a document; restored in Xero, it goes without a click."""
    connection = fleet.connect()
    account(fleet, connection, "200", Status="ARCHIVED")
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert fleet.document(1)["reason_code"] == "account_archived"
    account(fleet, connection, "200", Status="ACTIVE")
    account(fleet, connection, "299", Status="ACTIVE", Type="REVENUE", Name="New")
    before = len(chart(fleet)["accounts"])
    fleet.age(LIFE)
    fleet.drain()
    assert fleet.document(1)["status"] == "posted"
    assert statuses(fleet)["299"] == "ACTIVE"
    assert len(chart(fleet)["accounts"]) == before + 1


def test_all_accounts_are_read_once_a_day(fleet: Fleet) -> None:
    """A deleted account is not among those that changed: only a whole reading shows it is gone."""
    fleet.connect()
    fleet.drain()
    extra = """update charts set accounts = accounts || '[{"AccountID": "x", "Code": "999"}]'"""
    fleet.execute(extra)
    fleet.age(LIFE)
    fleet.drain()
    assert "999" in {each["Code"] for each in chart(fleet)["accounts"]}
    fleet.age(DAY)
    fleet.drain()
    assert "999" not in {each["Code"] for each in chart(fleet)["accounts"]}


@pytest.mark.parametrize("status", [500, 429])
def test_trouble_is_waited_out(fleet: Fleet, status: int) -> None:
    """Neither asked in a loop nor given up; exports are not held up by it."""
    fleet.connect()
    fleet.drain()
    fleet.age(LIFE)
    fleet.fault(kind="status", status=status, method="GET", path="/Organisation$", times=1)
    fleet.drain()
    asked = fleet.calls("GET", "/api.xro/2.0/Organisation")
    assert asked == 2
    fleet.execute("update budgets set blocked_until = null, blocked_by = null")
    fleet.age(LIFE)
    fleet.drain()
    assert chart(fleet)["fresh"]


@pytest.mark.parametrize("status", ["lost", "disconnected"])
def test_only_active_connections_are_read(fleet: Fleet, status: str) -> None:
    """The others have no access."""
    fleet.connect()
    fleet.drain()
    gone = {"lost": "lost_reason = 'x'", "disconnected": "disconnected_at = now()"}[status]
    fleet.execute(f"update connections set status = '{status}', {gone}")  # noqa: S608  own words
    fleet.age(LIFE)
    fleet.drain()
    assert accounts_calls(fleet) == 1
