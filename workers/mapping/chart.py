"""What an organisation's books allow: accounts, tax rates, tracking, currencies, lock dates.

Built once from Xero's own JSON, so that a document Xero would refuse is stopped before it
costs a call. As old as the last refresh: Xero stays the judge.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

Json = Mapping[str, Any]

ROUNDING = "ROUNDING"
"""Xero's name of the system account for rounding differences."""

ALLOWED_CLASS = {
    "ASSET": "CanApplyToAssets",
    "EQUITY": "CanApplyToEquity",
    "EXPENSE": "CanApplyToExpenses",
    "LIABILITY": "CanApplyToLiabilities",
    "REVENUE": "CanApplyToRevenue",
}
"""The flag of a tax rate that says whether accounts of a class may use it."""

_RESERVED_TYPES = frozenset({"BANK", "INVENTORY"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_XERO_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")


@dataclass(frozen=True, slots=True)
class Account:
    """An account; ``account_class`` is Xero's class, such as REVENUE."""

    code: str
    name: str
    account_class: str
    type: str
    active: bool
    system: str | None

    @property
    def reserved(self) -> str | None:
        """Return what Xero keeps the account for, when invoice lines can't use it."""
        if self.system and self.system != ROUNDING:
            return self.system
        return self.type if self.type in _RESERVED_TYPES else None


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax type; ``rate`` in per cent; ``classes`` are the account classes that may use it."""

    tax_type: str
    name: str
    rate: Decimal
    active: bool
    classes: frozenset[str]

    def suits(self, account: Account) -> bool:
        """Return whether a line on *account* may have this tax type."""
        return account.account_class in self.classes


@dataclass(frozen=True, slots=True)
class Organisation:
    """The organisation; ``lock_date`` is the later of its two, up to and including that day."""

    name: str
    short_code: str | None
    base_currency: str
    country: str | None
    lock_date: date | None


@dataclass(frozen=True)
class Chart:
    """All of it; ``tracking`` has the active options of each active category."""

    organisation: Organisation
    accounts: Mapping[str, Account]
    tax_rates: Mapping[str, TaxRate]
    tracking: Mapping[str, frozenset[str]]
    currencies: frozenset[str]

    @classmethod
    def from_xero(
        cls,
        organisation: Json,
        accounts: Iterable[Json],
        tax_rates: Iterable[Json],
        tracking: Iterable[Json],
        currencies: Iterable[Json],
    ) -> "Chart":
        """Read the elements of Xero's answers to GET /Organisation, /Accounts, and so on."""
        books = _organisation(organisation)
        return cls(
            books,
            _accounts(accounts),
            {rate.tax_type: rate for rate in map(_tax_rate, tax_rates)},
            {each["Name"]: _options(each) for each in tracking if _active(each)},
            frozenset(each["Code"] for each in currencies) | {books.base_currency},
        )

    @cached_property
    def rates(self) -> dict[str, Decimal]:
        """Return the rate in per cent of each tax type."""
        return {tax_type: each.rate for tax_type, each in self.tax_rates.items()}

    def system_account(self, name: str) -> str | None:
        """Return the code of the active account that Xero marks as *name*, if there is one."""
        found = (each.code for each in self.accounts.values() if each.system == name)
        return next((code for code in found if self.accounts[code].active), None)


def xero_date(text: str | None) -> date | None:
    """Return the day of Xero's ``/Date(ms+0000)/`` (milliseconds UTC) or of an ISO date.

    Raises ValueError when *text* is neither.
    """
    if not text:
        return None
    if found := _XERO_DATE.fullmatch(text):
        return (_EPOCH + timedelta(milliseconds=int(found[1]))).date()
    return datetime.fromisoformat(text).date()


def _organisation(body: Json) -> Organisation:
    locks = [xero_date(body.get(field)) for field in ("PeriodLockDate", "EndOfYearLockDate")]
    return Organisation(
        body.get("Name", ""),
        body.get("ShortCode"),
        body["BaseCurrency"],
        body.get("CountryCode"),
        max((lock for lock in locks if lock), default=None),
    )


def _accounts(bodies: Iterable[Json]) -> dict[str, Account]:
    """Key accounts by code; an active one hides an archived one with the same code."""
    found = [_account(body) for body in bodies if body.get("Code")]
    return {each.code: each for each in sorted(found, key=lambda each: each.active)}


def _account(body: Json) -> Account:
    return Account(
        body["Code"],
        body.get("Name", ""),
        body.get("Class", ""),
        body.get("Type", ""),
        _active(body),
        body.get("SystemAccount") or None,
    )


def _tax_rate(body: Json) -> TaxRate:
    return TaxRate(
        body["TaxType"],
        body.get("Name", ""),
        Decimal(str(body.get("EffectiveRate", 0))),
        _active(body),
        frozenset(name for name, flag in ALLOWED_CLASS.items() if body.get(flag)),
    )


def _options(category: Json) -> frozenset[str]:
    return frozenset(each["Name"] for each in category.get("Options", ()) if _active(each))


def _active(body: Json) -> bool:
    return bool(body.get("Status", "ACTIVE") == "ACTIVE")
