"""What Xero would refuse, found before a call is spent on it.

Accounts must exist, be ACTIVE, free for use and of a class that takes the tax type; tax types
and tracking active; the currency enabled; the date after the lock dates.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from workers.mapping.chart import Account, Chart, TaxRate
from workers.mapping.currencies import XERO_CURRENCIES
from workers.mapping.drafts import ItemDraft, LineDraft
from workers.mapping.reasons import Reason, reason
from workers.mapping.tracking import MOST, Choices


def check_lines(lines: Iterable[LineDraft], chart: Chart) -> list[Reason]:
    """Return everything Xero would refuse about *lines*, each cause once."""
    found: dict[tuple[object, ...], list[Reason]] = {}
    for line in lines:
        pair = (line.account, line.tax_type)
        if pair not in found:
            found[pair] = check_pair(*pair, line.label, chart)
        if line.tracking not in found:
            found[line.tracking] = check_tracking(line.tracking, line.label, chart)
    return [each for reasons in found.values() for each in reasons]


def check_items(items: Iterable[ItemDraft], chart: Chart) -> list[Reason]:
    """Return what is wrong with the purchases accounts of *items*, each account once."""
    first = {each.purchases_account: each.code for each in items if each.purchases_account}
    return [
        problem
        for account, code in first.items()
        for problem in check_account(account, f"purchases of SKU {code}", chart)
    ]


def check_pair(account: str, tax_type: str, what: str, chart: Chart) -> list[Reason]:
    """Return what is wrong with a line of *account* and *tax_type*."""
    problems = [*check_account(account, what, chart), *check_tax_type(tax_type, what, chart)]
    return problems or list(_unsuitable(chart.accounts[account], chart.tax_rates[tax_type], what))


def check_account(code: str, what: str, chart: Chart) -> Iterator[Reason]:
    """Yield why invoices can't use account *code*."""
    account = chart.accounts.get(code)
    if account is None:
        yield reason("account_missing", account=code, what=what)
    elif not account.active:
        yield reason("account_archived", account=code, name=account.name, what=what)
    elif account.reserved:
        yield reason(
            "account_reserved", account=code, name=account.name, what=what, kind=account.reserved
        )


def check_tax_type(tax_type: str, what: str, chart: Chart) -> Iterator[Reason]:
    """Yield why invoices can't use *tax_type*."""
    rate = chart.tax_rates.get(tax_type)
    if rate is None:
        yield reason("tax_type_missing", tax_type=tax_type, what=what)
    elif not rate.active:
        yield reason("tax_type_inactive", tax_type=tax_type, name=rate.name, what=what)


def check_tracking(choices: Choices, what: str, chart: Chart) -> list[Reason]:
    """Return what is wrong with the tracking of a line."""
    problems = [
        reason("tracking_missing", category=each.category, option=each.option)
        for each in choices
        if each.option not in chart.tracking.get(each.category, ())
    ]
    if len(choices) > MOST:
        categories = ", ".join(each.category for each in choices)
        problems.append(reason("tracking_too_many", what=what, categories=categories))
    return problems


def check_currency(currency: str, chart: Chart) -> Iterator[Reason]:
    """Yield why the organisation can't take a document in *currency*."""
    if currency not in XERO_CURRENCIES:
        yield reason("currency_unknown", currency=currency or "(empty)")
    elif currency not in chart.currencies:
        enabled = ", ".join(sorted(chart.currencies))
        name = chart.organisation.name
        yield reason("currency_not_enabled", currency=currency, organisation=name, enabled=enabled)


def check_date(day: date, chart: Chart) -> Iterator[Reason]:
    """Yield why the books take no document of *day*: they are locked up to and including it."""
    lock = chart.organisation.lock_date
    if lock and day <= lock:
        name = chart.organisation.name
        yield reason("date_locked", date=_words(day), organisation=name, lock_date=_words(lock))


def _unsuitable(account: Account, rate: TaxRate, what: str) -> Iterator[Reason]:
    if not rate.suits(account):
        yield reason(
            "account_unsuitable",
            account=account.code,
            name=account.name,
            what=what,
            kind=account.account_class,
            tax_type=rate.tax_type,
        )


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
