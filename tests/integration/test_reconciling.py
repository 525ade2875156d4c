"""Polls of Mintsoft: what no event told of is found, once, whatever happens on the way."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from schemas.connections import Mode
from tests.support.command import Command, environment, own_logging
from tests.support.documents import dispatched, invoice, order
from tests.support.fleet import Fleet
from tests.support.gateways import Killed
from tests.support.mintsoft import despatch, fault
from workers.entrance import Entrance
from workers.store import schedules
from workers.store.schedules import ScheduleKind

ORDERS, INVOICES = ScheduleKind.MINTSOFT_ORDERS, ScheduleKind.MINTSOFT_INVOICES


def polling(fleet: Fleet, mode: Mode = Mode.ACCOUNTING, **more: Any) -> UUID:
    """A connection that looks in Mintsoft itself."""
    return fleet.connect(mode, settings={"mintsoft_poll": True}, **more)


def left(fleet: Fleet, *numbers: int, **more: Any) -> None:
    """Orders that have left the warehouse a moment ago."""
    known = [json.loads(json.dumps(order(each, **more), default=str)) for each in numbers]
    fleet.mintsoft.admin.post("/_sim/orders", json=known).raise_for_status()
    for each in numbers:
        despatch(fleet.mintsoft, each)


def poll(fleet: Fleet, connection: UUID, kind: ScheduleKind = ORDERS) -> dict[str, Any]:
    """A run of the schedule, asked for and done; gives its row."""
    with fleet.runtime.pool.connection() as conn:
        assert schedules.ask(conn, connection, kind)
    fleet.runtime.reconciler.reconcile(connection)
    [row] = fleet.rows(
        "select * from schedules where connection_id = %s and kind = %s", [connection, kind.value]
    )
    return row


def test_despatched_orders_reach_xero(fleet: Fleet) -> None:
    """Without a single event from Mintsoft; the next poll costs one call and finds nothing."""
    connection = polling(fleet)
    left(fleet, 1, 2, 3)
    assert poll(fleet, connection)["last_outcome"] == "3 read in Mintsoft, 3 new"
    fleet.drain()
    assert fleet.statuses() == {"posted": 3}
    fleet.mintsoft.admin.delete("/_sim/calls")
    row = poll(fleet, connection)
    assert row["last_outcome"] == "0 read in Mintsoft, 0 new", "they are tagged by now"
    assert sum(fleet.mintsoft.admin.get("/_sim/calls").json()["by_operation"].values()) == 1
    assert row["due_at"] is None


def test_web_hook_and_poll_bring_one_document(fleet: Fleet) -> None:
    """The event that was there already is not brought in again."""
    connection = polling(fleet)
    left(fleet, 1)
    body = fleet.mintsoft.admin.get("/_sim/orders").json()[0]
    changed = body["LastUpdated"].rstrip("0")
    fleet.send(dispatched(body, event_id=f"order-1-{changed}Z"))
    poll(fleet, connection)
    fleet.drain()
    assert len(fleet.invoices()) == 1
    assert fleet.statuses() == {"posted": 1}


def test_more_than_a_page_while_orders_are_tagged(fleet: Fleet) -> None:
    """Orders leave the list as they are exported; none slips through between two pages."""
    connection = polling(fleet)
    left(fleet, *range(1, 221))

    def export_meanwhile(messages: Any) -> None:
        Entrance("memory://", fleet.runtime.intake.handle).publish(messages)
        fleet.drain(400)

    fleet.runtime.parts["entrance"] = Publishing(export_meanwhile)
    poll(fleet, connection)
    fleet.drain(400)
    assert fleet.statuses() == {"posted": 220}
    assert len(fleet.invoices()) == 220


class Publishing:
    """An entrance that does something else."""

    def __init__(self, publish: Any) -> None:
        self.publish = publish

    def close(self) -> None:
        return


def test_a_worker_that_dies_leaves_the_cursor(fleet: Fleet) -> None:
    """After its lease the next one reads again, and each order is there once."""
    connection = polling(fleet)
    left(fleet, 1, 2)

    def die(messages: Any) -> None:
        Entrance("memory://", fleet.runtime.intake.handle).publish(messages)
        raise Killed

    fleet.runtime.parts["entrance"] = Publishing(die)
    with pytest.raises(Killed):
        poll(fleet, connection)
    del fleet.runtime.parts["reconciler"]
    fleet.runtime.parts["entrance"] = Entrance("memory://", fleet.runtime.intake.handle)
    assert poll(fleet, connection)["cursor"] is None, "somebody else may still be at it"
    fleet.execute("update schedules set running_until = now() - interval '1 second'")
    row = poll(fleet, connection)
    assert row["cursor"] is not None
    assert row["last_outcome"] == "2 read in Mintsoft, 0 new"
    fleet.drain()
    assert fleet.statuses() == {"posted": 2}


@pytest.mark.parametrize(
    ("trouble", "said", "counts"),
    [
        ({"kind": "status", "status": 500}, "HTTP 500", True),
        ({"kind": "cut"}, "the connection broke", True),
        ({"kind": "status", "status": 401}, "MX_MINTSOFT_API_KEY", True),
        ({"kind": "status", "status": 429, "headers": {"Retry-After": "9"}}, "limit", False),
    ],
)
def test_trouble_is_told_and_passes(
    fleet: Fleet, trouble: dict[str, Any], said: str, counts: bool
) -> None:
    """The run comes up again by itself; throttled is not failed."""
    connection = polling(fleet)
    left(fleet, 1)
    fault(fleet.mintsoft, path="/Order/List", **trouble)
    row = poll(fleet, connection)
    assert said in row["last_outcome"]
    assert row["failures"] == int(counts)
    assert row["due_at"] is not None
    assert row["cursor"] is None
    assert poll(fleet, connection)["last_outcome"] == "1 read in Mintsoft, 1 new"


def test_orders_from_before_the_connection_are_left_alone(fleet: Fleet) -> None:
    """They are in the books already, by hand or by another program."""
    connection = polling(fleet)
    left(fleet, 1)
    before = fleet.runtime.clock.now().replace(tzinfo=None) - timedelta(minutes=1)
    despatch(fleet.mintsoft, 1, DespatchDate=before.isoformat())
    assert poll(fleet, connection)["last_outcome"] == "0 read in Mintsoft, 0 new"


def test_other_clients_and_cancelled_orders_are_left_alone(fleet: Fleet) -> None:
    """The connection is one client's; a cancelled order has not been sold."""
    connection = polling(fleet)
    left(fleet, 1, ClientId=4)
    left(fleet, 2)
    despatch(fleet.mintsoft, 2, OrderStatusId=3)
    assert poll(fleet, connection)["last_outcome"] == "1 read in Mintsoft, 0 new"


