"""What 1,000 orders cost at Xero, which limits calls and bills bytes: ours beside the plain way.

The plain way is one PUT an order. Its bodies are those that the fleet sent, taken apart, so both
sides send the same invoices.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from events.delivery import Delivery
from tests.bench import samples
from tests.support.documents import delivery
from tests.support.fleet import Fleet
from workers.xero.gateway import XeroGateway

CLIENT = 77
PUBLISHED = 200
ORDERS = 1000
SENT_ALONE = 50
"""Single orders that are really sent; the figure for 1,000 follows from them."""

MINUTE = timedelta(minutes=1, seconds=1)


@dataclass(frozen=True)
class Cost:
    """Calls to Xero and bytes of their bodies, as sent, for 1,000 orders."""

    name: str
    calls: int
    bytes_sent: int
    bytes_received: int


class Listening:
    """A gateway that remembers what was sent through it."""

    def __init__(self, gateway: XeroGateway, sent: list[bytes]) -> None:
        self._gateway = gateway
        self._sent = sent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)

    def put_invoices(self, body: bytes, key: UUID) -> Any:
        """Send a batch and keep it."""
        self._sent.append(body)
        return self._gateway.put_invoices(body, key)


def costs(fleet: Fleet) -> list[Cost]:
    """Cold (a connection that never posted), warm, and the plain way."""
    fleet.connect(client_id=CLIENT)
    sent: list[bytes] = []
    fleet.runtime.around_gateway = lambda gateway: Listening(gateway, sent)
    cold = _ours(fleet, "ours, cold (chart and items unknown)", first=1)
    _a_minute_later(fleet)
    warm = _ours(fleet, "ours, warm", first=1 + ORDERS)
    _a_minute_later(fleet)
    return [cold, warm, _one_by_one(fleet, sent[-1])]


def _ours(fleet: Fleet, name: str, first: int) -> Cost:
    fleet.xero.admin.delete("/_sim/calls")
    known = [{"ID": each, "OrderNumber": f"ORD-{each}"} for each in range(first, first + ORDERS)]
    fleet.mintsoft.admin.post("/_sim/orders", json=known).raise_for_status()
    for start in range(first, first + ORDERS, PUBLISHED):
        fleet.send(*_deliveries(start))
    fleet.drain()
    posted = fleet.rows(
        "select count(*) as n from documents d join connections c on c.id = d.connection_id"
        " where c.client_id = %s and d.status = 'posted'",
        [CLIENT],
    )
    if posted != [{"n": first - 1 + ORDERS}]:
        raise SystemExit(f"{posted} of {first - 1 + ORDERS} sample orders are posted")
    return _counted(fleet, name)


def _deliveries(start: int) -> Iterator[Delivery]:
    for body in samples.orders(start, PUBLISHED, CLIENT):
        message = samples.message(body, f"cost-{body['ID']}")
        yield delivery(message.body, message.routing_key)


def _counted(fleet: Fleet, name: str, times: int = 1) -> Cost:
    report = fleet.xero.admin.get("/_sim/calls").json()
    return Cost(
        name, report["total"] * times, report["bytes_in"] * times, report["bytes_out"] * times
    )


def _a_minute_later(fleet: Fleet) -> None:
    """Neither side counts the calls so far against the next minute's sixty."""
    fleet.execute("delete from budget_calls")
    fleet.xero.admin.post("/_sim/clock", json={"advance_seconds": MINUTE.total_seconds()})


def _one_by_one(fleet: Fleet, batch: bytes) -> Cost:
    tenant = fleet.organisation()["tenant_id"]
    token = fleet.xero.admin.post("/_sim/tokens", json={"tenant_ids": [tenant]}).json()
    headers = {
        "Authorization": f"Bearer {token['access_token']}",
        "Xero-Tenant-Id": tenant,
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    with httpx.Client(base_url=fleet.xero.url, headers=headers, timeout=30) as api:
        _put(api, "Items", {"Items": _items()})
        fleet.xero.admin.delete("/_sim/calls")
        for invoice in json.loads(batch)["Invoices"][:SENT_ALONE]:
            _put(api, "Invoices", invoice)
    return _counted(fleet, "the plain way: one PUT an order", ORDERS // SENT_ALONE)


def _items() -> list[dict[str, Any]]:
    return [{"Code": f"SKU-{n:04}", "Name": f"Product {n}"} for n in range(samples.SKUS)]


def _put(api: httpx.Client, what: str, body: dict[str, Any]) -> None:
    content = json.dumps(body, separators=(",", ":"))
    api.put(f"/api.xro/2.0/{what}?unitdp=4", content=content).raise_for_status()
