"""Is a mapping fit for posting, before any document needs it (``mapping check``)."""

from collections.abc import Iterator

from schemas.connections import ConnectionSettings, CostCentre, Mapping, Mode, TrackingChoice
from schemas.exports import DocumentWarning
from schemas.mintsoft import COST_CENTRES
from workers.mapping import notices
from workers.mapping.accounts import rounding_account
from workers.mapping.chart import Chart
from workers.mapping.checks import check_account, check_pair, check_tax_type, check_tracking
from workers.mapping.context import Context
from workers.mapping.invoices import cost_centre_tax_type
from workers.mapping.reasons import Reason, reason
from workers.mapping.tax import NO_TAX, STANDARD_RATE, tax_types
from workers.mapping.tracking import combined


def check_mapping(
    mapping: Mapping, settings: ConnectionSettings, mode: Mode, chart: Chart
) -> list[Reason]:
    """Return everything that would stop documents later, each cause once; empty when all is well.

    Every account and tax type the mapping names must be usable in Xero, and every sales-side
    account must take the tax type its lines usually bear.
    """
    context = Context(mode, settings, mapping, chart, web_url="")
    own = _orders(context) if mode is Mode.ACCOUNTING else _invoices(context)
    return list(dict.fromkeys([*own, *_shared(context)]))


def mapping_warnings(mapping: Mapping, mode: Mode) -> list[DocumentWarning]:
    """Return what is not mapped yet and does no harm until a document needs it."""
    if mode is Mode.ACCOUNTING:
        return []
    missing = [name for name in COST_CENTRES if name not in mapping.cost_centres]
    return [notices.cost_centre_unmapped(f"{COST_CENTRES[name]} ({name})") for name in missing]


def _invoices(context: Context) -> Iterator[Reason]:
    if not context.mapping.cost_centres:
        yield reason("mapping_missing", key="cost_centres")
    for name, centre in context.mapping.cost_centres.items():
        yield from _cost_centre(name, centre, context)


def _cost_centre(name: str, centre: CostCentre, context: Context) -> Iterator[Reason]:
    what, tax_type = f"cost_centres.{name}", cost_centre_tax_type(name, centre, context)
    if isinstance(tax_type, Reason):
        yield tax_type
        yield from check_account(centre.account, what, context.chart)
    else:
        yield from check_pair(centre.account, tax_type, what, context.chart)
    yield from _tracking(context, what, centre.tracking)


def _orders(context: Context) -> Iterator[Reason]:
    if context.mapping.defaults is None:
        yield reason("mapping_missing", key="defaults.sales")
    for what, account, tax_type in _sales_accounts(context):
        yield from _usable(account, tax_type, what, context.chart)
    for what, account in _other_accounts(context.mapping):
        yield from check_account(account, what, context.chart)
    yield from _inventory(context)
    for key, channel in context.mapping.channels.items():
        yield from _tracking(context, f"channels.{key}", channel.tracking)
    for key, sku in context.mapping.skus.items():
        yield from _tracking(context, f"skus.{key}", sku.tracking)


def _sales_accounts(context: Context) -> Iterator[tuple[str, str, str | None]]:
    """Yield what, account and the tax type its lines usually bear, for every line account."""
    mapping, standard = context.mapping, _standard_type(context)
    defaults = [("defaults", mapping.defaults)] if mapping.defaults else []
    channels = [(f"channels.{key}", each) for key, each in mapping.channels.items()]
    for where, holder in [*defaults, *channels]:
        for kind in ("sales", "shipping", "discount"):
            if account := getattr(holder, kind):
                yield f"{where}.{kind}", account, standard
    for key, sku in mapping.skus.items():
        if account := sku.sales or (mapping.defaults.sales if mapping.defaults else None):
            yield f"skus.{key}.sales", account, sku.tax_type or standard


def _other_accounts(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Yield what and account for accounts that no sales line uses."""
    if mapping.defaults and mapping.defaults.purchases:
        yield "defaults.purchases", mapping.defaults.purchases
    for key, sku in mapping.skus.items():
        if sku.purchases:
            yield f"skus.{key}.purchases", sku.purchases


def _inventory(context: Context) -> Iterator[Reason]:
    """Yield what is wrong with the inventory account, which is kept for items, not for lines."""
    defaults = context.mapping.defaults
    if defaults and defaults.inventory:
        found = check_account(defaults.inventory, "defaults.inventory", context.chart)
        yield from (each for each in found if each.code != "account_reserved")


def _shared(context: Context) -> Iterator[Reason]:
    mapping, chart = context.mapping, context.chart
    no_tax = NO_TAX[context.settings.tax_regime]
    for rate, tax_type in mapping.tax.items():
        yield from check_tax_type(tax_type, f"tax.{rate}", chart)
    if account := rounding_account(mapping, chart):
        yield from check_pair(account, no_tax, "rounding", chart)
    else:
        yield reason("rounding_account_missing", difference="a penny or two")
    yield from _tracking(context, "settings.tracking")


def _standard_type(context: Context) -> str | None:
    rate = STANDARD_RATE[context.settings.tax_regime]
    return tax_types(context.mapping, context.settings).get(rate or "")


def _usable(account: str, tax_type: str | None, what: str, chart: Chart) -> Iterator[Reason]:
    if tax_type is None:
        yield from check_account(account, what, chart)
    else:
        yield from check_pair(account, tax_type, what, chart)


def _tracking(context: Context, what: str, own: tuple[TrackingChoice, ...] = ()) -> list[Reason]:
    return check_tracking(combined(context.settings.tracking, own), what, context.chart)
