"""Xero's documents come into Mintsoft: once, whole, and what happens to them afterwards."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from events.exact_json import loads
from tests.support.documents import dispatched, event, order
from tests.support.fleet import Fleet
from tests.support.imports import line, office, sale
from tests.support.mintsoft import despatch
from workers.following import receive
from workers.store import documents
from workers.xero.webhooks import XeroEvent

SINCE_EVER = {"import_filters": {"not_before": "2026-01-01"}}


def said(fleet: Fleet, event_type: str) -> list[dict[str, Any]]:
    """Data of the events of one type that the relay has published."""
    rows = fleet.rows("select data from outbox where type = %s order by id", [event_type])
    return [each["data"] for each in rows]


def test_an_invoice_becomes_an_order(fleet: Fleet) -> None:
    """With its recipient, goods and total; the event names both."""
    at = office(fleet)
    invoice = at.sell("INV-7", line("MUG", 2, "10.00"), line("TEA", 1, "4.50"))
    fleet.poll()
    (made,) = at.orders()
    assert made["OrderNumber"] == "INV-7"
    assert made["ExternalOrderReference"] == f"XERO-{invoice['InvoiceID']}"
    assert [(each["SKU"], each["Quantity"]) for each in made["OrderItems"]] == [
        ("MUG", 2),
        ("TEA", 1),
    ]
    assert Decimal(str(made["TotalOrderGross"])) == Decimal(str(invoice["Total"]))
    assert (made["Address1"], made["Town"]) == ("1 High Street", "Leeds")
    row = at.row(invoice)
    assert (row["status"], row["mintsoft_id"], row["delivery"]) == ("imported", made["ID"], "api")
    (event,) = said(fleet, "order.imported.v1")
    assert (event["OrderId"], event["XeroNumber"]) == (made["ID"], "INV-7")


def test_a_purchase_order_becomes_an_asn(fleet: Fleet) -> None:
    """With its supplier and goods."""
    at = office(fleet)
    order = at.buy("PO-1", line("MUG", 12))
    fleet.poll()
    (asn,) = at.asns()
    assert (asn["POReference"], asn["Supplier"]) == ("PO-1", "Potter Ltd")
    assert at.row(order)["mintsoft_id"] == asn["ID"]
    (event,) = said(fleet, "asn.imported.v1")
    assert event["AsnId"] == asn["ID"]


def test_polling_again_changes_nothing(fleet: Fleet) -> None:
    """Overlaps, payments and notes are no news for Mintsoft."""
    at = office(fleet)
    invoice = at.sell()
    fleet.poll()
    fleet.poll()
    at.act(invoice, "pay")
    fleet.poll()
    assert len(at.orders()) == 1
    assert at.statuses() == {"imported": 1}
    assert len(said(fleet, "order.imported.v1")) == 1


def test_what_can_not_come_in_waits_with_its_reason(fleet: Fleet) -> None:
    """An unknown SKU; once Mintsoft has the product, a retry is all it takes."""
    at = office(fleet, "MUG")
    invoice = at.sell("INV-1", line("RARE"))
    fleet.poll()
    row = at.row(invoice)
    assert (row["status"], row["reason_code"]) == ("needs_attention", "sku_unknown")
    assert at.orders() == []
    (event,) = said(fleet, "import.needs-attention.v1")
    assert event["Code"] == "sku_unknown"
    at.edit(invoice, LineItems=[line("MUG")])
    fleet.poll()
    assert at.row(invoice)["status"] == "imported"


def test_an_order_that_is_still_new_follows_the_invoice(fleet: Fleet) -> None:
    """Goods and address are changed in Mintsoft; nothing is made anew."""
    at = office(fleet)
    invoice = at.sell("INV-1", line("MUG", 2))
    fleet.poll()
    at.edit(invoice, LineItems=[line("MUG", 3), line("TEA", 1)])
    fleet.poll()
    (made,) = at.orders()
    assert {each["SKU"]: each["Quantity"] for each in made["OrderItems"]} == {"MUG": 3, "TEA": 1}
    assert at.row(invoice)["status"] == "imported"


def test_a_change_that_comes_too_late_is_told(fleet: Fleet) -> None:
    """With what differs; the order stays as it is, and so does its export."""
    at = office(fleet)
    invoice = at.sell("INV-1", line("MUG", 2))
    fleet.poll()
    (made,) = at.orders()
    despatch(fleet.mintsoft, made["ID"])
    at.edit(invoice, LineItems=[line("MUG", 3)])
    fleet.poll()
    row = at.row(invoice)
    assert (row["status"], row["reason_code"]) == ("needs_attention", "import_changed")
    assert "3 x MUG instead of 2" in row["reason_message"]
    assert "has left the warehouse" in row["reason_message"]
    assert len(at.orders()) == 1


def test_a_void_cancels_what_is_still_new(fleet: Fleet) -> None:
    """And nothing comes of an invoice that was voided before it came."""
    at = office(fleet)
    invoice, early = at.sell("INV-1"), at.sell("INV-2")
    at.act(early, "void")
    fleet.poll()
    assert at.statuses() == {"imported": 1}
    at.act(invoice, "void")
    fleet.poll()
    (made,) = at.orders()
    assert made["OrderStatusId"] == 3
    assert at.statuses() == {"withdrawn": 1}


def test_a_void_that_comes_too_late_is_told(fleet: Fleet) -> None:
    """A person must stop the parcel."""
    at = office(fleet)
    invoice = at.sell("INV-1")
    fleet.poll()
    despatch(fleet.mintsoft, at.orders()[0]["ID"])
    at.act(invoice, "void")
    fleet.poll()
    assert at.row(invoice)["reason_code"] == "import_voided"


def test_asns_can_not_be_changed_from_outside(fleet: Fleet) -> None:
    """A changed or deleted purchase order is told."""
    at = office(fleet)
    changed, deleted = at.buy("PO-1", line("MUG", 5)), at.buy("PO-2")
    fleet.poll()
    at.edit_purchase(changed, LineItems=[{**line("MUG", 6), "TaxType": "INPUT2"}])
    at.edit_purchase(deleted, Status="DELETED")
    fleet.poll()
    assert at.row(changed)["reason_code"] == "import_changed"
    assert at.row(deleted)["reason_code"] == "import_voided"
    assert len(at.asns()) == 2


def test_delivery_by_event_asks_and_writes_nothing(fleet: Fleet) -> None:
    """Create, update, cancel; Mintsoft's own services do the rest."""
    at = office(fleet, settings={"import_delivery": "events"})
    invoice = at.sell("INV-1", line("MUG", 2))
    fleet.poll()
    at.edit(invoice, LineItems=[line("MUG", 3)])
    fleet.poll()
    at.act(invoice, "void")
    fleet.poll()
    asked = said(fleet, "order.import-requested.v1")
    assert [each["Action"] for each in asked] == ["create", "update", "cancel"]
    assert asked[1]["Order"]["OrderItems"][0]["Quantity"] == 3
    assert at.orders() == []
    assert at.row(invoice)["status"] == "withdrawn"


