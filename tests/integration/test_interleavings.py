"""What happens while a batch is on its way: newer versions, withdrawals, disconnecting."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from events.delivery import Delivery
from schemas.connections import Mode
from tests.support.documents import CLIENT, dispatched, event, finalised, invoice, item, order
from tests.support.fleet import Fleet
from tests.support.gateways import Killed, meanwhile, put_around
from workers.disconnecting import disconnect

LATER = "2026-11-03T10:00:00"
LEASE_OVER = timedelta(minutes=4)

NEWER = {
    "another total": order(1, item("TEA-01", "20.00"), LastUpdated=LATER),
    "another currency": order(1, Currency={"Code": "EUR"}, LastUpdated=LATER),
    "the same total": order(1, LastUpdated=LATER, ExternalOrderReference="NEW"),
}
"""Order 1 is worth 12.00 GBP at first."""


def cancelled(number: int) -> Delivery:
    """``order.cancelled.v1``, after the order's own version."""
    return event("order.cancelled.v1", {"OrderId": number, "ClientId": CLIENT})


def said(fleet: Fleet) -> list[str]:
    return [message.routing_key for message in fleet.published]


def in_xero(fleet: Fleet) -> list[tuple[Any, ...]]:
    return [
        (each["InvoiceNumber"], each["Total"], each["CurrencyCode"]) for each in fleet.invoices()
    ]


@pytest.mark.parametrize(
    ("newer", "total", "currency"),
    [
        ("another total", 24.0, "GBP"),
        ("another currency", 12.0, "EUR"),
        ("the same total", 12, "GBP"),
    ],
)
def test_a_newer_version_between_claim_and_seal_is_the_one_that_goes(
    fleet: Fleet, newer: str, total: float, currency: str
) -> None:
    """What was decided on the old version is not sent."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    meanwhile(fleet, "put_items", lambda: fleet.send(dispatched(NEWER[newer])))
    fleet.drain()
    assert in_xero(fleet) == [("MS-ORD-1", total, currency)]
    assert [each["Reference"] for each in fleet.invoices()] == [
        NEWER[newer]["ExternalOrderReference"]
    ]
    found = fleet.document(1)
    assert (found["status"], found["exported_total"], found["exported_currency"]) == (
        "posted",
        Decimal(str(total)),
        currency,
    )
    assert said(fleet) == ["document.posted.v1"]


@pytest.mark.parametrize(
    ("newer", "status", "code", "now"),
    [
        ("another total", "needs_attention", "changed_after_posting", "24.00 GBP"),
        ("another currency", "needs_attention", "changed_after_posting", "12.00 EUR"),
        ("the same total", "posted", None, None),
    ],
)
def test_a_newer_version_between_seal_and_answer_is_compared_with_what_went(
    fleet: Fleet, newer: str, status: str, code: str | None, now: str | None
) -> None:
    """Xero has what was sealed, the ledger says so, and tells whether Mintsoft says otherwise."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    meanwhile(fleet, "put_invoices", lambda: fleet.send(dispatched(NEWER[newer])))
    fleet.drain()
    assert in_xero(fleet) == [("MS-ORD-1", 12.0, "GBP")]
    found = fleet.document(1)
    assert (found["status"], found["reason_code"]) == (status, code)
    assert (found["exported_total"], found["exported_currency"]) == (Decimal(12), "GBP")
    if now is not None:
        assert f"from 12.00 GBP to {now}" in found["reason_message"]


