"""Keys of a mapping: which value a problem, a change or a field of a page speaks of.

A key is a tuple, because a SKU may contain points; as text it is what ``mapping set`` takes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from schemas.connections import Mapping as AccountMapping
from schemas.mintsoft import COST_CENTRES

Key = tuple[str, ...]

Naming = Callable[[Key], str]
"""What a sentence calls a key."""

Content = dict[str, Any]
"""A mapping as YAML and JSON have it."""

FIELDS = {
    "sales": "Sales",
    "purchases": "Purchases",
    "shipping": "Shipping",
    "discount": "Discounts",
    "rounding": "Rounding",
    "inventory": "Inventory",
    "account": "Account",
    "tax_type": "Tax type",
    "tracking": "Tracking",
    "contact": "Contact",
}
"""The last part of a key in words, in the order of the pages."""


def dotted(key: Key) -> str:
    """Return a key as ``mapping set`` takes it."""
    return ".".join(key)


def words(key: Key) -> str:
    """Return what a bookkeeper calls the value at *key*."""
    match key:
        case ("defaults", field):
            return FIELDS.get(field, field)
        case ("tax", rate):
            return "the exempt rate" if rate == "exempt" else f"the rate {rate} %"
        case ("cost_centres", name, *fields):
            return ", ".join([COST_CENTRES.get(name, name), *_lower(fields)])
        case ("channels", channel, *fields):
            return ", ".join([f"channel {channel}", *_lower(fields)])
        case ("skus", sku, *fields):
            return ", ".join([f"SKU {sku}", *_lower(fields)])
        case ("cost_centres",):
            return "the cost centres"
        case ("settings", "tracking"):
            return "the tracking of the connection's settings"
    return FIELDS.get(key[0], dotted(key))


def content_of(mapping: AccountMapping) -> Content:
    """Return a mapping as it is stored and exported: what was written, and nothing else."""
    return mapping.model_dump(mode="json", exclude_unset=True)


def flat(content: Mapping[str, Any]) -> dict[Key, Any]:
    """Return every value of a mapping by its key; what is empty has none. A list is one value."""
    return dict(_leaves(content, ()))


def nested(values: Mapping[Key, Any]) -> Content:
    """Return the mapping whose values these are."""
    content: Content = {}
    for key, value in values.items():
        holder = content
        for step in key[:-1]:
            holder = holder.setdefault(step, {})
        holder[key[-1]] = value
    return content


def shown(value: object) -> str:
    """Return a value as people read it; empty when there is none."""
    if isinstance(value, list):
        return ", ".join(f"{each['category']}: {each['option']}" for each in value)
    return "" if value is None else str(value)


def _leaves(content: Mapping[str, Any], above: Key) -> Iterator[tuple[Key, Any]]:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*above, name))
        elif value not in (None, "", [], ()):
            yield (*above, name), value


def _lower(fields: Iterable[str]) -> Iterator[str]:
    return (FIELDS.get(each, each).lower() for each in fields)
