"""Warnings: what a bookkeeper may want to know about a document that is posted all the same."""

from workers.reasons.entries import Cure, Entry, Sort


def _warning(code: str, message: str, remedy: str, cure: Cure) -> Entry:
    return Entry(code, message, remedy, cure, Sort.WARNING)


WARNINGS = (
    _warning(
        "sku_too_long",
        "SKU {sku} has more than 30 characters: its line is without a Xero item, the SKU stands in "
        "the description.",
        "Nothing needs to be done. For a Xero item, give the product a shorter SKU in Mintsoft.",
        Cure.MINTSOFT,
    ),
    _warning(
        "zero_quantity",
        "{label} has quantity 0 and was left out.",
        "Look at the order in Mintsoft if the line should have counted.",
        Cure.MINTSOFT,
    ),
    _warning(
        "tax_differs",
        "The totals agree, but Mintsoft's tax is {expected} and Xero's will be {computed}.",
        "Compare the tax rates of the lines with the mapping's tax types.",
        Cure.MAPPING,
    ),
    _warning(
        "client_on_stop",
        "{name} is on stop in Mintsoft; the invoice was sent.",
        "Nothing needs to be done in Xero. Talk to the client before sending more.",
        Cure.MINTSOFT,
    ),
    _warning(
        "cost_centre_open",
        "Cost centre {name} is not mapped; an invoice with a value there will wait.",
        "Map it to an account now, or when the first such invoice comes.",
        Cure.MAPPING,
    ),
    _warning(
        "account_unusual",
        'Account {account} "{name}" ({what}) is {kind} account; {usual}.',
        "Check that this account is meant; Xero takes it.",
        Cure.MAPPING,
    ),
)
"""Every code of a warning."""
