"""A connection between Mintsoft and a Xero organisation: its settings, its mapping, its events.

Settings and mapping are written by people (YAML, the console), so a name that is not known
is an error that names it.
"""

import datetime as dt
import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, field_validator, model_validator

from schemas.mintsoft import COST_CENTRES
from schemas.values import EventData, MintsoftId, Setting, Text


class Mode(StrEnum):
    """``fulfilment``: a 3PL invoices its clients. ``accounting``: orders of one client."""

    ACCOUNTING = "accounting"
    FULFILMENT = "fulfilment"


class TaxRegime(StrEnum):
    """Which tax types are taken where the mapping names none."""

    UK = "uk"
    AU_BAS = "au-bas"
    CUSTOM = "custom"


AccountCode = Annotated[str, Field(min_length=1, max_length=10)]
"""A code of Xero's chart of accounts; Xero allows ten characters."""

TaxType = Annotated[str, Field(min_length=1, max_length=50)]
"""Xero's name of a tax type, such as OUTPUT2."""


class TrackingChoice(Setting):
    """One option of one of the organisation's tracking categories."""

    category: str = Field(min_length=1)
    option: str = Field(min_length=1)


Tracking = Annotated[tuple[TrackingChoice, ...], Field(max_length=2)]
"""Xero takes at most two tracking elements a line."""


def normal_rate(rate: object) -> str:
    """Return a rate in per cent as its shortest text: ``20.00`` and ``20`` are both ``"20"``.

    Raises ValueError when *rate* is no number.
    """
    if rate == "exempt":
        return "exempt"
    try:
        number = Decimal(str(rate))
        return f"{number.normalize():f}"
    except ArithmeticError:
        raise ValueError(f"{rate!r} is no tax rate: write per cent, such as 20 or 17.5") from None


TaxRate = Annotated[str, BeforeValidator(normal_rate)]


class CostCentre(Setting):
    """Where a cost centre's value goes in Xero."""

    account: AccountCode
    tax_type: TaxType | None = None
    tracking: Tracking = ()


class Defaults(Setting):
    """Accounts of accounting mode, used for lines and for items created in Xero."""

    sales: AccountCode
    purchases: AccountCode | None = None
    shipping: AccountCode | None = None
    discount: AccountCode | None = None
    rounding: AccountCode | None = None
    inventory: AccountCode | None = None


class ChannelOverride(Setting):
    """What differs for orders of one sales channel."""

    sales: AccountCode | None = None
    shipping: AccountCode | None = None
    discount: AccountCode | None = None
    contact: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    tracking: Tracking = ()


class SkuOverride(Setting):
    """What differs for one SKU."""

    sales: AccountCode | None = None
    purchases: AccountCode | None = None
    tax_type: TaxType | None = None
    tracking: Tracking = ()


class Mapping(Setting):
    """``mapping.yaml``: where each kind of value goes in the organisation's books.

    ``cost_centres`` is for fulfilment, ``defaults`` for accounting. ``tax`` maps a rate in
    per cent (or ``exempt``) to Xero's tax type; rates it lacks follow the connection's tax
    regime. ``rounding`` is fulfilment mode's account for a rounding line.
    """

    cost_centres: dict[str, CostCentre] = Field(default_factory=dict)
    defaults: Defaults | None = None
    tax: dict[TaxRate, TaxType] = Field(default_factory=dict)
    channels: dict[str, ChannelOverride] = Field(default_factory=dict)
    skus: dict[str, SkuOverride] = Field(default_factory=dict)
    rounding: AccountCode | None = None

    @model_validator(mode="after")
    def _known_cost_centres(self) -> Self:
        unknown = sorted(set(self.cost_centres) - set(COST_CENTRES))
        if unknown:
            raise ValueError(
                f"cost_centres: {', '.join(unknown)} is not a cost centre of Mintsoft; "
                f"known are {', '.join(COST_CENTRES)}"
            )
        return self


InvoiceStatus = Literal["DRAFT", "SUBMITTED", "AUTHORISED", "PAID"]
PurchaseOrderStatus = Literal["DRAFT", "SUBMITTED", "AUTHORISED", "BILLED"]


