"""An organisation that has spent its unhurried calls of the day gets fuller ones, never none."""

from __future__ import annotations

from datetime import timedelta

from schemas.exports import Kind
from tests.support.documents import dispatched, event, order
from tests.support.fleet import Fleet
from workers.store import documents
from workers.store.ledger import BATCH

SPENT = 3_990
"""Of the 4,000 calls that exports have of 5,000: ten are left for what is left of the day."""


def spend(fleet: Fleet, calls: int) -> None:
    fleet.execute(
        "insert into budgets (tenant_id, day, day_used) select tenant_id,"
        " (now() at time zone 'UTC')::date, %s from connections"
        " on conflict (tenant_id) do update set day_used = excluded.day_used,"
        " day_remaining = null",
        [calls],
    )


def come(fleet: Fleet, first: int, count: int) -> None:
    """Orders arrive, one event after the other, and the exporter looks after each."""
    [row] = fleet.rows("select id from connections")
    for number in range(first, first + count):
        fleet.send(dispatched(order(number)))
        fleet.runtime.exporter.export(row["id"], Kind.ORDER)


def posted(fleet: Fleet) -> int:
    [row] = fleet.rows("select count(*) as n from documents where status = 'posted'")
    return int(row["n"])


def test_orders_that_come_singly_gather_once_calls_are_scarce(fleet: Fleet) -> None:
    """At first each goes at once; then they wait for others or for their share of the day."""
    fleet.connect()
    come(fleet, 1, 2)
    assert posted(fleet) == 2
    spend(fleet, SPENT)
    come(fleet, 3, 3)
    assert posted(fleet) == 2
    fleet.age(timedelta(days=1))
    come(fleet, 6, 1)
    assert posted(fleet) == 6


def test_a_full_batch_waits_for_nothing(fleet: Fleet) -> None:
    fleet.connect()
    come(fleet, 1, 1)
    spend(fleet, SPENT)
    come(fleet, 2, BATCH - 1)
    assert posted(fleet) == 1
    come(fleet, BATCH + 1, 1)
    assert posted(fleet) == BATCH + 1


def test_what_a_person_asks_for_goes_at_once(fleet: Fleet) -> None:
    """Retry and Export wait for no other documents, however scarce calls are."""
    connection = fleet.connect()
    come(fleet, 1, 1)
    spend(fleet, SPENT)
    for number, asked in ((2, retry), (3, press_export)):
        come(fleet, number, 1)
        asked(fleet, number)
        fleet.runtime.exporter.export(connection, Kind.ORDER)
        assert fleet.document(number)["status"] == "posted"


def retry(fleet: Fleet, number: int) -> None:
    skip(fleet, number)
    with fleet.runtime.pool.connection() as conn:
        assert documents.release(conn, [fleet.document(number)["id"]], "sam")


def press_export(fleet: Fleet, number: int) -> None:
    skip(fleet, number)
    asked = {"Kind": "order", "Id": number, "RequestedBy": "sam"}
    fleet.send(event("export.requested.v1", asked))


def skip(fleet: Fleet, number: int) -> None:
    with fleet.runtime.pool.connection() as conn:
        assert documents.skip(conn, [fleet.document(number)["id"]], "later", "sam")
