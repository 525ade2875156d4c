"""Documents as they will be in Xero, before they are written as JSON.

Line amounts are net of tax, in the invoice's currency. Nothing here knows Xero's field names:
:mod:`workers.mapping.wire` does.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from schemas.connections import TrackingChoice

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line. ``label`` names it to people in messages, such as ``SKU TEA-01``."""

    label: str
    description: str
    quantity: Decimal
    unit_amount: Decimal
    account: str
    tax_type: str
    item_code: str | None = None
    discount: Decimal = ZERO
    tracking: tuple[TrackingChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a document: ``gross`` is ``net`` and ``tax`` together."""

    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class ContactDraft:
    """Whom the invoice is for: by ``contact_id`` when it is known, else by exact name."""

    name: str
    email: str | None = None
    contact_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item to be created in Xero when it lacks ``code``.

    ``unit_price`` stays unset for items found on orders: their price depends on channel and
    currency.
    """

    code: str
    name: str
    description: str
    sales_account: str
    sales_tax_type: str
    purchases_account: str | None = None
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """A sales invoice. ``totals`` are computed as Xero will; their gross is ``expected_total``,
    which is Mintsoft's (for 3PL invoices its net costs, with the tax of the mapped tax types).
    """

    number: str
    reference: str | None
    url: str
    contact: ContactDraft
    date: dt.date
    due_date: dt.date
    currency: str
    status: str
    branding_theme: UUID | None
    lines: tuple[LineDraft, ...]
    totals: Totals
    expected_total: Decimal
