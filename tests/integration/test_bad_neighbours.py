"""One bad document or event never takes its neighbours along, and always says what is wrong."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from schemas.connections import Mode
from schemas.exports import Kind
from tests.support.documents import dispatched, finalised, invoice, item, order
from tests.support.fleet import Fleet
from tests.support.gateways import Killed, put_around
from workers.errors import Permanent, Uncertain
from workers.mapping.reasons import Cure, Reason
from workers.xero.results import InvoiceOutcome

LEASE_OVER = timedelta(minutes=4)
REFUSED_WHOLE = Permanent(Reason("refused", "Xero refuses it.", "Look at it.", Cure.PERSON), "400")
CONTACT_ARCHIVED = "The contact with the specified contact details has been archived."
ITEM_INVALID = "Item code 'TEA-01' is not valid"


def warmed_up(fleet: Fleet, **settings: Any) -> UUID:
    """A connection that has read its chart and knows the item TEA-01."""
    connection = fleet.connect(settings=settings)
    fleet.send(dispatched(order(900)))
    fleet.drain()
    return connection


def sent_by(body: bytes) -> list[dict[str, Any]]:
    return list(json.loads(body)["Invoices"])


def refuse_first(words: str) -> Any:
    """PUT /Invoices as if Xero had refused the first invoice in *words* and taken the rest."""

    def put_invoices(gateway: Any, body: bytes, key: UUID) -> list[InvoiceOutcome]:
        first, *others = sent_by(body)
        taken = json.dumps({"Invoices": others}).encode()
        answers = gateway.put_invoices(taken, key) if others else []
        return [InvoiceOutcome(first["InvoiceNumber"], None, (words,)), *answers]

    return put_invoices


def standing(fleet: Fleet, number: int) -> tuple[str, str | None]:
    found = fleet.document(number)
    return found["status"], found["reason_code"]


def test_two_orders_of_one_number_in_one_batch_are_one_invoice(fleet: Fleet) -> None:
    """The second one's number is taken; no invoice belongs to both."""
    fleet.connect()
    fleet.send(dispatched(order(1, OrderNumber="DUP")), dispatched(order(2, OrderNumber="DUP")))
    fleet.drain()
    assert standing(fleet, 1) == ("posted", None)
    assert standing(fleet, 2) == ("needs_attention", "number_taken")
    assert fleet.document(2)["xero_id"] is None
    [found] = fleet.invoices()
    assert found["Url"].endswith("/1")


def test_of_two_orders_of_one_number_the_first_is_refused_for_itself(fleet: Fleet) -> None:
    """Answers belong to places in the batch: the refusal stays with the first."""
    warmed_up(fleet)
    put_around(fleet, put_invoices=refuse_first(CONTACT_ARCHIVED))
    fleet.send(dispatched(order(1, OrderNumber="DUP")), dispatched(order(2, OrderNumber="DUP")))
    fleet.drain()
    assert standing(fleet, 1) == ("needs_attention", "xero_contact_archived")
    assert standing(fleet, 2) == ("posted", None)
    [found] = [each for each in fleet.invoices() if each["InvoiceNumber"] == "MS-DUP"]
    assert found["Url"].endswith("/2")


def test_fields_we_do_not_know_hold_nobody_back(fleet: Fleet) -> None:
    """Upstream may add what it likes: a Client without ID, texts, lists, nulls."""
    fleet.connect()
    fleet.connect(Mode.FULFILMENT)
    odd = invoice(3)
    odd["Invoice"] |= {"Client": [1], "Lines": {"a": None}, "Comments": None, "Order": 7}
    odd |= {"Order": {"ClientId": "?"}, "Odd": [[], {}, None]}
    fleet.send(
        dispatched(order(1)),
        dispatched(order(2, Client={"Name": "Shop"}, Invoice="x", Odd=[{"ID": None}])),
        finalised(odd),
        finalised(invoice(4)),
    )
    fleet.drain()
    assert fleet.statuses() == {"posted": 4}


@pytest.mark.parametrize("payload", ['{"ID": "x"}', "[]", "7", '{"Client": {}}'])
def test_a_document_that_cannot_be_prepared_is_set_aside(fleet: Fleet, payload: str) -> None:
    """Whatever it raises, its neighbours are posted and a person is told."""
    fleet.connect()
    fleet.send(*(dispatched(order(number)) for number in (1, 2, 3)))
    fleet.execute("update documents set payload = %s where mintsoft_id = 2", [payload])
    fleet.drain()
    assert standing(fleet, 2) == ("needs_attention", "unexpected")
    assert fleet.statuses() == {"posted": 2, "needs_attention": 1}
    assert [m.routing_key for m in fleet.published].count("document.needs-attention.v1") == 1


@pytest.mark.parametrize("end", [Killed, ValueError], ids=["worker dies", "worker raises"])
def test_a_document_that_ends_its_attempt_three_times_goes_alone_then_aside(
    fleet: Fleet, end: type[BaseException]
) -> None:
    """Given a batch whose preparation never ends well, then only the culprit is held."""
    fleet.connect()

    def put_items(gateway: Any, bodies: list[dict[str, Any]], key: UUID) -> Any:
        if any(each["Code"] == "BAD" for each in bodies):
            raise end
        return gateway.put_items(bodies, key)

    put_around(fleet, put_items=put_items)
    fleet.send(
        dispatched(order(1)), dispatched(order(2, item("BAD", "1.00"))), dispatched(order(3))
    )
    for _ in range(5):
        try:
            fleet.drain()
        except Killed:
            fleet.pending.clear()
        fleet.age(LEASE_OVER)
    fleet.drain()
    assert standing(fleet, 2) == ("needs_attention", "unexpected")
    assert fleet.statuses() == {"posted": 2, "needs_attention": 1}
    assert not fleet.rows("select id from attempts where state <> 'done'")


