"""The simulator of Mintsoft as orders and ASNs come in: as strict as the real one, or stricter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.exchanges import NO_TLS
from tests.simulators.mintsoft.app import create_app
from tests.simulators.serving import serve

ORDER: dict[str, Any] = {
    "OrderNumber": "INV-1",
    "ExternalOrderReference": "XERO-1",
    "ClientId": 3,
    "FirstName": "Ann",
    "Address1": "1 High Street",
    "Country": "United Kingdom",
    "CourierService": "AUTO",
    "OrderItems": [{"SKU": "MUG", "Quantity": 2, "UnitPrice": 5.2083, "UnitPriceVat": 1.0417}],
}
ASN: dict[str, Any] = {
    "WarehouseId": 5,
    "POReference": "PO-1",
    "ClientId": 3,
    "EstimatedDelivery": "2026-12-01T00:00:00",
    "Items": [{"SKU": "MUG", "Quantity": 12, "SourceLineId": "a"}],
}


@pytest.fixture
def mintsoft() -> Iterator[httpx.Client]:
    """A Mintsoft where client 3 has one product."""
    key = {"ms-apikey": "demo-key"}
    with (
        serve(create_app()) as url,
        httpx.Client(base_url=url, headers=key, verify=NO_TLS) as client,
    ):
        client.post("/_sim/products", json=[{"SKU": "MUG", "ClientId": 3, "Name": "Blue mug"}])
        yield client


def create(mintsoft: httpx.Client, **more: Any) -> dict[str, Any]:
    answer = mintsoft.put("/api/Order", json={**ORDER, **more})
    assert answer.status_code == 200, answer.text
    [result] = answer.json()
    return dict(result)


def test_an_order_is_answered_by_a_list(mintsoft: httpx.Client) -> None:
    """Its lines have IDs, its totals are added up, and it is NEW."""
    made = create(mintsoft)
    assert (made["Success"], made["OrderStatusId"], made["OrderNumber"]) == (True, 1, "INV-1")
    order = mintsoft.get(f"/api/Order/{made['OrderId']}").json()
    assert order["TotalOrderNet"] == 10.42
    assert order["OrderItems"][0]["ID"] == made["OrderItems"][0]["ID"]
    assert order["Country"]["Code"] == "GB"


@pytest.mark.parametrize(
    "more",
    [
        {"OrderNumber": "INV-1"},
        {"OrderNumber": "", "ExternalOrderReference": "XERO-2"},
        {"Country": "Atlantis"},
        {"OrderItems": []},
        {"OrderItems": [{"SKU": "MUG", "Quantity": 0}]},
        {"OrderItems": [{"SKU": "CUP", "Quantity": 1}]},
        {"ClientId": 4},
    ],
)
def test_what_it_refuses_is_not_made(mintsoft: httpx.Client, more: dict[str, Any]) -> None:
    """A 200 with Success=false and a Message, and no further order."""
    create(mintsoft)
    fresh = {"OrderNumber": "INV-2", "ExternalOrderReference": "XERO-2", **more}
    result = create(mintsoft, **fresh)
    assert result["Success"] is False
    assert result["Message"]
    assert len(mintsoft.get("/_sim/orders").json()) == 1


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({**ORDER, "Adress1": "x"}, "Adress1"),
        ({**ORDER, "ClientId": "3"}, "ClientId"),
        ({**ORDER, "TotalVat": "2.08"}, "TotalVat"),
        ({**ORDER, "OrderItems": [{"SKU": "MUG", "Quantity": 1.5}]}, "Quantity"),
        ([ORDER], "object"),
    ],
)
def test_names_and_types_are_checked(mintsoft: httpx.Client, body: object, named: str) -> None:
    """The real one ignores what it does not know; a test must see it."""
    answer = mintsoft.put("/api/Order", json=body)
    assert answer.status_code == 400
    assert named in answer.json()["Message"]


def test_only_new_orders_change(mintsoft: httpx.Client) -> None:
    """Details, lines and cancellation, until it has left."""
    made = create(mintsoft)
    path = f"/api/Order/{made['OrderId']}"
    item = f"{path}/Items/{made['OrderItems'][0]['ID']}"
    line = {"SKU": "MUG", "Quantity": 1}

    def all_of_them() -> list[bool]:
        details = {name: value for name, value in ORDER.items() if name != "OrderItems"}
        calls = (
            mintsoft.post(path, json={**details, "Town": "Leeds"}),
            mintsoft.put(f"{path}/Items", json=line),
            mintsoft.post(item, json={**line, "Quantity": 9}),
            mintsoft.delete(item),
            mintsoft.get(f"{path}/Cancel"),
        )
        return [call.json()["Success"] for call in calls]

    assert all_of_them() == [True] * 5
    assert all_of_them() == [False] * 5
    order = mintsoft.get(path).json()
    assert (order["OrderStatusId"], order["Town"]) == (3, "Leeds")
    assert [each["Quantity"] for each in order["OrderItems"]] == [1]


def test_despatching_gives_the_body_of_the_web_hook(mintsoft: httpx.Client) -> None:
    """The order as the API has it then."""
    made = create(mintsoft)
    hook = mintsoft.post(f"/_sim/orders/{made['OrderId']}/despatch").json()
    assert hook["OrderStatusId"] == 4
    assert hook == mintsoft.get(f"/api/Order/{made['OrderId']}").json()


def test_the_same_asn_twice_is_two(mintsoft: httpx.Client) -> None:
    """Mintsoft checks no reference; lines are listed only when asked for."""
    first, second = (mintsoft.put("/api/ASN", json=ASN).json() for _ in range(2))
    assert first["Success"]
    assert second["ID"] != first["ID"]
    rows = mintsoft.get("/api/ASN/List?ClientId=3").json()
    assert [row["Items"] for row in rows] == [[], []]
    assert mintsoft.get("/api/ASN/List?ClientId=3&SinceLastUpdated=2099-01-01").json() == []
    whole = mintsoft.get(f"/api/ASN/{first['ID']}").json()
    assert whole["Items"][0]["SourceLineId"] == "a"
    assert mintsoft.delete(f"/api/ASN/{first['ID']}").json()["Success"]
    assert mintsoft.get(f"/api/ASN/{first['ID']}").status_code == 404


@pytest.mark.parametrize(
    "more", [{"Items": [{"SKU": "CUP", "Quantity": 1}]}, {"WarehouseId": 9}, {"POReference": ""}]
)
def test_an_asn_is_checked(mintsoft: httpx.Client, more: dict[str, Any]) -> None:
    """Unknown SKU or warehouse, no reference: refused with a 200."""
    answer = mintsoft.put("/api/ASN", json={**ASN, **more})
    assert (answer.status_code, answer.json()["Success"]) == (200, False)


def test_searches_are_fuzzy_and_cross_clients(mintsoft: httpx.Client) -> None:
    """So that a client of this API has to look twice."""
    mintsoft.post("/_sim/products", json=[{"SKU": "mug-2", "ClientId": 4}])
    mintsoft.post("/_sim/products", json=[{"SKU": "MUGS", "ClientId": 4, "Bundle": True}])
    assert len(mintsoft.get("/api/Product/Search?Search=mug").json()) == 2
    assert len(mintsoft.get("/api/Product/Search?Search=mug&IncludeBundles=true").json()) == 3
    create(mintsoft)
    assert len(mintsoft.get("/api/Order/Search?OrderNumber=nv").json()) == 1
