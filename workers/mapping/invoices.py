"""A 3PL's invoice to its client becomes a sales invoice, one line for each cost centre.

A value on a cost centre nobody mapped stops the invoice: it never falls to a default account.
Pure and total: any invoice that can be read gets a decision, none raises.
"""

from collections.abc import Sequence
from decimal import Decimal

from schemas.connections import CostCentre, TrackingChoice
from schemas.exports import DocumentWarning, Kind
from schemas.invoices import InvoiceFinalisedV1
from schemas.mintsoft import COST_CENTRES, cost_of
from workers.mapping import notices
from workers.mapping.closing import Heading, finish, heading_of, nothing_to_invoice
from workers.mapping.contacts import client_contact
from workers.mapping.context import Context
from workers.mapping.decisions import Decision, Wait
from workers.mapping.drafts import ZERO, LineDraft
from workers.mapping.money import exact, round2, round4, shown
from workers.mapping.numbers import LONGEST, invoice_number
from workers.mapping.prices import ONE
from workers.mapping.reasons import Reason, reason
from workers.mapping.rounding import Claim
from workers.mapping.tax import EXEMPT, STANDARD_RATE, rate_differs, tax_types, type_for
from workers.mapping.text import one_line
from workers.mapping.tracking import combined

VAT_FREE = "VatFreePostageCost"
"""The cost centre whose values bear no VAT unless it is mapped to another tax type."""


@exact
def decide_invoice(event: InvoiceFinalisedV1, context: Context) -> Decision:
    """Return what becomes of the invoice of *event* in the organisation of *context*."""
    costs = {name: cost for name in COST_CENTRES if (cost := cost_of(event.invoice, name))}
    if event.invoice.client_id != event.client.id:
        return Wait(_mismatch(event))
    if not costs:
        return nothing_to_invoice()
    found = [*_unmapped(costs, context), *_lines(event, costs, context)]
    claim = Claim(sum(costs.values(), ZERO), taxed=False)
    return finish(_heading(event, context), found, claim, context, _warnings(event))


def cost_centre_tax_type(
    name: str, centre: CostCentre, context: Context, *, exempt: bool = False
) -> str | Reason:
    """Return the tax type of a cost centre's line.

    A VAT-exempt client's is the exempt one; else the mapped one; else the regime's: the zero
    rate for VAT-free postage, the standard rate for the rest.
    """
    if centre.tax_type and not exempt:
        return centre.tax_type
    label, types = COST_CENTRES[name], tax_types(context.mapping, context.settings)
    if exempt:
        return types.get(EXEMPT) or _no_rate(EXEMPT, label)
    rate = "0" if name == VAT_FREE else STANDARD_RATE[context.settings.tax_regime]
    if rate is None:
        return reason("tax_type_unmapped", what=label)
    found = type_for(Decimal(rate), types, label)
    if isinstance(found, Reason):
        return found
    return rate_differs(found, Decimal(rate), label, context.chart) or found


def cost_centre_tracking(centre: CostCentre, context: Context) -> tuple[TrackingChoice, ...]:
    """Return the tracking of a cost centre's line: the connection's, then its own."""
    return combined(context.settings.tracking, centre.tracking)


def _lines(
    event: InvoiceFinalisedV1, costs: dict[str, Decimal], context: Context
) -> list[LineDraft | Reason]:
    mapped = context.mapping.cost_centres
    return [
        _line(name, cost, mapped[name], event.client.vat_exempt, context)
        for name, cost in costs.items()
        if name in mapped
    ]


def _line(
    name: str, cost: Decimal, centre: CostCentre, exempt: bool, context: Context
) -> LineDraft | Reason:
    tax_type = cost_centre_tax_type(name, centre, context, exempt=exempt)
    if isinstance(tax_type, Reason):
        return tax_type
    label, tracking = COST_CENTRES[name], cost_centre_tracking(centre, context)
    amount = cost if round4(cost) == cost else round2(cost)
    return LineDraft(label, label, ONE, amount, centre.account, tax_type, tracking=tracking)


def _unmapped(costs: dict[str, Decimal], context: Context) -> list[Reason]:
    """Return one reason that names all cost centres with a value and no mapping."""
    names = [
        f"{COST_CENTRES[name]} ({name}) {shown(cost)}"
        for name, cost in costs.items()
        if name not in context.mapping.cost_centres
    ]
    return [reason("cost_centre_unmapped", cost_centres=", ".join(names))] if names else []


def _heading(event: InvoiceFinalisedV1, context: Context) -> Heading | list[Reason]:
    invoice, base = event.invoice, context.chart.organisation.base_currency
    return heading_of(
        invoice_number(invoice.id, context.settings.invoice_number),
        client_contact(event.client, context.contacts),
        one_line(event.currency_code, 20).upper() or base,
        reference=one_line(invoice.name, LONGEST) or None,
        url=context.page(Kind.INVOICE, invoice.id),
        date=invoice.date.date(),
    )


def _warnings(event: InvoiceFinalisedV1) -> Sequence[DocumentWarning]:
    return [notices.client_on_stop(event.client.name)] if event.client.on_stop else []


def _mismatch(event: InvoiceFinalisedV1) -> Reason:
    return reason(
        "client_mismatch",
        invoice_client=event.invoice.client_id,
        client=event.client.id,
        name=event.client.name,
    )


def _no_rate(key: str, what: str) -> Reason:
    return reason("tax_rate_unmapped", rate=key, key=key, what=what)
