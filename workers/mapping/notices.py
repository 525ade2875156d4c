"""Warnings: what a bookkeeper may want to know about a document that is posted all the same."""

from decimal import Decimal

from schemas.exports import DocumentWarning
from workers.mapping.money import shown
from workers.mapping.reasons import Reason, reason


def sku_too_long(sku: str) -> DocumentWarning:
    """Say that *sku* is no item in Xero, whose codes have at most 30 characters."""
    return _warning(reason("sku_too_long", sku=sku))


def zero_quantity(label: str) -> DocumentWarning:
    """Say that a line of quantity 0 was left out."""
    return _warning(reason("zero_quantity", label=label))


def tax_differs(expected: Decimal, computed: Decimal, currency: str) -> DocumentWarning:
    """Say that the totals agree but the tax in them does not."""
    sums = shown(expected, currency), shown(computed, currency)
    return _warning(reason("tax_differs", expected=sums[0], computed=sums[1]))


def client_on_stop(name: str) -> DocumentWarning:
    """Say that the 3PL has put its client on stop."""
    return _warning(reason("client_on_stop", name=name))


def cost_centre_open(name: str) -> DocumentWarning:
    """Say that a cost centre has no account yet: no harm until an invoice has a value there."""
    return _warning(reason("cost_centre_open", name=name))


def account_unusual(code: str, name: str, what: str, kind: str, usual: str) -> DocumentWarning:
    """Say that an account is of a class that people do not use for *what*; Xero takes it."""
    facts = {"account": code, "name": name, "what": what, "kind": kind, "usual": usual}
    return _warning(reason("account_unusual", **facts))


def _warning(why: Reason) -> DocumentWarning:
    return DocumentWarning(code=why.code, message=why.message)
