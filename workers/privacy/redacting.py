"""What is left of a document when its person is erased: numbers, days, amounts, what was sold.

Kept is what is named here; whatever else is in a document goes, so that a field which upstream adds
one day goes as well. A redacted document still reads as what it was: the ledger, its pages and
the reconciliation need no more of it than this.
"""

from collections.abc import Iterable, Mapping, Sequence

from workers.privacy.person import ERASED, Needle, scrubbed

Tree = dict[str, "Tree | None"]
"""Names of fields that are kept; None: its value, if it is no object or list."""


def _fields(names: str, **inside: Tree) -> Tree:
    return {**dict.fromkeys(names.split()), **inside}


ORDER = _fields(
    "ID ClientId OrderNumber ExternalOrderReference OrderDate DespatchDate LastUpdated "
    "OrderStatusId Part NumberOfParts ShippingNet ShippingTax ShippingGross DiscountNet "
    "DiscountTax DiscountGross TotalOrderNet TotalOrderTax TotalOrderGross CurrencyId "
    "ChannelId WarehouseId PIIRemoved",
    Currency=_fields("ID Code"),
    Channel=_fields("ID Name"),
    OrderItems=_fields(
        "ID ProductId SKU Quantity Price Vat PriceNet Tax TaxRate DiscountNet DiscountTax "
        "DiscountGross NetPaid TaxPaid"
    ),
)
INVOICE = _fields(
    "CurrencyCode",
    Invoice=_fields(
        "ID ClientId Date LastUpdated Name PickingCost PostageCost VatFreePostageCost ReworkCost "
        "PackagingCost GenericInvoiceItemsCost CollectionsCost ReturnsCost GoodsInCost StorageCost "
        "AdminFee"
    ),
    Client=_fields("ID VatExempt OnStop"),
)
_XERO = (
    "Type InvoiceID InvoiceNumber PurchaseOrderID PurchaseOrderNumber Reference Date DateString "
    "DueDate DueDateString DeliveryDate DeliveryDateString Status LineAmountTypes CurrencyCode "
    "CurrencyRate BrandingThemeID SubTotal TotalTax Total TotalDiscount AmountDue AmountPaid "
    "AmountCredited UpdatedDateUTC FullyPaidOnDate ExpectedArrivalDate"
)
XERO = _fields(
    _XERO,
    LineItems=_fields(
        "LineItemID ItemCode Quantity UnitAmount AccountCode TaxType TaxAmount LineAmount "
        "DiscountRate DiscountAmount"
    ),
    CreditNotes=_fields("CreditNoteNumber"),
)
PLACED = _fields(
    "OrderNumber ExternalOrderReference ClientId WarehouseId ChannelId CourierService Currency "
    "ShippingTotalExVat ShippingTotalVat DiscountTotalExVat DiscountTotalVat TotalVat "
    "POReference EstimatedDelivery GoodsInType Quantity",
    OrderItems=_fields("SKU Quantity UnitPrice UnitPriceVat Discount"),
    Items=_fields("SKU Quantity SourceLineId"),
)

REQUIRED = frozenset({"FirstName", "LastName", "Address1", "Country", "Supplier", "Name"})
"""Fields that a reader of a document may demand: they say that they are erased."""


def redacted(document: Mapping[str, object], tree: Tree, needles: Sequence[Needle]) -> object:
    """Return *document* without what *tree* does not name, nor *needles* in what it names."""
    kept = _kept(document, tree, needles)
    if tree is ORDER:
        kept["PIIRemoved"] = True  # as Mintsoft says it of orders that it has emptied itself
    return kept


def _kept(
    document: Mapping[str, object], tree: Tree, needles: Sequence[Needle]
) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in document.items():
        inside = tree.get(name)
        if inside is not None:
            found[name] = _inside(value, inside, needles)
        elif name in tree and not isinstance(value, Mapping | list):
            found[name] = without(value, needles)
        elif name in REQUIRED and isinstance(value, str):
            found[name] = ERASED
    return found


def _inside(value: object, tree: Tree, needles: Sequence[Needle]) -> object:
    if isinstance(value, Mapping):
        return _kept(value, tree, needles)
    if isinstance(value, list):
        return [_kept(each, tree, needles) for each in value if isinstance(each, Mapping)]
    return None


def without(value: object, needles: Iterable[Needle]) -> object:
    """Return *value* with what *needles* name replaced in each of its texts."""
    needles = list(needles)
    if isinstance(value, str):
        return scrubbed(value, needles)
    if isinstance(value, Mapping):
        return {name: without(each, needles) for name, each in value.items()}
    if isinstance(value, list):
        return [without(each, needles) for each in value]
    return value


def event(data: Mapping[str, object], needles: Sequence[Needle]) -> object:
    """Return the data of an event of ours without its person, in its words and in its order."""
    trees = {"Order": PLACED, "Asn": PLACED}
    return {
        name: redacted(each, trees[name], needles)
        if name in trees and isinstance(each, Mapping)
        else without(each, needles)
        for name, each in data.items()
    }
