"""Which accounts suit which purpose.

Xero takes more than this: an invoice line may go to a liability. So what is offered is what
suits, what is mapped besides is noted, and only what Xero refuses is a problem.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workers.mapping.chart import ROUNDING, Account, Chart
from workers.mapping.keys import Key

INVENTORY = "INVENTORY"
"""Xero's type of the accounts that keep the value of stock."""

INCOME = "REVENUE"
CLASS_WORDS = {
    "ASSET": "an asset",
    "EQUITY": "an equity",
    "EXPENSE": "an expense",
    "LIABILITY": "a liability",
    "REVENUE": "a revenue",
}


@dataclass(frozen=True, slots=True)
class Purpose:
    """What an account is for; ``sold``: its lines bear tax on sales."""

    name: str
    usual: str
    classes: frozenset[str]
    sold: bool = True

    def suits(self, account: Account) -> bool:
        """Return whether an account is of a kind that people use for this."""
        if self.name == "inventory":
            return account.type == INVENTORY
        return account.account_class in self.classes or (
            self.name == "rounding" and account.system == ROUNDING
        )


_REVENUE = frozenset({"REVENUE"})
_EITHER = frozenset({"REVENUE", "EXPENSE"})

PURPOSES: Mapping[str, Purpose] = {
    each.name: each
    for each in (
        Purpose("sales", "sales usually go to a revenue account", _REVENUE),
        Purpose(
            "shipping", "shipping charged usually goes to a revenue or expense account", _EITHER
        ),
        Purpose("discount", "discounts usually go to a revenue or expense account", _EITHER),
        Purpose(
            "purchases",
            "purchases usually go to an expense account",
            frozenset({"EXPENSE"}),
            sold=False,
        ),
        Purpose(
            "rounding", "roundings usually go to Xero's own account for them", _EITHER, sold=False
        ),
        Purpose(
            "inventory",
            "stock is kept on an account of type Inventory",
            frozenset(),
            sold=False,
        ),
        Purpose("account", "services usually go to a revenue or expense account", _EITHER),
    )
}
"""By the last part of the key; ``account`` is a cost centre's."""


def purpose_of(key: Key) -> Purpose | None:
    """Return what the account at *key* is for; None when there is no account at *key*."""
    return PURPOSES.get(key[-1])


def suitable(purpose: Purpose, chart: Chart, tax_type: str | None = None) -> list[Account]:
    """Return the active accounts to offer, by code: of a fitting class, free for use, and able
    to bear *tax_type* where lines are sold.
    """
    rate = chart.tax_rates.get(tax_type or "") if purpose.sold else None
    found = (each for each in _usable(purpose, chart) if rate is None or rate.suits(each))
    return sorted(found, key=lambda each: each.code)


def _usable(purpose: Purpose, chart: Chart) -> Iterator[Account]:
    for account in chart.accounts.values():
        kept = account.reserved and purpose.name != "inventory"
        if account.active and not kept and purpose.suits(account):
            yield account
