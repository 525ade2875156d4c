"""Which tax type a rate becomes, and which rate amounts speak of.

The mapping's own ``tax`` comes first, then the regime's customary types. A rate nobody mapped
stops the document: the nearest rate is never taken for it.
"""

from collections.abc import Collection
from decimal import Decimal

from schemas.connections import ConnectionSettings, Mapping, TaxRegime, normal_rate
from schemas.mintsoft import OrderItem
from workers.mapping.chart import Chart
from workers.mapping.drafts import ZERO
from workers.mapping.money import PENNY, round2, round4
from workers.mapping.reasons import Reason, reason

EXEMPT = "exempt"
NO_TAX: dict[TaxRegime, str] = {
    TaxRegime.UK: "NONE",
    TaxRegime.AU_BAS: "BASEXCLUDED",
    TaxRegime.CUSTOM: "NONE",
}
"""Xero's tax type for lines that are no supply at all, such as a rounding line.

An Australian organisation has no NONE among its tax rates: what is left out of its activity
statement is BASEXCLUDED (Xero's list of tax types).
"""

REGIME_TAX_TYPES: dict[TaxRegime, dict[str, str]] = {
    TaxRegime.UK: {
        "20": "OUTPUT2",
        "5": "RROUTPUT",
        "0": "ZERORATEDOUTPUT",
        EXEMPT: "EXEMPTOUTPUT",
    },
    TaxRegime.AU_BAS: {"10": "OUTPUT", "0": "EXEMPTOUTPUT", EXEMPT: "EXEMPTOUTPUT"},
    TaxRegime.CUSTOM: {},
}
"""Sales tax types by rate in per cent. Xero calls GST-free income in Australia EXEMPTOUTPUT."""

STANDARD_RATE: dict[TaxRegime, str | None] = {
    TaxRegime.UK: "20",
    TaxRegime.AU_BAS: "10",
    TaxRegime.CUSTOM: None,
}
"""The rate in per cent that a 3PL's services bear unless the mapping says otherwise."""


def tax_types(mapping: Mapping, settings: ConnectionSettings) -> dict[str, str]:
    """Return the tax type by rate in per cent, in shortest text, and for ``exempt``."""
    return {**REGIME_TAX_TYPES[settings.tax_regime], **mapping.tax}


def rates_of(types: Collection[str]) -> tuple[Decimal, ...]:
    """Return the rates in per cent among the keys of :func:`tax_types`."""
    return tuple(Decimal(key) for key in types if key != EXEMPT)


def type_for(rate: Decimal, types: dict[str, str], what: str) -> str | Reason:
    """Return the tax type of *rate* (per cent), or why *what* has none."""
    key = normal_rate(rate)
    if found := types.get(key):
        return found
    return reason("tax_rate_unmapped", rate=f"{key} %", key=key, what=what)


def rate_differs(tax_type: str, rate: Decimal, what: str, chart: Chart) -> Reason | None:
    """Return why a line taxed at *rate* by Mintsoft can't have *tax_type*, if Xero's differs.

    A tax type that the chart lacks is the business of :mod:`workers.mapping.checks`.
    """
    known = chart.tax_rates.get(tax_type)
    if known is None or known.rate == rate:
        return None
    return reason(
        "tax_rate_differs",
        tax_type=tax_type,
        xero_rate=normal_rate(known.rate),
        rate=normal_rate(rate),
        what=what,
    )


def item_rate(item: OrderItem, known: Collection[Decimal]) -> Decimal:
    """Return the rate of a line in per cent: its own, else what its tax and net come to."""
    if item.tax_rate is not None:
        return round4(item.tax_rate)
    net, tax = _amounts(item)
    found = fitting_rate(net, tax, known, ())
    return implied_rate(net, tax) if found is None else found


def fitting_rate(
    net: Decimal, tax: Decimal, known: Collection[Decimal], preferred: Collection[Decimal]
) -> Decimal | None:
    """Return the *known* rate by which *net* bears *tax* to within a penny, if there is one.

    Of several, one that the document uses already (*preferred*) wins, then the nearest: on
    small amounts a penny can't tell 5 % from 20 %.
    """
    fits = [rate for rate in known if _gap(net, tax, rate) <= PENNY]
    return min(fits, key=lambda rate: (rate not in preferred, _gap(net, tax, rate)), default=None)


def implied_rate(net: Decimal, tax: Decimal) -> Decimal:
    """Return *tax* in per cent of *net*, in hundredths; 0 when *net* is less than a penny."""
    return ZERO if abs(net) < PENNY else round2(100 * tax / net)


def _gap(net: Decimal, tax: Decimal, rate: Decimal) -> Decimal:
    return abs(tax - net * rate / 100)


def _amounts(item: OrderItem) -> tuple[Decimal, Decimal]:
    """Return net and tax of the line in all, or of one unit when the line's own are missing."""
    if item.net_paid and item.tax_paid is not None:
        return item.net_paid, item.tax_paid
    price = item.price_net if item.price_net is not None else item.price
    tax = item.tax if item.tax is not None else item.vat
    return price or ZERO, tax or ZERO
