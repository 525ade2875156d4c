"""Where a document goes as connections and versions come and go, and what others hear of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from events.delivery import Delivery
from schemas.connections import Mode
from tests.support.documents import CLIENT, dispatched, event, finalised, invoice, item, order
from tests.support.fleet import ACCOUNTING_MAPPING, Fleet
from tests.support.gateways import put_around

LATER = "2026-11-03T10:00:00"
LATEST = "2026-11-04T10:00:00"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def cancelled(number: int, time: datetime = NOON, **more: Any) -> Delivery:
    data = {"OrderId": number, "ClientId": CLIENT, "Reason": "changed their mind", **more}
    return event("order.cancelled.v1", data, time=time)


def unconfirmed(number: int, time: datetime = NOON) -> Delivery:
    data = {"InvoiceId": number, "ClientId": 7, "Reason": "wrong week"}
    return event("invoice.unconfirmed.v1", data, time=time)


def without_time(delivery: Delivery) -> Delivery:
    at = delivery.body.index(b'"time"')
    end = delivery.body.index(b",", at) + 1
    return delivery._replace(body=delivery.body[:at] + delivery.body[end:])


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def finalised_at(number: int, moment: str, **costs: Any) -> Delivery:
    body = invoice(number, **costs)
    body["Invoice"]["LastUpdated"] = moment
    return finalised(body)


def standing(fleet: Fleet, number: int) -> tuple[str, str | None]:
    found = fleet.document(number)
    return found["status"], found["reason_code"]


def said(fleet: Fleet) -> list[str]:
    return [message.routing_key for message in fleet.published]


def holder(fleet: Fleet, number: int) -> UUID:
    return UUID(str(fleet.document(number)["connection_id"]))


@pytest.mark.parametrize("gone", [cancelled(1), unconfirmed(1)], ids=["order", "invoice"])
def test_a_withdrawal_without_time_is_parked(fleet: Fleet, gone: Delivery) -> None:
    """Without its time nobody can tell which version it takes back."""
    fleet.connect()
    fleet.connect(Mode.FULFILMENT)
    fleet.send(dispatched(order(1)), without_time(gone))
    [parked] = fleet.rows("select code, reason from parked")
    assert parked["code"] == "attribute"
    assert parked["reason"].startswith("time: missing")
    assert fleet.document(1)["status"] == "waiting"


@pytest.mark.parametrize(
    ("updated", "status"),
    [("2026-11-02T12:00:01", "withdrawn"), ("2026-11-02T12:01:00", "waiting")],
    ids=["a second behind", "a minute behind"],
)
def test_a_cancellation_whose_clock_is_behind_the_orders(
    fleet: Fleet, updated: str, status: str
) -> None:
    """A second is skew between two clocks of Mintsoft's; a minute is an older withdrawal."""
    fleet.connect()
    fleet.send(dispatched(order(1, LastUpdated=updated)))
    fleet.send(cancelled(1))
    assert fleet.document(1)["status"] == status


@pytest.mark.parametrize("year", [1, 9999])
def test_a_withdrawal_at_the_end_of_time_is_taken(fleet: Fleet, year: int) -> None:
    """No moment of an event stops the ingress: what raised here would come back for ever."""
    fleet.connect()
    fleet.send(dispatched(order(1, LastUpdated="0001-01-01T00:00:00")))
    fleet.send(cancelled(1, datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)))
    assert fleet.document(1)["status"] == "withdrawn"


def test_an_invoice_unconfirmed_and_finalised_again_as_it_was_is_posted_again(
    fleet: Fleet,
) -> None:
    """Xero has what Mintsoft says once more: nothing is left for a person to do."""
    fleet.connect(Mode.FULFILMENT)
    fleet.send(finalised_at(1, "2026-11-02T08:00:00"))
    fleet.drain()
    fleet.send(unconfirmed(1))
    assert standing(fleet, 1) == ("needs_attention", "withdrawn_after_posting")
    fleet.send(finalised_at(1, LATER, PickingCost=Decimal("90.00")))
    assert standing(fleet, 1) == ("needs_attention", "changed_after_posting")
    fleet.send(finalised_at(1, LATEST))
    fleet.drain()
    assert standing(fleet, 1) == ("posted", None)
    assert len(fleet.invoices()) == 1


