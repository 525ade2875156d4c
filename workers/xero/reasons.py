"""What Xero's refusals mean to a bookkeeper: its usual messages, each with a remedy and a cure.

The messages are Xero's, collected from its own SDKs' issues and from vendors' help pages; it
publishes no list. One that nobody here knows is told in Xero's words, never hidden.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workers.mapping.reasons import Cure, Entry, Reason, merge

UNNAMED = "of the document"
"""Stands for what a message of Xero does not name."""

_NUMBER_TAKEN = Entry(
    "xero_number_taken",
    "Xero already has a sales invoice with this number.",
    "Look it up in Xero. If it is this document, mark it as posted; else change the number "
    "template of the connection, then retry.",
    Cure.PERSON,
)
_ACCOUNT_ARCHIVED = Entry(
    "xero_account_archived",
    "Xero refuses account {account}: it is archived or deleted.",
    "Restore the account in Xero and refresh the chart, or map another one.",
    Cure.XERO,
)
_ACCOUNT_INVALID = Entry(
    "xero_account_invalid",
    "Xero does not take account {account} on a sales invoice.",
    "Map an account that exists, is active and may be used on sales invoices.",
    Cure.MAPPING,
)
_TAX_FOR_ACCOUNT = Entry(
    "xero_tax_not_for_account",
    "Xero does not allow tax type {tax} on account {account}.",
    "Map a tax type that suits the account, or an account that suits the tax type.",
    Cure.MAPPING,
)
_TAX_INVALID = Entry(
    "xero_tax_type_invalid",
    "Xero does not know tax type {tax}, or not for sales.",
    "Map a tax type that is active in Xero and meant for sales.",
    Cure.MAPPING,
)
_CONTACT_ARCHIVED = Entry(
    "xero_contact_archived",
    "The contact is archived in Xero.",
    "Restore the contact in Xero, then retry.",
    Cure.XERO,
)
_CONTACT_TAKEN = Entry(
    "xero_contact_taken",
    "Xero has another contact with the same name or number.",
    "Merge the two contacts in Xero or rename one of them, then retry.",
    Cure.XERO,
)
_CONTACT_MISSING = Entry(
    "xero_contact_missing",
    "The contact that was linked is no longer in Xero.",
    "Link the customer to a contact that exists, then retry.",
    Cure.PERSON,
)
_CURRENCY = Entry(
    "xero_currency_not_enabled",
    "Currency {currency} is not switched on in Xero.",
    "Add the currency in Xero (some plans have one currency only), then refresh the chart.",
    Cure.XERO,
)
_LOCKED = Entry(
    "xero_date_locked",
    "The document is dated in a period that is locked in Xero (lock date {date}).",
    "Move the lock date in Xero and refresh the chart, or enter the document by hand and mark "
    "it as posted.",
    Cure.XERO,
)
_ITEM = Entry(
    "xero_item_invalid",
    "Xero does not accept item {item}.",
    "Look at the item in Xero: it must exist and be for sale; then retry.",
    Cure.XERO,
)
_TRACKING = Entry(
    "xero_tracking_invalid",
    "Xero does not know a tracking category or option of the document, or it is archived.",
    "Correct the tracking in the mapping, or restore the category and option in Xero and retry.",
    Cure.MAPPING,
)
_PLAN = Entry(
    "xero_plan_limit",
    "The organisation's Xero plan allows no more approved invoices this month.",
    "Upgrade the plan in Xero, or set document_status to DRAFT, then retry.",
    Cure.XERO,
)
_NEGATIVE = Entry(
    "xero_total_negative",
    "Xero takes no invoice whose total is below zero.",
    "Enter a credit note in Xero by hand, then mark the document as posted or skip it.",
    Cure.PERSON,
)
_TOTAL = Entry(
    "xero_total_differs",
    "Xero computes another amount than was sent.",
    "Compare the lines in Mintsoft with the document; correct them there, then retry.",
    Cure.MINTSOFT,
)
_DISCOUNT = Entry(
    "xero_discount_refused",
    "Xero refuses a discount: it may not be more than its line.",
    "Correct the discount in Mintsoft, then retry.",
    Cure.MINTSOFT,
)
_EMAIL = Entry(
    "xero_email_invalid",
    "Xero does not accept the customer's e-mail address.",
    "Correct the e-mail address in Mintsoft, then retry.",
    Cure.MINTSOFT,
)
_KEY_REUSED = Entry(
    "xero_key_reused",
    "Xero has seen the idempotency key of this request with other contents.",
    "Look in Xero which of the documents exist, then retry: a new key is used.",
    Cure.PERSON,
)
_TOO_LARGE = Entry(
    "xero_too_large",
    "The document is larger than Xero accepts in one request (3.5 MB).",
    "Split the order in Mintsoft, or enter the document in Xero by hand and mark it as posted.",
    Cure.PERSON,
)
_NOT_FOUND = Entry(
    "xero_not_found",
    "Xero does not have what was asked for; it may have been deleted.",
    "Look in Xero whether the document is there, then retry or skip it.",
    Cure.PERSON,
)
_REFUSED = Entry(
    "xero_refused",
    "Xero refuses the document: {words}",
    "Correct what Xero names, here, in Mintsoft or in Xero, then retry.",
    Cure.PERSON,
)

_Q = r"['\"\u2018\u2019\u201c\u201d]?"
"""A quotation mark of any kind, or none: Xero is not consistent."""


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    entry: Entry


def _rule(pattern: str, entry: Entry) -> _Rule:
    return _Rule(re.compile(pattern, re.IGNORECASE), entry)


# The first that matches wins: the special stand before the general.
_RULES = (
    _rule(r"invoice (#|number|no\.?) must be unique", _NUMBER_TAKEN),
    _rule(
        rf"account code {_Q}(?P<account>[^'\"\u2018\u2019\u201c\u201d]+?){_Q} has been archived",
        _ACCOUNT_ARCHIVED,
    ),
    _rule(
        rf"tax ?type code {_Q}(?P<tax>[^'\"\u2018\u2019\u201c\u201d]+?){_Q} cannot be used with "
        rf"(this )?account code( {_Q}(?P<account>[^'\"\u2018\u2019\u201c\u201d.]+))?",
        _TAX_FOR_ACCOUNT,
    ),
    _rule(rf"tax ?type code {_Q}(?P<tax>.+?){_Q} does not exist", _TAX_INVALID),
    _rule(r"tax (rate|type) (must be valid|is invalid|must be specified)", _TAX_INVALID),
    _rule(
        rf"account code {_Q}(?P<account>[^'\"\u2018\u2019\u201c\u201d]+?){_Q} "
        r"(is not a valid code|does not exist|cannot be applied)",
        _ACCOUNT_INVALID,
    ),
    _rule(
        r"account (code |code or id )?(must be valid|must be specified|is invalid|is not valid)",
        _ACCOUNT_INVALID,
    ),
    _rule(r"contact.*(has been|is) archived|un-?archived before", _CONTACT_ARCHIVED),
    _rule(r"contact (name|number).*already assigned", _CONTACT_TAKEN),
    _rule(r"contact (name|number) already exists|contact has this contact number", _CONTACT_TAKEN),
    _rule(r"contact.*(could not be|cannot be|was not) found|contactid.*not", _CONTACT_MISSING),
    _rule(rf"not subscribed to currency {_Q}(?P<currency>\w+)", _CURRENCY),
    _rule(r"before the .*lock date(, currently set (at|to) (?P<date>[\w/.-]+\w))?", _LOCKED),
    _rule(
        rf"item code {_Q}(?P<item>[^'\"\u2018\u2019\u201c\u201d]+?){_Q} (is|does|could|was)\b",
        _ITEM,
    ),
    _rule(r"item code.*(invalid|not valid|not found)", _ITEM),
    _rule(r"tracking", _TRACKING),
    _rule(r"limit of invoices you can approve", _PLAN),
    _rule(r"total for this document must be greater than or equal to zero", _NEGATIVE),
    _rule(r"discount", _DISCOUNT),
    _rule(r"(total|line amount|tax amount).*(does not|doesn't|do not) (equal|match)", _TOTAL),
    _rule(r"e-?mail address (must be|is not|is in)", _EMAIL),
    _rule(r"idempotency key", _KEY_REUSED),
)

_ENTRIES = tuple(
    dict.fromkeys([*(rule.entry for rule in _RULES), _TOO_LARGE, _NOT_FOUND, _REFUSED])
)

TOO_LARGE = Reason(_TOO_LARGE.code, _TOO_LARGE.message, _TOO_LARGE.remedy, _TOO_LARGE.cure)
NOT_FOUND = Reason(_NOT_FOUND.code, _NOT_FOUND.message, _NOT_FOUND.remedy, _NOT_FOUND.cure)

_ALREADY_THERE = re.compile(r"\bcode\b.*\balready exists|item code.*must be unique", re.IGNORECASE)


def all_codes() -> tuple[Entry, ...]:
    """Return every failure code that only Xero's answers can cause."""
    return _ENTRIES


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
        for rule in _RULES:
            if found := rule.pattern.search(message):
                yield _reason(rule.entry, found.groupdict())
                break


def _reason(entry: Entry, facts: dict[str, str | None]) -> Reason:
    named = {"account": UNNAMED, "tax": UNNAMED, "item": UNNAMED, "date": "not named"}
    named |= {name: value for name, value in facts.items() if value}
    return Reason(entry.code, entry.message.format_map(named), entry.remedy, entry.cure)


def _refused(messages: Sequence[str]) -> Reason:
    words = " ".join(dict.fromkeys(each.strip() for each in messages if each.strip()))
    return _reason(_REFUSED, {"words": words or "it gives no reason."})
