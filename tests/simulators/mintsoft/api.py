"""Mintsoft's REST API: a key in a header, and 200 also for writes that failed.

Writes answer {ID, Success, Message, WarningMessage}; only reads of unknown things are a 404.
"""

import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.simulators import wire
from tests.simulators.exchange import Answer, Call, Json
from tests.simulators.mintsoft.warehouse import KEY_LIFE, REFERENCE_DATA, WAREHOUSES, Warehouse

MAX_ROWS = 100
NOT_FOUND = Answer(404, {"Message": "No HTTP resource was found that matches the request."})
UNAUTHORISED = Answer(401, {"Message": "Authorization has been denied for this request."})

Endpoint = Callable[..., Answer]


class Api:
    """The handler of every call under /api."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._routes: list[tuple[str, re.Pattern[str], Endpoint]] = [
            (method, re.compile(f"/api{path}/?", re.IGNORECASE), endpoint)
            for method, path, endpoint in (
                ("GET", r"/Order/List", self.list_orders),
                ("GET", r"/Order/Search", self.search_orders),
                ("GET", r"/Order/(\d+)", self.get_order),
                ("PUT", r"/Order/(\d+)/Tag", self.add_tag),
                ("DELETE", r"/Order/(\d+)/Tag", self.remove_tag),
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
        if call.query.get("includeorderitems", "false").lower() != "true":
            rows = [{**row, "OrderItems": []} for row in rows]
        return Answer(200, one_page(rows, call.query))

    def search_orders(self, call: Call) -> Answer:
        """GET /api/Order/Search?OrderNumber=."""
        number = call.query.get("ordernumber", "")
        orders = self._warehouse.orders.values()
        rows = [self._warehouse.view(row["ID"]) for row in orders if row["OrderNumber"] == number]
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
        client, since = call.query.get("clientid"), moment(call.query.get("sincedate"))
        rows = [
            row
            for row in self._warehouse.invoices.values()
            if (client is None or row.get("ClientId") == int(client))
            and later(row.get("InvoiceDate"), since)
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


def written(order_id: int) -> Answer:
    """A write that succeeded."""
    return Answer(200, result(order_id, True, ""))


def failed(order_id: int, message: str) -> Answer:
    """A write that failed, which is a 200 all the same."""
    return Answer(200, result(order_id, False, message))


def result(order_id: int, success: bool, message: str) -> Json:
    """What Mintsoft answers to writes."""
    return {"ID": order_id, "Success": success, "Message": message, "WarningMessage": ""}


def wanted(order: Json, query: dict[str, str]) -> bool:
    """Whether an order passes the filters of the list."""
    tags = set(str(order["Tags"]).split(",")) - {""}
    client = query.get("clientid")
    return (
        (client is None or order.get("ClientId") == int(client))
        and later(order.get("DespatchDate"), moment(query.get("sincedespatchdate")))
        and later(order.get("LastUpdated"), moment(query.get("sincelastupdated")))
        and listed(query, "includetags") <= tags
        and not listed(query, "excludetags") & tags
    )


def listed(query: dict[str, str], name: str) -> set[str]:
    """A comma-separated parameter."""
    return {part.strip() for part in query.get(name, "").split(",") if part.strip()}


def moment(text: str | None) -> datetime | None:
    """A time without zone, as Mintsoft writes them; raises ValueError."""
    return datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=None) if text else None


def later(text: Any, since: datetime | None) -> bool:
    """Whether a time is at or after `since`; a missing time passes only without `since`."""
    when = moment(str(text)) if text else None
    return since is None or (when is not None and when >= since)


def one_page(rows: list[Json], query: dict[str, str]) -> list[Json]:
    """A page of at most 100 rows."""
    size = min(int(query.get("limit", MAX_ROWS)), MAX_ROWS)
    page = max(1, int(query.get("pageno", 1)))
    return rows[(page - 1) * size : page * size]
