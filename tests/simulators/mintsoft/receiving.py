"""ASNs: goods that are expected. Mintsoft takes the same one twice and says nothing."""

from tests.simulators.exchange import Answer, Call, Json
from tests.simulators.mintsoft import bodies
from tests.simulators.mintsoft.answering import (
    NOT_FOUND,
    failed,
    later,
    moment,
    one_page,
    same,
    written,
)
from tests.simulators.mintsoft.reference import NEW, WAREHOUSES, named
from tests.simulators.mintsoft.warehouse import Warehouse


class Receiving:
    """What the API does with ASNs."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def create(self, call: Call) -> Answer:
        """PUT /api/ASN."""
        body = bodies.read(call.body, bodies.NEW_ASN, bodies.ASN_ITEM)
        if refused := self._refusal(body):
            return failed(0, refused)
        house = self._warehouse
        items = [{"ID": house.next_id(), **_expected(line)} for line in body["Items"]]
        asn = {"ID": house.next_id(), "ASNStatusId": NEW, **body, "Items": items}
        house.asns[asn["ID"]] = asn
        house.touch(asn)
        return written(asn["ID"])

    def one(self, _: Call, asn_id: str) -> Answer:
        """GET /api/ASN/{id}."""
        asn = self._warehouse.asns.get(int(asn_id))
        return Answer(200, asn) if asn else NOT_FOUND

    def remove(self, _: Call, asn_id: str) -> Answer:
        """DELETE /api/ASN/{id}."""
        asn = self._warehouse.asns.pop(int(asn_id), None)
        return written(asn["ID"]) if asn else failed(int(asn_id), "ASN not found")

    def listed(self, call: Call) -> Answer:
        """GET /api/ASN/List; lines come only when asked for."""
        since = moment(call.query.get("sincelastupdated"))
        rows = [
            row
            for row in self._warehouse.asns.values()
            if same(row, "ClientId", call.query)
            and same(row, "WarehouseId", call.query)
            and later(row["LastUpdated"], since)
        ]
        if call.query.get("includeasnitems", "false").lower() != "true":
            rows = [{**row, "Items": []} for row in rows]
        return Answer(200, one_page(rows, call.query))

    def _refusal(self, body: Json) -> str:
        missing = [name for name in ("POReference", "ClientId", "Items") if not body.get(name)]
        if missing:
            return f"{missing[0]} is required"
        if body.get("WarehouseId") not in {each["ID"] for each in WAREHOUSES}:
            return "Warehouse not found"
        if "GoodsInType" in body and named("goodsintypes", "Name", body["GoodsInType"]) is None:
            return f"GoodsInType {body['GoodsInType']} not found"
        for line in body["Items"]:
            if line.get("Quantity", 0) < 1:
                return "Quantity must be at least 1"
            sku, product_id = line.get("SKU", ""), line.get("ProductId", 0)
            if self._warehouse.product(body["ClientId"], sku, product_id) is None:
                return f"SKU {sku} not found"
        return ""


def _expected(line: Json) -> Json:
    """A line as Mintsoft keeps it: what was announced, before anything has arrived."""
    rest = {name: value for name, value in line.items() if name != "Quantity"}
    return {**rest, "QuantityExpected": line["Quantity"], "QuantityBooked": 0, "Complete": False}
