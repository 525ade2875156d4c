"""A first mapping by the names in the organisation's chart of accounts.

A guess to look at, never put in force by itself: an account is proposed because its name has
a word of what it is for, or because its code is customary in the chart that UK organisations
start with, and only if it suits. What nothing speaks for stays empty.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from schemas.connections import ConnectionSettings, Mode, normal_rate
from workers.mapping.chart import ROUNDING, Account, Chart, TaxRate
from workers.mapping.keys import Key
from workers.mapping.purposes import PURPOSES, Purpose, suitable
from workers.mapping.tax import EXEMPT, REGIME_TAX_TYPES, STANDARD_RATE


@dataclass(frozen=True, slots=True)
class Sign:
    """What speaks for an account: words of its name, the more telling first, and a code."""

    words: tuple[str, ...]
    code: str = ""


DEFAULTS: Mapping[str, Sign] = {
    "sales": Sign(("sales", "turnover"), "200"),
    "purchases": Sign(("cost of goods", "purchases"), "310"),
    "shipping": Sign(("postage", "shipping", "delivery", "carriage", "freight"), "425"),
    "discount": Sign(("discount",)),
    "inventory": Sign(("inventory", "stock"), "630"),
}

_POSTAGE = Sign(("postage", "carriage", "shipping", "delivery", "courier", "freight"), "425")

CENTRES: Mapping[str, Sign] = {
    "PickingCost": Sign(("picking", "pick", "fulfilment")),
    "PostageCost": _POSTAGE,
    "VatFreePostageCost": _POSTAGE,
    "PackagingCost": Sign(("packaging", "packing", "packaging material")),
    "StorageCost": Sign(("storage", "warehousing", "warehouse")),
    "ReturnsCost": Sign(("return",)),
    "CollectionsCost": Sign(("collection",)),
    "GoodsInCost": Sign(("goods in", "inbound", "receiving", "unloading")),
    "ReworkCost": Sign(("rework", "relabelling", "kitting")),
    "GenericInvoiceItemsCost": Sign(("other revenue", "other income", "sundry"), "260"),
    "AdminFee": Sign(("admin", "administration", "management fee")),
}

TAX_WORDS: Mapping[str, tuple[str, ...]] = {
    "0": ("zero rated income", "zero rated", "free income"),
    EXEMPT: ("exempt income", "free income", "exempt"),
}
"""What tells the tax types apart that all bear nothing."""

TAX_USUAL = ("income", "sales", "output")


def suggestions(mode: Mode, settings: ConnectionSettings, chart: Chart) -> dict[Key, str]:
    """Return what a new mapping could begin with, by key: account codes and tax types."""
    tax = dict(_tax(settings, chart))
    standard = tax.get(STANDARD_RATE[settings.tax_regime] or "")
    own = _orders(chart, standard) if mode is Mode.ACCOUNTING else _invoices(chart, standard)
    return {**dict(own), **{("tax", rate): tax_type for rate, tax_type in tax.items()}}


def _orders(chart: Chart, standard: str | None) -> Iterator[tuple[Key, str]]:
    for name, sign in DEFAULTS.items():
        if code := _best(sign, PURPOSES[name], chart, standard):
            yield ("defaults", name), code
    if code := chart.system_account(ROUNDING):
        yield ("defaults", "rounding"), code


def _invoices(chart: Chart, standard: str | None) -> Iterator[tuple[Key, str]]:
    for name, sign in CENTRES.items():
        if code := _best(sign, PURPOSES["account"], chart, standard):
            yield ("cost_centres", name, "account"), code
    if code := chart.system_account(ROUNDING):
        yield ("rounding",), code


def _best(sign: Sign, purpose: Purpose, chart: Chart, tax_type: str | None) -> str | None:
    """Return the account that most speaks for: its name, then revenue, then its code."""
    offered = suitable(purpose, chart, tax_type)
    scored = [(_score(sign, account), account.code) for account in offered]
    ranked = sorted((-score, code) for score, code in scored if score > 0)
    return ranked[0][1] if ranked else None


def _score(sign: Sign, account: Account) -> int:
    """Return how much speaks for an account; 0 when nothing does."""
    found = [place for place, word in enumerate(sign.words) if has_word(account.name, word)]
    by_name = 20 * (len(sign.words) - found[0]) if found else 0
    by_code = 15 if account.code == sign.code else 0
    if not by_name + by_code:
        return 0
    is_income = account.account_class == "REVENUE"
    return by_name + by_code + 40 * is_income - len(account.name.split())


def has_word(name: str, wanted: str) -> bool:
    """Return whether *name* has a word (or words) that is *wanted*, or its plural."""
    return bool(re.search(rf"\b{re.escape(wanted)}s?\b", name, re.IGNORECASE))


def _tax(settings: ConnectionSettings, chart: Chart) -> Iterator[tuple[str, str]]:
    """Yield a tax type for each rate: the regime's own where the organisation has it."""
    usual = REGIME_TAX_TYPES[settings.tax_regime]
    sales = [each for each in chart.tax_rates.values() if each.active and "REVENUE" in each.classes]
    names = {each.tax_type for each in sales}
    for rate in usual or _rates(sales):
        if usual.get(rate) in names:
            yield rate, usual[rate]
        elif found := _tax_type(rate, sales):
            yield rate, found


def _rates(sales: Collection[TaxRate]) -> list[str]:
    return [normal_rate(rate) for rate in sorted({each.rate for each in sales}, reverse=True)]


def _tax_type(rate: str, sales: Collection[TaxRate]) -> str | None:
    """Return the tax type of a rate whose name says most clearly that it is for sales."""
    per_cent = Decimal(0) if rate == EXEMPT else Decimal(rate)
    wanted = (*TAX_WORDS.get(rate, ()), *TAX_USUAL)
    ranked = sorted(
        (_place(each.name, wanted), each.tax_type) for each in sales if each.rate == per_cent
    )
    if not ranked or (ranked[0][0] == len(wanted) and len(ranked) > 1):
        return None
    return ranked[0][1]


def _place(name: str, wanted: tuple[str, ...]) -> int:
    return next((place for place, word in enumerate(wanted) if has_word(name, word)), len(wanted))
