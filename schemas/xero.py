"""Xero's own documents, as its Accounting API answers them.

Only what the product uses is named here; everything else Xero sends is ignored. Amounts are
``Decimal`` in the document's currency. Xero writes instants as ``/Date(1573755038314+0000)/``
(milliseconds since 1970, UTC) and sometimes as ISO 8601 without a zone, which is UTC too; a day
is written as its midnight. An empty text means nothing and is read as such.
"""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from schemas.values import Amount, AmountOrZero, Text, UtcDatetime

ZERO = Decimal(0)

LineAmountTypes = Literal["Exclusive", "Inclusive", "NoTax"]
"""Whether line amounts leave tax out, have it in, or bear none."""

_MILLISECONDS = re.compile(r"/Date\((-?\d{1,17})(?:[+-]\d{4})?\)/")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _instant(value: object) -> object:
    """Return *value* as an aware UTC instant when it is written in Xero's own way."""
    found = _MILLISECONDS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    try:
        return _EPOCH + dt.timedelta(milliseconds=int(found[1]))
    except OverflowError:
        raise ValueError(f"{value} is outside the years 1 to 9999") from None


def _day(value: object) -> object:
    """Return the day of *value*: Xero writes days as midnights."""
    moment = _instant(_or_nothing(value))
    if isinstance(moment, str):
        return moment.partition("T")[0]
    return moment.date() if isinstance(moment, dt.datetime) else moment


def _or_nothing(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _or_empty(value: object) -> object:
    return () if value is None else value


XeroInstant = Annotated[UtcDatetime, BeforeValidator(_instant)]
XeroDay = Annotated[dt.date | None, BeforeValidator(_day)]
XeroText = Annotated[Text | None, BeforeValidator(_or_nothing)]
XeroId = Annotated[UUID | None, BeforeValidator(_or_nothing)]


class XeroModel(BaseModel):
    """A shape of Xero's Accounting API: PascalCase names; fields we do not use are ignored."""

    model_config = ConfigDict(
        alias_generator=to_pascal, populate_by_name=True, frozen=True, extra="ignore"
    )


class XeroTracking(XeroModel):
    """One tracking option of a line: ``name`` is the category's."""

    name: XeroText = None
    option: XeroText = None


class XeroLine(XeroModel):
    """A line. ``line_amount`` is after its discount; it has ``tax_amount`` in it when the
    document's amounts are Inclusive. ``discount_rate`` is per cent, ``discount_amount`` is off
    the whole line, in the terms of ``unit_amount``. A line of text alone has no amounts.
    """

    line_item_id: XeroText = Field(default=None, alias="LineItemID")
    description: XeroText = None
    quantity: AmountOrZero = ZERO
    unit_amount: AmountOrZero = ZERO
    item_code: XeroText = None
    account_code: XeroText = None
    tax_amount: AmountOrZero = ZERO
    line_amount: AmountOrZero = ZERO
    discount_rate: AmountOrZero = ZERO
    discount_amount: AmountOrZero = ZERO
    tracking: Annotated[tuple[XeroTracking, ...], BeforeValidator(_or_empty)] = ()


class XeroAddress(XeroModel):
    """An address of a contact (``address_type`` DELIVERY, STREET or POBOX) or of an invoice
    (``invoice_address_type`` TO or FROM).
    """

    address_type: XeroText = None
    invoice_address_type: XeroText = None
    address_line1: XeroText = None
    address_line2: XeroText = None
    address_line3: XeroText = None
    address_line4: XeroText = None
    city: XeroText = None
    region: XeroText = None
    postal_code: XeroText = None
    country: XeroText = None
    attention_to: XeroText = None


class XeroPhone(XeroModel):
    """A telephone number in up to three parts."""

    phone_type: XeroText = None
    phone_number: XeroText = None
    phone_area_code: XeroText = None
    phone_country_code: XeroText = None


class XeroContact(XeroModel):
    """Whom a document is for or from."""

    contact_id: XeroId = Field(default=None, alias="ContactID")
    name: XeroText = None
    first_name: XeroText = None
    last_name: XeroText = None
    email_address: XeroText = None
    tax_number: XeroText = None
    addresses: Annotated[tuple[XeroAddress, ...], BeforeValidator(_or_empty)] = ()
    phones: Annotated[tuple[XeroPhone, ...], BeforeValidator(_or_empty)] = ()


class XeroCreditNote(XeroModel):
    """A credit note applied to an invoice."""

    credit_note_number: XeroText = None


class _Document(XeroModel):
    """What sales invoices and purchase orders have in common."""

    contact: XeroContact = XeroContact()
    reference: XeroText = None
    date: XeroDay = None
    status: Text
    line_amount_types: LineAmountTypes = "Exclusive"
    currency_code: XeroText = None
    branding_theme_id: XeroId = Field(default=None, alias="BrandingThemeID")
    sub_total: AmountOrZero = ZERO
    total_tax: AmountOrZero = ZERO
    total: AmountOrZero = ZERO
    line_items: Annotated[tuple[XeroLine, ...], BeforeValidator(_or_empty)] = ()
    updated_at: XeroInstant = Field(alias="UpdatedDateUTC")


class SalesInvoice(_Document):
    """An invoice as GET /Invoices answers it: ``type`` ACCREC is a sale.

    With ``summaryOnly`` it comes without ``line_items``, addresses and credit notes.
    """

    type: Text = "ACCREC"
    invoice_id: UUID = Field(alias="InvoiceID")
    invoice_number: XeroText = None
    url: XeroText = None
    due_date: XeroDay = None
    amount_due: Amount | None = None
    amount_paid: AmountOrZero = ZERO
    amount_credited: AmountOrZero = ZERO
    credit_notes: Annotated[tuple[XeroCreditNote, ...], BeforeValidator(_or_empty)] = ()
    invoice_addresses: Annotated[tuple[XeroAddress, ...], BeforeValidator(_or_empty)] = ()

    @property
    def xero_id(self) -> UUID:
        """Return Xero's id of the document."""
        return self.invoice_id

    @property
    def number(self) -> str | None:
        """Return the number people know the document by."""
        return self.invoice_number


class PurchaseOrder(_Document):
    """A purchase order as GET /PurchaseOrders answers it."""

    purchase_order_id: UUID = Field(alias="PurchaseOrderID")
    purchase_order_number: XeroText = None
    delivery_date: XeroDay = None
    expected_arrival_date: XeroDay = None
    delivery_address: XeroText = None
    attention_to: XeroText = None
    telephone: XeroText = None
    delivery_instructions: XeroText = None

    @property
    def xero_id(self) -> UUID:
        """Return Xero's id of the document."""
        return self.purchase_order_id

    @property
    def number(self) -> str | None:
        """Return the number people know the document by."""
        return self.purchase_order_number