class ImportFilters(Setting):
    """Which of Xero's documents become Mintsoft's. What a filter leaves out is skipped, with the
    filter named.

    ``ignore_paid``: sales invoices that are paid already. ``ignore_credited``: those that credit
    notes cover in full. ``ignore_without_items``: documents on which no line has an item code,
    such as invoices for services; else they wait for a person. ``branding_themes``: only these
    (empty: all). ``tracking``: only documents with a line of this option. ``skip_numbers``:
    regular expression; numbers in which it is found are left out. ``not_before``: earliest date
    of a document; unset means the day the connection was made.
    """

    statuses: Annotated[tuple[InvoiceStatus, ...], Field(min_length=1)] = ("AUTHORISED", "PAID")
    purchase_order_statuses: Annotated[tuple[PurchaseOrderStatus, ...], Field(min_length=1)] = (
        "AUTHORISED",
    )
    ignore_paid: bool = False
    ignore_credited: bool = True
    ignore_without_items: bool = False
    branding_themes: tuple[UUID, ...] = ()
    tracking: TrackingChoice | None = None
    skip_numbers: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    not_before: dt.date | None = None

    @field_validator("skip_numbers")
    @classmethod
    def _expression(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(
                f"{pattern!r} is no regular expression ({error}); write such as ^SUB-"
            ) from None
        return pattern


class ConnectionSettings(Setting):
    """How one connection behaves. Every field has a default that suits most customers.

    ``due_days``: days from the document's date to its due date; unset means 0 in accounting
    mode (the customer has paid) and 30 in fulfilment mode. ``rounding_tolerance``: largest
    difference in the document's currency that becomes a rounding line; unset means one penny
    a line and at least five. ``invoice_number``: template with ``{number}``, ``{id}``,
    ``{part}``; unset means ``MS-{number}`` for orders and ``MS-INV-{id}`` for 3PL invoices.
    ``import_delivery``: ``api`` writes to Mintsoft, ``events`` asks Mintsoft's own services to.
    ``courier_service``: Mintsoft's name of it; AUTO lets Mintsoft choose. ``goods_in_type``: how
    goods of a purchase order come. ``mintsoft_poll``: look for despatched orders (accounting mode)
    or invoices to clients (fulfilment mode) in Mintsoft itself, for who gets no events from it.
    ``draft_first``: so many documents of a new connection go as DRAFT whatever ``document_status``
    says; the others wait until somebody has looked at them and says go on.
    """

    export_trigger: Literal["automatic", "manual"] = "automatic"
    export_channels: tuple[MintsoftId, ...] | None = None
    export_zero_totals: bool = False
    document_status: Literal["AUTHORISED", "SUBMITTED", "DRAFT"] = "AUTHORISED"
    contact_policy: Literal["customer", "channel", "fixed"] = "customer"
    fixed_contact: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    invoice_number: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    due_days: Annotated[int, Field(ge=0, le=365)] | None = None
    branding_theme: UUID | None = None
    tracking: Tracking = ()
    tax_regime: TaxRegime = TaxRegime.UK
    rounding_tolerance: Annotated[Decimal, Field(ge=0, le=10)] | None = None
    poll_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    import_sales_orders: bool = True
    import_purchase_orders: bool = True
    import_delivery: Literal["api", "events"] = "api"
    import_filters: ImportFilters = ImportFilters()
    courier_service: Annotated[str, Field(min_length=1, max_length=100)] = "AUTO"
    goods_in_type: Annotated[str, Field(min_length=1, max_length=50)] = "Carton"
    mintsoft_poll: bool = False
    draft_first: Annotated[int, Field(ge=0, le=1000)] = 0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.contact_policy == "fixed" and not self.fixed_contact:
            raise ValueError("fixed_contact: name the contact when contact_policy is fixed")
        if self.invoice_number and not {"{number}", "{id}"} & set(_fields(self.invoice_number)):
            raise ValueError(
                f"invoice_number: {self.invoice_number!r} gives every document the same number; "
                "use {number} or {id}"
            )
        return self


def _fields(template: str) -> list[str]:
    return [field for field in ("{number}", "{id}", "{part}") if field in template]


class ConnectionRevokedV1(EventData):
    """``connection.revoked.v1``: a person pressed Disconnect in Mintsoft."""

    connection_id: UUID
    revoked_by: Text | None = None
    reason: Text | None = None


class ConnectionReadyV1(EventData):
    """``connection.ready.v1``: the connection can post to its organisation."""

    connection_id: UUID
    mode: Mode
    tenant_id: UUID
    organisation: str | None = None


class ConnectionLostV1(EventData):
    """``connection.lost.v1``: Xero no longer lets us in; documents wait until reconnected."""

    connection_id: UUID
    mode: Mode
    tenant_id: UUID
    reason: str
    remedy: str
