"""Ingress, workers and sweep at the same moment: nobody waits for ever, nothing is forgotten."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from events.delivery import Delivery
from schemas.exports import Kind
from tests.support.documents import ACCOUNT, dispatched, event, order
from tests.support.fleet import Fleet
from tests.support.gateways import put_around
from workers.mapping.arrivals import Key
from workers.mapping.outcomes import InXero
from workers.store import connections, inbox, ledger, wakeups
from workers.store.wakeups import Wakeup
from workers.xero.results import InvoiceOutcome

LATER = "2026-11-03T10:00:00"
PATIENCE = 20
"""Seconds after which a thread is given up; PostgreSQL finds a deadlock in one."""


def requested(number: int) -> Delivery:
    return event("export.requested.v1", {"Kind": "order", "Id": number, "RequestedBy": "sam"})


@contextmanager
def aside(act: Callable[[], object]) -> Iterator[Future[object]]:
    """Do *act* in another thread; what it raises is raised at the end of the block."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(act)
        yield future
        future.result(PATIENCE)


def until_blocked(fleet: Fleet, other: Future[object]) -> None:
    """Return when some transaction of this database waits for a lock of another."""
    waiting = "select 1 from pg_locks where not granted and pid <> pg_backend_pid()"
    for _ in range(20_000):
        if other.done() or fleet.rows(waiting):
            return
    raise AssertionError("nobody waits for a lock")


def instant_xero(_: Any, body: bytes, __: UUID) -> list[InvoiceOutcome]:
    """Take every invoice at once, so that the database has all the work."""
    return [
        InvoiceOutcome(
            each["InvoiceNumber"],
            InXero(uuid4(), each["InvoiceNumber"], Decimal("12.00"), each["CurrencyCode"]),
        )
        for each in json.loads(body)["Invoices"]
    ]


@pytest.mark.parametrize("again", [False, True], ids=["the sweep", "a new version"])
def test_export_pressed_while_the_order_is_on_its_way_in(fleet: Fleet, again: bool) -> None:
    """Neither transaction sees the other's row: what finds both afterwards sets it going."""
    fleet.connect(settings={"export_trigger": "manual"})
    fleet.execute(
        "create function wait_for_test() returns trigger language plpgsql as"
        " $$ begin perform pg_advisory_xact_lock(1); return new; end $$"
    )
    fleet.execute("create trigger slow after insert on documents execute function wait_for_test()")
    with fleet.runtime.pool.connection() as gate:
        gate.execute("select pg_advisory_lock(1)")
        with aside(lambda: fleet.send(dispatched(order(1)))) as arriving:
            until_blocked(fleet, arriving)
            fleet.send(requested(1))
            gate.execute("select pg_advisory_unlock(1)")
    assert fleet.document(1)["status"] == "ready"
    if again:
        fleet.send(dispatched(order(1, LastUpdated=LATER)))
        assert fleet.document(1)["status"] == "waiting"
    fleet.drain()
    assert fleet.document(1)["status"] == "posted"
    assert not fleet.rows("select * from export_requests")


def test_an_ingress_that_holds_a_document_and_a_worker_that_wants_it(fleet: Fleet) -> None:
    """The worker has let go of its wake-up before it asks for documents: no circle of waiting."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))
    with fleet.runtime.pool.connection() as conn:
        ledger.claim(conn, connection, Kind.ORDER)  # by a worker that has died
    fleet.age(timedelta(minutes=4))
    export = Wakeup(connection, "exports.orders")
    with fleet.runtime.pool.connection() as ingress:
        inbox.standing(ingress, [Key(connection, Kind.ORDER, 1)])
        with aside(lambda: fleet.runtime.exporter.export(connection, Kind.ORDER)) as worker:
            until_blocked(fleet, worker)
            wakeups.wake(ingress, [export])
            ingress.commit()
    fleet.age(timedelta(minutes=1))
    fleet.drain()
    assert fleet.document(1)["status"] == "posted"


def test_somebody_who_disconnects_and_a_worker_that_records(fleet: Fleet) -> None:
    """Given a connection that was in trouble, the answer is recorded and then it ends."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    fleet.execute("update connections set outages = 1")
    put_around(fleet, put_invoices=instant_xero)
    fleet.send(dispatched(order(2)))
    with fleet.runtime.pool.connection() as leaving:
        connections.disconnect(leaving, connection, "sam", None)
        with aside(lambda: fleet.runtime.exporter.export(connection, Kind.ORDER)) as worker:
            until_blocked(fleet, worker)
            assert ledger.open_attempts(leaving, connection) == []
            leaving.commit()
    assert fleet.statuses() == {"posted": 2}


def test_an_ingress_that_uses_a_request_and_a_sweep_that_wants_it(fleet: Fleet) -> None:
    """The sweep leaves alone what somebody else is busy with."""
    connection = fleet.connect(settings={"export_trigger": "manual"})
    fleet.send(dispatched(order(1)))
    fleet.execute("insert into export_requests values (%s, 'order', 1, 'sam')", [ACCOUNT])
    with fleet.runtime.pool.connection() as ingress:
        assert inbox.take_requests(ingress, {(ACCOUNT, Kind.ORDER, 1)})
        with aside(fleet.runtime.sweep.once) as sweep:
            until_blocked(fleet, sweep)
            inbox.standing(ingress, [Key(connection, Kind.ORDER, 1)])
            ingress.rollback()
    fleet.drain()
    assert fleet.document(1)["status"] == "posted"


def test_ingress_worker_and_sweep_on_one_connection_for_many_rounds(fleet: Fleet) -> None:
    """New orders and new versions of those under way: no deadlock, and all of them are posted."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    put_around(fleet, put_invoices=instant_xero)
    rounds, over, failures = 60, threading.Event(), list[BaseException]()

    def ingress() -> None:
        for turn in range(1, rounds + 1):
            when = f"2026-11-04T10:{turn // 60:02}:{turn % 60:02}"
            numbers = range(10 * turn, 10 * turn - 30, -1)
            fleet.send(*(dispatched(order(n, LastUpdated=when)) for n in numbers if n > 1))
        over.set()

    def worker() -> None:
        while not over.is_set():
            fleet.runtime.exporter.export(connection, Kind.ORDER)
            fleet.runtime.sweep.once()

    def noted(act: Callable[[], None]) -> None:
        try:
            act()
        except psycopg.Error as error:
            failures.append(error)
            over.set()

    threads = [threading.Thread(target=noted, args=(act,)) for act in (ingress, worker, worker)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE * 3)
    assert not failures
    fleet.age(timedelta(minutes=1))
    fleet.drain(turns=2000)
    assert fleet.statuses() == {"posted": 10 * rounds}
