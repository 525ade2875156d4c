"""Orders that come in over the API: created, changed and cancelled while they are NEW.

Number and reference are unique for a client, and every line names a product of the client's;
else nothing is made. A line's amounts are kept as the fleet reads them (schemas/mintsoft.py).
"""

from decimal import ROUND_HALF_UP, Decimal

from tests.simulators.exchange import Answer, Call, Json
from tests.simulators.mintsoft import bodies
from tests.simulators.mintsoft.answering import NOT_FOUND, failed, written
from tests.simulators.mintsoft.reference import CANCELLED, NEW, WAREHOUSES, named
from tests.simulators.mintsoft.warehouse import Warehouse

ZERO = Decimal(0)
PENNY = Decimal("0.01")
COPIED = (
    "OrderNumber",
    "ExternalOrderReference",
    "Title",
    "CompanyName",
    "FirstName",
    "LastName",
    "Address1",
    "Address2",
    "Address3",
    "Town",
    "County",
    "PostCode",
    "Email",
    "Phone",
    "Mobile",
    "Comments",
    "VATNumber",
    "ClientId",
    "WarehouseId",
    "ChannelId",
    "CourierService",
)
REQUIRED = ("OrderNumber", "ClientId", "FirstName", "Address1", "CourierService")


class Placing:
    """What the API does with orders."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def create(self, call: Call) -> Answer:
        """PUT /api/Order: answers a list, with Success=false for what it refuses."""
        body = bodies.read(call.body, bodies.NEW_ORDER, bodies.ORDER_ITEM)
        refused = self._refusal(body) or self._lines_refused(body)
        if refused:
            number = body.get("OrderNumber")
            no = {"OrderId": 0, "OrderNumber": number, "Success": False, "Message": refused}
            return Answer(200, [no])
        order = self._made(body)
        return Answer(200, [_created(order)])

    def update(self, call: Call, order_id: str) -> Answer:
        """POST /api/Order/{id}: other details; lines are changed one by one."""
        order = self._warehouse.orders.get(int(order_id))
        if order is None:
            return failed(int(order_id), "Order not found")
        body = bodies.read(call.body, bodies.ORDER_DETAILS)
        body = {"ClientId": order["ClientId"], **body}
        refused = _closed(order) or self._refusal(body, int(order_id))
        if refused:
            return failed(order["ID"], refused)
        self._describe(order, body)
        self._total(order)
        return written(order["ID"])

    def cancel(self, _: Call, order_id: str) -> Answer:
        """GET /api/Order/{id}/Cancel: only what is still NEW."""
        order = self._warehouse.orders.get(int(order_id))
        refused = _closed(order) if order else "Order not found"
        if order is None or refused:
            return failed(int(order_id), refused)
        order["OrderStatusId"] = CANCELLED
        self._warehouse.touch(order)
        return written(order["ID"])

    def items(self, _: Call, order_id: str) -> Answer:
        """GET /api/Order/{id}/Items."""
        order = self._warehouse.orders.get(int(order_id))
        return Answer(200, order["OrderItems"]) if order else NOT_FOUND

    def add_item(self, call: Call, order_id: str) -> Answer:
        """PUT /api/Order/{id}/Items."""
        line = bodies.read(call.body, bodies.ORDER_ITEM)
        order = self._warehouse.orders.get(int(order_id))
        refused = self._line_refused(order, line)
        if order is None or refused:
            return failed(int(order_id), refused)
        made = self._line(line)
        order["OrderItems"].append(made)
        self._total(order)
        return written(made["ID"])

    def change_item(self, call: Call, order_id: str, item_id: str) -> Answer:
        """POST /api/Order/{id}/Items/{ItemId}."""
        line = bodies.read(call.body, bodies.ORDER_ITEM)
        order = self._warehouse.orders.get(int(order_id))
        refused = self._line_refused(order, line)
        lines = {each["ID"]: each for each in order["OrderItems"]} if order else {}
        if order is None or refused or int(item_id) not in lines:
            return failed(int(item_id), refused or "Order item not found")
        lines[int(item_id)].update(self._line(line), ID=int(item_id))
        self._total(order)
        return written(int(item_id))

    def remove_item(self, _: Call, order_id: str, item_id: str) -> Answer:
        """DELETE /api/Order/{id}/Items/{ItemId}; an order keeps at least one line."""
        order = self._warehouse.orders.get(int(order_id))
        refused = _closed(order) if order else "Order not found"
        left = [each for each in order["OrderItems"] if each["ID"] != int(item_id)] if order else []
        if order is None or refused or not left:
            return failed(int(item_id), refused or "An order needs an item")
        if len(left) == len(order["OrderItems"]):
            return failed(int(item_id), "Order item not found")
        order["OrderItems"] = left
        self._total(order)
        return written(int(item_id))

    def _refusal(self, body: Json, but: int = 0) -> str:
        missing = [name for name in REQUIRED if not body.get(name)]
        if missing:
            return f"{missing[0]} is required"
        house = self._warehouse
        if house.clients and body["ClientId"] not in house.clients:
            return "Client not found"
        if body.get("WarehouseId") not in {None, *(each["ID"] for each in WAREHOUSES)}:
            return "Warehouse not found"
        if "ChannelId" in body and named("channels", "ID", body["ChannelId"]) is None:
            return "Channel not found"
        if _country(body) is None:
            return f"Country {body.get('Country')} not found"
        if "Currency" in body and named("currencies", "Code", body["Currency"]) is None:
            return f"Currency {body['Currency']} not found"
        return self._taken(body, but)

    def _taken(self, body: Json, but: int) -> str:
        for name in ("OrderNumber", "ExternalOrderReference"):
            if any(
                body.get(name) and row.get(name) == body[name] and row["ID"] != but
                for row in self._warehouse.orders.values()
                if row.get("ClientId") == body["ClientId"]
            ):
                return f"{name} {body[name]} already exists"
        return ""

    def _lines_refused(self, body: Json) -> str:
        if not body.get("OrderItems"):
            return "An order needs an item"
        for line in body["OrderItems"]:
            if refused := self._product_refused(body["ClientId"], line):
                return refused
        return ""

    def _line_refused(self, order: Json | None, line: Json) -> str:
        if order is None:
            return "Order not found"
        return _closed(order) or self._product_refused(order["ClientId"], line)

    def _product_refused(self, client_id: int, line: Json) -> str:
        if line.get("Quantity", 0) < 1:
            return "Quantity must be at least 1"
        product = self._warehouse.product(client_id, line.get("SKU", ""), line.get("ProductId", 0))
        return "" if product else f"SKU {line.get('SKU')} not found"

    def _made(self, body: Json) -> Json:
        house = self._warehouse
        now = house.now_text()
        order: Json = {
            "ID": house.next_id(),
            "OrderDate": now,
            "OrderStatusId": NEW,
            "Part": 1,
            "NumberOfParts": 1,
            "OrderItems": [self._line(line) for line in body["OrderItems"]],
        }
        self._describe(order, body)
        house.add_order(order)
        house.tags[order["ID"]] = [each for each in body.get("Tags", "").split(",") if each]
        self._total(order)
        return order

    def _describe(self, order: Json, body: Json) -> None:
        order |= {name: body[name] for name in COPIED if name in body}
        country = _country(body)
        if country:
            order |= {"CountryId": country["ID"], "Country": country}
        if "Currency" in body:
            currency = named("currencies", "Code", body["Currency"])
            order |= {"CurrencyId": currency and currency["ID"], "Currency": currency}
        if "ChannelId" in body:
            order["Channel"] = named("channels", "ID", body["ChannelId"])
        for ours, theirs in (("Shipping", "ShippingTotal"), ("Discount", "DiscountTotal")):
            net, tax = body.get(f"{theirs}ExVat", ZERO), body.get(f"{theirs}Vat", ZERO)
            order |= {f"{ours}Net": net, f"{ours}Tax": tax, f"{ours}Gross": net + tax}
        order["TotalVat"] = body.get("TotalVat", ZERO)

    def _line(self, line: Json) -> Json:
        price, vat = line.get("UnitPrice", ZERO), line.get("UnitPriceVat", ZERO)
        discount = line.get("Discount", ZERO)
        return {
            "ID": self._warehouse.next_id(),
            "SKU": line.get("SKU"),
            "Details": line.get("Details"),
            "Quantity": line["Quantity"],
            "Price": price,
            "PriceNet": price,
            "Vat": vat,
            "Tax": vat,
            "Discount": discount,
            "DiscountNet": discount,
            "NetPaid": pence(line["Quantity"] * price - discount),
            "TaxPaid": pence(line["Quantity"] * vat),
        }

    def _total(self, order: Json) -> None:
        net = sum((each["NetPaid"] for each in order["OrderItems"]), ZERO)
        order["TotalOrderNet"] = net + order["ShippingNet"] - order["DiscountNet"]
        order["TotalOrderTax"] = order["TotalVat"]
        order["TotalOrderGross"] = order["TotalOrderNet"] + order["TotalVat"]
        self._warehouse.touch(order)


def pence(amount: Decimal | int) -> Decimal:
    """An amount in whole pence, half up."""
    return Decimal(amount).quantize(PENNY, ROUND_HALF_UP)


def _created(order: Json) -> Json:
    return {
        "OrderId": order["ID"],
        "DropShipOrderId": 0,
        "OrderNumber": order["OrderNumber"],
        "Success": True,
        "OrderStatusId": order["OrderStatusId"],
        "OrderStatus": "NEW",
        "Message": "",
        "OrderItems": [{"SKU": each["SKU"], "ID": each["ID"]} for each in order["OrderItems"]],
    }


def _country(body: Json) -> Json | None:
    if "CountryId" in body:
        return named("countries", "ID", body["CountryId"])
    given = body.get("Country", "")
    return named("countries", "Code", given) or named("countries", "Name", given)


def _closed(order: Json) -> str:
    return "" if order.get("OrderStatusId", NEW) == NEW else "Order is no longer NEW"
