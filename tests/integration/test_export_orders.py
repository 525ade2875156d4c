"""Dispatched orders end as correct invoices in Xero, each once."""

from __future__ import annotations

import random
from decimal import Decimal

from schemas.connections import Mode
from tests.support.documents import dispatched, finalised, invoice, item, order
from tests.support.fleet import Fleet

INVOICES = "/api.xro/2.0/Invoices"


def test_an_order_becomes_an_invoice_with_its_link_and_its_tag(fleet: Fleet) -> None:
    """Given one order, then Xero has it, others hear of it, and Mintsoft shows the tag."""
    fleet.connect()
    fleet.mintsoft.admin.post("/_sim/orders", json=[{"ID": 1, "OrderNumber": "ORD-1"}])
    fleet.send(dispatched(order(1, item("TEA-01", "10.00", quantity=3))))
    fleet.drain()
    posted = fleet.document(1)
    assert posted["status"] == "posted"
    assert posted["xero_number"] == "MS-ORD-1"
    [found] = fleet.invoices()
    assert (found["Total"], found["Reference"]) == (36.0, "WEB-1")
    assert found["Url"] == "https://mintsoft.example/Order/Details/1"
    assert [message.routing_key for message in fleet.published] == ["document.posted.v1"]
    assert fleet.mintsoft.admin.get("/_sim/tags").json()["tags"] == {"1": ["Xero"]}


def test_500_events_three_times_in_any_order_are_500_documents_to_the_penny(
    fleet: Fleet,
) -> None:
    """Doubled and reordered events change nothing; sums agree per currency."""
    fleet.connect()
    rng = random.Random(7)
    orders = [
        order(
            number,
            *(
                item(
                    f"SKU-{rng.randrange(40)}",
                    Decimal(rng.randrange(1, 9999)) / 100,
                    quantity=rng.randrange(1, 6),
                    rate=rng.choice([20, 20, 5, 0]),
                )
                for _ in range(rng.randrange(1, 5))
            ),
            Currency={"Code": rng.choice(["GBP", "EUR"])},
        )
        for number in range(1, 501)
    ]
    for body in orders:
        body["TotalOrderTax"] = round(body["TotalOrderTax"], 2)
        body["TotalOrderGross"] = body["TotalOrderNet"] + body["TotalOrderTax"]
    events = [dispatched(body, event_id=f"e-{body['ID']}") for body in orders] * 3
    rng.shuffle(events)
    for start in range(0, len(events), 200):
        fleet.send(*events[start : start + 200])
    fleet.drain()
    assert fleet.statuses() == {"posted": 500}
    assert len(fleet.invoices()) == 500
    for currency in ("GBP", "EUR"):
        ours = sum(
            body["TotalOrderGross"] for body in orders if body["Currency"]["Code"] == currency
        )
        theirs = sum(
            Decimal(str(each["Total"]))
            for each in fleet.invoices()
            if each["CurrencyCode"] == currency
        )
        assert theirs == ours, currency


def test_1000_warm_orders_cost_at_most_25_calls(fleet: Fleet) -> None:
    """Xero bills calls: items and chart known, only full batches are left."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    fleet.xero.admin.delete("/_sim/calls")
    for start in range(1000, 2000, 200):
        fleet.send(*(dispatched(order(number)) for number in range(start, start + 200)))
    fleet.drain()
    assert fleet.statuses() == {"posted": 1001}
    assert fleet.xero.admin.get("/_sim/calls").json()["total"] <= 25


def test_a_3pl_invoice_has_a_line_for_each_cost_centre(fleet: Fleet) -> None:
    """Each value goes to its mapped account with its tax; the client is the contact."""
    fleet.connect(Mode.FULFILMENT)
    body = invoice(
        9, PickingCost=Decimal("120.55"), VatFreePostageCost=Decimal("33.10"), AdminFee=5
    )
    fleet.send(finalised(body))
    fleet.drain()
    [found] = fleet.invoices()
    assert found["InvoiceNumber"] == "MS-INV-9"
    assert found["Total"] == 183.76  # 120.55 + 24.11 VAT, 33.10, 5.00 + 1.00 VAT
    whole = fleet.xero.admin.get(f"/_sim/invoices/{found['InvoiceID']}").json()
    assert [line["AccountCode"] for line in whole["LineItems"]] == ["200", "425", "260"]
    assert whole["Contact"]["Name"] == "Client 7 Ltd"
