"""What is wrong with a document is said in plain words, and mending it sets it going."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from schemas.connections import Mapping, Mode
from tests.support.documents import dispatched, finalised, invoice, item, order
from tests.support.fleet import ACCOUNTING_MAPPING, Fleet
from workers import books
from workers.store import connections


def tenant_of(fleet: Fleet, connection: UUID) -> str:
    [row] = fleet.rows("select tenant_id from connections where id = %s", [connection])
    return str(row["tenant_id"])


def refresh_chart(fleet: Fleet, connection_id: UUID) -> None:
    """What ``mapping check`` does first: read Xero's chart anew."""
    with fleet.runtime.pool.connection() as conn:
        connection = connections.find(conn, connection_id)
    assert connection is not None
    gateway = fleet.runtime.gateway_for(connection)
    books.read_chart(fleet.runtime.pool, gateway, connection_id, anew=True)


def without(key: str) -> dict[str, Any]:
    defaults = {k: v for k, v in ACCOUNTING_MAPPING["defaults"].items() if k != key}
    return {**ACCOUNTING_MAPPING, "defaults": defaults}


def test_saving_the_mapping_sets_documents_going_that_waited_for_it(fleet: Fleet) -> None:
    """A missing account stops the document; mapping it is all a bookkeeper has to do."""
    connection = fleet.connect(mapping=without("shipping"))
    body = order(1, ShippingNet=Decimal("5"), ShippingTax=Decimal("1"))
    body["TotalOrderNet"] += 5
    body["TotalOrderTax"] += 1
    body["TotalOrderGross"] += 6
    fleet.send(dispatched(body))
    fleet.drain()
    stuck = fleet.document(1)
    assert (stuck["status"], stuck["reason_cure"]) == ("needs_attention", "mapping")
    assert "shipping" in stuck["reason_remedy"]
    with fleet.runtime.pool.connection() as conn:
        mapping = Mapping.model_validate(ACCOUNTING_MAPPING)
        going = connections.save_mapping(conn, connection, mapping, "sam")
    assert going == [stuck["id"]]
    fleet.drain()
    assert fleet.document(1)["status"] == "posted"
    assert [each["Total"] for each in fleet.invoices()] == [18.0]


def test_an_account_archived_in_xero_is_found_before_sending_and_after_restoring_it_goes(
    fleet: Fleet,
) -> None:
    """No call is wasted on what the chart forbids; a changed chart sets the document going."""
    connection = fleet.connect()
    account = f"/_sim/organisations/{tenant_of(fleet, connection)}/accounts/200"
    fleet.xero.admin.post(account, json={"Status": "ARCHIVED"})
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert fleet.document(1)["reason_code"] == "account_archived"
    assert fleet.calls("PUT", "/api.xro/2.0/Invoices") == 0
    fleet.xero.admin.post(account, json={"Status": "ACTIVE"})
    refresh_chart(fleet, connection)
    fleet.drain()
    assert fleet.document(1)["status"] == "posted"


