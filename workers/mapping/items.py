"""Xero items for SKUs. A SKU too long for an item code is no item: it is never cut short,
because two cut SKUs could become one item.
"""

from collections.abc import Iterable

from schemas.connections import Mapping
from schemas.mintsoft import OrderItem
from workers.mapping.accounts import item_sales_account, purchases_account
from workers.mapping.drafts import ItemDraft, LineDraft
from workers.mapping.text import one_line

LONGEST_CODE = 30
LONGEST_NAME = 50
LONGEST_DESCRIPTION = 4000
_NO_LIMIT = 10_000


def sku_of(item: OrderItem) -> str:
    """Return the line's SKU on one line."""
    return one_line(item.sku, _NO_LIMIT)


def item_code(sku: str) -> str | None:
    """Return *sku* when Xero can have it as an item code."""
    return sku if 0 < len(sku) <= LONGEST_CODE else None


def description(item: OrderItem) -> str:
    """Return what a line says: its details, else its SKU; both when the SKU is no item code."""
    sku, details = sku_of(item), one_line(item.details, LONGEST_DESCRIPTION)
    if not details or not sku:
        return details or sku or "Item"
    if item_code(sku):
        return details
    return f"{details[: LONGEST_DESCRIPTION - len(sku) - 7]} (SKU {sku})"[:LONGEST_DESCRIPTION]


def items_of(lines: Iterable[LineDraft], mapping: Mapping) -> tuple[ItemDraft, ...]:
    """Return one item for each item code on *lines*, with the mapped default accounts."""
    by_code = {line.item_code: line for line in reversed(tuple(lines)) if line.item_code}
    return tuple(
        ItemDraft(
            code,
            line.description[:LONGEST_NAME].rstrip(),
            line.description,
            item_sales_account(code, mapping) or line.account,
            line.tax_type,
            purchases_account(code, mapping),
        )
        for code, line in sorted(by_code.items())
    )
