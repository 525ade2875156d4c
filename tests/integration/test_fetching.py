"""Export pressed for a document that was never seen: it is fetched from Mintsoft, if it can be."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from schemas.connections import Mode
from tests.support.documents import event, invoice, order
from tests.support.fleet import Fleet
from tests.support.mintsoft import despatch, fault
from workers.store import mintsoft_keys
from workers.store.mintsoft_keys import Credentials


def known(fleet: Fleet, number: int, *, gone: bool = True, **more: Any) -> None:
    """Mintsoft has this order; *gone*: it has left."""
    body = json.loads(json.dumps(order(number, OrderStatusId=1, **more), default=str))
    fleet.mintsoft.admin.post("/_sim/orders", json=body).raise_for_status()
    if gone:
        despatch(fleet.mintsoft, number)


def press_export(fleet: Fleet, number: int, kind: str = "order") -> None:
    fleet.send(event("export.requested.v1", {"Kind": kind, "Id": number, "RequestedBy": "Sam"}))


def request(fleet: Fleet) -> dict[str, Any] | None:
    return next(iter(fleet.rows("select * from export_requests")), None)


def again(fleet: Fleet) -> None:
    """Let time pass for what was put off."""
    fleet.execute("update export_requests set fetch_due_at = now() where fetch_due_at is not null")
    fleet.age(timedelta(minutes=5))
    fleet.drain()


@pytest.mark.parametrize("trigger", ["manual", "automatic"])
def test_an_order_that_was_never_seen_is_exported(fleet: Fleet, trigger: str) -> None:
    """One press does it, and nothing more is asked of Mintsoft."""
    fleet.connect(settings={"export_trigger": trigger})
    known(fleet, 1)
    press_export(fleet, 1)
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}
    waiting = request(fleet)
    assert waiting is None or waiting["fetch_due_at"] is None


def test_an_invoice_that_was_never_seen_is_exported(fleet: Fleet) -> None:
    """With its client as Mintsoft has it."""
    fleet.connect(Mode.FULFILMENT)
    row = json.dumps(invoice(90)["Invoice"], default=str)
    fleet.mintsoft.admin.post("/_sim/invoices", content=row).raise_for_status()
    client = {"ID": 7, "Name": "Candle Co", "CurrencyId": 1}
    fleet.mintsoft.admin.post("/_sim/clients", json=client).raise_for_status()
    press_export(fleet, 90, "invoice")
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}


def test_an_order_that_has_not_left_waits_for_its_despatch(fleet: Fleet) -> None:
    """What is not sold yet is not invoiced; the request is kept."""
    fleet.connect(settings={"export_trigger": "manual"})
    known(fleet, 1, gone=False)
    press_export(fleet, 1)
    fleet.drain()
    assert fleet.statuses() == {}
    assert request(fleet) is not None
    fleet.send(event("order.dispatched.v1", order(1)))
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}


def test_trouble_is_met_by_another_try(fleet: Fleet) -> None:
    """Mintsoft away, or a refused key: the request waits and loses nothing."""
    fleet.connect()
    known(fleet, 1)
    fault(fleet.mintsoft, kind="status", status=500, path="/api/Order/1$")
    fault(fleet.mintsoft, kind="status", status=401, path="/api/Order/1$")
    press_export(fleet, 1)
    fleet.drain()
    assert fleet.statuses() == {}
    again(fleet)
    waiting = request(fleet)
    assert waiting is not None
    assert waiting["fetch_failures"] == 2
    again(fleet)
    assert fleet.statuses() == {"posted": 1}


def test_what_mintsoft_does_not_have_is_not_asked_for_again(fleet: Fleet) -> None:
    """The request stays, should the document come after all."""
    fleet.connect()
    press_export(fleet, 404)
    fleet.drain()
    waiting = request(fleet)
    assert waiting is not None
    assert waiting["fetch_due_at"] is None


def test_a_document_that_can_never_be_had_is_given_up(fleet: Fleet) -> None:
    """Asking costs calls, so it ends."""
    fleet.connect()
    fault(fleet.mintsoft, kind="status", status=500, path="/api/Order/1$", times=99)
    press_export(fleet, 1)
    for _ in range(15):
        again(fleet)
    waiting = request(fleet)
    assert waiting is not None
    assert waiting["fetch_due_at"] is None


def test_every_key_of_the_account_is_tried(fleet: Fleet) -> None:
    """A key may see one client's orders only."""
    refused, right = fleet.connect(), fleet.connect(client_id=4)
    save(fleet, refused, "nobody's")
    save(fleet, right, "demo-key")
    known(fleet, 1, ClientId=4)
    press_export(fleet, 1)
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}


def save(fleet: Fleet, connection: UUID, key: str) -> None:
    with fleet.runtime.pool.connection() as conn:
        credentials = Credentials(key=SecretStr(key))
        mintsoft_keys.save(conn, fleet.runtime.settings.fernet, connection, credentials, "test")