def test_an_account_archived_behind_our_back_makes_the_chart_be_read_again(fleet: Fleet) -> None:
    """Xero refuses what our copy of the chart allows: the copy is old, and is renewed once."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    account = f"/_sim/organisations/{tenant_of(fleet, connection)}/accounts/200"
    fleet.xero.admin.post(account, json={"Status": "ARCHIVED"})
    fleet.send(dispatched(order(2)))
    fleet.drain()
    assert fleet.document(2)["reason_code"] == "xero_account_archived"
    fleet.execute("update charts set due_at = due_at - interval '10 minutes'")
    fleet.send(dispatched(order(3)))
    fleet.drain()
    assert fleet.document(3)["reason_code"] == "account_archived"


WRONG: list[tuple[dict[str, Any], str]] = [
    (order(1, Currency={"Code": "JPY"}), "currency_not_enabled"),
    (order(1, Currency={"Code": "ZZZ"}), "currency_unknown"),
    (order(1, Currency=None), "currency_missing"),
    (order(1, item("A", "10", rate="17.5")), "tax_rate_unmapped"),
    (order(1, TotalOrderGross=Decimal("13.00")), "totals_differ"),
    (order(1, DiscountNet=Decimal("11"), DiscountTax=Decimal("2.2")), "discount_exceeds_total"),
    (order(1, TotalOrderGross=Decimal("-1")), "negative_total"),
    (order(1, FirstName=None, LastName=None, PIIRemoved=True), "contact_missing"),
]


@pytest.mark.parametrize(("body", "code"), WRONG, ids=[code for _, code in WRONG])
def test_a_wrong_order_waits_with_its_reason(fleet: Fleet, body: dict[str, Any], code: str) -> None:
    """It needs attention with a remedy, and nothing of it was sent."""
    fleet.connect()
    fleet.send(dispatched(body))
    fleet.drain()
    stuck = fleet.document(1)
    assert (stuck["status"], stuck["reason_code"]) == ("needs_attention", code)
    assert stuck["reason_remedy"]
    assert not fleet.invoices()
    assert fleet.published[-1].routing_key == "document.needs-attention.v1"


def test_an_order_worth_nothing_is_skipped(fleet: Fleet) -> None:
    """A free replacement makes no invoice, and says so."""
    fleet.connect()
    fleet.send(dispatched(order(1, item("GIFT", "0"))))
    fleet.drain()
    skipped = fleet.document(1)
    assert (skipped["status"], skipped["reason_code"]) == ("skipped", "nothing_to_invoice")


def test_a_long_sku_is_posted_with_a_warning(fleet: Fleet) -> None:
    """Xero's item codes have 30 characters; the line goes out without one."""
    fleet.connect()
    fleet.send(dispatched(order(1, item("S" * 31, "10"))))
    fleet.drain()
    posted = fleet.document(1)
    assert posted["status"] == "posted"
    assert [warning["code"] for warning in posted["warnings"]] == ["sku_too_long"]


def test_split_orders_have_a_number_each(fleet: Fleet) -> None:
    """The parts of one order share its number; the template adds the part."""
    fleet.connect()
    fleet.send(
        dispatched(order(1, OrderNumber="ORD-1", Part=1, NumberOfParts=2)),
        dispatched(order(2, OrderNumber="ORD-1", Part=2, NumberOfParts=2)),
    )
    fleet.drain()
    numbers = sorted(each["InvoiceNumber"] for each in fleet.invoices())
    assert numbers == ["MS-ORD-1-1", "MS-ORD-1-2"]


def test_a_client_whose_contact_was_archived_is_found_by_name_again(fleet: Fleet) -> None:
    """The stored ContactID is no trap: the refusal drops it, and a retry goes by the name."""
    connection = fleet.connect(Mode.FULFILMENT)
    fleet.send(finalised(invoice(1)))
    fleet.drain()
    [link] = fleet.rows("select contact_id from xero_contacts")
    contact = f"/_sim/organisations/{tenant_of(fleet, connection)}/contacts/{link['contact_id']}"
    fleet.xero.admin.post(contact, json={"ContactStatus": "ARCHIVED"}).raise_for_status()
    fleet.send(finalised(invoice(2)))
    fleet.drain()
    assert fleet.document(2)["reason_code"] == "xero_contact_archived"
    fleet.execute("update documents set status = 'waiting' where mintsoft_id = 2")
    fleet.drain()
    assert fleet.document(2)["status"] == "posted"
    [renewed] = fleet.rows("select contact_id from xero_contacts")
    assert renewed != link


def test_an_australian_3pl_uses_bas_tax_types(fleet: Fleet) -> None:
    """The regime gives the tax types that the mapping leaves out: GST, and GST-free postage."""
    tenant = fleet.organisation("au")["tenant_id"]
    centres = {"PickingCost": {"account": "200"}, "VatFreePostageCost": {"account": "200"}}
    fleet.connect(
        Mode.FULFILMENT,
        tenant_id=tenant,
        settings={"tax_regime": "au-bas"},
        mapping={"cost_centres": centres},
    )
    body = invoice(1, PickingCost=Decimal("100"), VatFreePostageCost=Decimal("50"))
    fleet.send(finalised({**body, "CurrencyCode": "AUD"}))
    fleet.drain()
    [found] = fleet.invoices()
    assert (found["SubTotal"], found["Total"], found["CurrencyCode"]) == (150.0, 160.0, "AUD")


def test_a_vat_exempt_client_pays_no_vat(fleet: Fleet) -> None:
    """The client's VatExempt wins over the tax types of the cost centres."""
    fleet.connect(Mode.FULFILMENT)
    body = invoice(1, PickingCost=Decimal("100"))
    body["Client"]["VatExempt"] = True
    fleet.send(finalised(body))
    fleet.drain()
    assert [each["Total"] for each in fleet.invoices()] == [100.0]
