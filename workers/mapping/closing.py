"""From heading and lines to a decision: check, add up as Xero will, close the gap, judge."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.connections import Mode
from schemas.exports import DocumentWarning
from workers.mapping import notices
from workers.mapping.checks import check_currency, check_date, check_items, check_lines
from workers.mapping.contacts import Found
from workers.mapping.context import Context
from workers.mapping.decisions import Decision, Post, Skip, Wait
from workers.mapping.drafts import ContactDraft, InvoiceDraft, LineDraft
from workers.mapping.items import items_of
from workers.mapping.money import shown
from workers.mapping.reasons import Reason, merge, reason
from workers.mapping.rounding import Claim, closed, tolerance
from workers.mapping.totals import totals

DUE_DAYS = {Mode.ACCOUNTING: 0, Mode.FULFILMENT: 30}
"""Days to pay unless the settings say otherwise: an order's customer has paid already."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A document's head; ``currency`` is ISO 4217, ``date`` a day in UTC."""

    number: str
    contact: ContactDraft
    contact_key: str | None
    currency: str
    reference: str | None
    url: str
    date: dt.date


def heading_of(
    number: str | Reason,
    contact: Found | Reason,
    currency: str | Reason,
    *,
    reference: str | None,
    url: str,
    date: dt.date,
) -> Heading | list[Reason]:
    """Return the heading, or everything that is missing for one."""
    if isinstance(number, Reason) or isinstance(contact, Reason) or isinstance(currency, Reason):
        return [each for each in (number, contact, currency) if isinstance(each, Reason)]
    return Heading(number, *contact, currency, reference, url, date)


def finish(
    heading: Heading | list[Reason],
    found: Sequence[LineDraft | Reason],
    claim: Claim,
    context: Context,
    warnings: Sequence[DocumentWarning] = (),
) -> Decision:
    """Return what becomes of a document; all its problems are told at once."""
    lines = [each for each in found if not isinstance(each, Reason)]
    problems = [each for each in found if isinstance(each, Reason)]
    problems += [*_heading_problems(heading, context), *_line_problems(lines, context)]
    if problems or isinstance(heading, list):
        return Wait(merge(problems))
    return _judge(heading, lines, claim, context, warnings)


def negative(total: Decimal, currency: str | None) -> Wait:
    """Return the decision for a document whose total is below zero."""
    return Wait(reason("negative_total", total=shown(total, currency)))


def nothing_to_invoice() -> Skip:
    """Return the decision for a document worth nothing."""
    return Skip(reason("nothing_to_invoice"))


def _judge(
    heading: Heading,
    lines: Sequence[LineDraft],
    claim: Claim,
    context: Context,
    warnings: Sequence[DocumentWarning],
) -> Decision:
    expected = claim.gross(totals(lines, context.chart.rates))
    if expected < 0:
        return negative(expected, heading.currency)
    closing = closed(lines, expected, heading.currency, context)
    if isinstance(closing, Reason):
        return Wait(closing)
    if not expected and not context.settings.export_zero_totals:
        return nothing_to_invoice()
    invoice = _draft(heading, closing, expected, context)
    notes = (*warnings, *_tax_notes(claim, invoice, context))
    return Post(invoice, items_of(lines, context.mapping), notes, heading.contact_key)


def _draft(
    heading: Heading, lines: tuple[LineDraft, ...], expected: Decimal, context: Context
) -> InvoiceDraft:
    settings = context.settings
    days = DUE_DAYS[context.mode] if settings.due_days is None else settings.due_days
    return InvoiceDraft(
        number=heading.number,
        reference=heading.reference,
        url=heading.url,
        contact=heading.contact,
        date=heading.date,
        due_date=_days_after(heading.date, days),
        currency=heading.currency,
        status=settings.document_status,
        branding_theme=settings.branding_theme,
        lines=lines,
        totals=totals(lines, context.chart.rates),
        expected_total=expected,
    )


def _days_after(day: dt.date, days: int) -> dt.date:
    """Return *day* plus *days*, at most the calendar's last: a wrong year must not raise."""
    return dt.date.fromordinal(min(day.toordinal() + days, dt.date.max.toordinal()))


def _tax_notes(claim: Claim, invoice: InvoiceDraft, context: Context) -> list[DocumentWarning]:
    tax, computed = claim.tax, invoice.totals.tax
    if tax is None or abs(tax - computed) <= tolerance(len(invoice.lines), context):
        return []
    return [notices.tax_differs(tax, computed, invoice.currency)]


def _heading_problems(heading: Heading | list[Reason], context: Context) -> list[Reason]:
    if isinstance(heading, list):
        return heading
    chart = context.chart
    return [*check_currency(heading.currency, chart), *check_date(heading.date, chart)]


def _line_problems(lines: Sequence[LineDraft], context: Context) -> list[Reason]:
    items = items_of(lines, context.mapping)
    return [*check_lines(lines, context.chart), *check_items(items, context.chart)]
