"""Writing to Mintsoft: what the gateway promises, against the simulator over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from schemas.imports import NewAsnItem, NewOrderItem
from tests.support.mintsoft import (
    CLIENT,
    add_products,
    asns,
    fault,
    new_asn,
    new_order,
    orders,
)
from tests.support.simulators import Simulator
from workers.clock import Clock
from workers.errors import AccessRefused, Permanent, Throttled, Transient, Uncertain
from workers.mintsoft.gateway import MintsoftGateway, OrderStatus
from workers.mintsoft.reasons import EXISTS

QUICK = 1.0
LONG_AGO = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def gateway(mintsoft_sim: Simulator) -> Iterator[MintsoftGateway]:
    add_products(mintsoft_sim, "MUG", "PLATE")
    add_products(mintsoft_sim, "MUG", "MUG-XL", client_id=4)
    mine = MintsoftGateway(mintsoft_sim.url, Clock(), key=SecretStr("demo-key"), read_seconds=QUICK)
    yield mine
    mine.close()


def line(sku: str, quantity: int = 1, price: str = "1") -> NewOrderItem:
    return NewOrderItem(SKU=sku, quantity=quantity, unit_price=Decimal(price))


def test_an_order_is_created_and_found(gateway: MintsoftGateway, mintsoft_sim: Simulator) -> None:
    """What was made is found by its number, with the reference that says whose it is."""
    placed = gateway.create_order(new_order())
    assert placed.number == "INV-1"
    found = gateway.find_order(CLIENT, "INV-1")
    assert found is not None
    assert (found.order_id, found.external_reference) == (placed.order_id, "XERO-INV-1")
    assert found.is_new
    assert gateway.find_order(4, "INV-1") is None
    assert gateway.find_order(CLIENT, "INV") is None


def test_amounts_keep_their_digits(gateway: MintsoftGateway) -> None:
    """No float touches a price on its way out or in."""
    placed = gateway.create_order(new_order())
    order = gateway.get_order(placed.order_id)
    items = order["OrderItems"]
    assert isinstance(items, list)
    assert items[0]["Price"] == Decimal("5.2083")
    assert order["TotalOrderGross"] == Decimal("12.50")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"order_items": (line("CUP"),)}, "SKU CUP"),
        ({"order_items": (line("MUG-XL"),)}, "SKU MUG-XL"),
        ({"warehouse_id": 99}, "Warehouse"),
        ({"channel_id": 99}, "Channel"),
        ({"country": "ZZ"}, "Country ZZ"),
        ({"currency": "XXX"}, "Currency XXX"),
        ({"address1": ""}, "Address1"),
    ],
)
def test_refusals_are_in_mintsofts_words(
    gateway: MintsoftGateway, mintsoft_sim: Simulator, more: dict[str, Any], words: str
) -> None:
    """HTTP 200 with Success=false is a refusal, and nothing is made."""
    with pytest.raises(Permanent) as refusal:
        gateway.create_order(new_order(**more))
    assert refusal.value.reason.code == "mintsoft_refused"
    assert words in refusal.value.reason.message
    assert orders(mintsoft_sim) == []


@pytest.mark.parametrize("again", [("INV-1", "XERO-other"), ("INV-2", "XERO-INV-1")])
def test_a_number_or_reference_that_is_taken_is_told_apart(
    gateway: MintsoftGateway, mintsoft_sim: Simulator, again: tuple[str, str]
) -> None:
    """The caller looks at what is there instead of telling a person at once."""
    gateway.create_order(new_order())
    with pytest.raises(Permanent) as refusal:
        gateway.create_order(new_order(again[0], external_order_reference=again[1]))
    assert refusal.value.reason.code == EXISTS
    assert len(orders(mintsoft_sim)) == 1


@pytest.mark.parametrize("kind", ["timeout_after_write", "cut", "malformed"])
def test_a_lost_answer_leaves_an_order_that_is_found(
    gateway: MintsoftGateway, mintsoft_sim: Simulator, kind: str
) -> None:
    """Uncertain: it may be there, and looking it up tells."""
    fault(mintsoft_sim, kind=kind, method="PUT", path="/api/Order$", seconds=3)
    with pytest.raises(Uncertain):
        gateway.create_order(new_order())
    assert gateway.find_order(CLIENT, "INV-1") is not None
    fault(mintsoft_sim, kind=kind, method="PUT", path="/api/ASN$", seconds=3)
    with pytest.raises(Uncertain):
        gateway.create_asn(new_asn())
    assert gateway.find_asn(CLIENT, "PO-1", LONG_AGO, ["line-1"]) is not None


@pytest.mark.parametrize(
    ("order", "kind"),
    [
        ({"kind": "status", "status": 500}, Uncertain),
        ({"kind": "status", "status": 401}, AccessRefused),
        ({"kind": "status", "status": 429, "headers": {"Retry-After": "7"}}, Throttled),
        ({"kind": "status", "status": 400, "body": '{"Message": "bad"}'}, Permanent),
    ],
)
def test_answers_to_a_new_order(
    gateway: MintsoftGateway, mintsoft_sim: Simulator, order: dict[str, Any], kind: type[Exception]
) -> None:
    """Throttled and refused keys are nobody's failure; 500 may hide an order."""
    fault(mintsoft_sim, method="PUT", path="/api/Order$", **order)
    with pytest.raises(kind) as failure:
        gateway.create_order(new_order())
    assert type(failure.value) is kind
    assert gateway.find_order(CLIENT, "INV-1") is None


