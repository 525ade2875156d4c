"""Charts of accounts, tax rates, tracking and currencies of the sample organisations, as tables.

They resemble the charts that a new Xero organisation starts with in the United Kingdom and in
Australia, plus a few accounts a warehouse needs. Which account classes a tax type may be used with
is flags per rate, as in Xero: sales rates everywhere, purchase rates not on revenue.
"""

from dataclasses import dataclass
from decimal import Decimal

# code, name, type, tax type, system account
AccountRow = tuple[str, str, str, str, str]
# tax type, name, rate in per cent, report tax type, usable on revenue
TaxRow = tuple[str, str, str, str, bool]

CLASS_OF_TYPE = {
    "BANK": "ASSET",
    "CURRENT": "ASSET",
    "FIXED": "ASSET",
    "INVENTORY": "ASSET",
    "NONCURRENT": "ASSET",
    "PREPAYMENT": "ASSET",
    "EQUITY": "EQUITY",
    "DEPRECIATN": "EXPENSE",
    "DIRECTCOSTS": "EXPENSE",
    "EXPENSE": "EXPENSE",
    "OVERHEADS": "EXPENSE",
    "CURRLIAB": "LIABILITY",
    "LIABILITY": "LIABILITY",
    "TERMLIAB": "LIABILITY",
    "OTHERINCOME": "REVENUE",
    "REVENUE": "REVENUE",
    "SALES": "REVENUE",
}

UK_ACCOUNTS: tuple[AccountRow, ...] = (
    ("090", "Business Bank Account", "BANK", "NONE", ""),
    ("200", "Sales", "REVENUE", "OUTPUT2", ""),
    ("201", "Sales - Marketplaces", "REVENUE", "OUTPUT2", ""),
    ("205", "Sales - Gifts", "REVENUE", "OUTPUT2", ""),
    ("210", "Picking and Packing", "REVENUE", "OUTPUT2", ""),
    ("211", "Postage Recharged", "REVENUE", "OUTPUT2", ""),
    ("212", "Packaging Recharged", "REVENUE", "OUTPUT2", ""),
    ("213", "Storage", "REVENUE", "OUTPUT2", ""),
    ("214", "Returns Handling", "REVENUE", "OUTPUT2", ""),
    ("215", "Collections", "REVENUE", "OUTPUT2", ""),
    ("216", "Goods In", "REVENUE", "OUTPUT2", ""),
    ("217", "Rework", "REVENUE", "OUTPUT2", ""),
    ("218", "Admin Fees", "REVENUE", "OUTPUT2", ""),
    ("260", "Other Revenue", "REVENUE", "OUTPUT2", ""),
    ("270", "Interest Income and Discounts", "REVENUE", "OUTPUT2", ""),
    ("310", "Cost of Goods Sold", "DIRECTCOSTS", "INPUT2", ""),
    ("320", "Direct Wages", "DIRECTCOSTS", "NONE", ""),
    ("325", "Direct Expenses", "DIRECTCOSTS", "INPUT2", ""),
    ("400", "Advertising & Marketing", "OVERHEADS", "INPUT2", ""),
    ("404", "Bank Fees", "OVERHEADS", "EXEMPTINPUT", ""),
    ("425", "Postage, Freight & Courier", "OVERHEADS", "INPUT2", ""),
    ("429", "General Expenses", "OVERHEADS", "INPUT2", ""),
    ("469", "Rent", "OVERHEADS", "INPUT2", ""),
    ("497", "Bank Revaluations", "EXPENSE", "NONE", "BANKCURRENCYGAIN"),
    ("498", "Unrealised Currency Gains", "EXPENSE", "NONE", "UNREALISEDCURRENCYGAIN"),
    ("499", "Realised Currency Gains", "EXPENSE", "NONE", "REALISEDCURRENCYGAIN"),
    ("610", "Accounts Receivable", "CURRENT", "NONE", "DEBTORS"),
    ("620", "Prepayments", "CURRENT", "NONE", ""),
    ("630", "Inventory", "INVENTORY", "NONE", ""),
    ("710", "Office Equipment", "FIXED", "INPUT2", ""),
    ("800", "Accounts Payable", "CURRLIAB", "NONE", "CREDITORS"),
    ("801", "Unpaid Expense Claims", "CURRLIAB", "NONE", "UNPAIDEXPCLM"),
    ("820", "VAT", "CURRLIAB", "NONE", "GST"),
    ("840", "Historical Adjustment", "CURRLIAB", "NONE", "HISTORICAL"),
    ("860", "Rounding", "CURRLIAB", "NONE", "ROUNDING"),
    ("877", "Tracking Transfers", "CURRLIAB", "NONE", "TRACKINGTRANSFERS"),
    ("960", "Retained Earnings", "EQUITY", "NONE", "RETAINEDEARNINGS"),
)

