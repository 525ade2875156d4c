"""Which documents are not for Mintsoft: each filter names itself, so that people can find it."""

import re
from collections.abc import Iterator
from itertools import chain

from schemas.connections import ImportFilters, TrackingChoice
from schemas.xero import PurchaseOrder, SalesInvoice, XeroLine
from workers.mapping.imports.context import ImportContext
from workers.mapping.reasons import Reason, reason

_WITHDRAWN = {"VOIDED": "voided", "DELETED": "deleted"}


def is_withdrawn(document: SalesInvoice | PurchaseOrder) -> bool:
    """Return whether *document* was voided or deleted in Xero."""
    return document.status in _WITHDRAWN


def invoice_left_out(invoice: SalesInvoice, context: ImportContext) -> Reason | None:
    """Return why *invoice* is not for Mintsoft; None when nothing keeps it out."""
    filters = context.settings.import_filters
    found = chain(
        _type(invoice),
        _status(invoice, filters.statuses, "import_filters.statuses"),
        _settled(invoice, filters),
        _theme(invoice, filters),
        _shared(invoice, context),
    )
    return next(found, None)


def purchase_order_left_out(order: PurchaseOrder, context: ImportContext) -> Reason | None:
    """Return why *order* is not for Mintsoft; None when nothing keeps it out."""
    allowed = context.settings.import_filters.purchase_order_statuses
    status = _status(order, allowed, "import_filters.purchase_order_statuses")
    return next(chain(status, _shared(order, context)), None)


def _type(invoice: SalesInvoice) -> Iterator[Reason]:
    if invoice.type != "ACCREC":
        yield reason("left_out_type", type=invoice.type)


def _status(
    document: SalesInvoice | PurchaseOrder, allowed: tuple[str, ...], setting: str
) -> Iterator[Reason]:
    if is_withdrawn(document):
        yield reason("left_out_withdrawn", status=_WITHDRAWN[document.status])
    elif document.status not in allowed:
        statuses = ", ".join(allowed)
        yield reason("left_out_status", status=document.status, setting=setting, statuses=statuses)


def _settled(invoice: SalesInvoice, filters: ImportFilters) -> Iterator[Reason]:
    credited = 0 < invoice.total <= invoice.amount_credited and invoice.credit_notes
    if filters.ignore_credited and credited:
        notes = ", ".join(note.credit_note_number or "?" for note in invoice.credit_notes)
        yield reason("left_out_credited", notes=notes)
    if filters.ignore_paid and invoice.status == "PAID":
        yield reason("left_out_paid")


def _theme(invoice: SalesInvoice, filters: ImportFilters) -> Iterator[Reason]:
    if filters.branding_themes and invoice.branding_theme_id not in filters.branding_themes:
        yield reason("left_out_theme")


def _shared(document: SalesInvoice | PurchaseOrder, context: ImportContext) -> Iterator[Reason]:
    """Yield what leaves out documents of either kind."""
    filters = context.settings.import_filters
    pattern, wanted = filters.skip_numbers, filters.tracking
    if pattern and re.search(pattern, document.number or ""):
        yield reason("left_out_number", number=document.number or "(none)")
    first = filters.not_before or context.connected_on
    if document.date and document.date < first:
        yield reason("left_out_date", date=document.date.isoformat(), first=first.isoformat())
    if wanted and not any(_tracked(line, wanted) for line in document.line_items):
        yield reason("left_out_tracking", category=wanted.category, option=wanted.option)
    if filters.ignore_without_items and not any(line.item_code for line in document.line_items):
        yield reason("left_out_without_items")


def _tracked(line: XeroLine, wanted: TrackingChoice) -> bool:
    return any(
        (each.name, each.option) == (wanted.category, wanted.option) for each in line.tracking
    )
