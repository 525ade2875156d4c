"""Is a mapping fit for posting, before any document needs it (``mapping check``, the page).

Every finding names the key it speaks of, so that a page can tell it beside its field.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from schemas.connections import ConnectionSettings, CostCentre, Mapping, Mode, TrackingChoice
from schemas.exports import DocumentWarning
from schemas.mintsoft import COST_CENTRES
from workers.mapping import notices
from workers.mapping.accounts import rounding_account
from workers.mapping.chart import Chart
from workers.mapping.checks import check_account, check_pair, check_tax_type, check_tracking
from workers.mapping.context import Context
from workers.mapping.invoices import cost_centre_tax_type
from workers.mapping.keys import Key, Naming, content_of, dotted, flat
from workers.mapping.purposes import CLASS_WORDS, purpose_of
from workers.mapping.reasons import Reason, reason
from workers.mapping.tax import NO_TAX, STANDARD_RATE, tax_types
from workers.mapping.tracking import combined


@dataclass(frozen=True, slots=True)
class Finding:
    """What would stop documents later, and the key that has to change."""

    key: Key
    reason: Reason


@dataclass(frozen=True, slots=True)
class Note:
    """What stops nothing yet, or nothing at all, but should be known."""

    key: Key
    warning: DocumentWarning


@dataclass(frozen=True, slots=True)
class _Check:
    """What is checked, and what its sentences call a key."""

    context: Context
    name: Naming

    @property
    def mapping(self) -> Mapping:
        return self.context.mapping

    @property
    def chart(self) -> Chart:
        return self.context.chart


def findings(
    mapping: Mapping,
    settings: ConnectionSettings,
    mode: Mode,
    chart: Chart,
    name: Naming = dotted,
) -> list[Finding]:
    """Return everything that would stop documents later; empty when all is well.

    Every account and tax type the mapping names must be usable in Xero, and every sales-side
    account must take the tax type its lines usually bear.
    """
    check = _Check(Context(mode, settings, mapping, chart, web_url=""), name)
    own = _orders(check) if mode is Mode.ACCOUNTING else _invoices(check)
    return list(dict.fromkeys([*own, *_shared(check)]))


def check_mapping(
    mapping: Mapping, settings: ConnectionSettings, mode: Mode, chart: Chart
) -> list[Reason]:
    """Return the causes of :func:`findings`, each once."""
    found = findings(mapping, settings, mode, chart)
    return list(dict.fromkeys(each.reason for each in found))


def notes(mapping: Mapping, mode: Mode, chart: Chart, name: Naming = dotted) -> list[Note]:
    """Return what is not mapped yet and does no harm until a document needs it, and accounts
    of a class that is unusual for what they are used for.
    """
    found = [*_unusual(mapping, chart, name)]
    return found if mode is Mode.ACCOUNTING else [*_unmapped(mapping), *found]


def mapping_warnings(mapping: Mapping, mode: Mode, chart: Chart) -> list[DocumentWarning]:
    """Return the warnings of :func:`notes`."""
    return [each.warning for each in notes(mapping, mode, chart)]


def _unmapped(mapping: Mapping) -> Iterator[Note]:
    for name, label in COST_CENTRES.items():
        if name not in mapping.cost_centres:
            warning = notices.cost_centre_open(f"{label} ({name})")
            yield Note(("cost_centres", name, "account"), warning)


def _unusual(mapping: Mapping, chart: Chart, name: Naming) -> Iterator[Note]:
    for key, code in flat(content_of(mapping)).items():
        purpose, account = purpose_of(key), chart.accounts.get(str(code))
        if purpose is None or account is None:
            continue
        if not purpose.suits(account) and account.active and not account.reserved:
            kind = CLASS_WORDS.get(account.account_class, "another kind of")
            yield Note(
                key,
                notices.account_unusual(
                    account.code, account.name, name(_what(key)), kind, purpose.usual
                ),
            )


def _what(key: Key) -> Key:
    """Return what a sentence names: of a cost centre, not its account but itself."""
    return key[:2] if key[0] == "cost_centres" else key


def _invoices(check: _Check) -> Iterator[Finding]:
    if not check.mapping.cost_centres:
        key = ("cost_centres",)
        yield Finding(key, reason("mapping_missing", key=check.name(key)))
    for name, centre in check.mapping.cost_centres.items():
        yield from _cost_centre(name, centre, check)


def _cost_centre(name: str, centre: CostCentre, check: _Check) -> Iterator[Finding]:
    key = ("cost_centres", name)
    own = (*key, "tax_type")
    found = cost_centre_tax_type(name, centre, check.context)
    if isinstance(found, Reason):
        yield Finding(own, found)
    tax_type = None if isinstance(found, Reason) else found
    yield from _line(check, key, (*key, "account"), own, centre.account, tax_type)
    yield from _tracking(check, key, centre.tracking)


def _orders(check: _Check) -> Iterator[Finding]:
    if check.mapping.defaults is None:
        key = ("defaults", "sales")
        yield Finding(key, reason("mapping_missing", key=check.name(key)))
    yield from _sales_accounts(check)
    yield from _other_accounts(check)
    yield from _inventory(check)
    for name, channel in check.mapping.channels.items():
        yield from _tracking(check, ("channels", name), channel.tracking)
    for name, sku in check.mapping.skus.items():
        yield from _tracking(check, ("skus", name), sku.tracking)


def _sales_accounts(check: _Check) -> Iterator[Finding]:
    """Check every line account with the tax type that its lines usually bear."""
    mapping, standard = check.mapping, _standard_type(check.context)
    usual = ("tax", STANDARD_RATE[check.context.settings.tax_regime] or "")
    defaults = [(("defaults",), mapping.defaults)] if mapping.defaults else []
    channels = [(("channels", name), each) for name, each in mapping.channels.items()]
    for where, holder in [*defaults, *channels]:
        for kind in ("sales", "shipping", "discount"):
            if account := getattr(holder, kind):
                key = (*where, kind)
                yield from _line(check, key, key, usual, account, standard)
    for name, sku in mapping.skus.items():
        if account := sku.sales or (mapping.defaults.sales if mapping.defaults else None):
            key, own = ("skus", name, "sales"), ("skus", name, "tax_type")
            tax = own if sku.tax_type else usual
            yield from _line(check, key, key, tax, account, sku.tax_type or standard)


def _other_accounts(check: _Check) -> Iterator[Finding]:
    """Check accounts that no sales line uses."""
    defaults = check.mapping.defaults
    if defaults and defaults.purchases:
        yield from _account(check, ("defaults", "purchases"), defaults.purchases)
    for name, sku in check.mapping.skus.items():
        if sku.purchases:
            yield from _account(check, ("skus", name, "purchases"), sku.purchases)


def _inventory(check: _Check) -> Iterator[Finding]:
    """Check the inventory account, which is kept for items, not for lines."""
    defaults = check.mapping.defaults
    if defaults and defaults.inventory:
        found = _account(check, ("defaults", "inventory"), defaults.inventory)
        yield from (each for each in found if each.reason.code != "account_reserved")


def _shared(check: _Check) -> Iterator[Finding]:
    mapping, chart, regime = check.mapping, check.chart, check.context.settings.tax_regime
    for rate, tax_type in mapping.tax.items():
        key = ("tax", rate)
        yield from _told(key, check_tax_type(tax_type, check.name(key), chart))
    where = _rounding_key(check.context)
    if account := rounding_account(mapping, chart):
        found = check_pair(account, NO_TAX[regime], check.name(("rounding",)), chart)
        yield from _told(where, found)
    else:
        yield Finding(where, reason("rounding_account_missing", difference="a penny or two"))
    yield from _tracking(check, ("settings",))


def _rounding_key(context: Context) -> Key:
    by_default = context.mapping.defaults and context.mapping.defaults.rounding
    if by_default or (context.mode is Mode.ACCOUNTING and not context.mapping.rounding):
        return ("defaults", "rounding")
    return ("rounding",)


def _standard_type(context: Context) -> str | None:
    rate = STANDARD_RATE[context.settings.tax_regime]
    return tax_types(context.mapping, context.settings).get(rate or "")


def _line(
    check: _Check, what: Key, account_key: Key, tax_key: Key, account: str, tax_type: str | None
) -> Iterator[Finding]:
    """Check one line's account with its tax type, and tell each fault at the key it is of."""
    if tax_type is None:
        yield from _told(account_key, check_account(account, check.name(what), check.chart))
        return
    for each in check_pair(account, tax_type, check.name(what), check.chart):
        yield Finding(tax_key if each.code.startswith("tax_") else account_key, each)


def _account(check: _Check, key: Key, account: str) -> Iterator[Finding]:
    return _told(key, check_account(account, check.name(key), check.chart))


def _told(key: Key, reasons: Iterable[Reason]) -> Iterator[Finding]:
    return (Finding(key, each) for each in reasons)


def _tracking(check: _Check, key: Key, own: tuple[TrackingChoice, ...] = ()) -> Iterator[Finding]:
    choices = combined(check.context.settings.tracking, own)
    found = check_tracking(choices, check.name(key), check.chart)
    return _told((*key, "tracking"), found)