@pytest.mark.parametrize("count", [120])
def test_many_invoices_come_in_by_batches(fleet: Fleet, count: int) -> None:
    """Three calls of fifty for the documents; every invoice is one order."""
    at = office(fleet)
    at.sell_at_once(*(sale(f"INV-{number}") for number in range(count)))
    fleet.poll()
    assert at.statuses() == {"imported": count}
    assert len({each["OrderNumber"] for each in at.orders()}) == count == len(at.orders())
    assert fleet.calls("GET", "/api.xro/2.0/Invoices") <= 5


def test_what_came_from_xero_never_goes_back(fleet: Fleet) -> None:
    """A despatched order that was made from an invoice is skipped, and stays so if asked for."""
    at = office(fleet)
    at.sell("INV-1")
    fleet.poll()
    sent = despatch(fleet.mintsoft, at.orders()[0]["ID"])
    fleet.send(dispatched(exact(sent)))
    fleet.drain()
    document = fleet.document(sent["ID"])
    assert (document["status"], document["reason_code"]) == ("skipped", "came_from_xero")
    assert "INV-1" in document["reason_message"]
    fleet.send(event("export.requested.v1", {"Kind": "order", "Id": sent["ID"]}))
    with fleet.runtime.pool.connection() as conn:
        assert documents.release(conn, [document["id"]], "test") == []
    fleet.drain()
    assert fleet.document(sent["ID"])["status"] == "skipped"
    assert len(fleet.invoices()) == 1


