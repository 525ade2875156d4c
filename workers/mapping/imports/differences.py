"""What differs between two versions of a document for Mintsoft, in words a person can act on.

Goods are told with their figures; of names and addresses only that they differ, because such a
sentence goes into events and lists.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from schemas.imports import NewAsn, NewAsnItem, NewOrder, NewOrderItem

_ADDRESS = (
    "address1",
    "address2",
    "address3",
    "town",
    "county",
    "post_code",
    "country",
    "first_name",
    "last_name",
    "company_name",
    "email",
    "phone",
    "mobile",
)

_WORDS = {
    "order_number": "another number",
    "po_reference": "another number",
    "currency": "another currency",
    "comments": "other comments",
    "supplier": "another supplier",
    "estimated_delivery": "another delivery date",
    "shipping_total_ex_vat": "another charge for shipping",
    "discount_total_ex_vat": "another discount",
    "total_vat": "another VAT",
}


def differences(before: NewOrder | NewAsn, after: NewOrder | NewAsn) -> str:
    """Return what *after* has that *before* had not, such as ``3 x TEA-01 instead of 2``."""
    found = [*_goods(before, after), *_headings(before, after)]
    return "; ".join(found) or "other details"


def _goods(before: NewOrder | NewAsn, after: NewOrder | NewAsn) -> Iterator[str]:
    old, new = _quantities(before), _quantities(after)
    for sku in dict.fromkeys([*new, *old]):
        if not old[sku]:
            yield f"{new[sku]} x {sku} added"
        elif not new[sku]:
            yield f"{sku} no more"
        elif old[sku] != new[sku]:
            yield f"{new[sku]} x {sku} instead of {old[sku]}"
    if old == new and _prices(before) != _prices(after):
        yield "other prices"


def _headings(before: NewOrder | NewAsn, after: NewOrder | NewAsn) -> Iterator[str]:
    if any(getattr(before, name, None) != getattr(after, name, None) for name in _ADDRESS):
        yield "another name or address"
    for name, words in _WORDS.items():
        if getattr(before, name, None) != getattr(after, name, None):
            yield words


def _items(body: NewOrder | NewAsn) -> tuple[NewOrderItem | NewAsnItem, ...]:
    return body.order_items if isinstance(body, NewOrder) else body.items


def _quantities(body: NewOrder | NewAsn) -> Counter[str]:
    found: Counter[str] = Counter()
    for item in _items(body):
        found[item.sku] += item.quantity
    return found


def _prices(body: NewOrder | NewAsn) -> Sequence[object]:
    items = body.order_items if isinstance(body, NewOrder) else ()
    return sorted((each.sku, each.unit_price, each.unit_price_vat, each.discount) for each in items)
