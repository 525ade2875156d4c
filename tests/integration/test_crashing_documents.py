"""A document that ends whoever sends it is set aside once Xero is known not to have it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.gateways import Killed, put_around
from workers.errors import Permanent
from workers.mapping.reasons import Cure, Reason
from workers.store import documents

LEASE_OVER = timedelta(minutes=3, seconds=5)
BAD = "MS-ORD-7"
REFUSED_WHOLE = Permanent(Reason("refused", "Xero refuses it.", "Look at it.", Cure.PERSON), "400")


def numbers(body: bytes) -> list[str]:
    return [each["InvoiceNumber"] for each in json.loads(body)["Invoices"]]


@pytest.fixture
def loaded(fleet: Fleet) -> Fleet:
    """Ten orders wait, among them number 7; chart and item are known already."""
    fleet.connect()
    fleet.send(dispatched(order(100)))
    fleet.drain()
    fleet.send(*(dispatched(order(number)) for number in range(1, 11)))
    return fleet


def crashing(fleet: Fleet, end: type[BaseException], *, written: bool) -> list[int]:
    """Have every PUT with the bad document end its worker, perhaps after it was carried out."""
    crashes: list[int] = []

    def put_invoices(gateway: Any, body: bytes, key: UUID) -> Any:
        if BAD not in numbers(body):
            return gateway.put_invoices(body, key)
        if written:
            gateway.put_invoices(body, key)
        crashes.append(len(numbers(body)))
        raise end

    put_around(fleet, put_invoices=put_invoices)
    return crashes


def turns(fleet: Fleet, count: int) -> None:
    """Let workers come and go; each death is noticed when its lease is over."""
    for _ in range(count):
        try:
            fleet.drain()
        except (Killed, ValueError):
            fleet.pending.clear()
        fleet.xero.admin.post("/_sim/clock", json={"advance_seconds": 185})
        fleet.age(LEASE_OVER)
    fleet.drain()


def open_attempts(fleet: Fleet) -> int:
    return len(fleet.rows("select id from attempts where state <> 'done'"))


@pytest.mark.parametrize("end", [Killed, ValueError], ids=["worker dies", "worker raises"])
def test_one_that_never_reaches_xero_is_set_aside_after_three_crashes(
    loaded: Fleet, end: type[BaseException]
) -> None:
    """Its nine neighbours are posted; it waits for a person, and goes once it is mended."""
    crashes = crashing(loaded, end, written=False)
    turns(loaded, 8)
    assert crashes == [10, 10, 1], "twice with the others, once alone, and never again"
    assert loaded.statuses() == {"posted": 10, "needs_attention": 1}
    stuck = loaded.document(7)
    assert stuck["reason_code"] == "unexpected"
    assert "3 attempts" in stuck["reason_message"]
    assert [m.routing_key for m in loaded.published].count("document.needs-attention.v1") == 1
    assert open_attempts(loaded) == 0
    put_around(loaded)
    with loaded.runtime.pool.connection() as conn:
        documents.release(conn, [stuck["id"]], "sam")
    loaded.drain()
    assert loaded.statuses() == {"posted": 11}


@pytest.mark.parametrize("end", [Killed, ValueError], ids=["worker dies", "worker raises"])
def test_one_that_is_in_xero_is_adopted_however_its_workers_end(
    loaded: Fleet, end: type[BaseException]
) -> None:
    """Xero has carried it out: the look-up finds it, and nobody is asked to do anything."""
    crashing(loaded, end, written=True)
    turns(loaded, 4)
    assert loaded.statuses() == {"posted": 11}
    assert len(loaded.invoices()) == len({each["InvoiceNumber"] for each in loaded.invoices()})
    assert open_attempts(loaded) == 0


def test_only_a_document_that_was_alone_is_blamed(loaded: Fleet) -> None:
    """Three crashes of one batch, the last in its look-up: nobody is set aside for it."""
    looks: list[int] = []

    def look_up(gateway: Any, wanted: list[str]) -> Any:
        looks.append(len(wanted))
        if len(looks) == 1:
            raise Killed
        return gateway.invoices_by_number(wanted)

    def put_invoices(gateway: Any, body: bytes, key: UUID) -> Any:
        if not looks:
            raise Killed
        return gateway.put_invoices(body, key)

    put_around(loaded, put_invoices=put_invoices, invoices_by_number=look_up)
    turns(loaded, 6)
    assert looks == [10, 10]
    assert loaded.statuses() == {"posted": 11}


def test_trouble_at_xero_is_no_crash(loaded: Fleet) -> None:
    """A repeat that Xero answers with an error, however often, sets nothing aside."""
    loaded.fault(kind="status", status=500, method="PUT", path="Invoices$", times=8)
    for _ in range(20):
        loaded.drain()
        loaded.age(timedelta(minutes=31))
    assert loaded.statuses() == {"posted": 11}


def refused_with(bad: str) -> Callable[..., Any]:
    def put_invoices(gateway: Any, body: bytes, key: UUID) -> Any:
        if bad in numbers(body):
            raise REFUSED_WHOLE
        return gateway.put_invoices(body, key)

    return put_invoices


def test_one_bad_document_never_holds_back_forty_nine(fleet: Fleet) -> None:
    """Xero refuses fifty because of one: the others are in Xero at once, the bad one is told."""
    fleet.connect()
    fleet.send(dispatched(order(100)))
    fleet.drain()
    fleet.send(*(dispatched(order(number)) for number in range(1, 51)))
    put_around(fleet, put_invoices=refused_with(BAD))
    fleet.drain()
    assert fleet.statuses() == {"posted": 50, "needs_attention": 1}
    assert fleet.document(7)["reason_code"] == "refused"
    assert len(fleet.invoices()) == 50
