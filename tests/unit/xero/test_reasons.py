"""Xero's usual messages are understood; an unknown one is told in Xero's words."""

import pytest

from workers.mapping.reasons import Cure
from workers.reasons.xero import XERO
from workers.xero.reasons import RULES, already_there, reason_of

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
    ("Account code must be specified.", "xero_account_not_given", Cure.MAPPING),
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
    ("The line amount does not equal 10.00", "xero_line_total_differs", Cure.MINTSOFT),
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


@pytest.mark.parametrize(
    ("words", "code"), [(words, entry.code) for entry in XERO for words in entry.words]
)
def test_the_words_of_the_catalogue_are_recognised(words: str, code: str) -> None:
    """In any case, with other quotation marks, and without the full stop."""
    curly = words.replace("'", "\u2019").rstrip(".!")
    assert {reason_of([each]).code for each in (words, words.upper(), curly)} == {code}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        # two codes in one sentence: the tax type is what is wrong
        (
            "The TaxType code 'INPUT2' cannot be used with account code '200'.",
            "xero_tax_not_for_account",
        ),
        # a date, a due date and a lock date
        ("The document date cannot be before the lock date.", "xero_date_locked"),
        ("Due date cannot be before the invoice date", "xero_due_date_early"),
        ("The document DueDate field must be specified.", "xero_due_date_not_given"),
        # a rate of currency, of tax, of discount
        ("The CurrencyRate is not valid", "xero_currency_rate"),
        ("The Tax rate is not valid", "xero_tax_type_invalid"),
        ("The discount rate '5' is invalid.", "xero_discount_refused"),
        # a document that is paid and one that is void
        (
            (
                "This document cannot be edited as it has a reconciled payment or credit note "
                "allocated to it."
            ),
            "xero_payments_exist",
        ),
        ("Credit Note not of valid status for modification", "xero_status_change"),
        # totals of a line and of the document
        (
            "The line total -795.00 does not match the expected line total 0.00",
            "xero_line_total_differs",
        ),
        ("The document SubTotal 1 does not match the expected SubTotal 2", "xero_total_differs"),
        # an account and an item called by the same word
        ("Item code 'ACCOUNT CODE' is not valid", "xero_item_invalid"),
        (
            "The tracking option 'Leeds' of category 'Region' is archived",
            "xero_tracking_option_invalid",
        ),
    ],
)
def test_the_special_comes_before_the_general(message: str, code: str) -> None:
    """Messages that several patterns could take have the code that helps."""
    assert reason_of([message]).code == code


def test_every_rule_has_words_that_no_earlier_rule_takes() -> None:
    """A rule that others hide would be dead."""
    words = [each for entry in XERO for each in entry.words] + [case[0] for case in CASES]
    first = {
        next(r.pattern for r in RULES if r.pattern.search(each)) for each in words if _known(each)
    }
    assert [rule.pattern.pattern for rule in RULES if rule.pattern not in first] == []


def _known(message: str) -> bool:
    return any(rule.pattern.search(message) for rule in RULES)
