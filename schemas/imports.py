"""What Xero's documents become in Mintsoft, and the events that tell of it.

``NewOrder`` and ``NewAsn`` are the bodies of Mintsoft's ``PUT /api/Order`` and ``PUT /api/ASN``.
How Mintsoft reads a line's amounts is documented nowhere; what is sent is stated on
:class:`NewOrderItem`.
"""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from schemas.values import Amount, EventData, MintsoftId, MintsoftModel, Text

ZERO = Decimal(0)


class ImportKind(StrEnum):
    """What a document is in Xero: a sales invoice (Xero's sales order) or a purchase order."""

    SALES_ORDER = "sales_order"
    PURCHASE_ORDER = "purchase_order"


class ImportStatus(StrEnum):
    """Where an import stands."""

    WAITING = "waiting"
    PLACING = "placing"
    IMPORTED = "imported"
    NEEDS_ATTENTION = "needs_attention"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


_WORDS: dict[ImportStatus, str] = {
    ImportStatus.WAITING: "Waiting",
    ImportStatus.PLACING: "Placing",
    ImportStatus.IMPORTED: "In Mintsoft",
    ImportStatus.NEEDS_ATTENTION: "Needs attention",
    ImportStatus.SKIPPED: "Skipped",
    ImportStatus.WITHDRAWN: "Withdrawn",
}


def import_status_words(status: str) -> str:
    """Return a status as people read it. Raises ValueError for what is no status."""
    return _WORDS[ImportStatus(status)]


class ImportAction(StrEnum):
    """What an import request asks of Mintsoft's own services."""

    CREATE = "create"
    UPDATE = "update"
    CANCEL = "cancel"


class NewModel(MintsoftModel):
    """A body that is sent to Mintsoft."""

    def body(self) -> dict[str, Any]:
        """Return the body by Mintsoft's names, without what is unset; amounts are Decimals."""
        return self.model_dump(by_alias=True, exclude_none=True)


WholeQuantity = Annotated[int, Field(gt=0, le=2**31 - 1)]
"""Units of goods: Mintsoft takes whole ones."""


class NewOrderItem(NewModel):
    """Goods of a new order, in the order's currency.

    ``unit_price`` is the net price of one unit before the discount, ``discount`` the net amount
    off all units together, ``unit_price_vat`` the VAT of one unit after the discount; up to four
    decimals each. The line comes to quantity x unit_price - discount, and quantity x
    unit_price_vat, each rounded to pence.
    """

    sku: Text = Field(alias="SKU")
    quantity: WholeQuantity
    details: Text | None = None
    unit_price: Amount
    unit_price_vat: Amount = ZERO
    discount: Amount = ZERO


class NewOrder(NewModel):
    """The body of ``PUT /api/Order``.

    ``country`` is an ISO 3166 code of two letters, ``currency`` an ISO 4217 code. The
    ``discount_total_*`` are a further positive amount off the order, ``shipping_total_*`` a
    further charge; ``total_vat`` is the VAT of everything.
    """

    order_number: Text = Field(min_length=1)
    external_order_reference: Text = Field(min_length=1)
    client_id: MintsoftId | None = None
    warehouse_id: MintsoftId | None = None
    channel_id: MintsoftId | None = None
    courier_service: Text
    first_name: Text
    last_name: Text
    company_name: Text | None = None
    address1: Text
    address2: Text | None = None
    address3: Text | None = None
    town: Text | None = None
    county: Text | None = None
    post_code: Text | None = None
    country: Text
    email: Text | None = None
    phone: Text | None = None
    mobile: Text | None = None
    vat_number: Text | None = Field(default=None, alias="VATNumber")
    currency: Text
    comments: Text | None = None
    shipping_total_ex_vat: Amount = ZERO
    shipping_total_vat: Amount = ZERO
    discount_total_ex_vat: Amount = ZERO
    discount_total_vat: Amount = ZERO
    total_vat: Amount = ZERO
    order_items: tuple[NewOrderItem, ...]


class NewAsnItem(NewModel):
    """Goods that are expected; ``source_line_id`` is Xero's LineItemID."""

    sku: Text = Field(alias="SKU")
    quantity: WholeQuantity
    source_line_id: Text | None = None


class NewAsn(NewModel):
    """The body of ``PUT /api/ASN``. ``quantity`` counts shipping units, not goods."""

    client_id: MintsoftId | None = None
    warehouse_id: MintsoftId | None = None
    po_reference: Text = Field(alias="POReference", min_length=1)
    supplier: Text
    estimated_delivery: dt.date | None = None
    comments: Text | None = None
    goods_in_type: Text
    quantity: WholeQuantity = 1
    items: tuple[NewAsnItem, ...]


class OrderImportRequestedV1(EventData):
    """``order.import-requested.v1``: asks Mintsoft's own services to create, update or cancel
    the order that a Xero sales invoice stands for. ``xero_id`` names it for good.
    """

    connection_id: UUID
    action: ImportAction
    xero_id: UUID
    xero_number: str | None = None
    order: NewOrder


class AsnImportRequestedV1(EventData):
    """``asn.import-requested.v1``: asks Mintsoft's own services to create, update or cancel the
    ASN that a Xero purchase order stands for. ``xero_id`` names it for good.
    """

    connection_id: UUID
    action: ImportAction
    xero_id: UUID
    xero_number: str | None = None
    asn: NewAsn


class OrderImportedV1(EventData):
    """``order.imported.v1``: a Xero sales invoice became a Mintsoft order."""

    connection_id: Text
    xero_id: Text
    xero_number: Text | None = None
    order_id: MintsoftId
    order_number: Text


class AsnImportedV1(EventData):
    """``asn.imported.v1``: a Xero purchase order became a Mintsoft ASN."""

    connection_id: Text
    xero_id: Text
    xero_number: Text | None = None
    asn_id: MintsoftId
    po_reference: Text


class ImportNeedsAttentionV1(EventData):
    """``import.needs-attention.v1``: a Xero document can't come into Mintsoft, or changed in Xero
    afterwards; a person must act, and ``remedy`` says how. ``mintsoft_id`` is the order's or ASN's.
    """

    connection_id: UUID
    kind: ImportKind
    xero_id: UUID
    xero_number: str | None = None
    code: str
    message: str
    remedy: str
    mintsoft_id: MintsoftId | None = None
