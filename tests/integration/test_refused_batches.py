"""A batch that is refused, or can't be looked up, is taken apart until the culprit is alone."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schemas.exports import Kind
from tests.support.documents import CLIENT, dispatched, event, order
from tests.support.fleet import Fleet
from tests.support.gateways import Killed, put_around
from workers.errors import Permanent, Uncertain
from workers.mapping.reasons import Cure, Reason
from workers.store import documents

PUT = ("PUT", "/api.xro/2.0/Invoices")
GET = ("GET", "/api.xro/2.0/Invoices")
LEASE_OVER = timedelta(minutes=3, seconds=5)
BAD = "MS-ORD-7"
REFUSED = Permanent(Reason("refused", "Xero refuses it.", "Look at it.", Cure.PERSON), "HTTP 400")


def loaded(fleet: Fleet, count: int) -> UUID:
    """*count* orders wait, among them number 7; chart and item are known already."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1000)))
    fleet.drain()
    fleet.send(*(dispatched(order(number)) for number in range(1, count + 1)))
    return connection


def refuse_whole(fleet: Fleet, *numbers: int) -> None:
    """Have Xero refuse any request with one of these orders, and say nothing about which it is."""
    for number in numbers:
        fleet.fault(
            kind="status",
            status=400,
            body='{"Type": "PostDataInvalidException", "Message": "Not well formed"}',
            holding=f'"MS-ORD-{number}"',
            times=1000,
            method="PUT",
            path="Invoices$",
        )


@pytest.mark.parametrize(("bad", "calls"), [((7,), 13), ((7, 50), 23)], ids=["one", "two"])
def test_fifty_with_bad_ones_cost_a_search_by_halves(
    fleet: Fleet, bad: tuple[int, ...], calls: int
) -> None:
    """The others are in Xero at once; the bad ones are told, for few calls more."""
    loaded(fleet, 50)
    before = fleet.calls(*PUT)
    refuse_whole(fleet, *bad)
    fleet.drain()
    assert fleet.statuses() == {"posted": 51 - len(bad), "needs_attention": len(bad)}
    assert {fleet.document(number)["status"] for number in bad} == {"needs_attention"}
    assert "Not well formed" in fleet.document(7)["reason_detail"]
    assert fleet.calls(*PUT) - before <= calls
    assert len(fleet.invoices()) == 51 - len(bad)


def test_the_search_survives_the_death_of_every_worker(fleet: Fleet) -> None:
    """What goes next is in the ledger: no turn of the search knows of the one before."""
    connection = loaded(fleet, 50)
    sizes: list[int] = []

    def put_invoices(gateway: Any, body: bytes, key: UUID) -> Any:
        if b'"MS-ORD-7"' in body:
            sizes.append(body.count(b'"InvoiceNumber"'))
        return gateway.put_invoices(body, key)

    put_around(fleet, put_invoices=put_invoices)
    refuse_whole(fleet, 7)
    for turn in range(4):
        fleet.runtime.exporter.export(connection, Kind.ORDER)
        fleet.send(dispatched(order(100 + turn)))  # it mixes with nothing new
    fleet.drain()
    assert sizes == [50, 25, 13, 7, 3, 1]
    assert fleet.statuses() == {"posted": 54, "needs_attention": 1}


@pytest.mark.parametrize("end", [Killed(), Uncertain("silence")], ids=["killed", "no answer"])
def test_a_half_whose_end_nobody_knows_stays_a_half(fleet: Fleet, end: BaseException) -> None:
    """It is looked up when its key is dead, and what Xero lacks stays together."""
    connection = loaded(fleet, 8)
    refuse_whole(fleet, 7)
    fleet.runtime.exporter.export(connection, Kind.ORDER)
    assert sorted(_halves(fleet).values()) == [4, 4]
    fleet.execute("update documents set due_at = due_at + interval '1 hour' where mintsoft_id < 5")

    def put_invoices(gateway: Any, body: bytes, key: UUID) -> Any:
        raise end

    put_around(fleet, put_invoices=put_invoices)
    with suppress(Killed):
        fleet.runtime.exporter.export(connection, Kind.ORDER)
    assert sorted(_halves(fleet).values()) == [4]
    fleet.age(timedelta(minutes=5))  # the key is dead
    put_around(fleet)
    fleet.runtime.exporter.export(connection, Kind.ORDER)
    assert sorted(_halves(fleet).values()) == [4, 4]


