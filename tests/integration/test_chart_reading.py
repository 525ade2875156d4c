"""Workers that start together read an organisation's chart of accounts once, not once each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from schemas.exports import Kind
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.gateways import meanwhile, put_around
from workers import books
from workers.errors import BeingRead, Transient
from workers.store import connections
from workers.store.connections import CHART_LEASE, CHART_LOOK_AGAIN, StoredChart

TOGETHER = 4


def accounts_calls(fleet: Fleet) -> int:
    return fleet.calls("GET", "/api.xro/2.0/Accounts")


def read(fleet: Fleet, connection: UUID, *, anew: bool = False) -> StoredChart:
    gateway = fleet.runtime.gateway_for(fleet.connection(connection))
    return books.read_chart(fleet.runtime.pool, gateway, connection, anew=anew)


def test_workers_that_start_together_spend_one_reading(fleet: Fleet) -> None:
    """Whoever comes too late is told to wait, or finds the chart."""
    connection = fleet.connect()
    start = Barrier(TOGETHER)

    def work(_: int) -> bool:
        start.wait()
        try:
            return bool(read(fleet, connection).accounts)
        except BeingRead:
            return False

    with ThreadPoolExecutor(TOGETHER) as pool:
        found = list(pool.map(work, range(TOGETHER)))
    assert any(found)
    assert accounts_calls(fleet) == 1


def test_documents_wait_for_the_reading_of_another_and_go_on(fleet: Fleet) -> None:
    """No failure is counted, no call is spent, and the second batch goes with the same chart."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))

    def another_comes() -> None:
        fleet.send(dispatched(order(2)))
        fleet.runtime.exporter.export(connection, Kind.ORDER)
        found = fleet.document(2)
        assert (found["status"], found["failures"]) == ("waiting", 0)

    meanwhile(fleet, "read_chart", another_comes)
    fleet.runtime.exporter.export(connection, Kind.ORDER)
    put_around(fleet)
    fleet.age(CHART_LOOK_AGAIN)
    fleet.drain()
    assert fleet.statuses() == {"posted": 2}
    assert accounts_calls(fleet) == 1


def test_whoever_dies_over_the_chart_holds_nobody_up_for_long(fleet: Fleet) -> None:
    """The lease ends by itself."""
    connection = fleet.connect()
    with fleet.runtime.pool.connection() as conn:
        assert connections.claim_chart_reading(conn, connection) is None
    with pytest.raises(BeingRead):
        read(fleet, connection)
    fleet.age(CHART_LEASE)
    assert read(fleet, connection).accounts


def test_a_reading_that_failed_leaves_the_chart_to_the_next(fleet: Fleet) -> None:
    """At once: the lease is given back with the failure."""
    connection = fleet.connect()
    fleet.fault(kind="status", status=500, method="GET", path="/Organisation$", times=1)
    with pytest.raises(Transient):
        read(fleet, connection)
    assert read(fleet, connection).accounts


def test_a_person_who_wants_it_anew_waits_for_nobody(fleet: Fleet) -> None:
    """Somebody looks at the mapping's page while a worker reads."""
    connection = fleet.connect()
    with fleet.runtime.pool.connection() as conn:
        connections.claim_chart_reading(conn, connection)
    assert read(fleet, connection, anew=True).accounts