def test_a_key_renewed_in_the_middle_makes_one_order(mintsoft_sim: Simulator) -> None:
    """A 401 is answered before anything is done, so the write may go again."""
    add_products(mintsoft_sim, "MUG")
    mine = MintsoftGateway(
        mintsoft_sim.url, Clock(), username="demo", password=SecretStr("demo"), read_seconds=QUICK
    )
    mine.ping()
    mintsoft_sim.admin.delete("/_sim/keys")
    mine.create_order(new_order())
    assert len(orders(mintsoft_sim)) == 1
    mine.close()


def test_cancelling(gateway: MintsoftGateway, mintsoft_sim: Simulator) -> None:
    """What is cancelled stays so; what has left can't be cancelled; what is not there is named."""
    placed = gateway.create_order(new_order())
    fault(mintsoft_sim, kind="timeout_after_write", path="/Cancel", seconds=3)
    with pytest.raises(Uncertain):
        gateway.cancel_order(placed.order_id)
    gateway.cancel_order(placed.order_id)
    assert gateway.look_at_order(placed.order_id).status_id == OrderStatus.CANCELLED
    gone = gateway.create_order(new_order("INV-2")).order_id
    mintsoft_sim.admin.post(f"/_sim/orders/{gone}/despatch", json={})
    with pytest.raises(Permanent, match="NEW"):
        gateway.cancel_order(gone)
    with pytest.raises(Permanent, match="order 99"):
        gateway.cancel_order(99)


def test_updating_details_and_lines(gateway: MintsoftGateway, mintsoft_sim: Simulator) -> None:
    """Lines are added, changed and removed; doing it again makes no further change."""
    placed = gateway.create_order(new_order("INV-1", line("MUG", 2), line("MUG", 1)))
    wanted = new_order("INV-1", line("MUG", 5), line("PLATE", 1, "3.5"), town="Leeds")
    gateway.update_order(placed.order_id, wanted)
    order = gateway.get_order(placed.order_id)
    items = order["OrderItems"]
    assert isinstance(items, list)
    assert [(each["SKU"], each["Quantity"]) for each in items] == [("MUG", 5), ("PLATE", 1)]
    assert order["Town"] == "Leeds"
    mintsoft_sim.admin.delete("/_sim/calls")
    gateway.update_order(placed.order_id, wanted)
    calls = mintsoft_sim.admin.get("/_sim/calls").json()["by_operation"]
    assert sum(calls.values()) == 2, "the details and a look at the lines"


def test_an_update_of_what_has_left_is_refused(
    gateway: MintsoftGateway, mintsoft_sim: Simulator
) -> None:
    """Mintsoft's order stays as it went."""
    placed = gateway.create_order(new_order())
    mintsoft_sim.admin.post(f"/_sim/orders/{placed.order_id}/despatch", json={})
    with pytest.raises(Permanent, match="NEW"):
        gateway.update_order(placed.order_id, new_order("INV-1", line("MUG", 9)))
    assert orders(mintsoft_sim)[0]["OrderItems"][0]["Quantity"] == 2


