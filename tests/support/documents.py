"""Mintsoft's documents and events, built from a few words, as JSON would carry them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from events.delivery import Delivery
from events.exact_json import dumps

Json = dict[str, Any]
Number = Decimal | int | str

ACCOUNT = "acme"
CLIENT = 3
_tags = itertools.count(1)


def item(sku: str, price: Number, *, quantity: int = 1, rate: Number = 20, **more: Any) -> Json:
    """An order's line: net unit price, VAT at *rate* per cent."""
    net = Decimal(price)
    tax = net * Decimal(rate) / 100
    line: Json = {
        "SKU": sku,
        "Details": f"Product {sku}",
        "Quantity": quantity,
        "PriceNet": net,
        "Price": net,
        "Tax": tax,
        "Vat": tax,
        "TaxRate": Decimal(rate),
    }
    return {**line, **more}


def order(number: int, *items: Json, **more: Any) -> Json:
    """A dispatched order in GBP; its totals follow from its lines unless given."""
    lines = list(items) or [item("TEA-01", "10.00")]
    net = sum((Decimal(line["PriceNet"]) * line["Quantity"] for line in lines), Decimal(0))
    tax = sum((Decimal(line["Tax"]) * line["Quantity"] for line in lines), Decimal(0))
    body: Json = {
        "ID": number,
        "ClientId": CLIENT,
        "OrderNumber": f"ORD-{number}",
        "ExternalOrderReference": f"WEB-{number}",
        "OrderDate": "2026-11-01T09:00:00",
        "DespatchDate": "2026-11-02T15:30:00",
        "LastUpdated": "2026-11-02T15:31:00",
        "FirstName": "Sam",
        "LastName": f"Buyer {number}",
        "Email": f"buyer{number}@example.com",
        "Currency": {"Code": "GBP"},
        "ChannelId": 2,
        "Channel": {"ID": 2, "Name": "Shopify"},
        "ShippingNet": 0,
        "ShippingTax": 0,
        "DiscountNet": 0,
        "DiscountTax": 0,
        "TotalOrderNet": net,
        "TotalOrderTax": tax,
        "TotalOrderGross": net + tax,
        "OrderItems": lines,
    }
    return {**body, **more}


def invoice(number: int, *, client: int = 7, **costs: Any) -> Json:
    """A finalised 3PL invoice; *costs* by Mintsoft's field names."""
    return {
        "Invoice": {
            "ID": number,
            "ClientId": client,
            "Date": "2026-11-01T00:00:00",
            "LastUpdated": "2026-11-02T08:00:00",
            "Name": f"Week {number}",
            **(costs or {"PickingCost": Decimal("100.00")}),
        },
        "Client": {"ID": client, "Name": f"Client {client} Ltd", "VatExempt": False},
        "CurrencyCode": "GBP",
    }


def event(
    event_type: str,
    data: Json,
    *,
    account: str = ACCOUNT,
    event_id: str | None = None,
    time: datetime = datetime(2026, 11, 2, 16, 0, tzinfo=UTC),
) -> Delivery:
    """A message as the broker hands it over."""
    envelope = {
        "specversion": "1.0",
        "id": event_id or str(uuid4()),
        "source": f"/mintsoft/{account}",
        "type": event_type,
        "subject": str(data.get("ID", event_type)),
        "time": time,
        "data": data,
    }
    return delivery(dumps(envelope).encode(), event_type)


def delivery(body: bytes, routing_key: str) -> Delivery:
    """A message with any body."""
    return Delivery(next(_tags), body, {}, "application/cloudevents+json", routing_key, False, 0)


def dispatched(body: Json, **more: Any) -> Delivery:
    """``order.dispatched.v1``."""
    return event("order.dispatched.v1", body, **more)


def finalised(body: Json, **more: Any) -> Delivery:
    """``invoice.finalised.v1``."""
    return event("invoice.finalised.v1", body, **more)
