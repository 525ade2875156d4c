"""Mintsoft's REST API: a key in a header, and 200 also for writes that failed.

Writes answer {ID, Success, Message, WarningMessage}; only reads of unknown things are a 404.
"""

import re
import secrets
from collections.abc import Callable
from typing import Any

from tests.simulators import wire
from tests.simulators.exchange import Answer, Call, Json
from tests.simulators.mintsoft.answering import (
    NOT_FOUND,
    UNAUTHORISED,
    failed,
    later,
    listed,
    moment,
    one_page,
    same,
    written,
)
from tests.simulators.mintsoft.placing import Placing
from tests.simulators.mintsoft.receiving import Receiving
from tests.simulators.mintsoft.reference import REFERENCE_DATA, WAREHOUSES
from tests.simulators.mintsoft.warehouse import KEY_LIFE, Warehouse

Endpoint = Callable[..., Answer]


class Api:
    """The handler of every call under /api."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        placing, receiving = Placing(warehouse), Receiving(warehouse)
        self._routes: list[tuple[str, re.Pattern[str], Endpoint]] = [
            (method, re.compile(f"/api{path}/?", re.IGNORECASE), endpoint)
            for method, path, endpoint in (
                ("GET", r"/Order/List", self.list_orders),
                ("GET", r"/Order/Search", self.search_orders),
                ("GET", r"/Order/(\d+)", self.get_order),
                ("PUT", r"/Order/(\d+)/Tag", self.add_tag),
                ("DELETE", r"/Order/(\d+)/Tag", self.remove_tag),
                ("PUT", r"/Order", placing.create),
                ("POST", r"/Order/(\d+)", placing.update),
                ("GET", r"/Order/(\d+)/Cancel", placing.cancel),
                ("GET", r"/Order/(\d+)/Items", placing.items),
                ("PUT", r"/Order/(\d+)/Items", placing.add_item),
                ("POST", r"/Order/(\d+)/Items/(\d+)", placing.change_item),
                ("DELETE", r"/Order/(\d+)/Items/(\d+)", placing.remove_item),
                ("PUT", r"/ASN", receiving.create),
                ("GET", r"/ASN/List", receiving.listed),
                ("GET", r"/ASN/(\d+)", receiving.one),
                ("DELETE", r"/ASN/(\d+)", receiving.remove),
                ("GET", r"/Product/Search", self.search_products),
                ("GET", r"/Client", self.list_clients),
                ("GET", r"/Client/(\d+)", self.get_client),
                ("GET", r"/Accounting/Invoice/List", self.list_invoices),
                ("GET", r"/Accounting/Invoice/(\d+)", self.get_invoice),
                ("GET", r"/Warehouse", self.list_warehouses),
                ("GET", r"/RefData/(\w+)", self.reference_data),
            )
        ]

    def __call__(self, call: Call) -> Answer:
        if call.method == "POST" and call.path.lower().rstrip("/") == "/api/auth":
            return self.log_in(call)
        if not self._knows(call.headers.get("ms-apikey", "")):
            return UNAUTHORISED
        for method, pattern, endpoint in self._routes:
            found = pattern.fullmatch(call.path)
            if found and method == call.method:
                return guarded(endpoint, call, *found.groups())
        return NOT_FOUND

    def log_in(self, call: Call) -> Answer:
        """POST /api/Auth: a bare JSON string, good for 24 hours."""
        config = self._warehouse.config
        try:
            body = wire.loads(call.body)
        except ValueError:
            return Answer(400, {"Message": "The request is invalid."})
        self._warehouse.logins += 1
        if (body.get("Username"), body.get("Password")) != (config.username, config.password):
            return UNAUTHORISED
        key = secrets.token_hex(16)
        self._warehouse.keys[key] = self._warehouse.clock.now() + KEY_LIFE
        return Answer(200, f'"{key}"')

    def _knows(self, key: str) -> bool:
        if key == self._warehouse.config.api_key:
            return True
        expires = self._warehouse.keys.get(key)
        return expires is not None and self._warehouse.clock.now() < expires

    def get_order(self, _: Call, order_id: str) -> Answer:
        """GET /api/Order/{id}."""
        known = int(order_id) in self._warehouse.orders
        return Answer(200, self._warehouse.view(int(order_id))) if known else NOT_FOUND

    def list_orders(self, call: Call) -> Answer:
        """GET /api/Order/List with its filters, at most 100 rows a page."""
        rows = [self._warehouse.view(order_id) for order_id in sorted(self._warehouse.orders)]
        rows = [row for row in rows if wanted(row, call.query)]
        if not flag(call.query, "includeorderitems"):
            rows = [{**row, "OrderItems": []} for row in rows]
        return Answer(200, one_page(rows, call.query))

    def search_orders(self, call: Call) -> Answer:
        """GET /api/Order/Search?OrderNumber=: fuzzy, over all clients."""
        part = call.query.get("ordernumber", "").casefold()
        orders = self._warehouse.orders
        found = [each for each in orders if part in str(orders[each].get("OrderNumber")).casefold()]
        return Answer(200, [self._warehouse.view(each) for each in found])

    def search_products(self, call: Call) -> Answer:
        """GET /api/Product/Search?Search=: by a part of SKU or name, over all clients."""
        part, query = call.query.get("search", "").casefold(), call.query
        rows = [
            row
            for row in self._warehouse.products.values()
            if (part in row["SKU"].casefold() or part in str(row.get("Name")).casefold())
            and (not row.get("Bundle") or flag(query, "includebundles"))
            and (not row.get("DisCont") or flag(query, "includediscontinued"))
        ]
        return Answer(200, rows)

    def add_tag(self, call: Call, order_id: str) -> Answer:
        """PUT /api/Order/{id}/Tag?tag=: adding a tag twice is no error."""
        tag = call.query.get("tag", "").strip()
        self._warehouse.tag_calls += 1
        if refused := self._tag_refused(int(order_id), tag):
            return refused
        tags = self._warehouse.tags.setdefault(int(order_id), [])
        if tag not in tags:
            tags.append(tag)
        return written(int(order_id))

    def remove_tag(self, call: Call, order_id: str) -> Answer:
        """DELETE /api/Order/{id}/Tag?tag=."""
        tag = call.query.get("tag", "").strip()
        self._warehouse.tag_calls += 1
        if refused := self._tag_refused(int(order_id), tag):
            return refused
        tags = self._warehouse.tags.get(int(order_id), [])
        if tag not in tags:
            return failed(int(order_id), f"Order does not have tag {tag}")
        tags.remove(tag)
        return written(int(order_id))

    def _tag_refused(self, order_id: int, tag: str) -> Answer | None:
        if order_id not in self._warehouse.orders:
            return failed(order_id, "Order not found")
        return None if tag else failed(order_id, "Tag is required")

    def list_clients(self, _: Call) -> Answer:
        """GET /api/Client."""
        return Answer(200, list(self._warehouse.clients.values()))

    def get_client(self, _: Call, client_id: str) -> Answer:
        """GET /api/Client/{id}."""
        client = self._warehouse.clients.get(int(client_id))
        return Answer(200, client) if client else NOT_FOUND

    def list_invoices(self, call: Call) -> Answer:
        """GET /api/Accounting/Invoice/List by ClientId and SinceDate."""
        since = moment(call.query.get("sincedate"))
        rows = [
            row
            for row in self._warehouse.invoices.values()
            if same(row, "ClientId", call.query) and later(row.get("Date"), since)
        ]
        return Answer(200, one_page(rows, call.query))

    def get_invoice(self, _: Call, invoice_id: str) -> Answer:
        """GET /api/Accounting/Invoice/{id}."""
        invoice = self._warehouse.invoices.get(int(invoice_id))
        return Answer(200, invoice) if invoice else NOT_FOUND

    def list_warehouses(self, _: Call) -> Answer:
        """GET /api/Warehouse."""
        return Answer(200, list(WAREHOUSES))

    def reference_data(self, _: Call, name: str) -> Answer:
        """GET /api/RefData/{name}."""
        rows = REFERENCE_DATA.get(name.lower())
        return Answer(200, rows) if rows is not None else NOT_FOUND


def guarded(endpoint: Endpoint, *arguments: Any) -> Answer:
    """Run an endpoint; a parameter it can't read becomes a 400."""
    try:
        return endpoint(*arguments)
    except ValueError as error:
        return Answer(400, {"Message": f"The request is invalid: {error}"})


def flag(query: dict[str, str], name: str) -> bool:
    """A parameter that is true or false."""
    return query.get(name, "false").lower() == "true"


def wanted(order: Json, query: dict[str, str]) -> bool:
    """Whether an order passes the filters of the list."""
    tags = set(str(order["Tags"]).split(",")) - {""}
    return (
        all(same(order, name, query) for name in ("ClientId", "OrderStatusId", "ChannelId"))
        and later(order.get("DespatchDate"), moment(query.get("sincedespatchdate")))
        and later(order.get("LastUpdated"), moment(query.get("sincelastupdated")))
        and listed(query, "includetags") <= tags
        and not listed(query, "excludetags") & tags
    )
