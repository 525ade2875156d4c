"""What each line of a Xero document is: goods, shipping, a discount, a note, or a problem.

A line with an item code is goods, a line worth nothing is a note. What is left is a charge: by
the mapped account or by its name it is shipping or a discount, and else nobody knows what it is.
An account tells only when sales are not booked to it too.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from schemas.values import LARGEST_AMOUNT
from schemas.xero import LineAmountTypes, PurchaseOrder, SalesInvoice, XeroLine
from workers.mapping.accounts import Accounts, accounts_of
from workers.mapping.imports.context import ImportContext
from workers.mapping.imports.prices import net_of, tax_of
from workers.mapping.money import shown
from workers.mapping.reasons import Reason, reason
from workers.mapping.text import one_line

LARGEST_QUANTITY = 2**31 - 1
_SHOWN = 60

_SHIPPING = re.compile(
    r"\b(shipping|shipment|postage|packing|p\s*&\s*p|p\s*and\s*p|delivery|carriage|freight|"
    r"courier|handling)\b",
    re.IGNORECASE,
)
_DISCOUNT = re.compile(r"\b(discount|voucher|coupon|promo|promotion|rebate)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Goods:
    """Units of a SKU; ``line`` has their figures."""

    sku: str
    quantity: int
    line: XeroLine


@dataclass(frozen=True, slots=True)
class Shipping:
    """A charge for shipping, in the document's currency."""

    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Discount:
    """An amount off the whole document, positive, in its currency."""

    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Note:
    """Words that belong to the document."""

    text: str


Line = Goods | Shipping | Discount | Note | Reason


@dataclass(frozen=True, slots=True)
class Reading:
    """How the lines of one document are read."""

    kind: LineAmountTypes
    currency: str
    shipping: str | None
    discount: str | None
    is_product: Callable[[str], bool | None]


def reading_of(document: SalesInvoice | PurchaseOrder, context: ImportContext) -> Reading:
    """Return how lines of *document* are read on the connection of *context*."""
    accounts = accounts_of(context.mapping, str(context.channel_id or ""))
    return Reading(
        document.line_amount_types,
        document.currency_code or context.base_currency,
        _telling(accounts.shipping, accounts) if accounts else None,
        _telling(accounts.discount, accounts) if accounts else None,
        _products(context),
    )


def skus_of(document: SalesInvoice | PurchaseOrder) -> frozenset[str]:
    """Return the item codes on *document*: what Mintsoft may be asked about."""
    return frozenset(line.item_code for line in document.line_items if line.item_code)


def lines_of(document: SalesInvoice | PurchaseOrder, reading: Reading) -> list[Line]:
    """Return what each line of *document* is, in its order."""
    return [
        read(line, label(number, line), reading)
        for number, line in enumerate(document.line_items, 1)
    ]


def label(number: int, line: XeroLine) -> str:
    """Return how people find a line, such as ``Line 2 (SKU TEA-01)``."""
    words = f"SKU {line.item_code}" if line.item_code else one_line(line.description, _SHOWN)
    return f"Line {number} ({words})" if words else f"Line {number}"


def read(line: XeroLine, what: str, reading: Reading) -> Line:
    """Return what *line* is; *what* names it to people."""
    if line.item_code and not _is_charge_by_item(line, reading):
        return _goods(line, line.item_code, what, reading)
    return _charge(line, what, reading)


def reasons_in(lines: Iterable[Line]) -> Iterator[Reason]:
    """Yield the problems among *lines*."""
    yield from (line for line in lines if isinstance(line, Reason))


def _goods(line: XeroLine, sku: str, what: str, reading: Reading) -> Line:
    if problem := _quantity_problem(line, what):
        return problem
    if line.line_amount < 0 or net_of(line, reading.kind) < 0:
        return reason("price_negative", what=what, amount=_worth(line, reading))
    if not line.quantity:
        return _charge(line, what, reading)
    if reading.is_product(sku) is False:
        return reason("sku_unknown", what=what)
    return Goods(sku, int(line.quantity), line)


def _quantity_problem(line: XeroLine, what: str) -> Reason | None:
    quantity = line.quantity
    if quantity < 0:
        return reason("quantity_negative", what=what, quantity=_plain(quantity))
    if quantity != quantity.to_integral_value():
        return reason("quantity_not_whole", what=what, quantity=_plain(quantity))
    if quantity > LARGEST_QUANTITY or quantity * abs(line.unit_amount) > LARGEST_AMOUNT:
        return reason("quantity_too_large", what=what, quantity=_plain(quantity))
    return None


def _charge(line: XeroLine, what: str, reading: Reading) -> Line:
    net, tax = net_of(line, reading.kind), tax_of(line)
    if not net and not tax:
        return Note(line.description or "")
    if net > 0 and _is(line, reading.shipping, _SHIPPING):
        return Shipping(net, tax)
    if net < 0 and _is(line, reading.discount, _DISCOUNT):
        return Discount(-net, -tax)
    return reason("line_without_item", what=what, amount=_worth(line, reading))


def _is_charge_by_item(line: XeroLine, reading: Reading) -> bool:
    """Whether the item is a charge, not goods: booked as one, and no product of Mintsoft's."""
    if line.account_code is None or reading.is_product(line.item_code or ""):
        return False
    return line.account_code in (reading.shipping, reading.discount)


def _is(line: XeroLine, account: str | None, words: re.Pattern[str]) -> bool:
    by_account = account is not None and line.account_code == account
    return by_account or bool(words.search(line.description or ""))


def _products(context: ImportContext) -> Callable[[str], bool | None]:
    known = context.products
    return (lambda _: None) if known is None else (lambda sku: sku in known)


def _telling(account: str | None, accounts: Accounts) -> str | None:
    """Return *account* unless goods are sold on it too: then it tells nothing about a line."""
    sales = {accounts.defaults.sales, accounts.channel.sales}
    sales |= {override.sales for override in accounts.skus.values()}
    return None if account in sales else account


def _worth(line: XeroLine, reading: Reading) -> str:
    return shown(line.line_amount, reading.currency)


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
