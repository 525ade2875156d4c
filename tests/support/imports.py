"""Xero's documents for Mintsoft, as a bookkeeper enters them, and what has become of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.support import mintsoft
from tests.support.fleet import Fleet

Json = dict[str, Any]

HOME: Json = {
    "AddressType": "STREET",
    "AddressLine1": "1 High Street",
    "City": "Leeds",
    "PostalCode": "LS1 1AA",
    "Country": "United Kingdom",
}


def line(sku: str = "MUG", quantity: int = 1, price: str = "10.00", **more: Any) -> Json:
    """A line with an item code."""
    facts = {"ItemCode": sku, "Quantity": quantity, "UnitAmount": price, "TaxType": "OUTPUT2"}
    return {**facts, **more}


def sale(number: str | None = None, *lines: Json, **more: Any) -> Json:
    """A sales invoice to somebody with an address."""
    body: Json = {
        "Contact": {"Name": "Sam Buyer", "Addresses": [HOME]},
        "LineItems": list(lines) or [line()],
    }
    named = {"InvoiceNumber": number} if number else {}
    return {**body, **named, **more}


def purchase(number: str | None = None, *lines: Json, **more: Any) -> Json:
    """A purchase order."""
    bought = [{**each, "TaxType": "INPUT2"} for each in lines or [line()]]
    body: Json = {"Contact": {"Name": "Potter Ltd"}, "LineItems": bought}
    named = {"PurchaseOrderNumber": number} if number else {}
    return {**body, **named, **more}


class Office:
    """A connection's organisation with somebody at work in it, and its client's warehouse."""

    def __init__(self, fleet: Fleet, connection: UUID, *skus: str) -> None:
        self.fleet = fleet
        self.connection = connection
        self.tenant = fleet.connection(connection).tenant_id
        mintsoft.add_products(fleet.mintsoft, *(skus or ("MUG", "TEA", "CUP")))

    def sell(self, *args: Any, **more: Any) -> Json:
        """Save a sales invoice."""
        return dict(self._post("sales-invoices", sale(*args, **more)))

    def buy(self, *args: Any, **more: Any) -> Json:
        """Save a purchase order."""
        return dict(self._post("purchase-orders", purchase(*args, **more)))

    def sell_at_once(self, *documents: Json) -> list[Json]:
        """Save many sales invoices in one instant."""
        return list(self._post("sales-invoices", {"documents": list(documents)}))

    def edit(self, invoice: Json, **fields: Any) -> Json:
        """Change a sales invoice."""
        return dict(self._post(f"sales-invoices/{invoice['InvoiceID']}", fields))

    def act(self, invoice: Json, what: str, **body: Any) -> Json:
        """Void, delete, pay or credit a sales invoice."""
        return dict(self._post(f"sales-invoices/{invoice['InvoiceID']}/{what}", body))

    def edit_purchase(self, order: Json, **fields: Any) -> Json:
        """Change a purchase order."""
        return dict(self._post(f"purchase-orders/{order['PurchaseOrderID']}", fields))

    def wait(self, seconds: float) -> None:
        """Let time pass in Xero."""
        self.fleet.xero.admin.post("/_sim/clock", json={"advance_seconds": seconds})

    def orders(self) -> list[Json]:
        """Mintsoft's orders."""
        return mintsoft.orders(self.fleet.mintsoft)

    def asns(self) -> list[Json]:
        """Mintsoft's ASNs."""
        return mintsoft.asns(self.fleet.mintsoft)

    def row(self, document: Json) -> Json:
        """The import ledger's row of a document."""
        key = document.get("InvoiceID") or document["PurchaseOrderID"]
        (found,) = self.fleet.rows("select * from imports where xero_id = %s", [key])
        return found

    def statuses(self) -> dict[str, int]:
        """Number of imports by status."""
        rows = self.fleet.rows("select status, count(*) as n from imports group by status")
        return {each["status"]: each["n"] for each in rows}

    def _post(self, path: str, body: Json) -> Any:
        address = f"/_sim/organisations/{self.tenant}/{path}"
        answer = self.fleet.xero.admin.post(address, json=body)
        assert answer.is_success, answer.text
        return answer.json()


def office(fleet: Fleet, *skus: str, **more: Any) -> Office:
    """A new connection with its organisation; its chart has been read."""
    opened = Office(fleet, fleet.connect(**more), *skus)
    fleet.drain()
    return opened