def test_asns_are_found_by_reference_and_client(
    gateway: MintsoftGateway, mintsoft_sim: Simulator
) -> None:
    """Mintsoft takes the same ASN twice: the oldest is ours, and a part of a name is not it."""
    first = gateway.create_asn(new_asn())
    gateway.create_asn(new_asn())
    gateway.create_asn(new_asn("PO-12"))
    gateway.create_asn(new_asn(client_id=4))
    other = (NewAsnItem(SKU="MUG", quantity=1, source_line_id="of another order"),)
    made = gateway.create_asn(new_asn("PO-3", items=other))
    assert gateway.find_asn(CLIENT, "PO-3", LONG_AGO, ["line-1"]) is None
    assert gateway.find_asn(CLIENT, "PO-3", LONG_AGO, ["of another order"]) == made
    assert gateway.find_asn(CLIENT, "PO-1", LONG_AGO, ["line-1"]) == first
    assert gateway.find_asn(CLIENT, "PO-", LONG_AGO) is None
    assert gateway.find_asn(CLIENT, "PO-1", datetime.now(UTC) + timedelta(days=1)) is None
    assert len(asns(mintsoft_sim)) == 5


def test_products_are_exact(gateway: MintsoftGateway, mintsoft_sim: Simulator) -> None:
    """The search is fuzzy and crosses clients; an SKU of another client is unknown here."""
    mine = gateway.product_id(CLIENT, "MUG")
    assert mine is not None
    assert gateway.product_id(4, "MUG") not in (None, mine)
    assert gateway.product_id(CLIENT, "MUG-XL") is None
    assert gateway.product_id(CLIENT, "mug") is None
    bundle = {"SKU": "SET & MORE", "ClientId": CLIENT, "Bundle": True}
    mintsoft_sim.admin.post(
        "/_sim/products", json=[bundle, {**bundle, "SKU": "X", "DisCont": True}]
    )
    assert gateway.product_id(CLIENT, "SET & MORE") is not None
    assert gateway.product_id(CLIENT, "X") is None


def test_long_lists_are_read_to_the_end(gateway: MintsoftGateway, mintsoft_sim: Simulator) -> None:
    """More than a page of despatched orders, each once, without those that are tagged."""
    rows = [
        {"ID": each, "ClientId": CLIENT, "DespatchDate": "2026-11-02T10:00:00", "OrderItems": [1]}
        for each in range(1, 251)
    ]
    mintsoft_sim.admin.post("/_sim/orders", json=rows).raise_for_status()
    gateway.tag_order(7, "Xero")
    since = datetime(2026, 11, 2, 10, tzinfo=UTC)
    pages = list(gateway.despatched_orders(since, client_id=CLIENT, exclude_tag="Xero"))
    found = [row for page in pages for row in page]
    assert sorted(row["ID"] for row in found if isinstance(row["ID"], int)) == [
        each for each in range(1, 251) if each != 7
    ]
    assert found[0]["OrderItems"] == [1]
    assert list(gateway.despatched_orders(since + timedelta(seconds=1))) == []


def test_invoices_clients_and_currencies(gateway: MintsoftGateway, mintsoft_sim: Simulator) -> None:
    """What an invoice to a client needs to become an event."""
    client = {"ID": 3, "Name": "Acme", "CurrencyId": 2}
    mintsoft_sim.admin.post("/_sim/clients", json=client)
    invoice = {"ID": 90, "ClientId": 3, "Date": "2026-11-02T00:00:00", "PickingCost": 1}
    mintsoft_sim.admin.post("/_sim/invoices", json=invoice)
    [page] = gateway.invoices_since(datetime(2026, 11, 2, tzinfo=UTC), client_id=3)
    assert [row["ID"] for row in page] == [90]
    assert gateway.get_invoice(90)["PickingCost"] == 1
    assert gateway.currencies()[2] == "EUR"
    assert gateway.client(3)["Name"] == "Acme"
    with pytest.raises(Permanent, match="client 9"):
        gateway.client(9)


def test_a_read_in_trouble_is_transient(gateway: MintsoftGateway, mintsoft_sim: Simulator) -> None:
    """Reads can be made again by whoever made them."""
    fault(mintsoft_sim, kind="cut", method="GET")
    with pytest.raises(Transient) as failure:
        gateway.product_id(CLIENT, "MUG")
    assert type(failure.value) is Transient
