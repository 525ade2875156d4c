"""What Xero tells by web hook: noted at once, looked up once, and a person is told if need be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from workers.following import receive
from workers.xero.webhooks import XeroEvent

MINUTES = timedelta(minutes=6)


def hear(fleet: Fleet, *events: XeroEvent) -> int:
    with fleet.runtime.pool.connection() as conn:
        return receive(conn, events)


def update(tenant: object, invoice: object, kind: str = "UPDATE") -> XeroEvent:
    return XeroEvent(UUID(str(tenant)), UUID(str(invoice)), "INVOICE", kind)


def posted(fleet: Fleet, count: int) -> UUID:
    """A connection with *count* exported orders."""
    connection = fleet.connect()
    fleet.send(*(dispatched(order(number)) for number in range(1, count + 1)))
    fleet.drain()
    assert fleet.statuses() == {"posted": count}
    return connection


def ids(fleet: Fleet) -> list[str]:
    return [str(row["xero_id"]) for row in fleet.rows("select xero_id from documents order by id")]


def void(fleet: Fleet, connection: UUID, invoice: str, status: str = "VOIDED") -> None:
    """A bookkeeper voids an invoice in Xero."""
    token = fleet.runtime.tokens.access_token(fleet.connection(connection).token_set_id)  # type: ignore[arg-type]
    answer = fleet.xero.admin.post(
        f"/api.xro/2.0/Invoices/{invoice}",
        json={"Invoices": [{"InvoiceID": invoice, "Status": status}]},
        headers={
            "Authorization": f"Bearer {token}",
            "xero-tenant-id": str(fleet.connection(connection).tenant_id),
            "Accept": "application/json",
        },
    )
    answer.raise_for_status()


def look_ups(fleet: Fleet) -> int:
    return fleet.calls("GET", "/api.xro/2.0/Invoices")


def events(fleet: Fleet) -> list[dict[str, Any]]:
    return fleet.rows("select * from xero_events order by heard_at")


@pytest.mark.parametrize(
    ("first", "settings", "word"),
    [("VOIDED", {}, "voided"), ("DELETED", {"document_status": "DRAFT"}, "deleted")],
)
def test_a_document_that_is_gone_in_xero_needs_a_person(
    fleet: Fleet, first: str, settings: dict[str, object], word: str
) -> None:
    """After one look-up; the link stays, and the event says what to do."""
    connection = fleet.connect(settings=settings)
    fleet.send(dispatched(order(1)), dispatched(order(2)))
    fleet.drain()
    gone, kept = ids(fleet)
    tenant = fleet.connection(connection).tenant_id
    void(fleet, connection, gone, first)
    assert hear(fleet, update(tenant, gone), update(tenant, kept)) == 2
    fleet.age(MINUTES)
    fleet.drain()
    document = fleet.document(1)
    assert (document["status"], document["reason_code"]) == ("needs_attention", "voided_in_xero")
    assert word in document["reason_message"]
    assert str(document["xero_id"]) == gone
    assert fleet.document(2)["status"] == "posted"
    assert look_ups(fleet) == 1
    assert fleet.published[-1].routing_key == "document.needs-attention.v1"


def test_many_hooks_cost_few_calls(fleet: Fleet) -> None:
    """120 changed invoices are three look-ups; hooks that come twice cost nothing more."""
    connection = posted(fleet, 120)
    tenant = fleet.connection(connection).tenant_id
    for _ in range(2):
        hear(fleet, *(update(tenant, each) for each in ids(fleet)))
    fleet.drain()
    assert look_ups(fleet) == 0, "hooks are gathered for a minute"
    fleet.age(MINUTES)
    fleet.drain()
    assert look_ups(fleet) == 3
    fleet.age(MINUTES)
    fleet.drain()
    assert look_ups(fleet) == 3


def test_what_we_created_ourselves_is_not_looked_up(fleet: Fleet) -> None:
    """Xero tells of our own exports too: they are known."""
    connection = posted(fleet, 2)
    tenant = fleet.connection(connection).tenant_id
    assert hear(fleet, *(update(tenant, each, "CREATE") for each in ids(fleet))) == 2
    fleet.age(MINUTES)
    fleet.drain()
    assert look_ups(fleet) == 0


def test_strangers_are_ignored_and_others_are_noted(fleet: Fleet) -> None:
    """An unknown organisation leaves nothing; an invoice that is not ours is for imports alone."""
    connection = posted(fleet, 1)
    tenant = fleet.connection(connection).tenant_id
    contact = XeroEvent(UUID(str(tenant)), uuid4(), "CONTACT", "UPDATE")
    assert hear(fleet, update(uuid4(), uuid4()), contact) == 0
    assert hear(fleet, update(tenant, uuid4())) == 1
    fleet.age(MINUTES)
    fleet.drain()
    assert look_ups(fleet) == 1, "the poll for imports"
    assert [row["check_due_at"] for row in events(fleet)] == [None]
    fleet.execute("update xero_events set heard_at = now() - interval '8 days'")
    hear(fleet, update(tenant, uuid4()))
    assert len(events(fleet)) == 1


def test_a_hook_during_the_look_up_is_not_forgotten(fleet: Fleet) -> None:
    """It may tell of what the answer did not show yet: it is looked up once more."""
    connection = posted(fleet, 1)
    tenant = fleet.connection(connection).tenant_id
    hear(fleet, update(tenant, ids(fleet)[0]))
    fleet.age(MINUTES)

    class HearsMeanwhile:
        def __init__(self, gateway: Any) -> None:
            self._gateway = gateway

        def invoice_statuses(self, invoices: list[UUID]) -> dict[UUID, str]:
            found: dict[UUID, str] = self._gateway.invoice_statuses(invoices)
            hear(fleet, update(tenant, invoices[0]))
            return found

    fleet.runtime.around_gateway = HearsMeanwhile
    fleet.drain()
    fleet.runtime.around_gateway = lambda gateway: gateway
    assert look_ups(fleet) == 1
    fleet.age(MINUTES)
    fleet.drain()
    assert look_ups(fleet) == 2


@pytest.mark.parametrize("status", [503, 429])
def test_a_look_up_that_fails_is_repeated(fleet: Fleet, status: int) -> None:
    """Nothing that Xero told is lost because Xero was in trouble afterwards."""
    connection = posted(fleet, 1)
    void(fleet, connection, ids(fleet)[0])
    hear(fleet, update(fleet.connection(connection).tenant_id, ids(fleet)[0]))
    fleet.fault(kind="status", status=status, method="GET", path="/Invoices$", times=1)
    fleet.age(MINUTES)
    fleet.drain()
    assert fleet.document(1)["status"] == "posted"
    fleet.execute("update budgets set blocked_until = null, blocked_by = null")
    fleet.age(MINUTES)
    fleet.drain()
    assert fleet.document(1)["reason_code"] == "voided_in_xero"
