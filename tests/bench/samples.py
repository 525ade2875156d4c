"""Dispatched orders as Mintsoft publishes them: 2.4 KB, mostly fields that nobody here reads."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from events.envelope import STRUCTURED, Message
from events.exact_json import dumps
from schemas.catalogue import MINTSOFT_EVENTS
from tests.support.documents import ACCOUNT, item, order

TYPE = "order.dispatched.v1"
SKUS = 60
"""Products of one shop that sell often; an order has one to ten of them."""

LINES = (1, 2, 3, 4, 6, 10)
WEIGHTS = (50, 25, 12, 7, 4, 2)
"""Half of a web shop's orders have one line, few have many: an assumption, 2.1 lines on average."""

TOWNS = ("Leeds", "Stoke-on-Trent", "Glasgow", "Newport", "Newcastle upon Tyne")
GOODS = ("Organic Earl Grey, loose", "Enamel mug, navy", "Beeswax candle", "Café filter, 100 pcs")


def orders(first: int, count: int, client: int) -> Iterator[dict[str, Any]]:
    """*count* orders of *client* with the ids from *first*; the same numbers, the same orders."""
    for number in range(first, first + count):
        yield _order(number, client, random.Random(number))


def message(body: dict[str, Any], event_id: str) -> Message:
    """The event that announces an order, ready to be published."""
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/mintsoft/{ACCOUNT}",
        "type": TYPE,
        "subject": str(body["ID"]),
        "time": "2026-11-02T16:00:00Z",
        "datacontenttype": "application/json",
        "data": body,
    }
    return Message(MINTSOFT_EVENTS, TYPE, dumps(envelope).encode(), STRUCTURED, message_id=event_id)


def _order(number: int, client: int, rng: random.Random) -> dict[str, Any]:
    count = rng.choices(LINES, WEIGHTS)[0]
    lines = [_line(number * 10 + position, rng) for position in range(count)]
    return order(number, *lines, **_who(number, client, rng), **_how(number, rng))


def _line(line_id: int, rng: random.Random) -> dict[str, Any]:
    product = rng.randrange(SKUS)
    price = Decimal(500 + product * 45) / 100
    return item(
        f"SKU-{product:04}",
        price,
        quantity=rng.choice((1, 1, 1, 2, 3)),
        ID=line_id,
        ProductId=9000 + product,
        Details=f"{GOODS[product % len(GOODS)]} ({product})",
        Allocated=1,
        OnBackOrder=0,
        SourceLineId=f"gid://shop/LineItem/{line_id}",
        Commited=1,
        WarehouseId=5,
        OrderItemNameValues=[],
        LastUpdated="2026-11-02T15:31:00",
        LastUpdatedByUser="api@acme.example",
    )


def _who(number: int, client: int, rng: random.Random) -> dict[str, Any]:
    return {
        "ClientId": client,
        "Title": "",
        "CompanyName": "",
        "Address1": f"{rng.randint(1, 200)} Canal Street",
        "Address2": "Flat 3b",
        "Address3": "",
        "Town": rng.choice(TOWNS),
        "County": "",
        "PostCode": "LS1 4AP",
        "CountryId": 1,
        "Country": {"ID": 1, "Name": "United Kingdom", "Code": "GB", "Code3": "GBR"},
        "Phone": "+44 113 496 0000",
        "Mobile": "",
        "VATNumber": None,
        "EORINumber": None,
        "PIIRemoved": False,
        "Recipient": f"Sam Buyer {number}",
    }


def _how(number: int, rng: random.Random) -> dict[str, Any]:
    return {
        "OrderStatusId": 4,
        "OrderValue": None,
        "Part": 1,
        "NumberOfParts": 1,
        "NumberOfParcels": 1,
        "TotalItems": 3,
        "TotalWeight": Decimal("1.250"),
        "TrackingNumber": f"H00{rng.randrange(10**9):09}",
        "TrackingURL": "https://carrier.example/track?id=H00",
        "CourierServiceId": 17,
        "CourierServiceName": "Next day before noon",
        "CourierServiceTypeId": 2,
        "DespatchedByUser": "picker7",
        "GiftMessages": None,
        "DeliveryNotes": "Leave with the neighbour at number 12 if out",
        "CommentsNotes": [],
        "Source": "Shopify",
        "RequiredDeliveryDate": None,
        "RequiredDespatchDate": "2026-11-02T00:00:00",
        "WarehouseId": 5,
        "Tags": "gift,loyal",
        "CurrencyId": 1,
        "Currency": {"ID": 1, "Code": "GBP", "Name": "Pound sterling", "ExchangeRate": 1},
        "Channel": {"ID": 2, "Name": "Shopify", "ShortName": "SHOP", "Active": True},
        "OrderLock": False,
        "LastUpdatedByUser": "picker7",
    }