def test_an_order_changed_after_posting_and_changed_back_is_posted_again(fleet: Fleet) -> None:
    """Compared with what Xero has, in total and currency; the same change is said once."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    changed = order(1, item("TEA-01", "20.00"))
    fleet.send(dispatched(changed | {"LastUpdated": LATER}))
    fleet.send(dispatched(changed | {"LastUpdated": "2026-11-03T11:00:00"}))
    fleet.drain()
    assert standing(fleet, 1) == ("needs_attention", "changed_after_posting")
    assert said(fleet).count("document.needs-attention.v1") == 1
    fleet.send(dispatched(order(1, LastUpdated=LATEST)))
    assert standing(fleet, 1) == ("posted", None)
    fleet.send(dispatched(order(1, Currency={"Code": "EUR"}, LastUpdated="2026-11-05T10:00:00")))
    assert standing(fleet, 1) == ("needs_attention", "changed_after_posting")


def test_an_order_stays_with_the_connection_that_has_it(fleet: Fleet) -> None:
    """A connection added later for its channel gets new orders, never one that is in Xero."""
    first = fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    second = fleet.connect(settings={"export_channels": [2]})
    fleet.send(dispatched(order(1, LastUpdated=LATER)), dispatched(order(2)))
    fleet.drain()
    assert (holder(fleet, 1), holder(fleet, 2)) == (first, second)
    assert sorted(each["InvoiceNumber"] for each in fleet.invoices()) == ["MS-ORD-1", "MS-ORD-2"]
    fleet.send(cancelled(1, at(LATEST)))
    assert standing(fleet, 1) == ("needs_attention", "withdrawn_after_posting")
    assert standing(fleet, 2) == ("posted", None)


def test_a_cancellation_seen_first_does_not_decide_where_its_order_goes(fleet: Fleet) -> None:
    """It leaves a mark with every connection of the client; the order follows its channel."""
    rest = fleet.connect()
    ebay = fleet.connect(settings={"export_channels": [7]})
    fleet.send(*(cancelled(number) for number in range(1, 5)))
    for number in (1, 2):
        fleet.send(dispatched(order(number, ChannelId=7, LastUpdated=LATER)))
        fleet.send(dispatched(order(number + 2, ChannelId=8, LastUpdated=LATER)))
    fleet.drain()
    posted = fleet.rows("select mintsoft_id, connection_id from documents where status = 'posted'")
    assert {row["mintsoft_id"]: row["connection_id"] for row in posted} == {
        1: ebay,
        2: ebay,
        3: rest,
        4: rest,
    }


@pytest.mark.parametrize(
    ("settings", "mapping"),
    [
        ({"contact_policy": "fixed", "fixed_contact": "Shop"}, {}),
        ({"contact_policy": "channel"}, {"channels": {"2": {"contact": "Shop"}}}),
    ],
    ids=["fixed", "channel"],
)
def test_a_contact_that_many_share_is_linked_once(
    fleet: Fleet, settings: dict[str, Any], mapping: dict[str, Any]
) -> None:
    """The first document finds it by name, the next goes by its ContactID."""
    fleet.connect(settings=settings, mapping={**ACCOUNTING_MAPPING, **mapping})
    bodies: list[bytes] = []

    def put_invoices(gateway: Any, body: bytes, key: UUID) -> Any:
        bodies.append(body)
        return gateway.put_invoices(body, key)

    put_around(fleet, put_invoices=put_invoices)
    fleet.send(dispatched(order(1)))
    fleet.drain()
    [link] = fleet.rows("select key, contact_id from xero_contacts")
    assert link["key"] == "name:shop"
    fleet.send(dispatched(order(2)))
    fleet.drain()
    linked = str(link["contact_id"]).encode()
    assert [linked in body for body in bodies] == [False, True]
    assert [b'"Shop"' in body for body in bodies] == [True, False]


def test_the_same_withdrawal_twice_is_said_once(fleet: Fleet) -> None:
    """A second cancellation is no news, before posting and after."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.send(dispatched(order(2, LastUpdated="2026-11-02T10:00:00")))
    fleet.send(cancelled(1, at(LATER)))
    fleet.drain()
    for moment in (LATER, LATEST, LATEST):
        fleet.send(cancelled(1, at(moment)), cancelled(2, at(moment), Reason=f"on {moment}"))
    fleet.drain()
    assert said(fleet).count("document.withdrawn.v1") == 1
    assert said(fleet).count("document.needs-attention.v1") == 1


def test_cancelling_an_order_nobody_has_seen_is_no_news(fleet: Fleet) -> None:
    """It leaves a mark, with each connection of the client, and says nothing."""
    fleet.connect()
    fleet.connect(settings={"export_channels": [7]})
    fleet.send(cancelled(77))
    fleet.send(cancelled(77, at(LATER)))
    fleet.drain()
    assert fleet.statuses() == {"withdrawn": 2}
    assert not fleet.published
