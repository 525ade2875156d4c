"""What tests put into the simulator of Mintsoft, and ask of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from schemas.imports import NewAsn, NewAsnItem, NewOrder, NewOrderItem
from tests.support.simulators import Simulator

CLIENT = 3


def add_products(sim: Simulator, *skus: str, client_id: int = CLIENT) -> None:
    """Give a client products of these SKUs."""
    rows = [{"SKU": sku, "ClientId": client_id, "Name": f"The {sku}"} for sku in skus]
    sim.admin.post("/_sim/products", json=rows).raise_for_status()


def orders(sim: Simulator) -> list[dict[str, Any]]:
    """All orders that Mintsoft has."""
    return list(sim.admin.get("/_sim/orders").raise_for_status().json())


def asns(sim: Simulator) -> list[dict[str, Any]]:
    """All ASNs that Mintsoft has."""
    return list(sim.admin.get("/_sim/asns").raise_for_status().json())


def despatch(sim: Simulator, order_id: int, **fields: Any) -> dict[str, Any]:
    """Send an order off; returns the body of Mintsoft's web hook."""
    answer = sim.admin.post(f"/_sim/orders/{order_id}/despatch", json=fields)
    return dict(answer.raise_for_status().json())


def fault(sim: Simulator, **order: Any) -> None:
    """Have the simulator misbehave."""
    sim.admin.post("/_sim/faults", json=order).raise_for_status()


def new_order(number: str = "INV-1", *items: NewOrderItem, **more: Any) -> NewOrder:
    """An order for two mugs at 5.2083 net, or for *items*."""
    mugs = NewOrderItem(
        SKU="MUG", quantity=2, unit_price=Decimal("5.2083"), unit_price_vat=Decimal("1.0417")
    )
    facts: dict[str, Any] = {
        "order_number": number,
        "external_order_reference": f"XERO-{number}",
        "client_id": CLIENT,
        "warehouse_id": 5,
        "channel_id": 2,
        "courier_service": "AUTO",
        "first_name": "Ann",
        "last_name": "Smith",
        "address1": "1 High Street",
        "post_code": "LS1 1AA",
        "country": "GB",
        "currency": "GBP",
        "total_vat": Decimal("2.08"),
        "order_items": items or (mugs,),
    }
    return NewOrder(**{**facts, **more})


def new_asn(reference: str = "PO-1", **more: Any) -> NewAsn:
    """An ASN of twelve mugs."""
    facts: dict[str, Any] = {
        "client_id": CLIENT,
        "warehouse_id": 5,
        "po_reference": reference,
        "supplier": "Potter Ltd",
        "estimated_delivery": "2026-12-01",
        "goods_in_type": "Carton",
        "items": (NewAsnItem(SKU="MUG", quantity=12, source_line_id="line-1"),),
    }
    return NewAsn(**{**facts, **more})
