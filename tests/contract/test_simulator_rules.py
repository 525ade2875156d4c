"""Every rule of an invoice, one by one, in Xero's words; the request itself is always well formed
unless a field is longer than the description allows.
"""

from typing import Any

import pytest

from tests.contract.exchanges import Xero, invoice, line

VALID_TAX = "does not exist or cannot be used for this type of transaction."

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (
        "unknown account",
        {"LineItems": [line(AccountCode="999")]},
        "Account code '999' is not a valid code for this document.",
    ),
    (
        "control account",
        {"LineItems": [line(AccountCode="610", TaxType="NONE")]},
        "Account code '610' is not a valid code for this document.",
    ),
    (
        "bank account",
        {"LineItems": [line(AccountCode="090", TaxType="NONE")]},
        "Account code '090' is not a valid code for this document.",
    ),
    (
        "unknown tax type",
        {"LineItems": [line(TaxType="OUTPUT9")]},
        f"The TaxType code 'OUTPUT9' {VALID_TAX}",
    ),
    (
        "purchase tax on sales",
        {"LineItems": [line(TaxType="INPUT2")]},
        "The TaxType code 'INPUT2' cannot be used with account code '200'.",
    ),
    (
        "currency not enabled",
        {"CurrencyCode": "NOK"},
        "Organisation is not subscribed to currency NOK",
    ),
    ("no contact", {"Contact": {}}, "A Contact must be specified for this type of transaction"),
    (
        "unknown contact",
        {"Contact": {"ContactID": "7f3b3c1e-6c4f-4c7c-9d53-000000000000"}},
        "The contact with the specified contact details could not be found.",
    ),
    ("no lines", {"LineItems": []}, "One or more line items must be specified"),
    (
        "no description",
        {"LineItems": [line(Description="")]},
        "Description is required for each line item.",
    ),
    ("no account", {"LineItems": [line(AccountCode=None)]}, "Account code must be specified"),
    ("no due date", {"DueDate": None}, "The DueDate must be specified for approved invoices."),
    (
        "paid at once",
        {"Status": "PAID"},
        "Invoice not of valid status for creation",
    ),
    (
        "wrong line amount",
        {"LineItems": [line(LineAmount=100)]},
        "The line total 100.00 does not match the expected line total 10.00",
    ),
    ("wrong total", {"Total": 99}, "The document Total 99 does not match the expected Total 12.00"),
    (
        "negative total",
        {"LineItems": [line(UnitAmount=-5)]},
        "The total for this document must be greater than or equal to zero.",
    ),
    (
        "discount above the line",
        {"LineItems": [line(DiscountAmount=10.01)]},
        "The discount amount cannot be greater than the line total.",
    ),
    (
        "two kinds of discount",
        {"LineItems": [line(DiscountAmount=1, DiscountRate=1)]},
        "Only one of DiscountRate or DiscountAmount can be specified.",
    ),
    (
        "discount rate above 100",
        {"LineItems": [line(DiscountRate=101)]},
        "DiscountRate must be between 0 and 100.",
    ),
    (
        "discount on a bill",
        {"Type": "ACCPAY", "LineItems": [line(DiscountRate=10, TaxType="NONE")]},
        "Discounts are only supported on ACCREC invoices.",
    ),
    ("unknown item", {"LineItems": [line(ItemCode="NOPE")]}, "Item code 'NOPE' is not valid"),
    (
        "unknown tracking option",
        {"LineItems": [line(Tracking=[{"Name": "Warehouse", "Option": "Mars"}])]},
        "The tracking option 'Mars' of category 'Warehouse' does not exist or is not active.",
    ),
    (
        "tracking category twice",
        {
            "LineItems": [
                line(
                    Tracking=[
                        {"Name": "Warehouse", "Option": "Leeds"},
                        {"Name": "Warehouse", "Option": "Bristol"},
                    ]
                )
            ]
        },
        "A tracking category can be specified only once for each line item.",
    ),
    ("relative link", {"Url": "orders/7"}, "Url must be a valid absolute Url."),
    (
        "unknown branding theme",
        {"BrandingThemeID": "7f3b3c1e-6c4f-4c7c-9d53-000000000000"},
        "The branding theme with the specified BrandingThemeID could not be found.",
    ),
    ("unreadable date", {"Date": "2026-02-30"}, "Date '2026-02-30' is not a valid date."),
    (
        "id of its own",
        {"InvoiceID": "7f3b3c1e-6c4f-4c7c-9d53-000000000000"},
        "InvoiceID must not be specified when creating an invoice.",
    ),
]

