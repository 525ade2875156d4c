"""Xero's usual messages are understood; an unknown one is told in Xero's words."""

import pytest

from workers.mapping.reasons import Cure
from workers.xero.reasons import all_codes, already_there, reason_of

CASES = [
    ("Invoice # must be unique.", "xero_number_taken", Cure.PERSON),
    (
        (
            "Account code '200' has been archived, or deleted. Each line item must reference a "
            "valid account."
        ),
        "xero_account_archived",
        Cure.XERO,
    ),
    (
        "Account code '200' is not a valid code for this document.",
        "xero_account_invalid",
        Cure.MAPPING,
    ),
    ("Account code must be specified.", "xero_account_invalid", Cure.MAPPING),
    ("Account must be valid.", "xero_account_invalid", Cure.MAPPING),
    (
        "The TaxType code 'INPUT2' cannot be used with account code '200'.",
        "xero_tax_not_for_account",
        Cure.MAPPING,
    ),
    (
        (
            "The TaxType code GST on Income does not exist or cannot be used for this type of "
            "transaction."
        ),
        "xero_tax_type_invalid",
        Cure.MAPPING,
    ),
    ("Tax rate must be valid.", "xero_tax_type_invalid", Cure.MAPPING),
    (
        (
            "The contact with the specified contact details has been archived. The contact must be "
            "un-archived before creating new invoices or credit notes."
        ),
        "xero_contact_archived",
        Cure.XERO,
    ),
    (
        (
            "The contact name Jo is already assigned to another contact. The contact name must be "
            "unique across all active contacts."
        ),
        "xero_contact_taken",
        Cure.XERO,
    ),
    ("Organisation is not subscribed to currency EUR", "xero_currency_not_enabled", Cure.XERO),
    (
        "The current organisation is not subscribed to currency 'EUR'.",
        "xero_currency_not_enabled",
        Cure.XERO,
    ),
    (
        (
            "The document date cannot be before the end of year lock date, currently set at "
            "30-Jun-2026."
        ),
        "xero_date_locked",
        Cure.XERO,
    ),
    ("Item code 'TEA' is not valid", "xero_item_invalid", Cure.XERO),
    ("Item Code is invalid.", "xero_item_invalid", Cure.XERO),
    ("The tracking category could not be found.", "xero_tracking_invalid", Cure.MAPPING),
    ("You have reached the limit of invoices you can approve", "xero_plan_limit", Cure.XERO),
    (
        "The Total for this document must be greater than or equal to zero.",
        "xero_total_negative",
        Cure.PERSON,
    ),
    ("The line amount does not equal 10.00", "xero_total_differs", Cure.MINTSOFT),
    ("Discount amount cannot exceed the line", "xero_discount_refused", Cure.MINTSOFT),
    ("Email address must be valid.", "xero_email_invalid", Cure.MINTSOFT),
    ("The moon is not full.", "xero_refused", Cure.PERSON),
]


@pytest.mark.parametrize(("message", "code", "cure"), CASES)
def test_reason(message: str, code: str, cure: Cure) -> None:
    """Each message has its code, and a sentence and remedy without gaps."""
    reason = reason_of([message])
    assert (reason.code, reason.cure) == (code, cure)
    assert "{" not in reason.message + reason.remedy


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("Account code '4 25' has been archived, or deleted.", "4 25"),
        ('Account code "425" is not a valid code for this document', "425"),
        ("The TaxType code 'INPUT2' cannot be used with account code '200'.", "tax type INPUT2"),
        ("The TaxType code 'INPUT2' cannot be used with account code '200'.", "account 200"),
        ("Organisation is not subscribed to currency EUR", "EUR"),
        ("before the period lock date, currently set at 30-Jun-2026.", "30-Jun-2026)"),
        ("The moon is not full.", "The moon is not full."),
    ],
)
def test_names_are_kept(message: str, named: str) -> None:
    """The bookkeeper is told which account, which currency, which date."""
    assert named in reason_of([message]).message


def test_what_is_known_decides() -> None:
    """Of several messages the first known one gives the code, and the others are told too."""
    words = ["Hm.", "Account must be valid.", "Tax rate must be valid."]
    reason = reason_of(words)
    assert reason.code == "xero_account_invalid"
    assert "account" in reason.message
    assert "tax type" in reason.message


def test_silence_is_a_reason_too() -> None:
    """Nothing fails without a word."""
    assert reason_of([]).message == "Xero refuses the document: it gives no reason."


@pytest.mark.parametrize(
    ("messages", "there"),
    [
        (["Price List Item with Code 'abc' already exists"], True),
        (["Item code 'abc' already exists"], True),
        (["Price List Item with Code 'abc' already exists", "Account must be valid."], False),
        (["Account must be valid."], False),
        ([], False),
    ],
)
def test_already_there(messages: list[str], there: bool) -> None:
    """An item counts as known only when its code is all that Xero objects to."""
    assert already_there(messages) is there


def test_codes_are_unique() -> None:
    """A page can list them all."""
    codes = [entry.code for entry in all_codes()]
    assert len(codes) == len(set(codes)) > 20
    assert all(code.startswith("xero_") for code in codes)
