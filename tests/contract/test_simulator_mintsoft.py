"""The simulator of Mintsoft: keys, orders, tags, clients and 3PL invoices."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.exchanges import NO_TLS
from tests.simulators.mintsoft.app import create_app
from tests.simulators.serving import serve

ORDER = {
    "ID": 7,
    "ClientId": 3,
    "OrderNumber": "SO-7",
    "FirstName": "Ann",
    "LastName": "<Smith>",
    "DespatchDate": "2026-11-02T10:00:00",
    "LastUpdated": "2026-11-02T10:05:00",
    "TotalOrderGross": 12.5,
    "Currency": {"Code": "GBP"},
    "OrderItems": [{"SKU": "MUG", "Details": "Blue mug", "Quantity": 2, "Price": 5.21, "Tax": 1}],
}


@pytest.fixture
def mintsoft() -> Iterator[httpx.Client]:
    """A Mintsoft with one order, one client and one invoice, and a client with its key."""
    key = {"ms-apikey": "demo-key"}
    with (
        serve(create_app()) as url,
        httpx.Client(base_url=url, headers=key, verify=NO_TLS) as client,
    ):
        client.post("/_sim/orders", json=[ORDER])
        client.post("/_sim/clients", json={"clients": [{"ID": 3, "Name": "Acme"}]})
        client.post("/_sim/invoices", json={"ID": 90, "ClientId": 3, "Name": "October"})
        yield client


def test_a_key_is_needed(mintsoft: httpx.Client) -> None:
    """Without a key nothing opens; logging in gives one for 24 hours."""
    assert mintsoft.get("/api/Order/7", headers={"ms-apikey": "guess"}).status_code == 401
    person = {"Username": "demo", "Password": "demo"}
    key = mintsoft.post("/api/Auth", json=person).json()
    assert mintsoft.get("/api/Order/7", headers={"ms-apikey": key}).status_code == 200
    mintsoft.post("/_sim/clock", json={"advance_seconds": 24 * 3600})
    assert mintsoft.get("/api/Order/7", headers={"ms-apikey": key}).status_code == 401
    assert mintsoft.post("/api/Auth", json={**person, "Password": "x"}).status_code == 401


def test_an_order_is_answered_as_it_was_put_there(mintsoft: httpx.Client) -> None:
    """Every figure keeps its digits; tags are one string."""
    assert mintsoft.get("/api/Order/7").json() == {**ORDER, "Tags": ""}
    assert mintsoft.get("/api/order/7").status_code == 200
    assert mintsoft.get("/api/Order/8").status_code == 404


def test_tags_come_and_go(mintsoft: httpx.Client) -> None:
    """A 200 is no success: only Success says so, and a tag put twice is there once."""

    def write(method: str, order: int, tag: str) -> Any:
        answer = mintsoft.request(method, f"/api/Order/{order}/Tag", params={"tag": tag})
        assert answer.status_code == 200
        return answer.json()["Success"]

    assert write("PUT", 7, "Xero")
    assert write("PUT", 7, "Xero")
    assert not write("PUT", 8, "Xero")
    assert mintsoft.get("/api/Order/7").json()["Tags"] == "Xero"
    assert mintsoft.get("/_sim/tags").json() == {"tags": {"7": ["Xero"]}, "calls": 3}
    assert write("DELETE", 7, "Xero")
    assert not write("DELETE", 7, "Xero")
    assert mintsoft.get("/_sim/orders/7").json()["Tags"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"ClientId": 3}, [7]),
        ({"ClientId": 4}, []),
        ({"SinceDespatchDate": "2026-11-01T00:00:00"}, [7]),
        ({"SinceLastUpdated": "2026-11-03T00:00:00"}, []),
        ({"IncludeTags": "Xero"}, []),
        ({"ExcludeTags": "Xero"}, [7]),
        ({"PageNo": 2, "Limit": 1}, []),
    ],
)
def test_listing_orders(mintsoft: httpx.Client, query: dict[str, Any], found: list[int]) -> None:
    """Each filter selects what it says; lines come only when asked for."""
    rows = mintsoft.get("/api/Order/List", params=query).json()
    assert [row["ID"] for row in rows] == found
    assert all(row["OrderItems"] == [] for row in rows)


def test_clients_invoices_and_reference_data(mintsoft: httpx.Client) -> None:
    """What the fleet looks up is there, and unknown things are a 404."""
    assert mintsoft.get("/api/Client/3").json()["Name"] == "Acme"
    assert len(mintsoft.get("/api/Client").json()) == 1
    assert mintsoft.get("/api/Accounting/Invoice/90").json()["Name"] == "October"
    assert len(mintsoft.get("/api/Accounting/Invoice/List?ClientId=3").json()) == 1
    assert mintsoft.get("/api/Order/Search?OrderNumber=SO-7").json()[0]["ID"] == 7
    assert mintsoft.get("/api/Warehouse").json()[0]["ID"] == 5
    assert mintsoft.get("/api/RefData/Currencies").json()[0]["Code"] == "GBP"
    assert mintsoft.get("/api/RefData/Nothing").status_code == 404


def test_the_page_of_an_order(mintsoft: httpx.Client) -> None:
    """The page shows the lines and escapes what customers write."""
    text = mintsoft.get("/Order/Details/7").text
    assert "Blue mug" in text
    assert "&lt;Smith&gt;" in text
    assert "SO-7" in mintsoft.get("/").text


def test_a_fault_of_mintsoft(mintsoft: httpx.Client) -> None:
    """Faults work as with the simulator of Xero."""
    mintsoft.post("/_sim/faults", json={"kind": "status", "status": 502, "path": "/Tag"})
    assert mintsoft.get("/api/Order/7").status_code == 200
    assert mintsoft.put("/api/Order/7/Tag?tag=Xero").status_code == 502
    assert mintsoft.get("/_sim/calls").json()["by_status"] == {"200": 1, "502": 1}
