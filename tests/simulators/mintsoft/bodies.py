"""Which fields Mintsoft takes and of what type: a misspelt or mistyped one is an error here.

The real one ignores what it does not know, and an order then lacks what was meant; a test must
see that. Numbers of money are JSON numbers, whole ones have no point, times are ISO 8601.
"""

from decimal import Decimal
from typing import Any

from tests.simulators import wire
from tests.simulators.exchange import Json
from tests.simulators.mintsoft.answering import moment

TEXT, WHOLE, MONEY, TIME, LIST = "text", "whole number", "number", "time", "list"


def _fields(kind: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), kind)


ORDER_DETAILS = {
    **_fields(
        TEXT,
        "OrderNumber ExternalOrderReference Title CompanyName FirstName LastName Address1 Address2 "
        "Address3 Town County PostCode Country Email Phone Mobile CourierService Channel Warehouse "
        "Currency Comments DeliveryNotes GiftMessages VATNumber EORINumber Tags",
    ),
    **_fields(
        WHOLE,
        "CountryId CourierServiceId ChannelId WarehouseId CurrencyId ClientId NumberOfParcels",
    ),
    **_fields(
        MONEY,
        "OrderValue ShippingTotalExVat ShippingTotalVat DiscountTotalExVat DiscountTotalVat "
        "TotalVat",
    ),
    **_fields(TIME, "DeliveryDate DespatchDate RequiredDeliveryDate RequiredDespatchDate"),
}
NEW_ORDER = {**ORDER_DETAILS, "OrderItems": LIST}
ORDER_ITEM = {
    **_fields(TEXT, "SKU Details"),
    **_fields(WHOLE, "ProductId Quantity WarehouseId"),
    **_fields(MONEY, "UnitPrice UnitPriceVat Discount"),
}
NEW_ASN = {
    **_fields(TEXT, "POReference Supplier SupplierNotes Comments GoodsInType"),
    **_fields(WHOLE, "WarehouseId Quantity ProductSupplierId ClientId"),
    **_fields(TIME, "EstimatedDelivery"),
    "Items": LIST,
}
ASN_ITEM = {**_fields(TEXT, "SKU SourceLineId SSCCNumber"), **_fields(WHOLE, "ProductId Quantity")}


def read(raw: bytes, fields: dict[str, str], items: dict[str, str] | None = None) -> Json:
    """A body with its lines, every field checked; raises ValueError naming field and value."""
    found = wire.loads(raw)
    checked = _checked(found, fields, "")
    for name, kind in fields.items():
        if kind == LIST and items is not None:
            lines = checked.get(name) or []
            checked[name] = [_checked(line, items, f"{name}.") for line in lines]
    return checked


def _checked(found: Any, fields: dict[str, str], where: str) -> Json:
    if not isinstance(found, dict):
        raise ValueError(f"{where or 'the body'} must be an object")
    for name, value in found.items():
        if name not in fields:
            raise ValueError(f"{where}{name} is not a field of Mintsoft's")
        if not _fits(value, fields[name]):
            raise ValueError(f"{where}{name} is {value!r}; it must be a {fields[name]}")
    return dict(found)


def _fits(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return False
    match kind:
        case "text":
            return isinstance(value, str)
        case "whole number":
            return isinstance(value, int)
        case "number":
            return isinstance(value, int | Decimal)
        case "time":
            return isinstance(value, str) and moment(value) is not None
    return isinstance(value, list)