def _halves(fleet: Fleet) -> dict[UUID, int]:
    found = fleet.rows(
        "select half, count(*) as n from documents"
        " where alone and half is not null and status = 'waiting' group by half"
    )
    return {row["half"]: row["n"] for row in found}


def look_up_ending(fleet: Fleet, end: BaseException, *, written: bool = True) -> list[int]:
    """Have each PUT of the bad document go unanswered and each look-up of it *end*; their sizes."""
    looks: list[int] = []

    def put_invoices(gateway: Any, body: bytes, key: UUID) -> Any:
        if BAD.encode() not in body:
            return gateway.put_invoices(body, key)
        if written:
            gateway.put_invoices(body, key)
        raise Killed

    def look_up(gateway: Any, wanted: list[str]) -> Any:
        looks.append(len(wanted))
        if BAD in wanted:
            raise end
        return gateway.invoices_by_number(wanted)

    put_around(fleet, put_invoices=put_invoices, invoices_by_number=look_up)
    return looks


def turns(fleet: Fleet, count: int) -> None:
    """Let workers come and go; each death is noticed when its lease is over."""
    for _ in range(count):
        try:
            fleet.drain()
        except Killed:
            fleet.pending.clear()
        fleet.age(LEASE_OVER)
    fleet.drain()


@pytest.mark.parametrize("written", [True, False], ids=["in Xero", "not in Xero"])
def test_a_look_up_that_ends_its_workers_is_taken_apart(fleet: Fleet, written: bool) -> None:
    """Nine of ten are found, or sent anew, and a person looks for the last: nobody else can."""
    loaded(fleet, 10)
    looks = look_up_ending(fleet, Killed(), written=written)
    turns(fleet, 12)
    assert looks[:4] == [10] * 4, "two crashes in the call, four in its look-up"
    assert sorted(looks[4:]) == [1, 1, 1, 2, 2, 3, 5, 5]
    assert fleet.statuses() == {"posted": 10, "needs_attention": 1}
    stuck = fleet.document(7)
    assert stuck["reason_code"] == "outcome_unknown"
    assert BAD in stuck["reason_message"]
    assert "mark as already in Xero" in stuck["reason_remedy"]
    assert not fleet.rows("select id from attempts where state <> 'done'")
    assert [m.routing_key for m in fleet.published].count("document.needs-attention.v1") == 1
    assert len(fleet.invoices()) == 10 + written


def test_one_that_is_set_aside_so_is_adopted_after_a_retry(fleet: Fleet) -> None:
    """It was in Xero all along: its number is taken, by itself."""
    loaded(fleet, 10)
    look_up_ending(fleet, Killed())
    turns(fleet, 12)
    put_around(fleet)
    with fleet.runtime.pool.connection() as conn:
        documents.release(conn, [fleet.document(7)["id"]], "sam")
    fleet.drain()
    assert fleet.statuses() == {"posted": 11}
    assert len(fleet.invoices()) == 11


def test_a_look_up_that_xero_refuses_is_taken_apart_at_once(fleet: Fleet) -> None:
    """It would be refused for ever; others are found, the one to blame is told with its words."""
    loaded(fleet, 10)
    looks = look_up_ending(fleet, REFUSED)
    turns(fleet, 2)
    assert looks.count(10) == 1
    assert fleet.statuses() == {"posted": 10, "needs_attention": 1}
    stuck = fleet.document(7)
    assert (stuck["reason_code"], stuck["reason_detail"]) == ("outcome_unknown", "HTTP 400")


def test_one_that_mintsoft_took_back_is_never_simply_withdrawn(fleet: Fleet) -> None:
    """It may be in Xero: the person is told both."""
    loaded(fleet, 10)
    look_up_ending(fleet, REFUSED)
    with pytest.raises(Killed):
        fleet.drain()
    fleet.pending.clear()
    gone = {"OrderId": 7, "ClientId": CLIENT, "Reason": "lost"}
    fleet.send(event("order.cancelled.v1", gone, time=datetime(2027, 1, 1, tzinfo=UTC)))
    fleet.age(LEASE_OVER)
    turns(fleet, 1)
    assert fleet.document(7)["reason_code"] == "outcome_unknown_withdrawn"
