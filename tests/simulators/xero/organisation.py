"""One organisation (Xero's tenant): its settings and everything in its books, in memory.

Records are kept in the shape in which Xero answers them. Indexes by number, name and code stand
beside the lists, because uniqueness is checked for every document.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from tests.simulators.exchange import Json
from tests.simulators.xero.charts import (
    CLASS_OF_TYPE,
    CURRENCY_NAMES,
    PRESETS,
    RATES,
    TRACKING,
    AccountRow,
    Preset,
    TaxRow,
)
from tests.simulators.xero.dates import ms_date

ZERO_ID = "00000000-0000-0000-0000-000000000000"


def new_id() -> str:
    """A fresh identifier, a version 4 UUID."""
    return str(uuid.uuid4())


@dataclass
class Organisation:
    """The books of one organisation. Dates of locks are inclusive: nothing on or before them."""

    tenant_id: str
    name: str
    short_code: str
    preset: Preset
    created: datetime
    currencies: dict[str, str]
    accounts: dict[str, Json]
    tax_rates: dict[str, Json]
    tracking: list[Json]
    branding_themes: list[Json]
    period_lock_date: date | None = None
    end_of_year_lock_date: date | None = None
    contacts: dict[str, Json] = field(default_factory=dict)
    items: dict[str, Json] = field(default_factory=dict)
    invoices: dict[str, Json] = field(default_factory=dict)
    invoice_moments: dict[str, datetime] = field(default_factory=dict)
    contact_moments: dict[str, datetime] = field(default_factory=dict)
    item_moments: dict[str, datetime] = field(default_factory=dict)
    account_moments: dict[str, datetime] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    active_names: dict[str, str] = field(default_factory=dict)
    contact_numbers: dict[str, str] = field(default_factory=dict)
    history: dict[str, list[Json]] = field(default_factory=dict)
    next_number: int = 1
    purchase_orders: dict[str, Json] = field(default_factory=dict)
    purchase_order_moments: dict[str, datetime] = field(default_factory=dict)
    next_purchase_order: int = 1
    made_by_app: set[str] = field(default_factory=set)
    tell: Callable[[str, str], None] = lambda _resource_id, _type: None  # the web hooks
    unique_numbers: bool = True

    @property
    def lock_date(self) -> date | None:
        """The later of the two lock dates, if there is one."""
        locks = [day for day in (self.period_lock_date, self.end_of_year_lock_date) if day]
        return max(locks, default=None)

    def touch_account(self, code: str, now: datetime) -> None:
        """Mark an account as changed."""
        self.account_moments[code] = now
        self.accounts[code]["UpdatedDateUTC"] = ms_date(now)

    def rate_of(self, currency: str) -> Decimal:
        """Units of `currency` for one unit of the base currency, six decimals."""
        rate = RATES.get(currency, Decimal(1)) / RATES[self.preset.base_currency]
        return rate.quantize(Decimal("0.000001"))


def organisation(preset_name: str, name: str, now: datetime) -> Organisation:
    """A new organisation; raises ValueError naming the presets for an unknown one."""
    preset = PRESETS.get(preset_name)
    if preset is None:
        raise ValueError(f"preset is {preset_name!r}; it must be one of {sorted(PRESETS)}")
    org = Organisation(
        tenant_id=new_id(),
        name=name,
        short_code=f"!{uuid.uuid4().hex[:5]}",
        preset=preset,
        created=now,
        currencies={code: CURRENCY_NAMES[code] for code in preset.currencies},
        accounts={row[0]: account(row, now) for row in preset.accounts},
        tax_rates={row[0]: tax_rate(row) for row in preset.tax_rates},
        tracking=[category(name, options) for name, options in TRACKING.items()],
        branding_themes=[branding_theme(now)],
    )
    org.account_moments = dict.fromkeys(org.accounts, now)
    return org


def account(row: AccountRow, now: datetime) -> Json:
    """An account as Xero answers it."""
    code, name, kind, tax, system = row
    return {
        "AccountID": new_id(),
        "Code": code,
        "Name": name,
        "Status": "ACTIVE",
        "Type": kind,
        "TaxType": tax,
        "Class": CLASS_OF_TYPE[kind],
        "SystemAccount": system or None,
        "EnablePaymentsToAccount": False,
        "ShowInExpenseClaims": False,
        "HasAttachments": False,
        "UpdatedDateUTC": ms_date(now),
        "AddToWatchlist": False,
    }


def tax_rate(row: TaxRow) -> Json:
    """A tax rate as Xero answers it."""
    kind, name, rate, report, on_revenue = row
    per_cent = Decimal(rate)
    component = {"Name": "Tax", "Rate": per_cent, "IsCompound": False, "IsNonRecoverable": False}
    return {
        "Name": name,
        "TaxType": kind,
        "ReportTaxType": report,
        "CanApplyToAssets": True,
        "CanApplyToEquity": True,
        "CanApplyToExpenses": True,
        "CanApplyToLiabilities": True,
        "CanApplyToRevenue": on_revenue,
        "DisplayTaxRate": per_cent,
        "EffectiveRate": per_cent,
        "Status": "ACTIVE",
        "TaxComponents": [component],
    }


def category(name: str, options: tuple[str, ...]) -> Json:
    """A tracking category with its options as Xero answers it."""
    return {
        "Name": name,
        "Status": "ACTIVE",
        "TrackingCategoryID": new_id(),
        "Options": [
            {"TrackingOptionID": new_id(), "Name": option, "Status": "ACTIVE"} for option in options
        ],
    }


def branding_theme(now: datetime) -> Json:
    """The standard branding theme."""
    return {
        "BrandingThemeID": new_id(),
        "Name": "Standard",
        "Type": "INVOICE",
        "SortOrder": 0,
        "CreatedDateUTC": ms_date(now),
    }
