"""What an event changes in the ledger: once, by its version, for the right connection."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from schemas.connections import Mode
from tests.support.documents import (
    CLIENT,
    delivery,
    dispatched,
    event,
    finalised,
    invoice,
    item,
    order,
)
from tests.support.fleet import Fleet

LATER = "2026-11-03T10:00:00"
EARLIER = "2026-11-01T10:00:00"


def cancelled(number: int, when: str, **more: Any) -> Any:
    """``order.cancelled.v1`` at a moment in UTC."""
    moment = datetime.fromisoformat(when).replace(tzinfo=UTC)
    data = {"OrderId": number, "ClientId": CLIENT, "Reason": "customer changed their mind"}
    return event("order.cancelled.v1", data, time=moment, **more)


def requested(number: int) -> Any:
    """``export.requested.v1`` for an order."""
    return event("export.requested.v1", {"Kind": "order", "Id": number, "RequestedBy": "sam"})


def routing_keys(fleet: Fleet) -> list[str]:
    return [message.routing_key for message in fleet.published]


def test_one_wakeup_for_a_batch_however_many_events(fleet: Fleet) -> None:
    """500 orders of one connection wake one worker."""
    connection = fleet.connect()
    fleet.send(*(dispatched(order(number)) for number in range(1, 501)))
    assert [wakeup.connection_id for wakeup in fleet.pending] == [connection]


def test_the_same_event_again_changes_nothing(fleet: Fleet) -> None:
    """(source, id) is remembered, also within one batch."""
    fleet.connect()
    first = dispatched(order(1), event_id="e-1")
    fleet.send(first, first)
    fleet.send(dispatched(order(1, item("OTHER", "99")), event_id="e-1"))
    assert fleet.document(1)["total"] == Decimal("12.00")
    assert len(fleet.rows("select * from inbox")) == 1


def test_an_older_version_changes_nothing_a_newer_one_replaces(fleet: Fleet) -> None:
    """LastUpdated orders the versions of one document, not their arrival."""
    fleet.connect()
    fleet.send(dispatched(order(1, item("B", "20"), LastUpdated=LATER)))
    fleet.send(dispatched(order(1, item("A", "10"), LastUpdated=EARLIER)))
    assert fleet.document(1)["total"] == Decimal("24.0")
    fleet.send(dispatched(order(1, item("C", "30"), LastUpdated="2026-11-04T10:00:00")))
    fleet.drain()
    assert [each["Total"] for each in fleet.invoices()] == [36.0]


def test_a_cancellation_takes_back_what_was_not_sent(fleet: Fleet) -> None:
    """Nothing of it reaches Xero, and others hear of it."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.send(cancelled(1, LATER))
    fleet.drain()
    assert fleet.document(1)["status"] == "withdrawn"
    assert not fleet.invoices()
    assert routing_keys(fleet) == ["document.withdrawn.v1"]


def test_a_cancellation_that_comes_before_its_order(fleet: Fleet) -> None:
    """The order meets the mark it left; a dispatch after the cancellation counts again."""
    fleet.connect()
    fleet.send(cancelled(1, LATER))
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert not fleet.invoices()
    fleet.send(dispatched(order(1, LastUpdated="2026-11-04T10:00:00")))
    fleet.drain()
    assert fleet.document(1)["status"] == "posted"