def test_an_order_is_known_by_its_reference_before_its_id_is_recorded(fleet: Fleet) -> None:
    """Mintsoft may tell of the order before its creation was recorded here."""
    at = office(fleet)
    invoice = at.sell("INV-1", line("RARE"))
    fleet.poll()
    assert at.row(invoice)["mintsoft_id"] is None
    reference = f"XERO-{invoice['InvoiceID'].upper()} PO 12"
    fleet.send(dispatched(order(5, ExternalOrderReference=reference)))
    fleet.drain()
    assert fleet.document(5)["status"] == "skipped"
    other = "XERO-00000000-0000-4000-8000-000000000001"
    fleet.send(dispatched(order(6, ExternalOrderReference=other)))
    fleet.drain()
    assert fleet.document(6)["status"] == "posted", "a reference that names nothing of ours"


def test_exports_are_not_imported(fleet: Fleet) -> None:
    """Neither the recorded ones, nor one whose answer is not recorded yet, nor a lost ledger's."""
    at = office(fleet, settings=SINCE_EVER)
    fleet.send(*(dispatched(order(number)) for number in range(1, 31)))
    fleet.drain()
    fleet.poll()
    assert (at.statuses(), at.orders()) == ({}, [])
    assert fleet.calls("GET", "/api.xro/2.0/Invoices") == 1, "no document had to be read"
    fleet.execute(
        "update documents set status = 'waiting', xero_id = null, xero_number = null,"
        " xero_total = null, posted_at = null, exported_total = null, due_at = 'infinity'"
    )
    fleet.execute("update schedules set cursor = null")
    fleet.poll()
    assert at.statuses() == {}, "known by number and link of their attempts"
    fleet.execute("delete from attempt_members")
    fleet.execute("update schedules set cursor = null")
    fleet.poll()
    assert at.statuses() == {}, "known by the form of their link"


def test_a_web_hook_makes_the_poll_run_at_once(fleet: Fleet) -> None:
    """What a hook says of our own exports is no news."""
    at = office(fleet)
    fleet.execute("update schedules set enabled = false, next_run_at = null, due_at = null")
    fleet.execute("update schedules set enabled = true where kind = 'sales_orders'")
    invoice = at.sell("INV-1")
    told = XeroEvent(UUID(str(at.tenant)), UUID(invoice["InvoiceID"]), "INVOICE", "CREATE")
    with fleet.runtime.pool.connection() as conn:
        receive(conn, [told])
    fleet.drain()
    assert at.row(invoice)["status"] == "imported"
    fleet.send(dispatched(order(1)))
    fleet.drain()
    fleet.execute("update schedules set last_run_at = null")
    own = UUID(str(fleet.document(1)["xero_id"]))
    calls = fleet.calls("GET", "/api.xro/2.0/Invoices")
    with fleet.runtime.pool.connection() as conn:
        receive(conn, [XeroEvent(UUID(str(at.tenant)), own, "INVOICE", "CREATE")])
    fleet.drain()
    assert fleet.calls("GET", "/api.xro/2.0/Invoices") == calls


def exact(body: dict[str, Any]) -> dict[str, Any]:
    """The body of Mintsoft's web hook with exact amounts."""
    found = loads(json.dumps(body).encode())
    assert isinstance(found, dict)
    return found
