"""Recognises Xero's usual refusals; :mod:`workers.reasons.xero` says what they mean.

Patterns are loose, because Xero varies quotation marks, capitals and the ends of its sentences
without notice. A message that nobody here knows is told in Xero's words, never hidden.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workers.mapping.reasons import Reason, merge, told
from workers.reasons.xero import BY_CODE

UNNAMED = "of the document"
"""Stands for what a message of Xero does not name."""

_Q = r"['\"\u2018\u2019\u201c\u201d]?"
"""A quotation mark of any kind, or none: Xero is not consistent."""

_NO_Q = r"[^'\"\u2018\u2019\u201c\u201d]+?"

_ACCOUNT = rf"account code {_Q}(?P<account>{_NO_Q}){_Q} "
_ITEM = rf"item (code )?{_Q}(?P<item>{_NO_Q}){_Q} "


@dataclass(frozen=True, slots=True)
class Rule:
    """A message in which ``pattern`` is found has this code; its groups name what it is about."""

    code: str
    pattern: re.Pattern[str]


def _rules(*table: tuple[str, str]) -> tuple[Rule, ...]:
    return tuple(Rule(code, re.compile(pattern, re.IGNORECASE)) for code, pattern in table)


# The first that matches wins: the special stand before the general.
RULES = _rules(
    ("xero_key_reused", r"idempotency key"),
    ("xero_number_taken", r"invoice (#|number|no\.?) must be unique"),
    ("xero_plan_limit", r"limit of invoices you can approve"),
    ("xero_credit_limit", r"credit limit"),
    ("xero_payments_exist", r"(has|have) (a )?(reconciled )?payments? or credit notes? allocated"),
    ("xero_status_creation", r"not of valid status for creation"),
    ("xero_status_change", r"not of valid status for modification"),
    # lock dates, before anything else that speaks of dates
    ("xero_date_locked", r"before the .*lock date(, currently set (at|to) (?P<date>[\w/.-]+\w))?"),
    ("xero_due_date_early", r"due ?date.*(cannot|can't|must not) be (before|earlier)"),
    ("xero_due_date_not_given", r"due ?date.*(empty|must be specified|required|mandatory)"),
    ("xero_date_not_given", r"\bdate( field)? (must be specified|is required|cannot be empty)"),
    (
        "xero_date_invalid",
        r"not a valid date|string to datetime|\bdate must be (between|after|bef)",
    ),
    # tax types name accounts too
    (
        "xero_tax_not_for_account",
        (
            rf"tax ?type code {_Q}(?P<tax>{_NO_Q}){_Q} cannot be used with (this )?account code"
            rf"( {_Q}(?P<account>[^'\"\u2018\u2019\u201c\u201d.]+))?"
        ),
    ),
    ("xero_tax_type_invalid", rf"tax ?type code {_Q}(?P<tax>.+?){_Q} does not exist"),
    ("xero_tax_type_invalid", r"tax (rate|type) (must be valid|is (not valid|invalid))"),
    (
        "xero_tax_type_not_given",
        r"tax ?(type|rate)( field| code)? (is mandatory|must be specified)",
    ),
    ("xero_tax_amount", r"tax amount.*(greater than|cannot be|must not|invalid)"),
    # stock and accounts
    ("xero_item_out_of_stock", rf"{_ITEM}.*(insufficient|not enough|quantity on hand)"),
    ("xero_item_out_of_stock", r"(insufficient|not enough) (quantity|stock)"),
    ("xero_inventory_account", rf"({_ACCOUNT}.*)?(tracked inventory|inventory asset)"),
    ("xero_account_archived", rf"{_ACCOUNT}has been archived"),
    ("xero_account_unknown", rf"{_ACCOUNT}(has been removed|does not (exist|match)|.*recognised)"),
    ("xero_account_invalid", rf"{_ACCOUNT}(is not a valid code|is invalid|cannot be applied)"),
    ("xero_account_not_given", r"account (code |code or id )?(must be specified|is required)"),
    ("xero_account_invalid", r"account (code |code or id )?(must be|is) (in|not )?valid"),
    # contacts
    ("xero_contact_archived", r"contact.*(has been|is) archived|un-?archived before"),
    (
        "xero_contact_number_taken",
        r"(another )?contact (has this|number).*(contact number|already)",
    ),
    (
        "xero_contact_taken",
        r"contact name.*already (assigned|exists)|existing contact with (that )?n",
    ),
    ("xero_contact_taken", r"enter a unique name"),
    ("xero_contact_not_given", r"contact (name )?must (be specified|contain at least)"),
    ("xero_contact_missing", r"contact.*(could not be|cannot be|was not) found|contactid.*not"),
    ("xero_contact_person", r"additional people cannot be added"),
    ("xero_email_invalid", r"e-?mail ?address (must be|is not|is in)"),
    # currencies
    ("xero_currency_plan", r"multi-?currency"),
    ("xero_currency_not_enabled", rf"not subscribed to currency {_Q}(?P<currency>\w+)"),
    ("xero_currency_rate", r"(currency|exchange) ?rate"),
    ("xero_currency_invalid", rf"currency ?code {_Q}(?P<currency>\w+){_Q} .*(valid|found|exist)"),
    # items
    ("xero_item_taken", rf"code {_Q}(?P<item>{_NO_Q}){_Q} already exists"),
    ("xero_item_not_sold", rf"{_ITEM}.*\b(not|cannot be) .*\b(sold|sell|sale)"),
    ("xero_item_invalid", rf"item code {_Q}(?P<item>{_NO_Q}){_Q} (is|does|could|was)\b"),
    ("xero_item_invalid", r"item code.*(invalid|not valid|not found|must be specified)"),
    # tracking
    ("xero_tracking_too_many", r"maximum of two tracking|more than two tracking"),
    ("xero_tracking_twice", r"tracking category.*(only once|more than once|duplicate)"),
    ("xero_tracking_option_invalid", r"tracking ?option"),
    ("xero_tracking_invalid", r"tracking"),
    # lines and amounts
    ("xero_no_lines", r"(one or more|at least one) line ?items?"),
    ("xero_too_many_lines", r"number of line ?items|too many line ?items"),
    ("xero_description_not_given", r"description( field)? is (required|mandatory)"),
    ("xero_quantity_invalid", r"quantity.*(invalid|valid number|less than zero|must be)"),
    ("xero_unit_amount_invalid", r"unit ?amount.*(valid|specified|must|exceed)"),
    ("xero_discount_twice", r"only one of discount"),
    ("xero_discount_refused", r"discount"),
    ("xero_line_total_differs", r"line (total|amount) .*(match|equal)"),
    ("xero_total_negative", r"total for this document must be greater than or equal to zero"),
    (
        "xero_total_differs",
        r"(total|tax)\b.*(does not|doesn't|do not) (equal|match)|does not match the expected",
    ),
    # fields of the document
    ("xero_field_too_long", r"field (?P<field>\w+) exceeds the maximum length"),
    ("xero_field_too_long", r"maximum allowed characters for (?P<field>\w+)"),
    ("xero_field_too_long", r"(?P<field>\w+) (must be|cannot be) .*\bcharacters"),
    ("xero_amount_too_large", r"(amount|value|total)\b.*(exceeds|too large|greater than the max)"),
    ("xero_branding_theme", r"branding ?theme"),
    ("xero_url_invalid", r"\burl\b.*(valid|must|absolute)"),
    ("xero_type_invalid", r"(invoice type|line ?amount ?types?) .*(valid|recognised)"),
    # organisation, user, request
    ("xero_demo_ended", r"demo company"),
    ("xero_organisation_inactive", r"subscription.*(expired|ended|cancelled|inactive)"),
    ("xero_organisation_inactive", r"organisation.*(is not active|expired|read-only)"),
    ("xero_not_permitted", r"correct permissions|valid user should be identified|not permitted"),
    ("xero_not_found", r"with the (supplied|specified) (id|invoiceid)\b.*not (be )?found"),
    ("xero_unreadable", r"post data|no data has been posted"),
    ("xero_internal", r"error occurred in xero"),
)

TOO_LARGE = told(BY_CODE["xero_too_large"])
NOT_FOUND = told(BY_CODE["xero_not_found"])

_ALREADY_THERE = re.compile(r"\bcode\b.*\balready exists|item code.*must be unique", re.IGNORECASE)


def reason_of(messages: Sequence[str]) -> Reason:
    """Return what Xero's *messages* about one document mean; the first known decides the code.

    Messages that are not known are told only when none is: they mostly follow from the others.
    """
    known = list(_recognised(messages))
    return merge(known) if known else _refused(messages)


def already_there(messages: Sequence[str]) -> bool:
    """Return whether *messages* about an item say no more than that its code exists."""
    return bool(messages) and all(_ALREADY_THERE.search(message) for message in messages)


def _recognised(messages: Sequence[str]) -> Iterator[Reason]:
    for message in messages:
        for rule in RULES:
            if found := rule.pattern.search(message):
                yield _reason(rule.code, found.groupdict())
                break


def _reason(code: str, facts: dict[str, str | None]) -> Reason:
    named = dict.fromkeys(BY_CODE[code].fields, UNNAMED) | {"date": "not named"}
    return told(BY_CODE[code], **(named | {name: value for name, value in facts.items() if value}))


def _refused(messages: Sequence[str]) -> Reason:
    words = " ".join(dict.fromkeys(each.strip() for each in messages if each.strip()))
    return _reason("xero_refused", {"words": words or "it gives no reason."})
