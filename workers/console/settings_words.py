"""A connection's settings in words: what each is, what it does, and what it is now. Pure.

They are written when a connection is made (``connection add --settings``); the page explains every
one, also those left as usual, so that nobody needs to look them up elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.connections import ConnectionSettings, ImportFilters

USUAL = "as usual"

LABELS: Mapping[str, tuple[str, str]] = {
    "export_trigger": (
        "Export starts",
        "Automatic: documents go to Xero by themselves. Manual: each waits for the Export button.",
    ),
    "export_channels": (
        "Sales channels",
        "Mintsoft's numbers of the channels whose orders go to Xero. As usual: all channels.",
    ),
    "export_zero_totals": (
        "Documents of 0.00",
        "Whether documents that come to nothing go to Xero too. As usual: no.",
    ),
    "document_status": (
        "Status in Xero",
        (
            "How invoices stand in Xero once sent: AUTHORISED is approved, SUBMITTED waits for "
            "approval there, DRAFT is a draft."
        ),
    ),
    "contact_policy": (
        "Contact in Xero",
        (
            "Customer: each order's own customer. Channel: one contact for each sales channel. "
            "Fixed: always the contact named below."
        ),
    ),
    "fixed_contact": ("Fixed contact", "The contact's name where it is always the same one."),
    "invoice_number": (
        "Invoice number",
        "A pattern. As usual: MS-{number} for orders, MS-INV-{id} for 3PL invoices.",
    ),
    "due_days": (
        "Days until due",
        "From the document's date. As usual: 0 for orders, 30 for 3PL invoices.",
    ),
    "branding_theme": ("Branding theme", "Xero's id of the look that invoices are printed with."),
    "tracking": ("Tracking", "Xero's tracking options that every line bears; two at most."),
    "tax_regime": (
        "Tax regime",
        (
            "Which tax types are taken where the account mapping names none: uk, au-bas or custom "
            "(none)."
        ),
    ),
    "rounding_tolerance": (
        "Rounding tolerance",
        (
            "The largest difference, in the document's currency, that becomes a rounding line. As "
            "usual: a penny a line, and at least five."
        ),
    ),
    "poll_minutes": ("Xero is asked every", "Minutes from one look for new documents to the next."),
    "import_sales_orders": (
        "Sales invoices become orders",
        "Whether new sales invoices in Xero become Mintsoft's orders.",
    ),
    "import_purchase_orders": (
        "Purchase orders become ASNs",
        "Whether new purchase orders in Xero become Mintsoft's ASNs.",
    ),
    "import_delivery": (
        "Imports are written by",
        "Api: this service writes to Mintsoft. Events: it asks Mintsoft's own services to.",
    ),
    "import_filters": ("Import filters", "Which of Xero's documents are taken over."),
    "courier_service": (
        "Courier service",
        "Mintsoft's name of it, for orders that come from Xero; AUTO lets Mintsoft choose.",
    ),
    "goods_in_type": ("Goods come in", "How the goods of a purchase order arrive."),
    "mintsoft_poll": (
        "Mintsoft is asked, too",
        "Whether this service looks for documents in Mintsoft itself, where no events come.",
    ),
    "draft_first": (
        "Drafts first",
        (
            "So many documents go to Xero as drafts; the others wait until somebody has looked at "
            "them and said go on."
        ),
    ),
}
"""Each field of ConnectionSettings: what it is called, and what it does."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A setting as people read it; ``is_set``: somebody has said so, it is not merely usual."""

    label: str
    value: str
    explained: str
    is_set: bool


def shown(given: Mapping[str, Any]) -> list[Shown]:
    """Return every setting of a connection; *given* are those that were ever said."""
    settings = ConnectionSettings.model_validate(given)
    return [
        Shown(label, _said(getattr(settings, name)), explained, name in given)
        for name, (label, explained) in LABELS.items()
    ]


def _said(value: object) -> str:
    """Return a value as people write it."""
    match value:
        case None | () | "":
            return USUAL
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(_said(each) for each in value)
        case ImportFilters():
            return _filters(value)
        case _:
            option = getattr(value, "option", None)
            return f"{getattr(value, 'category', '')}: {option}" if option else str(value)


def _filters(filters: ImportFilters) -> str:
    found = [
        f"{name.replace('_', ' ')}: {_said(getattr(filters, name))}"
        for name in sorted(filters.model_fields_set)
    ]
    return "; ".join(found) or USUAL
