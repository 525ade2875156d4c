"""Warnings: what a bookkeeper may want to know about a document that is posted all the same."""

from decimal import Decimal

from schemas.exports import DocumentWarning
from workers.mapping.money import shown


def sku_too_long(sku: str) -> DocumentWarning:
    """Say that *sku* is no item in Xero, whose codes have at most 30 characters."""
    return _warning(
        "sku_too_long",
        f"SKU {sku} has more than 30 characters: its line is without a Xero item, "
        "the SKU stands in the description.",
    )


def zero_quantity(label: str) -> DocumentWarning:
    """Say that a line of quantity 0 was left out."""
    return _warning("zero_quantity", f"{label} has quantity 0 and was left out.")


def tax_differs(expected: Decimal, computed: Decimal, currency: str) -> DocumentWarning:
    """Say that the totals agree but the tax in them does not."""
    return _warning(
        "tax_differs",
        f"The totals agree, but Mintsoft's tax is {shown(expected, currency)} and Xero's will be "
        f"{shown(computed, currency)}.",
    )


def client_on_stop(name: str) -> DocumentWarning:
    """Say that the 3PL has put its client on stop."""
    return _warning("client_on_stop", f"{name} is on stop in Mintsoft; the invoice was sent.")


def cost_centre_unmapped(name: str) -> DocumentWarning:
    """Say that a cost centre has no account yet: no harm until an invoice has a value there."""
    return _warning(
        "cost_centre_unmapped",
        f"Cost centre {name} is not mapped; an invoice with a value there will wait.",
    )


def account_unusual(code: str, name: str, what: str, kind: str, usual: str) -> DocumentWarning:
    """Say that an account is of a class that people do not use for *what*; Xero takes it."""
    return _warning(
        "account_unusual", f'Account {code} "{name}" ({what}) is {kind} account; {usual}.'
    )


def _warning(code: str, message: str) -> DocumentWarning:
    return DocumentWarning(code=code, message=message)
