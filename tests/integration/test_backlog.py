"""The sweep costs a probe for each connection with work, a claim its batch; neither shouts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from workers.store import ledger, wakeups
from workers.store.sql import queries
from workers.xero.gateway import BATCH

DUE = queries("wakeups")["due"].rstrip().rstrip(";")
CLAIM = queries("export")["claim"].rstrip().rstrip(";")
CONNECTIONS = 50
BACKLOG = 100_000
INDEXES = {"documents_due", "documents_by_xero_id"}
CLAIM_INDEXES = {"documents_due", "documents_by_half", "documents_pkey"}
FAST = 100.0
"""Milliseconds for one sweep over the backlog; reading all of it takes several times as long."""


def connected(fleet: Fleet) -> UUID:
    """A connection whose chart needs no reading: only documents wake anybody."""
    connection = fleet.connect()
    fleet.execute("update connections set chart_retry_at = 'infinity'")
    return connection


def pile_up(fleet: Fleet, holders: int, due_in: str) -> None:
    """100,000 documents wait on *holders* of 50 connections, due in *due_in*."""
    first = connected(fleet)
    fleet.execute(
        "insert into connections (mode, account, client_id, tenant_id, status, token_set_id,"
        " mapping_revision, chart_retry_at)"
        " select mode, account || n, client_id, gen_random_uuid(), status, token_set_id, 1,"
        "        chart_retry_at"
        " from connections, generate_series(2, %s) as n where id = %s",
        [CONNECTIONS, first],
    )
    fleet.execute(
        "insert into documents (connection_id, kind, mintsoft_id, client_id, number, status,"
        " version, payload, total, currency, due_at)"
        " select c.id, 'order', n, 3, 'ORD-' || n, 'waiting', now(), '{}', 12, 'GBP',"
        "        now() + %s::interval"
        " from (select id from connections limit %s) as c, generate_series(1, %s) as n",
        [due_in, holders, BACKLOG // holders],
    )
    fleet.execute("analyze documents")


def explained(fleet: Fleet, query: str, **values: object) -> dict[str, Any]:
    with fleet.runtime.pool.connection() as conn, conn.transaction(force_rollback=True):
        found = conn.execute(f"explain (analyze, format json) {query}".encode(), values or None)
        row = found.fetchone()
    assert row is not None
    [plan] = row[0]
    return dict(plan)


def steps(plan: dict[str, Any], index: str) -> int:
    """How many times *index* was gone into."""
    return sum(int(n["Actual Loops"]) for n in nodes(plan) if n.get("Index Name") == index)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", []):
        yield from nodes(each)


@pytest.mark.parametrize(
    ("holders", "due_in", "woken"),
    [(1, "1 hour", 0), (1, "-1 hour", 1), (CONNECTIONS, "-1 hour", CONNECTIONS)],
    ids=["one, all later", "one, all due", "everyone, all due"],
)
def test_a_sweep_steps_once_into_the_index_for_each_connection(
    fleet: Fleet, holders: int, due_in: str, woken: int
) -> None:
    """Given 100,000 waiting documents, then none is read but the first of each connection.

    A connection that has none is not looked at.
    """
    pile_up(fleet, holders, due_in)
    plan = explained(fleet, DUE)
    scans = [n for n in nodes(plan["Plan"]) if n.get("Relation Name") == "documents"]
    assert {each.get("Index Name") for each in scans} <= INDEXES
    assert sum(each["Actual Rows"] * each["Actual Loops"] for each in scans) <= holders
    assert sum(each.get("Rows Removed by Filter", 0) for each in scans) == 0
    assert steps(plan["Plan"], "documents_due") <= holders + 1
    assert steps(plan["Plan"], "attempts_open") == steps(plan["Plan"], "tags_due") == 1
    assert plan["Execution Time"] < FAST
    with fleet.runtime.pool.connection() as conn:
        assert len(wakeups.due(conn)) == woken


def test_a_claim_reads_its_batch_and_no_more(fleet: Fleet) -> None:
    """Given 100,000 documents of one connection, then 50 come out of the index in its order."""
    pile_up(fleet, 1, "-1 hour")
    [holder] = fleet.rows("select connection_id as id from documents limit 1")
    plan = explained(
        fleet, CLAIM, connection_id=holder["id"], kind="order", lease=ledger.LEASE, batch=BATCH
    )
    read = [n for n in nodes(plan["Plan"]) if n.get("Relation Name") == "documents"]
    assert {n["Index Name"] for n in read if "Index Name" in n} <= CLAIM_INDEXES
    assert not [n for n in read if n["Node Type"] == "Seq Scan"]
    assert max(n["Actual Rows"] for n in read) <= BATCH
    assert sum(n.get("Rows Removed by Filter", 0) * n["Actual Loops"] for n in read) == 0
    sorts = [n for n in nodes(plan["Plan"]) if n["Node Type"] == "Sort"]
    assert sum(n["Actual Rows"] for n in sorts) == 0, "of a half alone, and there is none"


def test_a_wakeup_that_nobody_takes_is_repeated_after_twice_the_time(fleet: Fleet) -> None:
    """Without workers a queue gets a message after 1, 2, 4 ... minutes, not one for each sweep."""
    connected(fleet)
    fleet.send(dispatched(order(1)))
    assert len(fleet.pending) == 1
    minutes = []
    for minute in range(1, 130):
        fleet.pending.clear()
        fleet.age(timedelta(minutes=1))
        if fleet.runtime.sweep.once():
            minutes.append(minute)
    assert minutes == [1, 3, 7, 15, 31, 63, 127]


def test_a_wakeup_that_is_taken_starts_anew(fleet: Fleet) -> None:
    """The next one is sent at once: doubling is for queues that nobody serves."""
    connection = connected(fleet)
    fleet.send(dispatched(order(1)))
    for _ in range(3):
        fleet.age(timedelta(hours=1))
        assert fleet.runtime.sweep.once() == 1
    fleet.pending.clear()
    wakeup = wakeups.Wakeup(connection, "exports.orders")
    with fleet.runtime.pool.connection() as conn:
        wakeups.take(conn, wakeup)
        assert wakeups.wake(conn, [wakeup]) == [wakeup]
        assert wakeups.wake(conn, [wakeup]) == []