TOO_LONG: list[tuple[str, dict[str, Any]]] = [
    ("InvoiceNumber", {"InvoiceNumber": "N" * 256}),
    ("Reference", {"Reference": "R" * 256}),
    ("Description", {"LineItems": [line(Description="D" * 4001)]}),
    ("Name", {"Contact": {"Name": "C" * 256}}),
    ("ContactNumber", {"Contact": {"Name": "C", "ContactNumber": "C" * 51}}),
]


def without_nothing(document: dict[str, Any]) -> dict[str, Any]:
    """The document without fields set to None, also in its lines."""
    kept = {name: value for name, value in document.items() if value is not None}
    lines = [
        {name: value for name, value in each.items() if value is not None}
        for each in kept["LineItems"]
    ]
    return {**kept, "LineItems": lines}


@pytest.mark.parametrize(
    ("changes", "message"),
    [(changes, message) for _, changes, message in REFUSED],
    ids=[name for name, _, _ in REFUSED],
)
def test_a_rule_is_refused_in_xeros_words(
    xero: Xero, changes: dict[str, Any], message: str
) -> None:
    """Given an invoice wrong in one point, that point is named and nothing is stored."""
    assert message in xero.refusal(without_nothing(invoice(**changes)))
    assert xero.admin("GET", f"/invoices?tenant_id={xero.tenant}") == []


@pytest.mark.parametrize(("field", "changes"), TOO_LONG, ids=[name for name, _ in TOO_LONG])
def test_a_field_over_its_length_is_refused(
    xero: Xero, field: str, changes: dict[str, Any]
) -> None:
    """Lengths are those of the description; the request breaks it on purpose."""
    messages = xero.refusal(invoice(**changes), request_ok=False)
    assert any(field in message and "length" in message for message in messages)


def test_three_tracking_elements(xero: Xero) -> None:
    """A third category exists, but a line takes two."""
    xero.tell("tracking", {"Name": "Season", "Options": ["Winter"]})
    tracking = [
        {"Name": "Warehouse", "Option": "Leeds"},
        {"Name": "Channel", "Option": "eBay"},
        {"Name": "Season", "Option": "Winter"},
    ]
    refused = xero.refusal(invoice(LineItems=[line(Tracking=tracking)]))
    assert refused == ["A maximum of two tracking elements can be specified for each line item."]


def test_an_archived_account(xero: Xero) -> None:
    """An account archived after it was mapped stops the document."""
    xero.tell("accounts/200", {"Status": "ARCHIVED"})
    archived = "Account code '200' has been archived, or has been deleted."
    assert xero.refusal(invoice()) == [f"{archived} Each line item must reference a valid account."]


def test_a_deleted_tax_rate(xero: Xero) -> None:
    """A tax rate deleted after it was mapped stops the document."""
    xero.tell("tax-rates", {"TaxType": "OUTPUT2", "Status": "DELETED"})
    assert xero.refusal(invoice()) == [f"The TaxType code 'OUTPUT2' {VALID_TAX}"]


@pytest.mark.parametrize(
    ("day", "refused"), [("2026-11-01", True), ("2026-11-02", True), ("2026-11-03", False)]
)
@pytest.mark.parametrize("lock", ["period", "end_of_year"])
def test_lock_dates_are_inclusive(xero: Xero, lock: str, day: str, refused: bool) -> None:
    """Nothing may be dated on or before a lock date."""
    xero.tell("lock-date", {lock: "2026-11-02"})
    messages = xero.refusal(invoice(Date=day))
    assert bool(messages) is refused
    assert all("lock date, currently set at 2 November 2026" in each for each in messages)


def test_an_archived_contact(xero: Xero) -> None:
    """By id an archived contact is refused; by name a new one is made."""
    contact = xero.put_invoice(invoice())["Contact"]["ContactID"]
    xero.tell(f"contacts/{contact}", {"ContactStatus": "ARCHIVED"})
    by_id = xero.refusal(invoice(InvoiceNumber="MS-2", Contact={"ContactID": contact}))
    assert "has been archived" in by_id[0]
    assert xero.refusal(invoice(InvoiceNumber="MS-3")) == []


def test_a_draft_may_be_incomplete(xero: Xero) -> None:
    """A draft needs neither due date nor account."""
    draft = without_nothing(
        invoice(Status="DRAFT", DueDate=None, LineItems=[line(AccountCode=None)])
    )
    assert xero.refusal(draft) == []