def test_a_newer_version_that_comes_back_to_what_went_is_posted(fleet: Fleet) -> None:
    """What is compared is what Xero has, not the version before."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    meanwhile(fleet, "put_invoices", lambda: fleet.send(dispatched(NEWER["another total"])))
    fleet.drain()
    fleet.send(dispatched(order(1, LastUpdated="2026-11-04T10:00:00")))
    assert fleet.document(1)["status"] == "posted"


def test_a_newer_version_of_what_xero_refuses_gets_its_own_chance(fleet: Fleet) -> None:
    """The refusal is about the old version; the new one goes by itself."""
    connection = fleet.connect()
    fleet.send(dispatched(order(9)))
    fleet.drain()
    [row] = fleet.rows("select tenant_id from connections where id = %s", [connection])
    currencies = f"/_sim/organisations/{row['tenant_id']}/currencies"
    fleet.xero.admin.post(currencies, json={"codes": ["GBP"]}).raise_for_status()
    fleet.send(dispatched(order(1, Currency={"Code": "EUR"})))
    meanwhile(fleet, "put_invoices", lambda: fleet.send(dispatched(order(1, LastUpdated=LATER))))
    fleet.drain()
    assert fleet.statuses() == {"posted": 2}
    assert ("MS-ORD-1", 12.0, "GBP") in in_xero(fleet)


def test_a_withdrawal_between_claim_and_seal_keeps_it_out_of_xero(fleet: Fleet) -> None:
    """Its neighbour goes; others hear of the withdrawal."""
    fleet.connect()
    fleet.send(dispatched(order(1)), dispatched(order(2)))
    meanwhile(fleet, "put_items", lambda: fleet.send(cancelled(1)))
    fleet.drain()
    assert fleet.document(1)["status"] == "withdrawn"
    assert [each[0] for each in in_xero(fleet)] == ["MS-ORD-2"]
    assert sorted(said(fleet)) == ["document.posted.v1", "document.withdrawn.v1"]


def test_a_withdrawal_whose_worker_died_before_the_seal_is_said(fleet: Fleet) -> None:
    """Given a worker that died with a claimed order, and its cancellation, then others hear."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    put_around(fleet, put_items=_die)
    with pytest.raises(Killed):
        fleet.drain()
    put_around(fleet)
    fleet.send(cancelled(1))
    assert fleet.document(1)["status"] == "sending"
    fleet.age(LEASE_OVER)
    fleet.drain()
    assert fleet.document(1)["status"] == "withdrawn"
    assert said(fleet) == ["document.withdrawn.v1"]
    assert not fleet.invoices()


def test_disconnecting_before_the_seal_lets_the_documents_go(fleet: Fleet) -> None:
    """Nothing is sent, nothing stays `sending`; a document taken back meanwhile is withdrawn."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)), dispatched(order(2)))

    def leave() -> None:
        fleet.send(cancelled(2))
        with fleet.runtime.pool.connection() as conn:
            disconnect(conn, connection, "sam", "leaving")

    meanwhile(fleet, "put_items", leave)
    fleet.drain()
    assert fleet.statuses() == {"waiting": 1, "withdrawn": 1}
    assert said(fleet) == ["document.withdrawn.v1"]
    assert fleet.document(2)["status"] == "withdrawn"
    assert not fleet.invoices()
    assert not fleet.rows("select id from attempts where state <> 'done'")


@pytest.mark.parametrize("answered", [True, False], ids=["late answer", "no answer"])
def test_disconnecting_after_the_seal_tells_a_person(fleet: Fleet, answered: bool) -> None:
    """Nobody can look any more: each document names itself; a late answer records nothing."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)), dispatched(order(2)))

    def leave() -> None:
        data = {"ConnectionId": str(connection), "RevokedBy": "sam", "Reason": "leaving"}
        fleet.send(event("connection.revoked.v1", data))
        if not answered:
            raise Killed

    meanwhile(fleet, "put_invoices", leave)
    try:
        fleet.drain()
    except Killed:
        assert not answered
    put_around(fleet)
    fleet.age(timedelta(hours=1))
    fleet.drain()
    assert fleet.statuses() == {"needs_attention": 2}
    for number in (1, 2):
        found = fleet.document(number)
        assert (found["reason_code"], found["xero_id"]) == ("disconnected", None)
        assert f"MS-ORD-{number}" in found["reason_message"] + found["reason_remedy"]
    assert said(fleet) == ["document.needs-attention.v1"] * 2
    assert not fleet.rows("select id from attempts where state <> 'done'")
    assert not fleet.rows("select document_id from tags")


def test_an_invoice_unconfirmed_while_its_answer_is_under_way(fleet: Fleet) -> None:
    """It is in Xero: a person is told which document it is."""
    fleet.connect(Mode.FULFILMENT)
    fleet.send(finalised(invoice(4)))
    gone = event("invoice.unconfirmed.v1", {"InvoiceId": 4, "ClientId": 7, "Reason": "wrong"})
    meanwhile(fleet, "put_invoices", lambda: fleet.send(gone))
    fleet.drain()
    found = fleet.document(4)
    assert (found["status"], found["reason_code"]) == ("needs_attention", "withdrawn_after_posting")
    assert found["xero_number"] == "MS-INV-4"


def _die(*_: Any) -> Any:
    raise Killed
