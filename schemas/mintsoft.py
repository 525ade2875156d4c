"""Mintsoft's own documents, as its REST API gives them.

Only what the product uses is named here; everything else upstream sends is ignored. How a
line's amounts are read is not documented by Mintsoft and is stated on :class:`OrderItem`.
"""

from decimal import Decimal

from pydantic import Field

from schemas.values import (
    Amount,
    AmountOrZero,
    MintsoftId,
    MintsoftModel,
    Text,
    UtcDatetime,
    WrittenDatetime,
    YesOrNo,
)

ZERO = Decimal(0)


class Currency(MintsoftModel):
    """A currency; ``code`` is ISO 4217 in Mintsoft's reference data."""

    code: Text | None = None


class Channel(MintsoftModel):
    """A sales channel, such as a web shop or a market place."""

    id: int | None = Field(default=None, alias="ID")
    name: Text | None = None


class OrderItem(MintsoftModel):
    """One line of an order, in the order's currency.

    ``price_net`` (or ``price``) is the net price of one unit, ``tax`` (or ``vat``) the VAT of
    one unit, ``tax_rate`` per cent; ``discount_*`` is the line's own discount, positive;
    ``net_paid`` and ``tax_paid`` are the line's totals after it.
    """

    sku: Text = Field(alias="SKU")
    details: Text | None = None
    quantity: Amount
    price: Amount | None = None
    vat: Amount | None = None
    price_net: Amount | None = None
    tax: Amount | None = None
    tax_rate: Amount | None = None
    discount_net: Amount | None = None
    net_paid: Amount | None = None
    tax_paid: Amount | None = None


class Order(MintsoftModel):
    """An order as ``GET /api/Order/{id}`` gives it, amounts in ``currency``.

    The order's ``discount_*`` is a further positive amount off the order, ``shipping_*`` a
    further charge, ``total_order_*`` what the customer paid in all. ``last_updated`` orders
    the versions of one document.
    """

    id: MintsoftId = Field(alias="ID")
    client_id: MintsoftId
    order_number: Text = Field(min_length=1)
    external_order_reference: Text | None = None
    despatch_date: WrittenDatetime | None = None
    last_updated: UtcDatetime
    first_name: Text | None = None
    last_name: Text | None = None
    company_name: Text | None = None
    email: Text | None = None
    part: int | None = None
    number_of_parts: int | None = None
    shipping_net: AmountOrZero = ZERO
    shipping_tax: AmountOrZero = ZERO
    discount_net: AmountOrZero = ZERO
    discount_tax: AmountOrZero = ZERO
    total_order_tax: Amount | None = None
    total_order_gross: Amount
    currency: Currency | None = None
    channel_id: int | None = None
    channel: Channel | None = None
    pii_removed: YesOrNo = Field(default=False, alias="PIIRemoved")
    order_items: list[OrderItem] = Field(default_factory=list)


class Client(MintsoftModel):
    """A 3PL's client. ``vat_exempt`` clients are charged no VAT."""

    id: MintsoftId = Field(alias="ID")
    name: Text = Field(min_length=1)
    contact_email: Text | None = None
    vat_exempt: YesOrNo = False
    on_stop: YesOrNo = False


class ConfirmedInvoiceSummary(MintsoftModel):
    """A 3PL's invoice to a client: net costs by cost centre.

    It carries no currency, tax or total: the currency stands in the event, the tax follows
    from the mapping of each cost centre.
    """

    id: MintsoftId = Field(alias="ID")
    client_id: MintsoftId
    date: WrittenDatetime
    last_updated: UtcDatetime
    name: Text | None = None
    picking_cost: AmountOrZero = ZERO
    postage_cost: AmountOrZero = ZERO
    vat_free_postage_cost: AmountOrZero = ZERO
    rework_cost: AmountOrZero = ZERO
    packaging_cost: AmountOrZero = ZERO
    generic_invoice_items_cost: AmountOrZero = ZERO
    collections_cost: AmountOrZero = ZERO
    returns_cost: AmountOrZero = ZERO
    goods_in_cost: AmountOrZero = ZERO
    storage_cost: AmountOrZero = ZERO
    admin_fee: AmountOrZero = ZERO


COST_CENTRES: dict[str, str] = {
    "PickingCost": "Picking",
    "PostageCost": "Postage",
    "VatFreePostageCost": "Postage (VAT free)",
    "PackagingCost": "Packaging",
    "StorageCost": "Storage",
    "ReturnsCost": "Returns",
    "CollectionsCost": "Collections",
    "GoodsInCost": "Goods in",
    "ReworkCost": "Rework",
    "GenericInvoiceItemsCost": "Other items",
    "AdminFee": "Admin fee",
}
"""The eleven cost centres of a 3PL invoice: Mintsoft's field name and the words on the line."""


def cost_of(invoice: ConfirmedInvoiceSummary, cost_centre: str) -> Decimal:
    """Return the net cost of *cost_centre* (Mintsoft's field name) on *invoice*."""
    return getattr(invoice, _FIELD_OF[cost_centre])  # type: ignore[no-any-return]


_FIELD_OF = {
    field.alias: name
    for name, field in ConfirmedInvoiceSummary.model_fields.items()
    if field.alias in COST_CENTRES
}
