"""A small organisation's books, and documents built from a few words, for the mapping's tests."""

from decimal import Decimal
from typing import Any

from schemas.connections import ConnectionSettings, Mapping, Mode
from schemas.invoices import InvoiceFinalisedV1
from schemas.mintsoft import Order
from workers.mapping.chart import Chart
from workers.mapping.context import Context
from workers.mapping.decisions import Decision, Post, Wait
from workers.mapping.drafts import LineDraft
from workers.mapping.reasons import Reason

Json = dict[str, Any]

EVERY_CLASS = {
    f"CanApplyTo{each}": True for each in ("Assets", "Equity", "Expenses", "Liabilities", "Revenue")
}


def account(code: str, name: str, account_class: str = "REVENUE", **more: Any) -> Json:
    return {"Code": code, "Name": name, "Class": account_class, "Status": "ACTIVE", **more}


def tax_rate(tax_type: str, rate: str, **more: Any) -> Json:
    flags = {**EVERY_CLASS, "CanApplyToExpenses": False}
    body = {"TaxType": tax_type, "Name": tax_type.title(), "EffectiveRate": Decimal(rate)}
    return {**body, **flags, "Status": "ACTIVE", **more}


ORGANISATION: Json = {
    "Name": "Acme Tea Ltd",
    "ShortCode": "!acme1",
    "BaseCurrency": "GBP",
    "CountryCode": "GB",
    "PeriodLockDate": "/Date(1767139200000+0000)/",  # 31 December 2025
}

ACCOUNTS = [
    account("200", "Sales"),
    account("201", "Sales eBay"),
    account("205", "Gifts"),
    account("270", "Discounts given"),
    account("310", "Cost of goods", "EXPENSE"),
    account("425", "Postage charged"),
    account("429", "Sundries", "EXPENSE"),
    account("499", "Old sales", Status="ARCHIVED"),
    account("610", "Debtors", "ASSET", SystemAccount="DEBTORS"),
    account("630", "Stock", "ASSET", Type="INVENTORY"),
    account("860", "Rounding", "EXPENSE", SystemAccount="ROUNDING"),
    {"Name": "Bank without a code", "Class": "ASSET", "Type": "BANK", "Status": "ACTIVE"},
]

TAX_RATES = [
    tax_rate("OUTPUT2", "20.0000"),
    tax_rate("RROUTPUT", "5"),
    tax_rate("ZERORATEDOUTPUT", "0"),
    tax_rate("EXEMPTOUTPUT", "0"),
    tax_rate("OUTPUT", "10"),
    tax_rate("OLDOUTPUT", "17.5", Status="DELETED"),
    tax_rate("NONE", "0", CanApplyToExpenses=True),
]

TRACKING = [
    {"Name": "Warehouse", "Status": "ACTIVE", "Options": [{"Name": "Leeds", "Status": "ACTIVE"}]},
    {
        "Name": "Channel",
        "Status": "ACTIVE",
        "Options": [
            {"Name": "eBay", "Status": "ACTIVE"},
            {"Name": "Amazon", "Status": "ACTIVE"},
            {"Name": "Fax", "Status": "ARCHIVED"},
        ],
    },
    {"Name": "Region", "Status": "ACTIVE", "Options": [{"Name": "North", "Status": "ACTIVE"}]},
]

CURRENCIES = [{"Code": "GBP"}, {"Code": "EUR"}, {"Code": "USD"}]


def chart(
    organisation: Json | None = None, accounts: list[Json] | None = None, rates: Any = TAX_RATES
) -> Chart:
    body = {**ORGANISATION, **(organisation or {})}
    return Chart.from_xero(body, accounts or ACCOUNTS, rates, TRACKING, CURRENCIES)


CHART = chart()
DEFAULTS = {"sales": "200", "purchases": "310", "shipping": "425", "discount": "270"}
COST_CENTRES = {
    "PickingCost": {"account": "200"},
    "PostageCost": {"account": "425"},
    "VatFreePostageCost": {"account": "425"},
    "StorageCost": {"account": "201"},
}


def context(
    mapping: Json | None = None,
    settings: Json | None = None,
    *,
    mode: Mode = Mode.ACCOUNTING,
    books: Chart = CHART,
    **more: Any,
) -> Context:
    """Return a connection's context; the *mapping* given replaces the usual one key by key."""
    usual = {"defaults": DEFAULTS} if mode is Mode.ACCOUNTING else {"cost_centres": COST_CENTRES}
    return Context(
        mode,
        ConnectionSettings.model_validate(settings or {}),
        Mapping.model_validate({**usual, **(mapping or {})}),
        books,
        "https://acme.mintsoft.example/",
        **more,
    )


def fulfilment(mapping: Json | None = None, settings: Json | None = None, **more: Any) -> Context:
    return context(mapping, settings, mode=Mode.FULFILMENT, **more)


def item(sku: str = "TEA-01", **more: Any) -> Json:
    """Return an order line: 1 x 10.00 net at 20 %, unless said otherwise."""
    usual = {"SKU": sku, "Details": f"Details of {sku}", "Quantity": 1, "PriceNet": 10}
    return {**usual, "TaxRate": 20, **more}


def order(*items: Json, total: str = "12.00", **more: Any) -> Order:
    usual = {
        "ID": 4711,
        "ClientId": 3,
        "OrderNumber": "SO-1001",
        "ExternalOrderReference": "WEB-77",
        "DespatchDate": "2026-11-20T17:30:00",
        "LastUpdated": "2026-11-21T08:00:00",
        "FirstName": "Zoë",
        "LastName": "O'Neil",
        "Email": "zoe@example.com",
        "Currency": {"Code": "GBP"},
        "TotalOrderGross": Decimal(total),
        "OrderItems": list(items),
    }
    return Order.model_validate({**usual, **more})


def invoice(client: Json | None = None, currency: str | None = "GBP", **costs: Any) -> Any:
    head = {"ID": 88, "ClientId": 3, "Date": "2026-11-20T00:00:00", "Name": "November"}
    usual_client = {"ID": 3, "Name": "Borealis Toys", "ContactEmail": "ap@borealis.example"}
    return InvoiceFinalisedV1.model_validate(
        {
            "Invoice": {**head, "LastUpdated": "2026-11-21T08:00:00", **costs},
            "Client": {**usual_client, **(client or {})},
            "CurrencyCode": currency,
        }
    )


def posted(decision: Decision) -> Post:
    """Return *decision* as a Post; its reason is the failure's message when it is none."""
    assert isinstance(decision, Post), decision
    return decision


def waits(decision: Decision) -> Reason:
    assert isinstance(decision, Wait), decision
    return decision.reason


def line_of(decision: Decision, label: str) -> LineDraft:
    """Return the one line named *label*."""
    (found,) = (line for line in posted(decision).invoice.lines if line.label == label)
    return found
