"""The tests' own way in, `/_sim`: orders, products, clients, invoices; what has become of them."""

from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from tests.simulators.admin import equipment_routes, route
from tests.simulators.exchange import Json
from tests.simulators.mintsoft.reference import DESPATCHED
from tests.simulators.mintsoft.warehouse import Warehouse


class Admin:
    """The actions behind the admin routes."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def routes(self) -> list[Route]:
        """All admin routes of the simulator of Mintsoft."""
        return [
            route("POST", "/_sim/orders", self.add_orders),
            route("GET", "/_sim/orders/{order:int}", self.get_order),
            route("POST", "/_sim/clients", self.add_clients),
            route("POST", "/_sim/invoices", self.add_invoices),
            route("POST", "/_sim/orders/{order:int}/despatch", self.despatch),
            route("GET", "/_sim/orders", self.list_orders),
            route("GET", "/_sim/asns", self.list_asns),
            route("POST", "/_sim/products", self.add_products),
            route("GET", "/_sim/tags", self.tags),
            route("DELETE", "/_sim/keys", self.revoke_keys),
            route("POST", "/_sim/clock", self.advance_clock),
            route("GET", "/_sim/state", self.state),
            *equipment_routes(self._warehouse.equipment),
        ]

    def add_orders(self, _: Request, body: Any) -> Json:
        """Add or replace orders: one, a list, or {"orders": [...]}."""
        for order in rows_of(body, "orders"):
            self._warehouse.add_order(order)
        return {"orders": len(self._warehouse.orders)}

    def get_order(self, request: Request, _: Json) -> Json:
        """One order with its tags as a list."""
        order_id = request.path_params["order"]
        order = self._warehouse.orders[order_id]
        return {**order, "Tags": self._warehouse.tags.get(order_id, [])}

    def list_orders(self, _: Request, _body: Json) -> list[Json]:
        """All orders, as the API would answer each."""
        return [self._warehouse.view(order_id) for order_id in sorted(self._warehouse.orders)]

    def list_asns(self, _: Request, _body: Json) -> list[Json]:
        """All ASNs with their lines."""
        return list(self._warehouse.asns.values())

    def despatch(self, request: Request, body: Json) -> Json:
        """Send an order off, as the warehouse does; gives what Mintsoft's web hook would say.

        A body may set fields, such as another DespatchDate.
        """
        order = self._warehouse.orders[request.path_params["order"]]
        order |= {"OrderStatusId": DESPATCHED, "DespatchDate": self._warehouse.now_text(), **body}
        self._warehouse.touch(order)
        return self._warehouse.view(order["ID"])

    def add_products(self, _: Request, body: Any) -> Json:
        """Add products: {"SKU", "ClientId"} and what else is known; an ID is given if missing."""
        for row in rows_of(body, "products"):
            if not isinstance(row.get("SKU"), str) or not isinstance(row.get("ClientId"), int):
                raise ValueError(f"{row!r}: a product needs SKU (text) and ClientId (whole number)")
            known = self._warehouse.product(row["ClientId"], row["SKU"])
            product_id = row.get("ID") or (known or {}).get("ID") or self._warehouse.next_id()
            self._warehouse.products[product_id] = {**row, "ID": product_id}
        return {"products": len(self._warehouse.products)}

    def add_clients(self, _: Request, body: Any) -> Json:
        """Add or replace clients."""
        self._warehouse.clients |= {int(row["ID"]): row for row in rows_of(body, "clients")}
        return {"clients": len(self._warehouse.clients)}

    def add_invoices(self, _: Request, body: Any) -> Json:
        """Add or replace 3PL invoices."""
        self._warehouse.invoices |= {int(row["ID"]): row for row in rows_of(body, "invoices")}
        return {"invoices": len(self._warehouse.invoices)}

    def tags(self, _: Request, _body: Json) -> Json:
        """Tags of every order that has one, and how often tags were written."""
        tagged = {str(order_id): tags for order_id, tags in self._warehouse.tags.items() if tags}
        return {"tags": tagged, "calls": self._warehouse.tag_calls}

    def revoke_keys(self, _: Request, _body: Json) -> Json:
        """End every key that came of a log-in."""
        count = len(self._warehouse.keys)
        self._warehouse.keys.clear()
        return {"revoked": count}

    def advance_clock(self, _: Request, body: Json) -> Json:
        """Move the simulator's clock on."""
        return {"now": self._warehouse.clock.advance(float(body["advance_seconds"])).isoformat()}

    def state(self, _: Request, _body: Json) -> Json:
        """Everything at a glance."""
        house = self._warehouse
        return {
            "now": house.clock.now().isoformat(),
            "orders": len(house.orders),
            "clients": len(house.clients),
            "invoices": len(house.invoices),
            "products": len(house.products),
            "asns": len(house.asns),
            "tag_calls": house.tag_calls,
            "logins": house.logins,
            "calls": house.equipment.calls.report(),
        }


def rows_of(body: Any, name: str) -> list[Json]:
    """The rows of a body in any of its three forms."""
    if isinstance(body, dict) and name in body:
        body = body[name]
    return body if isinstance(body, list) else [body]
