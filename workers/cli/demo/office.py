"""The other direction: a bookkeeper works in Xero, and both kinds of imports bring it to Mintsoft.

What was imported is then changed, voided and dispatched: the change and the void follow while
Mintsoft allows it, and the dispatch must not enter the sale in Xero a second time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workers.cli.demo import paperwork
from workers.cli.demo.import_verdict import Came, Placed, Row, status_of
from workers.cli.demo.paperwork import Typed
from workers.cli.demo.shapes import RETAIL_CLIENT, RETAILER, Expected, Json, event

if TYPE_CHECKING:
    from events.envelope import Message
    from workers.cli.demo.organisations import Connected
    from workers.cli.demo.stage import Stage

DISPATCHED = "INV-2001"
"""The imported order that leaves the warehouse."""

KEYS = {"sales-invoices": "InvoiceID", "purchase-orders": "PurchaseOrderID"}
"""Where documents are entered, and what their id is called."""


@dataclass
class Office:
    """Somebody at work in the shop's organisation; ``made`` are the ids of what was entered."""

    stage: "Stage"
    made: dict[str, str] = field(default_factory=dict)

    @property
    def shop(self) -> "Connected":
        """The connection of the shop."""
        return next(each for each in self.stage.connected if each.account == RETAILER)

    def open(self) -> None:
        """Enter everything, once Mintsoft has the products of the shop's client."""
        client = {"ID": RETAIL_CLIENT, "Name": "Hartley & Finch"}
        self.stage.mintsoft.ask("POST", "clients", [client])
        skus = sorted(_skus_to_have())
        rows = [{"SKU": sku, "ClientId": RETAIL_CLIENT, "Name": sku} for sku in skus]
        self.stage.mintsoft.ask("POST", "products", rows)
        self._enter("sales-invoices", paperwork.sales())
        self._enter("purchase-orders", paperwork.purchases())
        self.ask_for_polls()

    def change(self) -> None:
        """Type over what is to be changed, and void what is to be voided."""
        for each in paperwork.sales():
            if each.change is not None:
                self._type_over(each.expected.number, each.change)
        self.ask_for_polls()

    def dispatch(self, moment: datetime) -> "tuple[Message, Expected] | None":
        """Send an imported order off; return Mintsoft's event, and that it is not exported.

        None when the order isn't there, which the verdict will tell.
        """
        order = next((each for each in self._orders() if each["OrderNumber"] == DISPATCHED), None)
        if order is None:
            return None
        body = self.stage.mintsoft.ask("POST", f"orders/{order['ID']}/despatch", {})
        message = event("order.dispatched.v1", RETAILER, body["ID"], body, moment)
        total, currency = Decimal(body["TotalOrderGross"]), body["Currency"]["Code"]
        return message, Expected(
            RETAILER, "order", body["ID"], "skipped", total, currency, "came_from_xero"
        )

    def ask_for_polls(self) -> None:
        """Ask for a run of everything, as ``schedule run`` does."""
        from workers.store import schedules

        with self.stage.runtime.pool.connection() as conn:
            for each in schedules.listed(conn, self.shop.id):
                schedules.ask(conn, each.connection_id, each.kind)

    def left(self) -> int:
        """Return how many polls and documents are on their way."""
        from schemas.imports import ImportStatus
        from workers.store import imports, schedules

        moving = (ImportStatus.WAITING, ImportStatus.PLACING)
        with self.stage.runtime.pool.connection() as conn:
            polls = [each for each in schedules.listed(conn) if each.due_at or each.running_until]
            counts = imports.counts(conn)
        return len(polls) + sum(counts.get((kind, each), 0) for kind, each in _pairs(moving))

    def came(self) -> Came:
        """Return what has become of it all."""
        from workers.store import imports

        with self.stage.runtime.pool.connection() as conn:
            rows = imports.listed(conn, imports.Filter(page=1_000_000))
        found = [
            Row(each.kind, each.number, each.status, each.reason_code, each.reason_message)
            for each in rows
        ]
        asns = self.stage.mintsoft.ask("GET", "asns")
        placed = [*map(_order, self._orders()), *map(_asn, asns)]
        wanted = [each.expected for each in (*paperwork.sales(), *paperwork.purchases())]
        return Came(found, placed, wanted)

    def _enter(self, where: str, documents: Sequence[Typed]) -> None:
        path = f"organisations/{self.shop.tenant_id}/{where}"
        made = self.stage.xero.ask("POST", path, {"documents": [each.body for each in documents]})
        for typed, row in zip(documents, made, strict=True):
            self.made[typed.expected.number] = str(row[KEYS[where]])

    def _type_over(self, number: str, change: Json) -> None:
        path = f"organisations/{self.shop.tenant_id}/sales-invoices/{self.made[number]}"
        voids = change.get("Status") == "VOIDED"
        self.stage.xero.ask("POST", f"{path}/void" if voids else path, {} if voids else change)

    def _orders(self) -> list[dict[str, Any]]:
        """Return Mintsoft's orders that were made from invoices of Xero."""
        orders = self.stage.mintsoft.ask("GET", "orders")
        return [
            each for each in orders if str(each.get("ExternalOrderReference")).startswith("XERO-")
        ]


def _skus_to_have() -> set[str]:
    """Return the SKUs of all documents but those whose SKU must be unknown."""
    documents = (*paperwork.sales(), *paperwork.purchases())
    unknown = {"TEA-NEW-50"}
    lines = [line for each in documents for line in each.body["LineItems"]]
    return {line["ItemCode"] for line in lines if "ItemCode" in line} - unknown


def _order(body: Json) -> Placed:
    units = _units(body["OrderItems"], "Quantity")
    total = Decimal(body["TotalOrderGross"])
    ended = status_of(body["OrderStatusId"])
    return Placed("sales_order", body["OrderNumber"], total, units, ended)


def _asn(body: Json) -> Placed:
    units = _units(body["Items"], "QuantityExpected")
    return Placed("purchase_order", body["POReference"], None, units, False)


def _units(rows: Iterable[Json], quantity: str) -> int:
    return sum(int(each[quantity]) for each in rows)


def _pairs(statuses: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    from schemas.imports import ImportKind

    return ((kind, status) for kind in ImportKind for status in statuses)