def test_a_cancellation_after_posting_names_the_xero_document(fleet: Fleet) -> None:
    """What is in the books is not touched; a person is told which document it is."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    fleet.send(cancelled(1, LATER))
    fleet.drain()
    stuck = fleet.document(1)
    assert (stuck["status"], stuck["reason_code"]) == ("needs_attention", "withdrawn_after_posting")
    assert "MS-ORD-1" in stuck["reason_message"]
    assert stuck["xero_number"] == "MS-ORD-1"
    assert routing_keys(fleet) == ["document.posted.v1", "document.needs-attention.v1"]


def test_an_unconfirmed_invoice_is_withdrawn(fleet: Fleet) -> None:
    """Unconfirm in Mintsoft before the export: nothing is sent; finalised again, it goes."""
    fleet.connect(Mode.FULFILMENT)
    fleet.send(finalised(invoice(4)))
    data = {"InvoiceId": 4, "ClientId": 7, "Reason": "wrong week"}
    fleet.send(event("invoice.unconfirmed.v1", data, time=datetime(2026, 11, 2, 9, tzinfo=UTC)))
    assert fleet.document(4)["status"] == "withdrawn"
    again = invoice(4, PickingCost=Decimal(50))
    again["Invoice"]["LastUpdated"] = LATER
    fleet.send(finalised(again))
    fleet.drain()
    assert [each["Total"] for each in fleet.invoices()] == [60.0]


def test_a_new_version_of_a_posted_order(fleet: Fleet) -> None:
    """Our own tag raises LastUpdated: the same total is no news, another total needs a person."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    fleet.send(dispatched(order(1, LastUpdated=LATER)))
    assert fleet.document(1)["status"] == "posted"
    fleet.send(dispatched(order(1, item("A", "11"), LastUpdated="2026-11-05T10:00:00")))
    fleet.drain()
    stuck = fleet.document(1)
    assert stuck["reason_code"] == "changed_after_posting"
    assert len(fleet.invoices()) == 1


@pytest.mark.parametrize("asked_first", [False, True], ids=["order first", "request first"])
def test_manual_trigger(fleet: Fleet, asked_first: bool) -> None:
    """Documents stay ready until Export is pressed, in whichever order the events come."""
    fleet.connect(settings={"export_trigger": "manual"})
    events = [dispatched(order(1)), requested(1)]
    for each in reversed(events) if asked_first else events:
        fleet.send(each)
        fleet.drain()
    fleet.send(dispatched(order(2)))
    fleet.drain()
    assert (fleet.document(1)["status"], fleet.document(2)["status"]) == ("posted", "ready")


def test_events_nobody_wants_are_remembered_and_ignored(fleet: Fleet) -> None:
    """Most customers have no Xero; other clients and accounts are none of our business."""
    fleet.connect()
    fleet.send(
        dispatched(order(1), account="other"),
        dispatched(order(2, ClientId=99)),
        finalised(invoice(3)),
    )
    assert not fleet.rows("select * from documents")
    assert {row["outcome"] for row in fleet.rows("select * from inbox")} == {"unwanted"}


def test_a_connection_that_names_the_channel_comes_first(fleet: Fleet) -> None:
    """export_channels takes its channels, the connection without takes the rest."""
    rest = fleet.connect()
    ebay = fleet.connect(settings={"export_channels": [7]})
    fleet.send(dispatched(order(1, ChannelId=7)), dispatched(order(2, ChannelId=8)))
    owners = {
        row["mintsoft_id"]: row["connection_id"] for row in fleet.rows("select * from documents")
    }
    assert owners == {1: ebay, 2: rest}


def test_documents_of_an_unmapped_connection_wait_for_the_mapping(fleet: Fleet) -> None:
    """Nothing is sent and nothing is wrong until the accounts are mapped."""
    fleet.connect(mapping={})
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert fleet.document(1)["status"] == "waiting"
    assert fleet.calls("PUT", "/api.xro/2.0/Invoices") == 0


def test_what_cannot_be_read_is_parked_whole_beside_good_events(fleet: Fleet) -> None:
    """A bad body never stops its batch; body, key and reason are kept for its replay."""
    fleet.connect()
    fleet.send(
        delivery(b"\xff not json", "order.dispatched.v1"),
        dispatched(order(1)),
        event("order.returned.v9", {"ID": 1}),
    )
    parked = fleet.rows("select * from parked order by id")
    assert [row["code"] for row in parked] == ["not-json", "unknown-type"]
    assert bytes(parked[0]["body"]) == b"\xff not json"
    assert fleet.document(1)["status"] == "waiting"


def test_a_revoked_connection_of_another_account_is_left_alone(fleet: Fleet) -> None:
    """An event speaks for its own account only."""
    connection = fleet.connect()
    data = {"ConnectionId": str(connection)}
    fleet.send(event("connection.revoked.v1", data, account="other"))
    fleet.send(event("connection.revoked.v1", {"ConnectionId": str(uuid4())}))
    [row] = fleet.rows("select status from connections")
    assert row["status"] == "active"
