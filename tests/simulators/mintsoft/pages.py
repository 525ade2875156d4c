"""Inspection pages: orders with their tags, and one order at the address Mintsoft uses."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.simulators.exchange import Json
from tests.simulators.html import heading, link, note, page, table
from tests.simulators.mintsoft.warehouse import Warehouse

NEWEST = 200


class Pages:
    """The HTML side of the simulator."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def routes(self) -> list[Route]:
        """All pages."""
        return [Route("/", self.overview), Route("/Order/Details/{order:int}", self.order)]

    async def overview(self, _: Request) -> Response:
        """The newest orders, 3PL invoices and calls."""
        house = self._warehouse
        newest = sorted(house.orders, reverse=True)[:NEWEST]
        invoices = [
            (row["ID"], row.get("Name"), row.get("ClientId")) for row in house.invoices.values()
        ]
        calls = house.equipment.calls.report()["by_operation"].items()
        return page(
            "Simulated Mintsoft",
            note("Test equipment. Nothing here reaches the real Mintsoft."),
            heading(f"Newest {NEWEST} orders"),
            table(
                ("Order", "Reference", "Customer", "Total#", "Currency", "Tags"),
                [self._row(house.orders[order_id]) for order_id in newest],
            ),
            heading("Invoices to clients"),
            table(("ID", "Name", "Client"), invoices),
            heading("Calls"),
            table(("Operation", "Count#"), calls),
        )

    def _row(self, order: Json) -> tuple[object, ...]:
        return (
            link(f"/Order/Details/{order['ID']}", order.get("OrderNumber") or order["ID"]),
            order.get("ExternalOrderReference"),
            customer(order),
            order.get("TotalOrderGross"),
            (order.get("Currency") or {}).get("Code"),
            ", ".join(self._warehouse.tags.get(order["ID"], [])),
        )

    async def order(self, request: Request) -> Response:
        """One order."""
        order = self._warehouse.orders.get(request.path_params["order"])
        if order is None:
            return page("No such order", status=404)
        facts = [(name, value) for name, value in order.items() if is_plain(value)]
        tags = ", ".join(self._warehouse.tags.get(order["ID"], []))
        heads = ("SKU", "Details", "Quantity#", "Price#", "Tax#")
        rows = [
            tuple(item.get(name) for name in ("SKU", "Details", "Quantity", "Price", "Tax"))
            for item in order.get("OrderItems") or []
        ]
        return page(
            f"Order {order.get('OrderNumber') or order['ID']}",
            table(("", ""), [("Tags", tags), *facts]),
            heading("Lines"),
            table(heads, rows),
        )


def is_plain(value: object) -> bool:
    """Whether a value fits in one cell."""
    return value is not None and not isinstance(value, dict | list)


def customer(order: Json) -> str:
    """Who the order is for."""
    names = (order.get("FirstName"), order.get("LastName"))
    return order.get("CompanyName") or " ".join(name for name in names if name)