UK_TAX_RATES: tuple[TaxRow, ...] = (
    ("OUTPUT2", "20% (VAT on Income)", "20", "OUTPUT", True),
    ("RROUTPUT", "5% (VAT on Income)", "5", "OUTPUT", True),
    ("ZERORATEDOUTPUT", "Zero Rated Income", "0", "OUTPUT", True),
    ("EXEMPTOUTPUT", "Exempt Income", "0", "EXEMPTOUTPUT", True),
    ("ECZROUTPUT", "Zero Rated EC Goods Income", "0", "ECOUTPUT", True),
    ("NONE", "No VAT", "0", "NONE", True),
    ("INPUT2", "20% (VAT on Expenses)", "20", "INPUT", False),
    ("RRINPUT", "5% (VAT on Expenses)", "5", "INPUT", False),
    ("ZERORATEDINPUT", "Zero Rated Expenses", "0", "INPUT", False),
    ("EXEMPTINPUT", "Exempt Expenses", "0", "EXEMPTINPUT", False),
)

AU_TAX_RATES: tuple[TaxRow, ...] = (
    ("OUTPUT", "GST on Income", "10", "OUTPUT", True),
    ("EXEMPTOUTPUT", "GST Free Income", "0", "EXEMPTOUTPUT", True),
    ("EXEMPTEXPORT", "GST Free Exports", "0", "EXEMPTEXPORT", True),
    ("BASEXCLUDED", "BAS Excluded", "0", "BASEXCLUDED", True),
    ("INPUT", "GST on Expenses", "10", "INPUT", False),
    ("EXEMPTEXPENSES", "GST Free Expenses", "0", "EXEMPTEXPENSES", False),
    ("GSTONIMPORTS", "GST on Imports", "0", "GSTONIMPORTS", False),
)

_AU_DEFAULTS = {
    "OUTPUT2": "OUTPUT",
    "INPUT2": "INPUT",
    "NONE": "BASEXCLUDED",
    "EXEMPTINPUT": "EXEMPTEXPENSES",
}
AU_ACCOUNTS: tuple[AccountRow, ...] = tuple(
    (code, "GST" if name == "VAT" else name, kind, _AU_DEFAULTS[tax], system)
    for code, name, kind, tax, system in UK_ACCOUNTS
)

TRACKING = {"Warehouse": ("Leeds", "Bristol"), "Channel": ("eBay", "Amazon", "Shopify")}

CURRENCY_NAMES = {
    "AUD": "Australian Dollar",
    "CAD": "Canadian Dollar",
    "EUR": "Euro",
    "GBP": "British Pound",
    "NZD": "New Zealand Dollar",
    "USD": "United States Dollar",
}


@dataclass(frozen=True)
class Preset:
    """What a sample organisation starts with."""

    country: str
    version: str
    base_currency: str
    time_zone: str
    accounts: tuple[AccountRow, ...]
    tax_rates: tuple[TaxRow, ...]
    currencies: tuple[str, ...]
    no_tax: str


PRESETS = {
    "uk": Preset(
        "GB",
        "UK",
        "GBP",
        "GMTSTANDARDTIME",
        UK_ACCOUNTS,
        UK_TAX_RATES,
        ("GBP", "EUR", "USD"),
        "NONE",
    ),
    "au": Preset(
        "AU",
        "AU",
        "AUD",
        "AUSEASTERNSTANDARDTIME",
        AU_ACCOUNTS,
        AU_TAX_RATES,
        ("AUD", "GBP", "EUR", "USD"),
        "BASEXCLUDED",
    ),
}

# Units of a currency for one unit of the base currency; fixed, so that tests can tell what comes.
RATES = {"GBP": Decimal("1"), "EUR": Decimal("1.17"), "USD": Decimal("1.31"), "AUD": Decimal("2")}