def test_items_refused_as_a_whole_request_hold_the_culprit_only(fleet: Fleet) -> None:
    """A batch that Xero will not read is taken apart; each document goes by itself."""
    fleet.connect()

    def put_items(gateway: Any, bodies: list[dict[str, Any]], key: UUID) -> Any:
        if any(each["Code"] == "BAD" for each in bodies):
            raise REFUSED_WHOLE
        return gateway.put_items(bodies, key)

    put_around(fleet, put_items=put_items)
    others = [dispatched(order(number)) for number in range(1, 10)]
    fleet.send(*others, dispatched(order(10, item("BAD", "1.00"))))
    fleet.drain()
    assert standing(fleet, 10) == ("needs_attention", "refused")
    assert fleet.statuses() == {"posted": 9, "needs_attention": 1}


def test_an_item_that_was_renamed_before_its_answer_came_stops_nothing(fleet: Fleet) -> None:
    """Xero made the item and its answer was lost; Mintsoft has other words for it since."""
    fleet.connect()
    lost = [Uncertain("Xero: the connection broke")]

    def put_items(gateway: Any, bodies: list[dict[str, Any]], key: UUID) -> Any:
        found = gateway.put_items(bodies, key)
        if lost:
            raise lost.pop()
        return found

    put_around(fleet, put_items=put_items)
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert fleet.statuses() == {"waiting": 1}
    renamed = item("TEA-01", "10.00", Details="Green tea")
    fleet.send(dispatched(order(1, renamed, LastUpdated="2026-11-02T17:00:00")))
    fleet.age(LEASE_OVER)
    fleet.drain()
    assert standing(fleet, 1) == ("posted", None)


def test_a_document_that_goes_alone_is_not_starved_by_new_ones(fleet: Fleet) -> None:
    """Given a new order for each turn, those whose batch was refused whole still get theirs."""
    connection = warmed_up(fleet)

    def put_invoices(gateway: Any, body: bytes, key: UUID) -> Any:
        if any(each["InvoiceNumber"] == "MS-ORD-7" for each in sent_by(body)):
            raise REFUSED_WHOLE
        return gateway.put_invoices(body, key)

    put_around(fleet, put_invoices=put_invoices)
    fleet.send(dispatched(order(7)), dispatched(order(8)))
    for turn in range(4):
        fleet.runtime.exporter.export(connection, Kind.ORDER)
        fleet.send(dispatched(order(1000 + turn)))
    assert standing(fleet, 7) == ("needs_attention", "refused")
    assert standing(fleet, 8) == ("posted", None)


def test_only_the_items_of_the_refused_document_are_forgotten(fleet: Fleet) -> None:
    """One item deleted in Xero does not make the fleet ask for every item again."""
    warmed_up(fleet)
    fleet.send(dispatched(order(1, item("A", "1.00"), item("B", "1.00"))))
    fleet.send(dispatched(order(2, item("C", "1.00"))))
    fleet.drain()
    put_around(fleet, put_invoices=refuse_first(ITEM_INVALID))
    fleet.send(dispatched(order(3)), dispatched(order(4, item("A", "1.00"))))
    fleet.drain()
    assert standing(fleet, 3) == ("needs_attention", "xero_item_invalid")
    assert standing(fleet, 4) == ("posted", None)
    codes = {row["code"] for row in fleet.rows("select code from xero_items")}
    assert codes == {"A", "B", "C"}


def test_what_the_database_refuses_is_parked_with_its_reason(fleet: Fleet) -> None:
    """In a batch the caller hears of it and nothing is stored; alone, the bad one is parked."""
    fleet.connect()
    fleet.execute("alter table documents add constraint no_thirteens check (mintsoft_id <> 13)")
    batch = [dispatched(order(1)), dispatched(order(13)), dispatched(order(2))]
    with pytest.raises(psycopg.errors.CheckViolation):
        fleet.send(*batch)
    assert not fleet.rows("select * from inbox")
    for each in batch:
        fleet.send(each)
    fleet.drain()
    assert fleet.statuses() == {"posted": 2}
    [parked] = fleet.rows("select * from parked")
    assert (parked["code"], bytes(parked["body"])) == ("not-storable", batch[1].body)
    assert "no_thirteens" in parked["reason"]


EXTREMES = ["1e200000", "1e140000", "1e-20000", "1e9000", '"\\u0000"']


@pytest.mark.parametrize("value", EXTREMES, ids=lambda value: str(value)[:9])
def test_extreme_values_are_parked_or_stored_never_raised(fleet: Fleet, value: str) -> None:
    """PostgreSQL's limits are known at the border: a batch is not lost to one number."""
    fleet.connect()
    bad = dispatched(order(1))
    bad = bad._replace(
        body=bad.body.replace(b'"ClientId":', b'"Odd":%b,"ClientId":' % value.encode())
    )
    fleet.send(bad, dispatched(order(2, TotalOrderGross=Decimal("12.00"))))
    assert [row["code"] for row in fleet.rows("select code from parked")] == ["not-storable"]
    assert fleet.document(2)["status"] == "waiting"
