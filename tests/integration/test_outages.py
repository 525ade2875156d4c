"""Xero closed, in trouble, or wrong about its chart: few calls, whatever the backlog."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from schemas.exports import Kind
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.gateways import put_around
from workers.store import documents
from workers.xero.results import InvoiceOutcome

SECOND = timedelta(seconds=1)
BACKLOG = 2000
INVOICES = "/api.xro/2.0/Invoices"
ACCOUNT_ARCHIVED = "Account code '200' has been archived, or deleted."
CONTACT_ARCHIVED = "The contact with the specified contact details has been archived."


def warmed_up(fleet: Fleet) -> UUID:
    """A connection that has read its chart and knows the item TEA-01."""
    connection = fleet.connect()
    fleet.send(dispatched(order(9000)))
    fleet.drain()
    fleet.xero.admin.delete("/_sim/calls")
    return connection


def pile_up(fleet: Fleet, count: int = BACKLOG) -> None:
    for start in range(1, count, 200):
        fleet.send(*(dispatched(order(number)) for number in range(start, start + 200)))


def attempts(fleet: Fleet) -> int:
    [row] = fleet.rows("select count(*) as n from attempts")
    return int(row["n"])


def rewritten_since(fleet: Fleet, transaction: int) -> int:
    """How many documents have been written by a later transaction."""
    query = "select count(*) as n from documents where xmin::text::bigint > %s"
    [row] = fleet.rows(query, [transaction])
    return int(row["n"])


def last_transaction(fleet: Fleet) -> int:
    [row] = fleet.rows("select max(xmin::text::bigint) as n from documents")
    return int(row["n"])


@pytest.mark.proof
def test_a_used_up_limit_is_not_asked_for_each_batch(fleet: Fleet) -> None:
    """Given 2,000 waiting orders and a closed limit, one batch finds out; the rest is untouched."""
    warmed_up(fleet)
    pile_up(fleet)
    before, written = attempts(fleet), last_transaction(fleet)
    fleet.execute(
        "update budgets set blocked_until = now() + interval '60 s', blocked_by = 'minute'"
    )
    fleet.drain()
    assert attempts(fleet) - before <= 2
    assert rewritten_since(fleet, written) <= 50
    assert not fleet.rows("select id from documents where failures > 0")
    for _ in range(5):
        fleet.age(10 * SECOND)
        fleet.drain()
    assert attempts(fleet) - before <= 2
    fleet.execute("update budgets set blocked_until = null, blocked_by = null")
    fleet.age(61 * SECOND)
    fleet.drain()
    assert fleet.statuses() == {"posted": BACKLOG + 1}
    assert fleet.calls("PUT", INVOICES) == BACKLOG / 50


@pytest.mark.proof
@pytest.mark.parametrize("methods", ["PUT", "PUT|GET"], ids=["writes only", "everything"])
def test_an_outage_costs_a_few_attempts_whatever_the_backlog(fleet: Fleet, methods: str) -> None:
    """Ten minutes of 500s with 20 batches waiting; afterwards every order is there once."""
    warmed_up(fleet)
    pile_up(fleet, 1000)
    before = attempts(fleet)
    fleet.fault(kind="status", status=500, method=methods, path="^/api.xro/2.0", times=1000)
    for _ in range(120):
        fleet.drain()
        fleet.age(5 * SECOND)
    assert attempts(fleet) - before <= 12
    assert fleet.xero.admin.get("/_sim/calls").json()["total"] <= 25
    fleet.xero.admin.delete("/_sim/faults").raise_for_status()
    for _ in range(10):
        fleet.age(timedelta(minutes=31))
        fleet.drain()
    assert fleet.statuses() == {"posted": 1001}
    assert len(fleet.invoices()) == 1001


def refuse_all(words: str) -> Any:
    """PUT /Invoices as if Xero refused each invoice in *words*."""

    def put_invoices(gateway: Any, body: bytes, key: UUID) -> list[InvoiceOutcome]:
        return [
            InvoiceOutcome(answer.number, None, (words,))
            for answer in gateway.put_invoices(body, key)
        ]

    return put_invoices


def chart_reads(fleet: Fleet) -> int:
    return fleet.calls("GET", "/api.xro/2.0/Accounts")


def test_a_refusal_the_chart_cannot_foresee_does_not_read_it_again(fleet: Fleet) -> None:
    """An archived contact is not in the chart of accounts."""
    warmed_up(fleet)
    put_around(fleet, put_invoices=refuse_all(CONTACT_ARCHIVED))
    fleet.execute("update charts set fetched_at = now() - interval '10 minutes'")
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert fleet.document(1)["reason_code"] == "xero_contact_archived"
    put_around(fleet)
    fleet.send(dispatched(order(2)))
    fleet.drain()
    assert fleet.document(2)["status"] == "posted"
    assert chart_reads(fleet) == 0


def test_a_refusal_the_chart_should_have_foreseen_reads_it_every_five_minutes(
    fleet: Fleet,
) -> None:
    """However many batches are refused, the chart is read once in five minutes."""
    connection = warmed_up(fleet)
    put_around(fleet, put_invoices=refuse_all(ACCOUNT_ARCHIVED))
    pile_up(fleet, 400)
    fleet.drain()
    assert fleet.statuses() == {"posted": 1, "needs_attention": 400}
    assert chart_reads(fleet) == 0  # it was read just now
    later = (
        "update charts"
        " set fetched_at = fetched_at - interval '5 min', due_at = due_at - interval '5 min'"
    )
    fleet.execute(later)
    fleet.send(*(dispatched(order(number)) for number in range(501, 701)))
    fleet.drain()
    assert chart_reads(fleet) == 1
    fleet.execute(later)
    fleet.runtime.exporter.export(connection, Kind.ORDER)
    assert chart_reads(fleet) == 1  # nothing is due: nobody asks


def test_a_person_who_retries_makes_the_chart_be_read(fleet: Fleet) -> None:
    """Somebody has mended it in Xero just now: our copy of the chart does not count."""
    warmed_up(fleet)
    put_around(fleet, put_invoices=refuse_all(ACCOUNT_ARCHIVED))
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert fleet.document(1)["reason_code"] == "xero_account_archived"
    put_around(fleet)
    with fleet.runtime.pool.connection() as conn:
        documents.release(conn, [fleet.document(1)["id"]], "sam")
    fleet.drain()
    assert chart_reads(fleet) == 1