def test_an_order_that_cannot_be_read_is_parked_once(fleet: Fleet) -> None:
    """Every poll meets it again, and a person is told once."""
    connection = polling(fleet)
    left(fleet, 1, TotalOrderGross="a lot")
    left(fleet, 2)
    for _ in range(3):
        poll(fleet, connection)
    assert len(fleet.rows("select * from parked")) == 1
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}


def test_invoices_to_clients_reach_xero(fleet: Fleet) -> None:
    """With the client and its currency; those made before the connection are left alone."""
    tenant = fleet.organisation("uk", currencies=["GBP", "EUR"])["tenant_id"]
    connection = polling(fleet, Mode.FULFILMENT, tenant_id=tenant)
    now = fleet.runtime.clock.now().replace(tzinfo=None)
    rows = [
        invoice(90)["Invoice"] | {"LastUpdated": (now + timedelta(hours=1)).isoformat()},
        invoice(91)["Invoice"] | {"LastUpdated": (now - timedelta(days=9)).isoformat()},
    ]
    for row in rows:
        row["Date"] = (now - timedelta(days=20)).isoformat()
    fleet.mintsoft.admin.post("/_sim/invoices", content=json.dumps(rows, default=str))
    client = {"ID": 7, "Name": "Candle Co", "CurrencyId": 2}
    fleet.mintsoft.admin.post("/_sim/clients", json=client)
    assert poll(fleet, connection, INVOICES)["last_outcome"] == "2 read in Mintsoft, 1 new"
    [document] = fleet.rows("select * from documents")
    assert (document["mintsoft_id"], document["currency"]) == (90, "EUR")
    poll(fleet, connection, INVOICES)
    assert len(fleet.rows("select * from documents")) == 1


def test_the_scheduler_does_it_all(fleet: Fleet) -> None:
    """Nobody asks: the run is started when its time has come, and the order is in Xero."""
    polling(fleet)
    left(fleet, 1)
    fleet.execute("update schedules set next_run_at = now()")
    fleet.tick()
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}


def test_the_command_switches_it(
    fleet: Fleet, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a connection that was made without: from now on it looks, and then no more."""
    connection = fleet.connect()
    with fleet.runtime.pool.connection() as conn:
        assert not schedules.ask(conn, connection, ORDERS)
    for name, value in environment(fleet.runtime.settings).items():
        monkeypatch.setenv(name, value)
    left(fleet, 1)
    with own_logging():
        mx = Command(capsys)
        said = mx.json("connection", "mintsoft-poll", connection, "--on")
        assert said == {"id": str(connection), "mintsoft_poll": True}
        assert fleet.connection(connection).parsed_settings.mintsoft_poll
    fleet.execute("update schedules set next_run_at = now()")
    fleet.tick()
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}
    with own_logging():
        mx.json("connection", "mintsoft-poll", connection, "--off")
    [row] = fleet.rows("select * from schedules where kind = %s", [ORDERS.value])
    assert row["next_run_at"] is None
