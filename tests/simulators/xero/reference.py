"""What an integration reads and never writes: organisation, accounts, tax rates, tracking."""

from tests.simulators.exchange import Answer, Json
from tests.simulators.xero.asking import Asking, found, not_modified
from tests.simulators.xero.dates import ms_date
from tests.simulators.xero.organisation import Organisation
from tests.simulators.xero.problems import not_found
from tests.simulators.xero.searching import filtered, ordered


def list_accounts(asking: Asking) -> Answer:
    """GET /Accounts."""
    since, org = asking.since, asking.org
    rows = [
        account
        for code, account in org.accounts.items()
        if since is None or org.account_moments[code] > since
    ]
    if since and not rows:
        return not_modified()
    return found(asking, "Accounts", ordered(asking, filtered(asking, rows)))


def get_account(asking: Asking, key: str) -> Answer:
    """GET /Accounts/{id}."""
    rows = [each for each in asking.org.accounts.values() if each["AccountID"] == key.lower()]
    return found(asking, "Accounts", rows) if rows else not_found()


def list_tax_rates(asking: Asking) -> Answer:
    """GET /TaxRates."""
    return found(asking, "TaxRates", filtered(asking, list(asking.org.tax_rates.values())))


def list_tracking(asking: Asking) -> Answer:
    """GET /TrackingCategories: active ones unless archived ones are asked for."""
    archived = asking.flag("includearchived")
    rows = [each for each in asking.org.tracking if archived or each["Status"] == "ACTIVE"]
    return found(asking, "TrackingCategories", filtered(asking, rows))


def list_currencies(asking: Asking) -> Answer:
    """GET /Currencies: those the organisation has enabled."""
    rows = [{"Code": code, "Description": text} for code, text in asking.org.currencies.items()]
    return found(asking, "Currencies", filtered(asking, rows))


def list_branding_themes(asking: Asking) -> Answer:
    """GET /BrandingThemes."""
    return found(asking, "BrandingThemes", asking.org.branding_themes)


def get_organisation(asking: Asking) -> Answer:
    """GET /Organisation: a list of one."""
    return found(asking, "Organisations", [organisation_view(asking.org)])


def organisation_view(org: Organisation) -> Json:
    """The organisation as Xero answers it."""
    preset = org.preset
    period, year = org.period_lock_date, org.end_of_year_lock_date
    return {
        "Name": org.name,
        "LegalName": org.name,
        "PaysTax": True,
        "Version": preset.version,
        "OrganisationType": "COMPANY",
        "OrganisationEntityType": "COMPANY",
        "BaseCurrency": preset.base_currency,
        "CountryCode": preset.country,
        "IsDemoCompany": False,
        "OrganisationStatus": "ACTIVE",
        "FinancialYearEndDay": 31,
        "FinancialYearEndMonth": 3,
        "SalesTaxBasis": "ACCRUALS",
        "SalesTaxPeriod": "QUARTERLY",
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Exclusive",
        "PeriodLockDate": ms_date(period) if period else None,
        "EndOfYearLockDate": ms_date(year) if year else None,
        "CreatedDateUTC": ms_date(org.created),
        "Timezone": preset.time_zone,
        "ShortCode": org.short_code,
        "OrganisationID": org.tenant_id,
        "Edition": "BUSINESS",
        "Class": "PREMIUM",
        "Addresses": [],
        "Phones": [],
        "ExternalLinks": [],
        "PaymentTerms": {},
    }
